import { describe, expect, it } from 'vitest';
import { float } from '../../../src-main/onnx/attributes.ts';
import type { GraphBuilder, Value } from '../../../src-main/onnx/builder.ts';
import { checkGradient, compiledGradients, expectClose, type GradientCase } from '../../support/check-gradient.ts';
import { cases } from '../../support/gradient-cases.ts';

type Inputs = Readonly<Record<string, Value>>;
const positive = (x: number): number => 0.5 + Math.abs(x);
/** Away from kinks, where finite differences straddle two slopes. */
const awayFromZero = (x: number): number => x + Math.sign(x) * 0.1;

describe('broadcasting arithmetic', () => {
  const shapes: Record<string, [number[], number[]]> = {
    'equal shapes': [
      [3, 4],
      [3, 4],
    ],
    'a row': [[3, 4], [4]],
    'a column': [
      [3, 4],
      [3, 1],
    ],
    'a scalar': [[2, 3], []],
    'a scalar on the left': [[], [2, 3]],
    'both ways': [
      [3, 1, 4],
      [2, 1],
    ],
    'size one': [[1], [1]],
    'more axes on the right': [[2], [3, 2, 2]],
  };
  for (const op of ['Add', 'Sub', 'Mul', 'Div', 'Pow']) {
    for (const [what, [A, B]] of Object.entries(shapes)) {
      it(`${op}: ${what}`, () =>
        checkGradient({
          inputs: { A: { shape: A, map: positive }, B: { shape: B, map: positive } },
          build: (g, { A, B }) => g.op(op, [A, B]),
        }));
    }
  }
});

describe('elementwise', () => {
  const maps: Record<string, (x: number) => number> = {
    Neg: (x) => x,
    Exp: (x) => x,
    Log: positive,
    Sqrt: positive,
    Relu: awayFromZero,
    LeakyRelu: awayFromZero,
    Sigmoid: (x) => 3 * x,
    Tanh: (x) => 2 * x,
    Identity: (x) => x,
  };
  for (const [op, map] of Object.entries(maps)) {
    it(op, () => checkGradient({ inputs: { X: { shape: [3, 5], map } }, build: (g, { X }) => g.op(op, [X]) }));
  }
  it('LeakyRelu with its own slope', () =>
    checkGradient({
      inputs: { X: { shape: [7], map: awayFromZero } },
      build: (g, { X }) => g.op('LeakyRelu', [X], { alpha: float(0.3) }),
    }));
  it.each([2, 3, 0.5, -1])('Pow to the constant %d', (n) =>
    checkGradient({
      inputs: { X: { shape: [6], map: n === 2 || n === 3 ? (x) => x : positive } },
      build: (g, { X }) => g.pow(X, g.scalar(n, X)),
    }),
  );
  it('Relu passes nothing at 0, as in PyTorch', async () => {
    const test: GradientCase = {
      inputs: { X: { shape: [4], values: [0, -0, 1, -1] } },
      build: (g, { X }) => g.op('Relu', [X]),
    };
    for (const device of ['cpu', 'webgpu'] as const) {
      const { 'd.X': dX } = await compiledGradients(test, device);
      expect(Array.from(dX.data as Float32Array, (x) => x !== 0)).toEqual([false, false, true, false]);
    }
  });
});

cases('MatMul', {
  'matrix · matrix': { inputs: { A: { shape: [3, 4] }, B: { shape: [4, 5] } }, build: (g, { A, B }) => g.matmul(A, B) },
  'batch · batch': {
    inputs: { A: { shape: [2, 3, 4] }, B: { shape: [2, 4, 2] } },
    build: (g, { A, B }) => g.matmul(A, B),
  },
  'stack · matrix': {
    inputs: { A: { shape: [2, 3, 4] }, B: { shape: [4, 5] } },
    build: (g, { A, B }) => g.matmul(A, B),
  },
  'matrix · stack': {
    inputs: { A: { shape: [3, 4] }, B: { shape: [2, 4, 5] } },
    build: (g, { A, B }) => g.matmul(A, B),
  },
  'broadcast batches': {
    inputs: { A: { shape: [2, 1, 3, 4] }, B: { shape: [3, 4, 2] } },
    build: (g, { A, B }) => g.matmul(A, B),
  },
  'vector · matrix': { inputs: { A: { shape: [4] }, B: { shape: [4, 3] } }, build: (g, { A, B }) => g.matmul(A, B) },
  'matrix · vector': { inputs: { A: { shape: [3, 4] }, B: { shape: [4] } }, build: (g, { A, B }) => g.matmul(A, B) },
  'stack · vector': { inputs: { A: { shape: [2, 3, 4] }, B: { shape: [4] } }, build: (g, { A, B }) => g.matmul(A, B) },
  'vector · vector': { inputs: { A: { shape: [4] }, B: { shape: [4] } }, build: (g, { A, B }) => g.matmul(A, B) },
  'a value times itself': { inputs: { A: { shape: [3, 3] } }, build: (g, { A }) => g.matmul(A, A) },
});

describe('Gemm', () => {
  for (const transA of [0, 1]) {
    for (const transB of [0, 1]) {
      for (const C of [undefined, [], [4], [1, 4], [3, 1], [3, 4]]) {
        it(`transA=${transA} transB=${transB} C=${C ? `[${C}]` : 'none'}`, () =>
          checkGradient({
            inputs: {
              A: { shape: transA ? [5, 3] : [3, 5] },
              B: { shape: transB ? [4, 5] : [5, 4] },
              ...(C && { C: { shape: C } }),
            },
            build: (g, x: Inputs) =>
              g.op('Gemm', [x.A, x.B, x.C], { transA, transB, alpha: float(0.7), beta: float(1.3) }),
          }));
      }
    }
  }
});

describe('Conv', () => {
  const conv = (
    x: number[],
    w: number[],
    attributes: Record<string, number | number[] | string>,
    bias = true,
  ): GradientCase => ({
    inputs: { X: { shape: x }, W: { shape: w }, ...(bias && { B: { shape: [w[0]] } }) },
    build: (g, i: Inputs) => g.op('Conv', [i.X, i.W, i.B], attributes as Record<string, number>),
  });
  const list: Record<string, GradientCase> = {
    plain: conv([2, 3, 5, 5], [4, 3, 3, 3], {}),
    'no bias': conv([1, 2, 4, 4], [2, 2, 3, 3], {}, false),
    '1×1': conv([2, 3, 3, 4], [4, 3, 1, 1], {}),
    '1×1 with stride 2': conv([2, 3, 5, 4], [2, 3, 1, 1], { strides: [2, 2] }),
    'same pads': conv([2, 2, 5, 6], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
    'uneven pads': conv([1, 2, 5, 5], [2, 2, 3, 3], { pads: [0, 2, 1, 0] }),
    'pads as large as the kernel': conv([1, 1, 3, 3], [2, 1, 2, 2], { pads: [2, 2, 2, 2] }),
    'stride 2': conv([2, 2, 7, 7], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    'stride 2, rows left over': conv([1, 2, 8, 9], [2, 2, 3, 3], { strides: [2, 3] }),
    'dilation 2': conv([1, 2, 7, 7], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }),
    'dilation and stride': conv([1, 2, 9, 8], [2, 2, 3, 2], { dilations: [2, 3], strides: [2, 2], pads: [1, 0, 2, 1] }),
    groups: conv([2, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
    'groups and stride': conv([1, 4, 6, 6], [4, 2, 3, 3], { group: 2, strides: [2, 2] }),
    depthwise: conv([2, 3, 5, 5], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
    'depthwise, twice the channels': conv([1, 2, 4, 4], [4, 1, 2, 2], { group: 2 }),
    'even kernel': conv([1, 2, 5, 5], [2, 2, 2, 4], {}),
    'kernel as large as the input': conv([2, 2, 4, 4], [3, 2, 4, 4], {}),
    'auto_pad SAME_UPPER': conv([1, 2, 5, 6], [2, 2, 2, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
    'auto_pad SAME_LOWER': conv([1, 2, 5, 6], [2, 2, 2, 3], { auto_pad: 'SAME_LOWER' }),
    'auto_pad VALID': conv([1, 2, 5, 6], [2, 2, 2, 3], { auto_pad: 'VALID' }),
    '1-D': conv([2, 3, 8], [4, 3, 3], { pads: [1, 1] }),
    '1-D, stride and dilation': conv([2, 2, 11], [3, 2, 3], { strides: [3], dilations: [2] }),
    '3-D': conv([1, 2, 3, 4, 3], [2, 2, 2, 2, 2], { pads: [1, 0, 0, 0, 1, 1] }),
  };
  for (const [what, test] of Object.entries(list)) it(what, () => checkGradient(test));
  it('unknown batch and sizes', () =>
    checkGradient({
      inputs: { X: { shape: [2, 2, 5, 4], declared: ['batch', 2, 'height', 'width'] }, W: { shape: [3, 2, 3, 3] } },
      build: (g, { X, W }) => g.op('Conv', [X, W], { pads: [1, 1, 1, 1] }),
    }));
});

describe('MaxPool', () => {
  // Distinct values, so that no difference crosses a tie.
  const distinct = (shape: number[]): number[] => {
    const length = shape.reduce((a, b) => a * b, 1);
    return Array.from({ length }, (_, i) => ((i * 37) % length) / length - 0.4);
  };
  const pool = (shape: number[], attributes: Record<string, number | number[] | string>): GradientCase => ({
    inputs: { X: { shape, values: distinct(shape) } },
    build: (g, { X }) => g.op('MaxPool', [X], attributes as Record<string, number>),
  });
  const list: Record<string, GradientCase> = {
    '2×2': pool([2, 3, 4, 6], { kernel_shape: [2, 2], strides: [2, 2] }),
    '3×2': pool([2, 1, 6, 4], { kernel_shape: [3, 2], strides: [3, 2] }),
    '1×2': pool([2, 1, 3, 4], { kernel_shape: [1, 2], strides: [1, 2] }),
    'odd size, row left over': pool([1, 2, 5, 7], { kernel_shape: [2, 2], strides: [2, 2] }),
    'odd size, rounded up': pool([1, 2, 5, 7], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
    overlapping: pool([1, 2, 6, 6], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    'overlapping, stride 1': pool([2, 1, 4, 5], { kernel_shape: [2, 3] }),
    'stride above kernel': pool([1, 1, 7, 7], { kernel_shape: [2, 2], strides: [3, 3] }),
    dilations: pool([1, 2, 7, 7], { kernel_shape: [2, 2], dilations: [2, 2] }),
    SAME_UPPER: pool([1, 1, 5, 5], { kernel_shape: [2, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    'non-overlapping with pads': pool([1, 2, 4, 4], { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1] }),
    '1-D': pool([2, 2, 7], { kernel_shape: [3], strides: [2] }),
    'over everything': pool([2, 2, 3, 3], { kernel_shape: [3, 3] }),
  };
  for (const [what, test] of Object.entries(list)) it(what, () => checkGradient(test));

  // ONNX's own shape inference counts one window more before opset 22, which ONNX Runtime's kernel does not make.
  it('rounded up, the last window would start in the padding', () =>
    checkGradient({
      ...pool([1, 1, 4, 4], { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 1, 1], ceil_mode: 1 }),
      devices: ['cpu'],
    }));

  it.each(['cpu', 'webgpu'] as const)('%s: with ties the first maximum gets all of the gradient', async (device) => {
    const flat: GradientCase = {
      inputs: { X: { shape: [1, 1, 4, 4], values: [0, 0, 5, 5, 0, 0, 5, 1, -2, -2, 0, 0, -2, -2, 0, 0] } },
      build: (g, { X }) => g.op('MaxPool', [X], { kernel_shape: [2, 2], strides: [2, 2] }),
    };
    const { 'd.X': dX } = await compiledGradients(flat, device);
    const hit = Array.from(dX.data as Float32Array, (x) => (x === 0 ? 0 : 1));
    expect(hit).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  });
  it('ties in overlapping windows agree between devices', async () => {
    const tied: GradientCase = {
      inputs: { X: { shape: [2, 2, 6, 6], values: Array.from({ length: 144 }, (_, i) => (i * i) % 3) } },
      build: (g, { X }) => g.op('MaxPool', [X], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 0, 0] }),
    };
    const [cpu, gpu] = [await compiledGradients(tied, 'cpu'), await compiledGradients(tied, 'webgpu')];
    expectClose(gpu['d.X'].data as Float32Array, cpu['d.X'].data as Float32Array, 1e-6, 'dX');
  });
});

describe('AveragePool', () => {
  const pool = (shape: number[], attributes: Record<string, number | number[] | string>): GradientCase => ({
    inputs: { X: { shape } },
    build: (g, { X }) => g.op('AveragePool', [X], attributes as Record<string, number>),
  });
  const list: Record<string, GradientCase> = {
    '2×2': pool([2, 3, 4, 6], { kernel_shape: [2, 2], strides: [2, 2] }),
    'odd size, row left over': pool([1, 2, 5, 7], { kernel_shape: [2, 2], strides: [2, 2] }),
    'rounded up': pool([1, 2, 5, 7], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
    'overlapping, pads not counted': pool([1, 2, 6, 5], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    'pads counted': pool([1, 2, 6, 5], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      count_include_pad: 1,
    }),
    '1-D': pool([2, 2, 7], { kernel_shape: [3], strides: [2] }),
  };
  for (const [what, test] of Object.entries(list)) it(what, () => checkGradient(test));
  it('GlobalAveragePool', () =>
    checkGradient({ inputs: { X: { shape: [2, 3, 4, 5] } }, build: (g, { X }) => g.op('GlobalAveragePool', [X]) }));
});

describe('Softmax and LogSoftmax', () => {
  for (const op of ['Softmax', 'LogSoftmax']) {
    for (const axis of [0, 1, -1, -2]) {
      it(`${op} axis ${axis}`, () =>
        checkGradient({ inputs: { X: { shape: [3, 4, 2] } }, build: (g, { X }) => g.op(op, [X], { axis }) }));
    }
  }
  it('large logits do not overflow', () =>
    checkGradient({
      inputs: { X: { shape: [2, 3], values: [1000, 999, 0, -1000, -1001, -1000] } },
      build: (g, { X }) => g.op('LogSoftmax', [X], { axis: 1 }),
      tolerance: 1e-4,
    }));
});

describe('reductions', () => {
  for (const op of ['ReduceSum', 'ReduceMean']) {
    for (const keepdims of [0, 1]) {
      for (const axes of [undefined, [0], [1, -1], [0, 1, 2]]) {
        it(`${op} axes ${axes ? `[${axes}]` : 'all'} keepdims=${keepdims}`, () =>
          checkGradient({
            inputs: { X: { shape: [3, 2, 4] } },
            build: (g, { X }) => g.op(op, [X, axes && g.int64s(axes)], { keepdims }),
          }));
      }
    }
  }
  it('a mean over an unknown batch', () =>
    checkGradient({
      inputs: { X: { shape: [3, 4], declared: ['batch', 4] } },
      build: (g, { X }) => g.reduceMean(X, [0, 1], false),
    }));
});

cases('movement', {
  'Reshape with 0 and −1': {
    inputs: { X: { shape: [2, 3, 4] } },
    build: (g, { X }) => g.op('Reshape', [X, g.int64s([0, -1])]),
  },
  'Flatten at 0': { inputs: { X: { shape: [2, 3] } }, build: (g, { X }) => g.op('Flatten', [X], { axis: 0 }) },
  'Flatten at −1': { inputs: { X: { shape: [2, 3, 4] } }, build: (g, { X }) => g.op('Flatten', [X], { axis: -1 }) },
  'Transpose, default': { inputs: { X: { shape: [2, 3, 4] } }, build: (g, { X }) => g.op('Transpose', [X]) },
  'Transpose, a cycle': { inputs: { X: { shape: [2, 3, 4] } }, build: (g, { X }) => g.transpose(X, [2, 0, 1]) },
  'Transpose of axes of size 1': {
    inputs: { X: { shape: [2, 1, 4, 1] } },
    build: (g, { X }) => g.transpose(X, [0, 3, 2, 1]),
  },
  'Squeeze, given axes': {
    inputs: { X: { shape: [1, 3, 1] } },
    build: (g, { X }) => g.op('Squeeze', [X, g.int64s([-1])]),
  },
  'Squeeze, all': { inputs: { X: { shape: [1, 3, 1] } }, build: (g, { X }) => g.op('Squeeze', [X]) },
  Unsqueeze: { inputs: { X: { shape: [3, 2] } }, build: (g, { X }) => g.unsqueeze(X, [0, -1]) },
  'Concat, last axis': {
    inputs: { X: { shape: [2, 3] }, Y: { shape: [2, 1] }, Z: { shape: [2, 2] } },
    build: (g, { X, Y, Z }) => g.concat([X, Y, Z], -1),
  },
  'Concat of one value twice': { inputs: { X: { shape: [2, 3] } }, build: (g, { X }) => g.concat([X, X], 0) },
  Slice: { inputs: { X: { shape: [5, 6] } }, build: (g, { X }) => g.slice(X, [1, -4], [4, -1], [0, 1]) },
  'Slice with steps': {
    inputs: { X: { shape: [7, 6] } },
    build: (g, { X }) => g.slice(X, [1, 0], [7, 5], [0, -1], [3, 2]),
  },
  'Slice backwards': {
    inputs: { X: { shape: [7, 4] } },
    build: (g, { X }) => g.slice(X, [-1, 3], [-100, 0], [0, 1], [-2, -1]),
  },
  'Slice to the end of an unknown batch': {
    inputs: { X: { shape: [3, 4], declared: ['batch', 4] } },
    build: (g, { X }) => g.slice(X, [0, 1], [2 ** 31 - 1, 3], [0, 1]),
  },
  'Cast there and back': {
    inputs: { X: { shape: [3] } },
    build: (g, { X }) => g.cast(g.mul(g.cast(X, 'double'), g.cast(X, 'double')), 'float'),
  },
});

describe('SoftmaxCrossEntropyLoss', () => {
  const loss = (
    weights: boolean,
    attributes: Record<string, number | string>,
    labels = [2, 0, 1, 2],
  ): GradientCase => ({
    inputs: {
      scores: { shape: [4, 3] },
      labels: { shape: [4], type: 'int32', values: labels },
      ...(weights && { weights: { shape: [3], values: [0.5, 1, 2] } }),
    },
    wrt: ['scores'],
    build: (g, i: Inputs) =>
      g.node('SoftmaxCrossEntropyLoss', [i.scores, i.labels, i.weights], attributes, {
        outputs: ['loss', 'log_prob'],
      })[0],
  });
  it('mean', () => checkGradient(loss(false, {})));
  it('sum', () => checkGradient(loss(false, { reduction: 'sum' })));
  it('class weights', () => checkGradient(loss(true, {})));
  it('class weights, sum', () => checkGradient(loss(true, { reduction: 'sum' })));
  it('ignore_index inside the classes', () => checkGradient(loss(false, { ignore_index: 2 })));
  it('ignore_index outside the classes', () => checkGradient(loss(true, { ignore_index: -100 }, [2, -100, 1, -100])));
});

describe('BatchNormalization', () => {
  const norm = (shape: number[], training_mode: number): GradientCase => ({
    inputs: {
      X: { shape },
      scale: { shape: [shape[1]], map: positive },
      B: { shape: [shape[1]] },
      mean: { shape: [shape[1]] },
      variance: { shape: [shape[1]], map: positive },
    },
    wrt: ['X', 'scale', 'B'],
    tolerance: 1e-4,
    build: (g, { X, scale, B, mean, variance }) =>
      g.node(
        'BatchNormalization',
        [X, scale, B, mean, variance],
        { training_mode, epsilon: float(1e-3) },
        {
          outputs: training_mode ? ['Y', 'running_mean', 'running_var'] : ['Y'],
        },
      )[0],
  });
  it('training, images', () => checkGradient(norm([3, 2, 3, 4], 1)));
  it('training, vectors', () => checkGradient(norm([6, 3], 1)));
  it('inference', () => checkGradient(norm([3, 2, 3, 4], 0)));
});

describe('graphs', () => {
  const layer = (g: GraphBuilder, x: Value, w: Value) => g.op('Tanh', [g.matmul(x, w)]);
  it('a value used three ways', () =>
    checkGradient({
      inputs: { X: { shape: [3, 4] }, W: { shape: [4, 4] } },
      build: (g, { X, W }) => {
        const h = layer(g, X, W);
        return g.add(g.mul(h, h), g.sub(layer(g, h, W), g.reduceMean(h, [0])));
      },
    }));
  it('a residual block', () =>
    checkGradient({
      inputs: { X: { shape: [2, 2, 4, 4], map: awayFromZero }, W: { shape: [2, 2, 3, 3] } },
      build: (g, { X, W }) => g.op('Sigmoid', [g.add(X, g.op('Conv', [X, W], { pads: [1, 1, 1, 1] }))]),
    }));
  it('a batch of one', () =>
    checkGradient({
      inputs: { X: { shape: [1, 4], declared: ['batch', 4] }, W: { shape: [4, 3] }, b: { shape: [3] } },
      build: (g, { X, W, b }) => g.op('Softmax', [g.op('Gemm', [X, W, b])], { axis: 1 }),
    }));
});
