// Every operator of ai.onnx and what it does to a gradient. A new operator is one file and one line here; an operator
// that is left out fails the type check.

import type { Operator } from '../../onnx/operators.ts';
import { Add } from './Add.ts';
import { AveragePool } from './AveragePool.ts';
import { BatchNormalization } from './BatchNormalization.ts';
import { Cast } from './Cast.ts';
import { Concat } from './Concat.ts';
import { Conv } from './Conv.ts';
import { Div } from './Div.ts';
import { Exp } from './Exp.ts';
import { Flatten } from './Flatten.ts';
import { Gemm } from './Gemm.ts';
import { GlobalAveragePool } from './GlobalAveragePool.ts';
import { Identity } from './Identity.ts';
import { LeakyRelu } from './LeakyRelu.ts';
import { Log } from './Log.ts';
import { LogSoftmax } from './LogSoftmax.ts';
import { MatMul } from './MatMul.ts';
import { MaxPool } from './MaxPool.ts';
import { Mul } from './Mul.ts';
import { Neg } from './Neg.ts';
import { Pow } from './Pow.ts';
import { ReduceMean } from './ReduceMean.ts';
import { ReduceSum } from './ReduceSum.ts';
import { Relu } from './Relu.ts';
import { Reshape } from './Reshape.ts';
import { Sigmoid } from './Sigmoid.ts';
import { Slice } from './Slice.ts';
import { Softmax } from './Softmax.ts';
import { SoftmaxCrossEntropyLoss } from './SoftmaxCrossEntropyLoss.ts';
import { Sqrt } from './Sqrt.ts';
import { Squeeze } from './Squeeze.ts';
import { Sub } from './Sub.ts';
import { Tanh } from './Tanh.ts';
import { Transpose } from './Transpose.ts';
import { Unsqueeze } from './Unsqueeze.ts';
import type { Gradient, NotDifferentiable } from './rule.ts';

const because = (reason: string): NotDifferentiable => ({ reason });
const missing = because('Atelier has no gradient rule for it yet');
const random = because('it draws samples');
const quantised = because('it works on quantised integers');
const text = because('it works on text or encoded files');
const sequence = because('it works on sequences or optional values, not tensors');
const selection = because('it selects; a small change of the input changes nothing, or everything');

export const gradients: { readonly [Op in Operator]: Gradient<Op> } = {
  Abs: missing,
  Acos: missing,
  Acosh: missing,
  Add,
  AffineGrid: missing,
  And: 'zero',
  ArgMax: 'zero',
  ArgMin: 'zero',
  Asin: missing,
  Asinh: missing,
  Atan: missing,
  Atanh: missing,
  Attention: missing,
  AveragePool,
  BatchNormalization,
  Bernoulli: random,
  BitShift: 'zero',
  BitwiseAnd: 'zero',
  BitwiseNot: 'zero',
  BitwiseOr: 'zero',
  BitwiseXor: 'zero',
  BlackmanWindow: 'zero',
  Cast,
  CastLike: missing,
  Ceil: 'zero',
  Celu: missing,
  CenterCropPad: missing,
  Clip: missing,
  Col2Im: missing,
  Compress: selection,
  Concat,
  ConcatFromSequence: sequence,
  Constant: 'zero',
  ConstantOfShape: 'zero',
  Conv,
  ConvInteger: quantised,
  ConvTranspose: missing,
  Cos: missing,
  Cosh: missing,
  CumSum: missing,
  DFT: missing,
  DeformConv: missing,
  DepthToSpace: missing,
  DequantizeLinear: quantised,
  Det: missing,
  Div,
  Dropout: missing,
  DynamicQuantizeLinear: quantised,
  Einsum: missing,
  Elu: missing,
  Equal: 'zero',
  Erf: missing,
  Exp,
  Expand: missing,
  EyeLike: 'zero',
  Flatten,
  Floor: 'zero',
  GRU: missing,
  Gather: missing,
  GatherElements: missing,
  GatherND: missing,
  Gelu: missing,
  Gemm,
  GlobalAveragePool,
  GlobalLpPool: missing,
  GlobalMaxPool: missing,
  Greater: 'zero',
  GreaterOrEqual: 'zero',
  GridSample: missing,
  GroupNormalization: missing,
  HammingWindow: 'zero',
  HannWindow: 'zero',
  HardSigmoid: missing,
  HardSwish: missing,
  Hardmax: selection,
  Identity,
  If: missing,
  ImageDecoder: text,
  InstanceNormalization: missing,
  IsInf: 'zero',
  IsNaN: 'zero',
  LRN: missing,
  LSTM: missing,
  LayerNormalization: missing,
  LeakyRelu,
  Less: 'zero',
  LessOrEqual: 'zero',
  Log,
  LogSoftmax,
  Loop: missing,
  LpNormalization: missing,
  LpPool: missing,
  MatMul,
  MatMulInteger: quantised,
  Max: missing,
  MaxPool,
  MaxRoiPool: missing,
  MaxUnpool: missing,
  Mean: missing,
  MeanVarianceNormalization: missing,
  MelWeightMatrix: 'zero',
  Min: missing,
  Mish: missing,
  Mod: missing,
  Mul,
  Multinomial: random,
  Neg,
  NegativeLogLikelihoodLoss: missing,
  NonMaxSuppression: selection,
  NonZero: 'zero',
  Not: 'zero',
  OneHot: 'zero',
  Optional: sequence,
  OptionalGetElement: sequence,
  OptionalHasElement: sequence,
  Or: 'zero',
  PRelu: missing,
  Pad: missing,
  Pow,
  QLinearConv: quantised,
  QLinearMatMul: quantised,
  QuantizeLinear: quantised,
  RNN: missing,
  RMSNormalization: missing,
  RandomNormal: 'zero',
  RandomNormalLike: 'zero',
  RandomUniform: 'zero',
  RandomUniformLike: 'zero',
  Range: 'zero',
  Reciprocal: missing,
  ReduceL1: missing,
  ReduceL2: missing,
  ReduceLogSum: missing,
  ReduceLogSumExp: missing,
  ReduceMax: missing,
  ReduceMean,
  ReduceMin: missing,
  ReduceProd: missing,
  ReduceSum,
  ReduceSumSquare: missing,
  RegexFullMatch: text,
  Relu,
  Reshape,
  Resize: missing,
  ReverseSequence: missing,
  RoiAlign: missing,
  RotaryEmbedding: missing,
  Round: 'zero',
  STFT: missing,
  Scan: missing,
  ScatterElements: missing,
  ScatterND: missing,
  Selu: missing,
  SequenceAt: sequence,
  SequenceConstruct: sequence,
  SequenceEmpty: sequence,
  SequenceErase: sequence,
  SequenceInsert: sequence,
  SequenceLength: sequence,
  SequenceMap: sequence,
  Shape: 'zero',
  Shrink: missing,
  Sigmoid,
  Sign: 'zero',
  Sin: missing,
  Sinh: missing,
  Size: 'zero',
  Slice,
  Softmax,
  SoftmaxCrossEntropyLoss,
  Softplus: missing,
  Softsign: missing,
  SpaceToDepth: missing,
  Split: missing,
  SplitToSequence: sequence,
  Sqrt,
  Squeeze,
  StringConcat: text,
  StringNormalizer: text,
  StringSplit: text,
  Sub,
  Sum: missing,
  Swish: missing,
  Tan: missing,
  Tanh,
  TensorScatter: missing,
  TfIdfVectorizer: text,
  ThresholdedRelu: missing,
  Tile: missing,
  TopK: missing,
  Transpose,
  Trilu: missing,
  Unique: selection,
  Unsqueeze,
  Where: missing,
  Xor: 'zero',
};
