import { describe, expect, it } from 'vitest';
import { compileInference } from '../../src-main/autodiff/compile.ts';
import { inferShapes } from '../../src-main/autodiff/phases/2-infer-shapes.ts';
import { subgraphsOf } from '../../src-main/onnx/subgraphs.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Attribute, Graph, Model, Node, Shape } from '../../src-main/onnx/types.ts';
import { expectClose } from '../support/check-gradient.ts';
import { runModel } from '../support/run-model.ts';

const node = (op: string, inputs: string[], outputs: string[], attributes: Record<string, number> = {}): Node => ({
  name: '',
  op,
  domain: '',
  inputs,
  outputs,
  attributes: Object.fromEntries(
    Object.entries(attributes).map(([name, value]): [string, Attribute] => [name, { kind: 'int', value }]),
  ),
});

/** `y` from x [2, 6, 3], declared so, and integers by the names i0, i1, iMinus1 and sizes. */
const model = (nodes: readonly Node[], declared: Shape = [2, 'n', 3]): Model => ({
  irVersion: 8,
  opsets: { '': 18 },
  producer: 'test',
  metadata: {},
  graph: {
    name: 'sequences',
    inputs: [{ name: 'x', type: 'float', shape: declared }],
    outputs: [{ name: 'y', type: 'float' }],
    initializers: new Map([
      ['i0', tensor('int64', [], [0])],
      ['i1', tensor('int64', [], [1])],
      ['i4', tensor('int64', [], [4])],
      ['iMinus1', tensor('int64', [], [-1])],
      ['sizes', tensor('int64', [2], [2, 4])],
    ]),
    nodes,
    values: new Map(),
  },
});
const x = tensor(
  'float',
  [2, 6, 3],
  Array.from({ length: 36 }, (_, i) => i),
);
const operators = (graph: Graph): string[] =>
  graph.nodes.flatMap((each) => [each.op, ...subgraphsOf(each).flatMap(([, inner]) => operators(inner))]);

describe('sequences are known before the run', () => {
  const list = [
    node('Neg', ['x'], ['a']),
    node('Exp', ['x'], ['b']),
    node('SequenceEmpty', [], ['none']),
    node('SequenceInsert', ['none', 'a'], ['one']),
    node('SequenceInsert', ['one', 'b'], ['two']),
    node('SequenceInsert', ['two', 'x', 'i0'], ['all']),
  ];
  const slices = node('SplitToSequence', ['x'], ['s'], { axis: 1, keepdims: 0 });
  const thin = node('SplitToSequence', ['x'], ['s'], { axis: 1 });
  const parts = node('SplitToSequence', ['x', 'sizes'], ['s'], { axis: 1 });
  const join = (of: string, axis: number, new_axis = 0) => node('ConcatFromSequence', [of], ['y'], { axis, new_axis });
  const cases: [string, Node[], Shape?][] = [
    ['a list, joined', [...list, join('all', 1)]],
    ['a list, stacked', [...list, join('all', -1, 1)]],
    ['an element of a list', [...list, node('SequenceAt', ['all', 'iMinus1'], ['y'])]],
    ['a list without an element', [...list, node('SequenceErase', ['all', 'i1'], ['left']), join('left', 0)]],
    ['a list without its last', [...list, node('SequenceErase', ['all'], ['left']), join('left', 0)]],
    [
      'the length of a list',
      [
        ...list,
        node('SequenceLength', ['all'], ['n']),
        node('Cast', ['n'], ['f'], { to: 1 }),
        node('Mul', ['x', 'f'], ['y']),
      ],
    ],
    [
      'values put together',
      [node('SequenceConstruct', ['x', 'x'], ['s']), node('Identity', ['s'], ['t']), join('t', 2)],
    ],
    ['slices stacked where they were', [slices, join('s', 1, 1)]],
    ['slices stacked elsewhere', [slices, join('s', 0, 1)]],
    ['slices stacked at the end', [slices, join('s', -1, 1)]],
    ['slices side by side', [slices, join('s', 0)]],
    ['slices side by side, the other way', [slices, join('s', 1)]],
    ['a slice', [slices, node('SequenceAt', ['s', 'i4'], ['y'])]],
    ['a thin slice', [thin, node('SequenceAt', ['s', 'iMinus1'], ['y'])]],
    ['thin slices joined again', [thin, join('s', 1)]],
    ['parts of given sizes', [parts, node('SequenceAt', ['s', 'i1'], ['y'])]],
    [
      'parts of a size',
      [node('SplitToSequence', ['x', 'i4'], ['s'], { axis: 1 }), node('SequenceAt', ['s', 'i1'], ['y'])],
      [2, 6, 3],
    ],
    [
      'how many slices',
      [
        slices,
        node('SequenceLength', ['s'], ['n']),
        node('Cast', ['n'], ['f'], { to: 1 }),
        node('Mul', ['x', 'f'], ['y']),
      ],
    ],
  ];
  it.each(cases)('%s', async (_, nodes, declared) => {
    const whole = model(nodes, declared);
    const forward = { graph: whole.graph, parameters: [], input: 'x', output: 'y' };
    const compiled = compileInference(forward, new Map());
    expect(operators(compiled.graph).filter((op) => op.includes('Sequence'))).toEqual([]);
    const [wanted, found] = [await runModel(whole, { x }), await runModel(compiled, { x })];
    expect(found.y.shape).toEqual(wanted.y.shape);
    expectClose(found.y.data as Float32Array, wanted.y.data as Float32Array, 1e-6, 'y');
  });

  const refused: [string, Node[], RegExp][] = [
    [
      'an element that the data choose',
      [
        ...list,
        node('Shape', ['x'], ['shape']),
        node('ReduceMax', ['shape'], ['at'], { keepdims: 0 }),
        node('SequenceAt', ['all', 'at'], ['y']),
      ],
      /takes an unknown element of a sequence/,
    ],
    ['an element that is not there', [...list, node('SequenceAt', ['all', 'i4'], ['y'])], /not there/],
    [
      'parts of an unknown number',
      [node('SplitToSequence', ['x', 'i4'], ['s'], { axis: 1 }), join('s', 1)],
      /cuts an unknown number of parts/,
    ],
    [
      'slices that change their number',
      [slices, node('SequenceErase', ['s'], ['t']), join('t', 1)],
      /changes the length of a sequence of slices/,
    ],
    ['thin slices joined elsewhere', [thin, join('s', 0)], /joins slices that keep their axis/],
  ];
  it.each(refused)('refuses %s', (_, nodes, message) => {
    expect(() => inferShapes(model(nodes).graph, { open: [] })).toThrow(message);
  });
});
