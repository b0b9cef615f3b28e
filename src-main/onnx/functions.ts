// A model may bring operators of its own, written as functions of other operators. They are written out where they are
// used, while the file is still protobuf messages: nothing after the reading knows of them.

import { AtelierError } from '../shared/errors.ts';
import type { WireMessage } from './wire.ts';

const text = (message: WireMessage, field: string): string => (message[field] as string | undefined) ?? '';
const strings = (message: WireMessage, field: string): readonly string[] =>
  (message[field] as readonly string[] | undefined) ?? [];
const parts = (message: WireMessage, field: string): readonly WireMessage[] =>
  (message[field] as readonly WireMessage[] | undefined) ?? [];

/** Functions that call functions; deeper is a circle. */
const MAX_DEPTH = 64;

const keyOf = (message: WireMessage, name: string): string =>
  JSON.stringify([text(message, 'domain'), text(message, name), text(message, 'overload')]);

export class Functions {
  readonly #functions: ReadonlyMap<string, WireMessage>;

  /** `opsets`: those that the model imports; a function must not mean others. */
  constructor(functions: readonly WireMessage[], opsets: readonly (readonly [string, number])[]) {
    const imported = new Map(opsets);
    for (const each of functions) {
      for (const opset of parts(each, 'opsetImport')) {
        const domain = text(opset, 'domain').replace(/^ai\.onnx$/, '');
        const version = opset.version as number | undefined;
        if (domain === '' && imported.get('') !== version) {
          const which = `function "${text(each, 'name')}" of opset ${version} in a model of opset ${imported.get('')}`;
          throw new AtelierError('unsupported_model', which);
        }
      }
    }
    this.#functions = new Map(functions.map((each) => [keyOf(each, 'name'), each]));
  }

  /** The nodes with every call of a function written out. */
  inlined(nodes: readonly WireMessage[], depth = 0): readonly WireMessage[] {
    if (this.#functions.size === 0) return nodes;
    return nodes.flatMap((node) => {
      const called = this.#functions.get(keyOf(node, 'opType'));
      if (!called) return [node];
      if (depth > MAX_DEPTH) {
        throw new AtelierError('invalid_model', `function "${text(called, 'name')}" calls itself`);
      }
      return this.inlined(bodyFor(called, node), depth + 1);
    });
  }
}

/** The function's nodes in terms of the caller's values; what is its own is prefixed with the caller's name. */
function bodyFor(called: WireMessage, node: WireMessage): WireMessage[] {
  const prefix = text(node, 'name') || strings(node, 'output').find(Boolean) || text(node, 'opType');
  const names = new Map<string, string>([['', '']]);
  strings(called, 'input').forEach((name, index) => names.set(name, strings(node, 'input')[index] ?? ''));
  strings(called, 'output').forEach((name, index) => {
    const outer = strings(node, 'output')[index];
    if (outer) names.set(name, outer);
  });
  const given = new Map(parts(called, 'attributeProto').map((attribute) => [text(attribute, 'name'), attribute]));
  for (const attribute of parts(node, 'attribute')) given.set(text(attribute, 'name'), attribute);
  return parts(called, 'node').map((inner) => rewritten(inner, names, given, prefix));
}

function rewritten(
  node: WireMessage,
  names: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, WireMessage>,
  prefix: string,
): WireMessage {
  const now = (name: string): string => names.get(name) ?? `${prefix}/${name}`;
  const attributes = parts(node, 'attribute').flatMap((attribute): WireMessage[] => {
    const reference = text(attribute, 'refAttrName');
    if (reference) {
      const value = given.get(reference);
      return value ? [{ ...value, name: text(attribute, 'name') }] : [];
    }
    const graph = attribute.g as WireMessage | undefined;
    return [graph ? { ...attribute, g: graphRewritten(graph, names, given, prefix) } : attribute];
  });
  return {
    ...node,
    name: `${prefix}/${text(node, 'name') || text(node, 'opType')}`,
    input: strings(node, 'input').map(now),
    output: strings(node, 'output').map(now),
    attribute: attributes,
  };
}

/** A subgraph sees the function's values; the names it makes itself are the function's own too. */
function graphRewritten(
  graph: WireMessage,
  names: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, WireMessage>,
  prefix: string,
): WireMessage {
  const named = (field: string) =>
    parts(graph, field).map((entry) => {
      const name = text(entry, 'name');
      return { ...entry, name: names.get(name) ?? `${prefix}/${name}` };
    });
  return {
    ...graph,
    input: named('input'),
    output: named('output'),
    initializer: named('initializer'),
    valueInfo: named('valueInfo'),
    node: parts(graph, 'node').map((node) => rewritten(node, names, given, prefix)),
  };
}
