// Older graphs in the words of opset 18, which is what the rest of Atelier reads: attributes that became inputs become
// inputs, operators that changed their defaults say what they mean. Source: the ONNX changelog (Changelog.md), versions 8 to 18.

import { AtelierError } from '../shared/errors.ts';
import { floatOf, floatsOf, intOf, intsOf, nodeError, stringOf } from './node.ts';
import { withSubgraphs } from './subgraphs.ts';
import { int64s, scalar, tensor } from './tensors.ts';
import type { Attribute, Attributes, Graph, Node, Tensor } from './types.ts';

/** The opset that everything is written in. */
export const BASE_OPSET = 18;
export const OLDEST_OPSET = 7;

interface Upgrading {
  /** Makes a named constant in the node's graph. */
  constant(value: Tensor): string;
  /** Makes a name for a value between. */
  name(): string;
  /** Rank of a value where the file tells it. */
  rank(name: string): number | undefined;
}

type Upgrade = (node: Node, to: Upgrading) => Node | readonly Node[];

const int = (value: number): Attribute => ({ kind: 'int', value });

function without(attributes: Attributes, ...names: string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** Attributes `names[i]` become input `at + i`, those not given stay out. */
function asInputs(node: Node, at: number, given: Readonly<Record<string, string | undefined>>): Node {
  const inputs = [...node.inputs];
  Object.values(given).forEach((name, i) => {
    while (inputs.length <= at + i) inputs.push('');
    if (name !== undefined) inputs[at + i] = name;
  });
  while (inputs.at(-1) === '') inputs.pop();
  return { ...node, inputs, attributes: without(node.attributes, ...Object.keys(given)) };
}

const axesToInput: Upgrade = (node, to) => {
  const axes = intsOf(node, 'axes');
  return axes ? asInputs(node, 1, { axes: to.constant(int64s(axes)) }) : node;
};

/** Before opset 13 these worked on the input as a matrix, split at `axis` (1). */
function overFlattened(op: string): Upgrade {
  return (node, to) => {
    const axis = intOf(node, 'axis', 1);
    const rank = to.rank(node.inputs[0]);
    if (axis === -1 || (rank !== undefined && axis === rank - 1)) return { ...node, attributes: { axis: int(-1) } };
    const [flat, result, shape] = [to.name(), to.name(), to.name()];
    const [input] = node.inputs;
    const make = (made: string, inputs: string[], output: string, attributes: Attributes): Node => ({
      name: output,
      op: made,
      domain: '',
      inputs,
      outputs: [output],
      attributes,
    });
    return [
      make('Shape', [input], shape, {}),
      make('Flatten', [input], flat, { axis: int(axis) }),
      make(op, [flat], result, { axis: int(-1) }),
      make('Reshape', [result, shape], node.outputs[0], {}),
    ];
  };
}

/** [the opset that changed it, how]. A node of an older graph goes through all of its changes, oldest first. */
const upgrades: Readonly<Record<string, readonly (readonly [since: number, upgrade: Upgrade])[]>> = {
  BatchNormalization: [
    [
      9,
      (node) => {
        if (intOf(node, 'spatial', 1) !== 1) throw nodeError('unsupported_attribute', node, 'spatial=0');
        return { ...node, attributes: without(node.attributes, 'spatial') };
      },
    ],
    // Training was told by the number of outputs; the last two were for the runtime's own use.
    [
      14,
      (node) =>
        node.outputs.length > 1
          ? { ...node, outputs: node.outputs.slice(0, 3), attributes: { ...node.attributes, training_mode: int(1) } }
          : node,
    ],
  ],
  Clip: [
    [
      11,
      (node, to) => {
        const bound = (name: string) =>
          node.attributes[name] ? to.constant(scalar('float', floatOf(node, name, 0))) : undefined;
        return asInputs(node, 1, { min: bound('min'), max: bound('max') });
      },
    ],
  ],
  Dropout: [
    [12, (node, to) => asInputs(node, 1, { ratio: to.constant(scalar('float', floatOf(node, 'ratio', 0.5))) })],
  ],
  LogSoftmax: [[13, overFlattened('LogSoftmax')]],
  Pad: [
    [
      11,
      (node, to) => {
        const pads = intsOf(node, 'pads');
        if (!pads) throw nodeError('invalid_model', node, 'lacks pads');
        return asInputs(node, 1, {
          pads: to.constant(int64s(pads)),
          value: to.constant(scalar('float', floatOf(node, 'value', 0))),
        });
      },
    ],
  ],
  ReduceSum: [[13, axesToInput]],
  Resize: [
    [
      11,
      (node) => ({
        ...node,
        inputs: [node.inputs[0], '', node.inputs[1]],
        attributes: {
          ...node.attributes,
          coordinate_transformation_mode: { kind: 'string', value: 'asymmetric' },
          nearest_mode: { kind: 'string', value: 'floor' },
        },
      }),
    ],
  ],
  Scan: [
    [
      9,
      (node) => {
        throw nodeError('unsupported_opset', node, 'in opset 8 it took a batch of sequences');
      },
    ],
  ],
  Slice: [
    [
      10,
      (node, to) => {
        const [starts, ends] = [intsOf(node, 'starts'), intsOf(node, 'ends')];
        if (!starts || !ends) throw nodeError('invalid_model', node, 'lacks starts or ends');
        const axes = intsOf(node, 'axes') ?? starts.map((_, axis) => axis);
        return asInputs(node, 1, {
          starts: to.constant(int64s(starts)),
          ends: to.constant(int64s(ends)),
          axes: to.constant(int64s(axes)),
        });
      },
    ],
  ],
  Softmax: [[13, overFlattened('Softmax')]],
  Split: [
    [
      13,
      (node, to) => {
        const sizes = intsOf(node, 'split');
        return sizes ? asInputs(node, 1, { split: to.constant(int64s(sizes)) }) : node;
      },
    ],
    [
      18,
      (node) =>
        node.inputs[1] ? node : { ...node, attributes: { ...node.attributes, num_outputs: int(node.outputs.length) } },
    ],
  ],
  Squeeze: [[13, axesToInput]],
  TopK: [[10, (node, to) => asInputs(node, 1, { k: to.constant(int64s([intOf(node, 'k', 1)])) })]],
  Unsqueeze: [[13, axesToInput]],
  // Gone since opset 10; 'linear' was bilinear with the same, asymmetric, places.
  Upsample: [
    [
      10,
      (node, to) => {
        const scales = floatsOf(node, 'scales');
        const given = node.inputs[1] ?? (scales && to.constant(tensor('float', [scales.length], scales)));
        if (!given) throw nodeError('invalid_model', node, 'lacks scales');
        return {
          ...node,
          op: 'Resize',
          inputs: [node.inputs[0], '', given],
          attributes: {
            mode: { kind: 'string', value: stringOf(node, 'mode', 'nearest') },
            coordinate_transformation_mode: { kind: 'string', value: 'asymmetric' },
            nearest_mode: { kind: 'string', value: 'floor' },
          },
        };
      },
    ],
  ],
};

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare'.split(' ').map((name) => `Reduce${name}`);

function upgradesOf(op: string): readonly (readonly [number, Upgrade])[] {
  return reductions.includes(op) ? [[18, axesToInput]] : (upgrades[op] ?? []);
}

/** The same graph in opset 18 where it is older, itself otherwise. Errors: unsupported_opset, and attributes that no longer exist. */
export function upgradeGraph(graph: Graph, opset: number): Graph {
  if (opset >= BASE_OPSET) return graph;
  if (opset < OLDEST_OPSET) {
    throw new AtelierError('unsupported_opset', `The model is of opset ${opset}; ${OLDEST_OPSET} and newer are read.`);
  }
  return upgradeNodes(graph, opset, new Set());
}

function upgradeNodes(graph: Graph, opset: number, outer: ReadonlySet<string>): Graph {
  const taken = new Set([
    ...outer,
    ...graph.initializers.keys(),
    ...graph.inputs.map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const initializers = new Map(graph.initializers);
  const ranks = new Map<string, number>();
  for (const { name, shape } of [...graph.inputs, ...graph.outputs]) if (shape) ranks.set(name, shape.length);
  for (const [name, { shape }] of graph.values) ranks.set(name, shape.length);

  const upgrade = (original: Node): readonly Node[] => {
    let count = 0;
    const name = (): string => {
      for (;;) {
        const free = `${original.outputs[0]}/opset18_${++count}`;
        if (taken.has(free)) continue;
        taken.add(free);
        return free;
      }
    };
    const to: Upgrading = {
      name,
      constant(value) {
        const made = name();
        initializers.set(made, value);
        return made;
      },
      rank: (value) => ranks.get(value),
    };
    let nodes: readonly Node[] = [withSubgraphs(original, (inner) => upgradeNodes(inner, opset, taken))];
    for (const [since, change] of upgradesOf(original.op)) {
      if (opset < since) nodes = nodes.flatMap((node) => (node.op === original.op ? change(node, to) : node));
    }
    return nodes;
  };
  const nodes = graph.nodes.flatMap((node) => (node.domain === '' ? upgrade(node) : node));
  return { ...graph, nodes, initializers };
}
