import { describe, expect, it } from 'vitest';
import type { AttributeInput } from '../../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../../src-main/onnx/builder.ts';
import { differentiate } from '../../../src-main/autodiff/phases/5-differentiate.ts';
import { simplify } from '../../../src-main/autodiff/phases/7-simplify.ts';
import { lower } from '../../../src-main/autodiff/phases/8-lower.ts';
import { withOutputs } from '../../../src-main/onnx/graph.ts';
import { int64s } from '../../../src-main/onnx/tensors.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { checkGradient, compiledGradients, type GradientCase, type InputCase } from '../../support/check-gradient.ts';
import { cases, distinct } from '../../support/gradient-cases.ts';

type Inputs = Readonly<Record<string, Value>>;
type Attributes = Readonly<Record<string, AttributeInput>>;

const ints = (shape: readonly number[], values: readonly number[], declared?: Shape): InputCase => ({
  shape,
  type: 'int64',
  values,
  declared,
});

/** Y = op(the inputs in their order). */
const one = (op: string, inputs: Record<string, InputCase>, attributes: Attributes = {}): GradientCase => ({
  inputs,
  build: (g, i: Inputs) =>
    g.op(
      op,
      Object.keys(inputs).map((name) => i[name]),
      attributes,
    ),
});

const gather = (data: InputCase, indices: InputCase, axis = 0): GradientCase =>
  one('Gather', { data, indices }, { axis });

cases('Gather', {
  'a table by words, some several times': gather({ shape: [5, 3] }, ints([2, 4], [0, 4, 4, 1, 2, 4, 0, 0])),
  'negative indices': gather({ shape: [5, 3] }, ints([4], [-1, -5, 2, 4])),
  'negative indices of a large table': gather({ shape: [30, 2] }, ints([5], [-1, -30, 2, 29, 2])),
  'int32 indices': gather({ shape: [5, 3] }, { shape: [3], type: 'int32', values: [1, 1, -2] }),
  'the middle axis': gather({ shape: [2, 4, 3] }, ints([3], [3, 0, 3]), 1),
  'the middle axis, a matrix of indices': gather({ shape: [2, 4, 3] }, ints([2, 2], [3, 0, 3, 1]), 1),
  'the middle axis, large': gather({ shape: [2, 40, 2] }, ints([3], [39, 0, 39]), 1),
  'the last axis': gather({ shape: [2, 4] }, ints([3], [3, 0, 3]), -1),
  'the last axis, large': gather({ shape: [2, 20] }, ints([3], [19, 0, -1]), -1),
  'a vector': gather({ shape: [4] }, ints([2, 3], [3, 0, 3, 1, -1, 2])),
  'a vector at one place': gather({ shape: [4] }, ints([], [2])),
  'one place that the run tells': gather({ shape: [4, 3] }, ints([], [-2])),
  'no place at all': gather({ shape: [4, 3] }, ints([0], [])),
  'an axis of size 1': gather({ shape: [1, 3] }, ints([2], [0, -1])),
  'unknown batch and length': gather({ shape: [5, 3] }, ints([2, 4], [0, 4, 4, 1, 2, 4, 0, 0], ['batch', 'seq'])),
  'unknown batch and length, a large table': gather(
    { shape: [50, 3] },
    ints([2, 4], [0, 44, 44, 1, 2, -3, 0, 0], ['batch', 'seq']),
  ),
  'a table of unknown size': gather(
    { shape: [5, 3], declared: ['rows', 'width'] },
    ints([4], [0, 4, 4, -1], ['places']),
  ),
  'the middle axis of unknown sizes': gather(
    { shape: [2, 4, 3], declared: ['batch', 'seq', 'width'] },
    ints([2, 2], [3, 0, -1, 3], ['n', 'm']),
    1,
  ),
  'the same table twice': {
    inputs: { data: { shape: [6, 2] }, a: ints([3], [0, 1, 1]), b: ints([2], [5, 1]) },
    build: (g, { data, a, b }) => g.concat([g.op('Gather', [data, a]), g.op('Gather', [data, b])], 0),
  },
});

describe('Gather at one place', () => {
  for (const [shape, declared] of [
    [[3, 4, 2], undefined],
    [
      [3, 4, 2],
      ['batch', 'seq', 2],
    ],
    [[3, 1, 2], undefined],
  ] as [number[], Shape | undefined][]) {
    for (const axis of [0, 1, -1]) {
      for (const index of [0, -1]) {
        it(`[${declared ?? shape}] axis ${axis} index ${index}`, () =>
          checkGradient({
            inputs: { X: { shape, declared } },
            build: (g, { X }) => g.op('Gather', [X, g.constant({ ...int64s([index]), shape: [] })], { axis }),
          }));
      }
    }
  }
});

// ONNX Runtime moves the transpositions across the pads that the gradient has between them.
it('Gather at each place of a transposed value, as queries, keys and values are taken apart', () =>
  checkGradient({
    inputs: { X: { shape: [2, 3, 24], declared: ['batch', 'seq', 24] } },
    build: (g, { X }) => {
      const apart = g.transpose(g.op('Reshape', [X, g.int64s([0, 0, 3, 2, 4])]), [2, 0, 3, 1, 4]);
      const [q, k, v] = [0, 1, 2].map((at) =>
        g.op('Gather', [apart, g.constant({ ...int64s([at]), shape: [] })], { axis: 0 }),
      );
      return g.transpose(g.matmul(g.matmul(q, g.transpose(k, [0, 1, 3, 2])), v), [0, 2, 1, 3]);
    },
  }));

const operatorsOf = (test: GradientCase, wrt: string): string[] => {
  const g = new GraphBuilder('case');
  for (const [name, { shape, type = 'float', declared }] of Object.entries(test.inputs))
    g.input(name, type, declared ?? shape);
  const output = test.build(g, Object.fromEntries(Object.keys(test.inputs).map((name) => [name, name])));
  const loss = g.op('ReduceSum', [g.mul(output, output)], { keepdims: 0 });
  const { graph, gradients } = differentiate(g.finish(), loss, [wrt]);
  return simplify(lower(simplify(withOutputs(graph, [gradients.get(wrt)!])), 'cpu')).nodes.map(({ op }) => op);
};

describe('the gradient of an embedding', () => {
  it('is a product for a small vocabulary', () => {
    const small = operatorsOf(gather({ shape: [100, 64] }, ints([8], [], ['words'])), 'data');
    expect(small).toContain('MatMul');
    expect(small).not.toContain('ScatterElements');
  });
  it('is a scatter for a large one', () => {
    expect(operatorsOf(gather({ shape: [10_000, 64] }, ints([8], [], ['words'])), 'data')).toContain('ScatterElements');
  });
  it('is a scatter where one-hot rows would be too many', () => {
    const pixels = gather({ shape: [256, 64] }, ints([1, 224, 224], [], ['batch', 224, 224]));
    expect(operatorsOf(pixels, 'data')).toContain('ScatterElements');
  });
});

describe('a value taken apart', () => {
  const apart = (declared: Shape, bounds: [number, number][], axis = -1): GradientCase => ({
    inputs: { X: { shape: [2, 3, 6], declared } },
    build: (g, { X }) => {
      const parts = bounds.map(([start, end]) => g.slice(X, [start], [end], [axis]));
      return parts.map((part) => g.op('Tanh', [g.reduceSum(part, [axis])])).reduce(g.mul);
    },
  });
  const lists: Record<string, [GradientCase, 'Concat' | 'Pad']> = {
    'into thirds': [
      apart(
        [2, 3, 6],
        [
          [0, 2],
          [2, 4],
          [4, 6],
        ],
      ),
      'Concat',
    ],
    'into thirds, out of order, unknown batch': [
      apart(
        ['batch', 3, 6],
        [
          [4, 6],
          [0, 2],
          [2, 4],
        ],
      ),
      'Concat',
    ],
    'an unknown length, first and rest': [
      apart(
        [2, 'seq', 6],
        [
          [0, 1],
          [1, 2 ** 31 - 1],
        ],
        1,
      ),
      'Concat',
    ],
    'with a gap': [
      apart(
        [2, 3, 6],
        [
          [0, 2],
          [4, 6],
        ],
      ),
      'Pad',
    ],
    'not to the end': [
      apart(
        [2, 3, 6],
        [
          [0, 2],
          [2, 4],
        ],
      ),
      'Pad',
    ],
    overlapping: [
      apart(
        [2, 3, 6],
        [
          [0, 3],
          [2, 6],
        ],
      ),
      'Pad',
    ],
    'one part twice': [
      apart(
        [2, 3, 6],
        [
          [0, 3],
          [3, 6],
          [3, 6],
        ],
      ),
      'Pad',
    ],
  };
  for (const [what, [test, op]] of Object.entries(lists)) {
    it(`${what}: ${op}`, async () => {
      await checkGradient(test);
      const ops = operatorsOf(test, 'X');
      expect([ops.includes('Concat'), ops.includes('Pad')]).toEqual([op === 'Concat', op === 'Pad']);
    });
  }
});

cases('GatherElements', {
  'axis 0, duplicates': one('GatherElements', {
    data: { shape: [3, 2] },
    indices: ints([4, 2], [0, 2, 0, -1, 1, 0, 0, 2]),
  }),
  'last axis, fewer rows': one(
    'GatherElements',
    { data: { shape: [3, 4] }, indices: ints([2, 3], [3, 0, 3, -4, 1, 1]) },
    { axis: -1 },
  ),
  'unknown sizes': one(
    'GatherElements',
    {
      data: { shape: [2, 3, 2], declared: ['batch', 'seq', 2] },
      indices: ints([2, 1, 2], [2, 0, 1, 1], ['batch', 1, 2]),
    },
    { axis: 1 },
  ),
});

cases('GatherND', {
  'single elements': one('GatherND', { data: { shape: [3, 4] }, indices: ints([3, 2], [0, 1, 2, 3, 0, 1]) }),
  'slices, negative indices': one('GatherND', { data: { shape: [3, 4, 2] }, indices: ints([2, 2, 1], [0, -1, 0, 1]) }),
  'pairs into three axes': one('GatherND', {
    data: { shape: [2, 3, 4] },
    indices: ints([3, 2], [0, 1, -1, -3, 0, 1]),
  }),
  batches: one('GatherND', { data: { shape: [2, 3, 4] }, indices: ints([2, 2, 1], [0, 0, 2, -2]) }, { batch_dims: 1 }),
  'two batch axes': one(
    'GatherND',
    { data: { shape: [2, 2, 3, 2] }, indices: ints([2, 2, 1], [0, 1, 2, 2]) },
    { batch_dims: 2 },
  ),
  'unknown sizes': one('GatherND', {
    data: { shape: [3, 4, 2], declared: ['rows', 'columns', 2] },
    indices: ints([3, 2], [0, 1, -1, -1, 0, 1], ['n', 2]),
  }),
  'unknown batch': one(
    'GatherND',
    {
      data: { shape: [2, 3, 4], declared: ['batch', 'seq', 4] },
      indices: ints([2, 2, 1], [0, 0, 2, -2], ['batch', 'n', 1]),
    },
    { batch_dims: 1 },
  ),
});

describe('ScatterElements', () => {
  for (const reduction of ['none', 'add', 'mul', 'max', 'min']) {
    const duplicates = reduction !== 'none';
    it(`${reduction}, axis 0`, () =>
      checkGradient(
        one(
          'ScatterElements',
          {
            data: { shape: [4, 2] },
            indices: ints([3, 2], duplicates ? [0, 3, 0, 1, 2, -1] : [0, 3, 1, 1, -2, -2]),
            updates: { shape: [3, 2] },
          },
          { reduction },
        ),
      ));
    it(`${reduction}, last axis, unknown sizes`, () =>
      checkGradient(
        one(
          'ScatterElements',
          {
            data: { shape: [2, 4], declared: ['batch', 'seq'] },
            indices: ints([2, 2], duplicates ? [1, 1, -1, 0] : [1, 2, -1, 0], ['batch', 2]),
            updates: { shape: [2, 2], declared: ['batch', 2] },
          },
          { axis: -1, reduction },
        ),
      ));
  }
  it('a product with zeros', () =>
    checkGradient(
      one(
        'ScatterElements',
        {
          data: { shape: [4], values: [0, 2, 3, 0] },
          indices: ints([5], [0, 1, 1, 2, 3]),
          updates: { shape: [5], values: [5, 0, 2, 0, 0] },
        },
        { reduction: 'mul' },
      ),
    ));
});

describe('ScatterND', () => {
  for (const reduction of ['none', 'add', 'mul', 'max', 'min']) {
    const duplicates = reduction !== 'none';
    it(`${reduction}, slices`, () =>
      checkGradient(
        one(
          'ScatterND',
          {
            data: { shape: [4, 2] },
            indices: ints([3, 1], duplicates ? [0, -4, 2] : [0, -1, 2]),
            updates: { shape: [3, 2] },
          },
          { reduction },
        ),
      ));
    it(`${reduction}, elements of unknown sizes`, () =>
      checkGradient(
        one(
          'ScatterND',
          {
            data: { shape: [2, 4], declared: ['batch', 'seq'] },
            indices: ints([3, 2], duplicates ? [0, 1, -2, 1, 1, 3] : [0, 1, -2, 2, 1, 3], ['n', 2]),
            updates: { shape: [3], declared: ['n'] },
          },
          { reduction },
        ),
      ));
  }
});

describe('TopK', () => {
  const top = (shape: number[], k: number, attributes: Attributes, declared?: Shape): GradientCase => ({
    inputs: { X: { shape, values: distinct(shape.reduce((a, b) => a * b, 1)), declared } },
    build: (g, { X }) => g.node('TopK', [X, g.int64s([k])], attributes, { outputs: ['Values', 'Indices'] })[0],
  });
  it('largest of the last axis', () => checkGradient(top([3, 5], 2, {})));
  it('smallest of the first', () => checkGradient(top([4, 3], 3, { axis: 0, largest: 0 })));
  it('unsorted, all', () => checkGradient(top([2, 3], 3, { axis: 1, sorted: 1 })));
  it('unknown sizes', () => checkGradient(top([2, 5, 2], 2, { axis: 1 }, ['batch', 'seq', 2])));
});

cases('ReverseSequence', {
  'time first': one('ReverseSequence', { input: { shape: [4, 3, 2] }, lengths: ints([3], [4, 1, 2]) }),
  'batch first, unknown sizes': one(
    'ReverseSequence',
    { input: { shape: [3, 4], declared: ['batch', 'seq'] }, lengths: ints([3], [4, 1, 3], ['batch']) },
    { batch_axis: 0, time_axis: 1 },
  ),
});

describe('Compress', () => {
  const bools = (values: number[]): InputCase => ({ shape: [values.length], type: 'bool', values });
  it('rows', () => checkGradient(one('Compress', { X: { shape: [3, 4] }, condition: bools([1, 0, 1]) }, { axis: 0 })));
  it('columns, a short condition', () =>
    checkGradient(one('Compress', { X: { shape: [3, 4] }, condition: bools([0, 1, 1]) }, { axis: -1 })));
  it('elements', () => checkGradient(one('Compress', { X: { shape: [2, 3] }, condition: bools([0, 1, 1, 0, 0, 1]) })));
  it('nothing', () => checkGradient(one('Compress', { X: { shape: [2, 3] }, condition: bools([0, 0]) }, { axis: 0 })));
  it('unknown sizes', () =>
    checkGradient(
      one(
        'Compress',
        { X: { shape: [2, 3, 2], declared: ['batch', 'seq', 2] }, condition: bools([1, 0, 1]) },
        { axis: 1 },
      ),
    ));
  it('a constant condition', () =>
    checkGradient({
      inputs: { X: { shape: [3, 2] } },
      build: (g, { X }) =>
        g.op('Compress', [X, g.constant({ type: 'bool', shape: [3], data: Uint8Array.from([1, 0, 1]) })], { axis: 0 }),
    }));
});

describe.each(['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'])('%s', (op) => {
  interface Options {
    readonly shape?: number[];
    readonly labels?: number[];
    readonly weights?: boolean;
    readonly type?: 'int32' | 'int64';
    readonly declared?: Shape;
  }
  const loss = (attributes: Attributes, options: Options = {}): GradientCase => {
    const { shape = [4, 3], labels = [2, 0, 1, 2], weights = false, type = 'int64', declared } = options;
    const without = (dims: Shape) => dims.filter((_, axis) => axis !== 1);
    return {
      inputs: {
        scores: { shape, declared },
        labels: { shape: without(shape) as number[], type, values: labels, declared: declared && without(declared) },
        ...(weights && { weights: { shape: [3], values: [0.5, 1, 2] } }),
      },
      wrt: ['scores'],
      build: (g, i: Inputs) => g.node(op, [i.scores, i.labels, i.weights], attributes, { outputs: ['loss'] })[0],
    };
  };
  const deep = { shape: [2, 3, 2, 2], labels: [0, 1, 2, 2, 1, 1, 0, 2] };
  for (const reduction of ['none', 'sum', 'mean']) {
    it(`${reduction}`, () => checkGradient(loss({ reduction })));
    it(`${reduction}, weighted`, () => checkGradient(loss({ reduction }, { weights: true, type: 'int32' })));
    it(`${reduction}, more axes, some ignored`, () =>
      checkGradient(loss({ reduction, ignore_index: 1 }, { ...deep, weights: true })));
    it(`${reduction}, unknown sizes`, () =>
      checkGradient(loss({ reduction }, { shape: [2, 3, 2], labels: [0, 1, 2, 2], declared: ['batch', 3, 'seq'] })));
    it(`${reduction}, labels outside the classes ignored`, () =>
      checkGradient(loss({ reduction, ignore_index: -100 }, { labels: [2, -100, 1, -100], declared: ['batch', 3] })));
  }
  it('an ignored label whose class has probability 0', async () => {
    const test = loss({ ignore_index: 0 }, { labels: [0, 1, 2, 1] });
    const scores = { shape: [4, 3], values: [-1e40, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 0] };
    const results = await compiledGradients({ ...test, inputs: { ...test.inputs, scores } }, 'cpu');
    expect([...(results.output.data as Float32Array)].every(Number.isFinite)).toBe(true);
  });
});

describe('SoftmaxCrossEntropyLoss, also its log-probabilities', () => {
  for (const reduction of ['none', 'mean']) {
    for (const used of ['both', 'log_prob']) {
      it(`${reduction}, ${used}`, () =>
        checkGradient({
          inputs: { scores: { shape: [3, 4, 2] }, labels: ints([3, 2], [0, 3, 1, 1, 2, 0]) },
          build: (g, { scores, labels }) => {
            const outputs = { outputs: ['loss', 'log_prob'] };
            const [loss, logProb] = g.node('SoftmaxCrossEntropyLoss', [scores, labels], { reduction }, outputs);
            const squares = g.mul(logProb, logProb);
            if (used === 'log_prob') return squares;
            return g.add(squares, reduction === 'none' ? g.unsqueeze(loss, [1]) : loss);
          },
        }));
    }
  }
});

describe('Det', () => {
  for (const shape of [
    [1, 1],
    [2, 2],
    [3, 3],
    [2, 4, 4],
    [2, 2, 3, 3],
  ]) {
    it(`[${shape}]`, () => checkGradient(one('Det', { X: { shape } })));
  }
  it('of singular matrices', () =>
    checkGradient(one('Det', { X: { shape: [3, 3], values: [1, 2, 3, 2, 4, 6, 1, 0, 1] } })));
  it('unknown batch', () => checkGradient(one('Det', { X: { shape: [2, 3, 3], declared: ['batch', 3, 3] } })));
});
