// Reading a node: its attributes with ONNX's defaults, its inputs by name, and errors that say which node is meant.

import { AtelierError } from '../shared/errors.ts';
import { type InputsOf, type Operator, type OutputsOf, signatureOf, type Parameter } from './operators.ts';
import type { Attribute, Node } from './types.ts';

/** `unsupported_attribute`, `MaxPool "stem/pool": dilations=[2,2]` */
export function nodeError(code: string, node: Node, detail: string): AtelierError {
  const op = node.domain ? `${node.domain}.${node.op}` : node.op;
  return new AtelierError(code, `${op} "${node.name || (node.outputs[0] ?? '')}": ${detail}`);
}

export const unsupportedAttribute = (node: Node, name: string): AtelierError =>
  nodeError('unsupported_attribute', node, `${name}=${JSON.stringify(node.attributes[name]?.value)}`);

type Value<Kind extends Attribute['kind']> = Extract<Attribute, { kind: Kind }>['value'];

function attribute<Kind extends Attribute['kind']>(node: Node, name: string, kind: Kind): Value<Kind> | undefined {
  const found = node.attributes[name] as Attribute | undefined;
  if (found && found.kind !== kind) {
    throw nodeError('invalid_model', node, `${name} should be ${kind}, is ${found.kind}`);
  }
  return found?.value as Value<Kind> | undefined;
}

export const intOf = (node: Node, name: string, otherwise: number): number => attribute(node, name, 'int') ?? otherwise;
export const floatOf = (node: Node, name: string, otherwise: number): number =>
  attribute(node, name, 'float') ?? otherwise;
export const stringOf = (node: Node, name: string, otherwise: string): string =>
  attribute(node, name, 'string') ?? otherwise;
export const intsOf = (node: Node, name: string): readonly number[] | undefined => attribute(node, name, 'ints');
export const floatsOf = (node: Node, name: string): readonly number[] | undefined => attribute(node, name, 'floats');
export const stringsOf = (node: Node, name: string): readonly string[] | undefined => attribute(node, name, 'strings');
export const tensorOf = (node: Node, name: string) => attribute(node, name, 'tensor');
export const graphOf = (node: Node, name: string) => attribute(node, name, 'graph');

/** An axis attribute counted from the front. `rank` is exclusive unless the operator also allows the end (Flatten). */
export function axisOf(node: Node, axis: number, rank: number, endAllowed = false): number {
  const fromFront = axis < 0 ? axis + rank : axis;
  if (fromFront < 0 || fromFront > rank || (fromFront === rank && !endAllowed)) {
    throw nodeError('invalid_model', node, `axis ${axis} of a value of rank ${rank}`);
  }
  return fromFront;
}

export const axesOf = (node: Node, axes: readonly number[], rank: number): number[] =>
  axes.map((axis) => axisOf(node, axis, rank));

function named(parameters: readonly Parameter[], values: readonly string[]): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  parameters.forEach(({ name, variadic }, index) => {
    if (variadic) result[name] = values.slice(index);
    else if (values[index]) result[name] = values[index];
  });
  return result;
}

/** The node's inputs by the names ONNX gives them; those left out are undefined. */
export function inputsOf<Op extends Operator>(node: Node, op: Op): InputsOf<Op, string> {
  return named(signatureOf(op)!.inputs, node.inputs) as unknown as InputsOf<Op, string>;
}

export function outputsOf<Op extends Operator>(node: Node, op: Op): OutputsOf<Op, string> {
  return named(signatureOf(op)!.outputs, node.outputs) as unknown as OutputsOf<Op, string>;
}
