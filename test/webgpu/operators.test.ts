// Every gradient rule once on WebGPU itself, and every form that its provider would get wrong (lowering/webgpu).

import { describe, expect, it } from 'vitest';
import { gradients } from '../../src-main/autodiff/gradients/index.ts';
import { type AttributeInput, float } from '../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Inside, type Value } from '../../src-main/onnx/builder.ts';
import { sizeOf, tensor } from '../../src-main/onnx/tensors.ts';
import { checkGradient, type GradientCase, type InputCase } from '../support/check-gradient.ts';

type Inputs = Readonly<Record<string, Value>>;
type Attributes = Readonly<Record<string, AttributeInput>>;
/** Numbers alone are a shape. */
type Input = InputCase | readonly number[];

const inputOf = (input: Input): InputCase => ('shape' in input ? input : { shape: input });

function of(
  inputs: Readonly<Record<string, Input>>,
  build: (g: GraphBuilder, x: Inputs) => Value,
  more: Partial<GradientCase> = {},
): GradientCase {
  return {
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, inputOf(input)])),
    build,
    ...more,
  };
}
/** The operator on those inputs, in their order. */
const op = (
  name: string,
  inputs: Readonly<Record<string, Input>>,
  attributes: Attributes = {},
  more: Partial<GradientCase> = {},
): GradientCase => of(inputs, (g, x) => g.op(name, Object.values(x), attributes), more);

const ints = (shape: number[], values: number[], type: 'int32' | 'int64' = 'int64'): InputCase => ({
  shape,
  values,
  type,
});
const bools = (shape: number[], values: number[]): InputCase => ({ shape, values, type: 'bool' });
const positive = (shape: number[]): InputCase => ({ shape, map: (x) => 0.5 + Math.abs(x) });
const within = (shape: number[]): InputCase => ({ shape, map: (x) => Math.tanh(x) * 0.9 });
const away = (shape: number[]): InputCase => ({ shape, map: (x) => x + Math.sign(x) / 4 });
const far: InputCase = { shape: [8], values: [-300, -100.5, -31.25, -4, 4, 22, 150, 299.75] };
const half = (shape: number[]): InputCase => ({ shape, map: (x) => x / 2 });
/** Different numbers, so that no difference crosses a tie. */
const distinct = (shape: number[]): InputCase => {
  const length = sizeOf(shape);
  return { shape, values: Array.from({ length }, (_, i) => ((i * 37) % length) / length - 0.4) };
};
const flat = (g: GraphBuilder, values: readonly Value[]): Value =>
  g.concat(
    values.map((value) => g.op('Reshape', [value, g.int64s([-1])])),
    0,
  );

const elementwise: Record<string, GradientCase> = {
  ...Object.fromEntries(
    [
      'Identity',
      'Neg',
      'Exp',
      'Sigmoid',
      'Tanh',
      'Erf',
      'Softplus',
      'Softsign',
      'Mish',
      'Asinh',
      'Atan',
      'Sinh',
      'Cosh',
    ].map((name) => [name, op(name, { X: [2, 3] })]),
  ),
  ...Object.fromEntries(
    ['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atanh'].map((name) => [name, op(name, { X: within([2, 3]) })]),
  ),
  ...Object.fromEntries(
    ['Sin', 'Cos', 'Asinh'].map((name) => [`${name}: far from 0`, op(name, { X: far }, {}, { tolerance: 1e-5 })]),
  ),
  ...Object.fromEntries(['Log', 'Sqrt', 'Reciprocal'].map((name) => [name, op(name, { X: positive([2, 3]) })])),
  ...Object.fromEntries(
    ['Abs', 'Relu', 'LeakyRelu', 'Elu', 'Selu', 'Celu', 'HardSigmoid', 'HardSwish', 'ThresholdedRelu', 'Shrink'].map(
      (name) => [name, op(name, { X: away([2, 3]) })],
    ),
  ),
  'Celu: its own slope': op('Celu', { X: away([5]) }, { alpha: float(0.3) }),
  Acosh: op('Acosh', { X: { shape: [4], map: (x: number) => 1.5 + Math.abs(x) } }),
  Gelu: op('Gelu', { X: [2, 3] }, { approximate: 'tanh' }, { opset: 20 }),
  Swish: op('Swish', { X: [2, 3] }, { alpha: float(1.5) }, { opset: 24 }),
  Clip: of({ X: distinct([7]) }, (g, { X }) => g.op('Clip', [X, g.scalar(-0.3, X), g.scalar(0.2, X)])),
  Cast: of({ X: [3] }, (g, { X }) => g.mul(X, g.cast(g.op('Greater', [X, g.scalar(0, X)]), 'float'))),
  CastLike: of({ X: [3] }, (g, { X }) => g.op('CastLike', [X, g.scalar(1, X)])),
  Dropout: op('Dropout', { X: [4] }),
  PRelu: op('PRelu', { X: away([2, 3]), slope: [3] }),
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].map((name) => [name, op(name, { A: [2, 4], B: positive([2, 1]) })]),
  ),
  Sum: op('Sum', { A: [2, 3], B: [3], C: [2, 1] }),
  Mean: op('Mean', { A: [2, 3], B: [3] }),
  Mod: op('Mod', { A: positive([5]), B: { shape: [5], map: (x: number) => 2 + Math.abs(x) } }, { fmod: 1 }),
  Pow: op('Pow', { X: positive([3, 4]), Y: [3, 4] }),
  'Pow: columns': op('Pow', { X: positive([3, 4]), Y: [3, 1] }),
  'Pow: an unknown batch': op('Pow', { X: { ...positive([3, 4]), declared: ['batch', 4] }, Y: [3, 1] }),
  Where: of({ A: [2, 3], B: [3], C: bools([2, 1], [1, 0]) }, (g, { A, B, C }) => g.where(C, A, B)),
  'And: rows, then a column': of(
    { X: [4, 4], a: bools([1, 4], [1, 0, 1, 1]), b: bools([4, 1], [0, 1, 1, 0]) },
    (g, x) => g.where(g.op('And', [x.a, x.b]), x.X, g.scalar(0, x.X)),
  ),
  'And: a row': of({ X: [2, 4], a: bools([2, 4], [1, 0, 1, 1, 0, 1, 1, 0]), b: bools([1, 4], [0, 1, 1, 0]) }, (g, x) =>
    g.where(g.op('And', [x.a, x.b]), x.X, g.scalar(0, x.X)),
  ),
  'Or: a column': of({ X: [2, 3], a: bools([2, 3], [1, 0, 1, 1, 0, 0]), b: bools([2, 1], [0, 1]) }, (g, x) =>
    g.where(g.op('Or', [x.a, x.b]), x.X, g.scalar(0, x.X)),
  ),
};

const matrices: Record<string, GradientCase> = {
  MatMul: op('MatMul', { A: [2, 3, 4], B: [4, 5] }),
  Gemm: op('Gemm', { A: [3, 5], B: [4, 5], C: [4] }, { transB: 1 }),
  'Gemm: a plain number': op('Gemm', { A: [9, 5], B: [5, 9], C: [] }),
  Einsum: op('Einsum', { A: [2, 3, 4], B: [2, 5, 4] }, { equation: 'bic,bjc->bij' }),
  'Einsum: a diagonal': op('Einsum', { A: [2, 3, 3] }, { equation: '...ii->...i' }),
  Det: op('Det', { X: [3, 3] }),
  Attention: op(
    'Attention',
    { Q: half([1, 2, 3, 4]), K: half([1, 2, 3, 4]), V: [1, 2, 3, 4] },
    { is_causal: 1 },
    { opset: 23, tolerance: 1e-4 },
  ),
  RotaryEmbedding: op(
    'RotaryEmbedding',
    { X: [2, 2, 3, 4], cos: [6, 2], sin: [6, 2], at: ints([2, 3], [0, 1, 2, 4, 5, 1]) },
    {},
    { opset: 23 },
  ),
};

const convolutions: Record<string, GradientCase> = {
  Conv: op('Conv', { X: [2, 2, 5, 5], W: [3, 2, 3, 3], B: [3] }, { pads: [1, 1, 1, 1], strides: [2, 2] }),
  'Conv: groups': op('Conv', { X: [1, 4, 5, 5], W: [4, 2, 3, 3] }, { group: 2, dilations: [2, 2] }),
  'Conv: six channels in, four out': op('Conv', { X: [1, 6, 3, 3], W: [4, 6, 2, 2], B: [4] }),
  'Conv: six outputs a group': op('Conv', { X: [2, 4, 3, 3], W: [12, 2, 2, 2], B: [12] }, { group: 2 }),
  'Conv: pads after a picture of the kernel’s size': op(
    'Conv',
    { X: [2, 2, 2, 2], W: [3, 2, 2, 2] },
    { pads: [0, 0, 1, 1] },
  ),
  'Conv: pads before a picture of the kernel’s size': op(
    'Conv',
    { X: [1, 2, 2, 2], W: [2, 2, 2, 2] },
    { pads: [1, 1, 0, 0] },
  ),
  'Conv: 1×1 with pads after the picture': op('Conv', { X: [1, 3, 4], W: [2, 3, 1] }, { pads: [0, 1] }),
  'Conv: a Pad in front, which the runtime takes into it': of({ X: [1, 2, 2, 2], W: [2, 2, 2, 2] }, (g, { X, W }) =>
    g.op('Conv', [g.op('Pad', [X, g.int64s([0, 0, 0, 0, 0, 0, 1, 1])]), W]),
  ),
  'Conv: 3-D': op('Conv', { X: [1, 2, 3, 3, 3], W: [2, 2, 2, 2, 2] }, { strides: [2, 1, 1], pads: [1, 0, 0, 1, 0, 0] }),
  'Conv: 3-D, a group a channel, sizes unknown': op(
    'Conv',
    { X: { shape: [2, 2, 3, 3, 3], declared: ['batch', 2, 'd', 'h', 'w'] }, W: [2, 1, 2, 2, 2] },
    { group: 2, strides: [2, 1, 1] },
  ),
  ConvTranspose: op('ConvTranspose', { X: [2, 2, 3, 3], W: [2, 3, 3, 3] }, { strides: [2, 2], pads: [1, 1, 1, 1] }),
  'ConvTranspose: two inputs and one output a group': op(
    'ConvTranspose',
    { X: [1, 4, 2, 3], W: [4, 1, 2, 2] },
    { group: 2 },
  ),
  'ConvTranspose: 3-D': op('ConvTranspose', { X: [1, 2, 2, 2, 2], W: [2, 2, 2, 2, 2] }, { strides: [2, 2, 1] }),
  MaxPool: op('MaxPool', { X: distinct([1, 2, 6, 6]) }, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  'MaxPool: tiles': op('MaxPool', { X: distinct([1, 2, 4, 4]) }, { kernel_shape: [2, 2], strides: [2, 2] }),
  'MaxPool: 3-D': op('MaxPool', { X: distinct([1, 1, 3, 4, 3]) }, { kernel_shape: [2, 2, 2] }),
  'MaxPool: a window that would start in the padding': op(
    'MaxPool',
    { X: distinct([1, 1, 4, 4]) },
    { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 1, 1], ceil_mode: 1 },
  ),
  MaxUnpool: of({ X: distinct([1, 1, 4, 4]) }, (g, { X }) => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    const [pooled, places] = g.node('MaxPool', [X], attributes, { outputs: ['pooled', 'places'] });
    return g.op('MaxUnpool', [g.mul(pooled, pooled), places], attributes);
  }),
  AveragePool: op('AveragePool', { X: [1, 2, 5, 5] }, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  LpPool: op('LpPool', { X: away([1, 2, 4, 4]) }, { kernel_shape: [2, 2], p: 3 }),
  GlobalAveragePool: op('GlobalAveragePool', { X: [2, 2, 3, 3] }),
  GlobalMaxPool: op('GlobalMaxPool', { X: distinct([2, 2, 3, 3]) }),
  GlobalLpPool: op('GlobalLpPool', { X: away([2, 2, 3, 3]) }),
  Col2Im: of({ X: [1, 4, 9] }, (g, { X }) => g.op('Col2Im', [X, g.int64s([4, 4]), g.int64s([2, 2])])),
  Resize: of({ X: [1, 1, 3, 4] }, (g, { X }) =>
    g.op('Resize', [X, undefined, undefined, g.int64s([1, 1, 5, 6])], { mode: 'linear' }),
  ),
  'Resize: antialias': of({ X: [1, 1, 5, 4] }, (g, { X }) =>
    g.op('Resize', [X, undefined, undefined, g.int64s([1, 1, 3, 3])], { mode: 'linear', antialias: 1 }),
  ),
  'Resize: channels': of({ X: [1, 3, 2, 2] }, (g, { X }) =>
    g.op('Resize', [X, undefined, undefined, g.int64s([1, 5, 2, 2])], { mode: 'linear' }),
  ),
  GridSample: op('GridSample', { X: [1, 1, 4, 4], grid: within([1, 2, 3, 2]) }, {}, { opset: 20, tolerance: 1e-4 }),
  AffineGrid: of({ theta: [2, 2, 3] }, (g, { theta }) => g.op('AffineGrid', [theta, g.int64s([2, 3, 2, 3])]), {
    opset: 20,
  }),
  DepthToSpace: op('DepthToSpace', { X: [1, 8, 2, 2] }, { blocksize: 2, mode: 'CRD' }),
  SpaceToDepth: op('SpaceToDepth', { X: [1, 2, 4, 4] }, { blocksize: 2 }),
};

const normalisations: Record<string, GradientCase> = {
  Softmax: op('Softmax', { X: [3, 4] }),
  LogSoftmax: op('LogSoftmax', { X: [3, 4] }, { axis: 0 }),
  LayerNormalization: op('LayerNormalization', { X: [3, 4], scale: [4], B: [4] }),
  'LayerNormalization: a scale that broadcasts': op(
    'LayerNormalization',
    { X: [2, 3, 4], scale: [4], B: [3, 1] },
    { axis: 1 },
    { tolerance: 1e-4 },
  ),
  RMSNormalization: op('RMSNormalization', { X: [2, 3, 4], scale: [4] }, { axis: 1 }, { opset: 23, tolerance: 1e-4 }),
  InstanceNormalization: op('InstanceNormalization', { X: [2, 3, 5], scale: [3], B: [3] }, {}, { tolerance: 1e-4 }),
  'InstanceNormalization: another epsilon': op(
    'InstanceNormalization',
    { X: [2, 3, 5], scale: [3], B: [3] },
    { epsilon: float(0.3) },
    { tolerance: 1e-4 },
  ),
  GroupNormalization: op(
    'GroupNormalization',
    { X: [2, 4, 3], scale: [4], bias: [4] },
    { num_groups: 2 },
    { opset: 21, tolerance: 1e-4 },
  ),
  BatchNormalization: of(
    { X: [4, 2, 3], scale: [2], B: [2] },
    (g, { X, scale, B }) => {
      const constant = (value: number) => g.constant(tensor('float', [2], [value, value]));
      const outputs = { outputs: ['Y', 'mean', 'var'] };
      return g.node('BatchNormalization', [X, scale, B, constant(0), constant(1)], { training_mode: 1 }, outputs)[0];
    },
    { tolerance: 1e-4 },
  ),
  MeanVarianceNormalization: op('MeanVarianceNormalization', { X: [2, 2, 3, 3] }, {}, { tolerance: 1e-4 }),
  LpNormalization: op('LpNormalization', { X: away([3, 4]) }, { p: 2 }),
  LRN: op('LRN', { X: [1, 4, 2, 2] }, { size: 3 }),
  SoftmaxCrossEntropyLoss: of({ X: [3, 4], labels: ints([3], [0, 3, 1]) }, (g, { X, labels }) =>
    g.op('SoftmaxCrossEntropyLoss', [X, labels]),
  ),
  NegativeLogLikelihoodLoss: of({ X: [3, 4], labels: ints([3], [0, 3, 1]) }, (g, { X, labels }) =>
    g.op('NegativeLogLikelihoodLoss', [X, labels]),
  ),
};

const reductions: Record<string, GradientCase> = {
  ...Object.fromEntries(
    ['Sum', 'Mean', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSumExp', 'LogSum'].map((name) => [
      `Reduce${name}`,
      of({ X: name === 'LogSum' ? positive([2, 3, 4]) : away([2, 3, 4]) }, (g, { X }) =>
        g.op(`Reduce${name}`, [X, g.int64s([0, -1])], { keepdims: 0 }),
      ),
    ]),
  ),
  ...Object.fromEntries(
    ['Max', 'Min'].map((name) => [
      `Reduce${name}`,
      of({ X: distinct([2, 3, 4]) }, (g, { X }) => g.op(`Reduce${name}`, [X, g.int64s([1])])),
    ]),
  ),
  ...Object.fromEntries(
    ['L1', 'L2', 'SumSquare', 'LogSum'].map((name) => [
      `Reduce${name}: over nothing`,
      op(`Reduce${name}`, { X: name === 'LogSum' ? positive([4]) : away([4]) }, { noop_with_empty_axes: 1 }),
    ]),
  ),
  CumSum: of({ X: [3, 4] }, (g, { X }) => g.op('CumSum', [X, g.int64s([1])], { reverse: 1 })),
  TopK: of({ X: distinct([3, 5]) }, (g, { X }) => g.node('TopK', [X, g.int64s([2])], {}, { outputs: ['v', 'i'] })[0]),
};

const movements: Record<string, GradientCase> = {
  Reshape: of({ X: [2, 6] }, (g, { X }) => g.op('Reshape', [X, g.int64s([3, -1])])),
  Flatten: op('Flatten', { X: [2, 3, 2] }),
  Transpose: op('Transpose', { X: [2, 3, 4] }, { perm: [2, 0, 1] }),
  'Transpose: truth values': of({ X: [3, 2], c: bools([2, 3], [1, 0, 1, 0, 0, 1]) }, (g, { X, c }) =>
    g.where(g.transpose(c, [1, 0]), X, g.scalar(0, X)),
  ),
  'Reshape: by a Size': of({ X: { shape: [2, 3], declared: ['n', 3] } }, (g, { X }) =>
    g.op('Reshape', [X, g.unsqueeze(g.op('Size', [g.mul(X, X)]), [0])]),
  ),
  Squeeze: of({ X: [1, 3, 1] }, (g, { X }) => g.op('Squeeze', [X, g.int64s([0])])),
  Unsqueeze: of({ X: [3] }, (g, { X }) => g.unsqueeze(X, [0])),
  Concat: op('Concat', { A: [2, 3], B: [2, 1] }, { axis: 1 }),
  'Concat: of many': op(
    'Concat',
    Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`X${i}`, [2, 1 + (i % 2)]])),
    { axis: 1 },
  ),
  Split: of({ X: [2, 5] }, (g, { X }) => {
    const [a, b] = g.node('Split', [X, g.int64s([2, 3])], { axis: 1 }, { outputs: ['a', 'b'] });
    return flat(g, [g.mul(a, a), b]);
  }),
  Slice: of({ X: [3, 6] }, (g, { X }) => g.slice(X, [1], [6], [1], [2])),
  'Slice: backwards, not from the end': of({ X: [2, 6] }, (g, { X }) => g.slice(X, [-2], [0], [1], [-2])),
  Pad: of({ X: [2, 3] }, (g, { X }) => g.op('Pad', [X, g.int64s([1, 0, -1, 2])])),
  'Pad: reflect': of({ X: [2, 4] }, (g, { X }) => g.op('Pad', [X, g.int64s([0, 1, 0, 2])], { mode: 'reflect' })),
  'Pad: wrap, some cut off': of(
    { X: [2, 4] },
    (g, { X }) => g.op('Pad', [X, g.int64s([0, -1, 0, 2])], { mode: 'wrap' }),
    { opset: 19 },
  ),
  CenterCropPad: of({ X: [5, 4] }, (g, { X }) => g.op('CenterCropPad', [X, g.int64s([3, 6])])),
  Expand: of({ X: [3, 1] }, (g, { X }) => g.op('Expand', [X, g.int64s([2, 3, 4])])),
  Tile: of({ X: [2, 3] }, (g, { X }) => g.op('Tile', [X, g.int64s([2, 2])])),
  Trilu: op('Trilu', { X: [3, 4] }, { upper: 0 }),
  Gather: op('Gather', { X: [4, 3], at: ints([3], [1, -1, 1]) }),
  GatherElements: op('GatherElements', { X: [3, 3], at: ints([2, 3], [0, 1, 2, 2, 0, 2]) }),
  GatherND: op('GatherND', { X: [3, 4], at: ints([2, 2], [0, 1, 2, -1]) }),
  ScatterElements: op(
    'ScatterElements',
    { X: [3, 3], at: ints([2, 3], [0, 1, 2, 0, 0, 2]), u: [2, 3] },
    { reduction: 'add' },
  ),
  ScatterND: op('ScatterND', { X: [4, 2], at: ints([2, 1], [1, 3]), u: [2, 2] }),
  TensorScatter: op('TensorScatter', { cache: [2, 5, 3], u: [2, 2, 3] }, {}, { opset: 24 }),
  Compress: op('Compress', { X: [3, 2], which: bools([3], [1, 0, 1]) }, { axis: 0 }),
  'Compress: nothing': op('Compress', { X: [3, 2], which: bools([3], [0, 0, 0]) }, { axis: 0 }),
  'ReverseSequence: steps of a size that only the run knows': of(
    { X: { shape: [2, 3, 2], declared: ['batch', 'steps', 2] } },
    (g, { X }) => g.op('ReverseSequence', [X, g.int64s([3, 2])], { batch_axis: 0, time_axis: 1 }),
  ),
  ReverseSequence: of({ X: [4, 2] }, (g, { X }) =>
    g.op('ReverseSequence', [X, g.int64s([2, 4])], { batch_axis: 1, time_axis: 0 }),
  ),
};
const many = (names: string[]) =>
  of({ X: [2, 24] }, (g, { X }) => {
    const parts = g.node('Split', [X], { axis: 1, num_outputs: names.length }, { outputs: names });
    return flat(g, [...parts].reverse());
  });
movements['Split: into many'] = many(Array.from({ length: 12 }, (_, i) => `part${i}`));

/** A graph inside a node. */
function inside(g: GraphBuilder, repeated: boolean, build: (b: GraphBuilder) => readonly Value[]): AttributeInput {
  const options: Inside = { outer: g, repeated };
  const b = new GraphBuilder('body', options);
  for (const output of build(b)) b.output(output);
  return { kind: 'graph', value: b.finish() };
}
const recurrent = (name: string, gates: number): GradientCase =>
  of({ X: [3, 2, 2], W: half([1, gates * 2, 2]), R: half([1, gates * 2, 2]), B: half([1, gates * 4]) }, (g, x) =>
    flat(g, g.node(name, Object.values(x), { hidden_size: 2 }, { outputs: ['Y', 'last'] })),
  );
const control: Record<string, GradientCase> = {
  LSTM: recurrent('LSTM', 4),
  GRU: recurrent('GRU', 3),
  RNN: recurrent('RNN', 1),
  Scan: of({ S: half([2]), X: half([3, 2]), w: half([2]) }, (g, x) => {
    const body = inside(g, true, (b) => {
      const [s, each] = [b.input('in/s', 'float', [2]), b.input('in/x', 'float', [2])];
      const next = b.op('Tanh', [b.add(b.mul(s, x.w), each)]);
      return [next, b.mul(next, each)];
    });
    return flat(g, g.node('Scan', [x.S, x.X], { body, num_scan_inputs: 1 }, { outputs: ['final', 'stack'] }));
  }),
  If: of({ X: [3], which: bools([], [1]) }, (g, { X, which }) => {
    const then_branch = inside(g, false, (b) => [b.mul(X, X)]);
    const else_branch = inside(g, false, (b) => [b.neg(X)]);
    return g.op('If', [which], { then_branch, else_branch });
  }),
  Loop: of({ X: half([2]) }, (g, { X }) => {
    const body = inside(g, true, (b) => {
      b.input('in/i', 'int64', []);
      const go = b.input('in/go', 'bool', []);
      const s = b.input('in/s', 'float', [2]);
      return [go, b.op('Tanh', [b.mul(s, b.scalar(1.5, s))])];
    });
    const [trips, yes] = [tensor('int64', [], [3]), tensor('bool', [], [1])].map((value) => g.constant(value));
    return g.op('Loop', [trips, yes, X], { body });
  }),
};

const all = { elementwise, matrices, convolutions, normalisations, reductions, movements, control };

describe.each(Object.entries(all))('WebGPU: %s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (_name, test) => checkGradient(test));
});

it('every operator that has a gradient is among them', () => {
  const differentiable = Object.entries(gradients).filter(
    ([, rule]) => typeof rule === 'function' || (typeof rule === 'object' && 'write' in rule),
  );
  const tested = new Set(Object.values(all).flatMap((cases) => Object.keys(cases).map((name) => name.split(':')[0])));
  expect(differentiable.map(([name]) => name).filter((name) => !tested.has(name))).toEqual([]);
});
