// Every operator of ai.onnx and what it does to a gradient. A new operator is one file and one line here; an operator
// that is left out fails the type check.

import type { Operator } from '../../onnx/operators.ts';
import { Abs } from './Abs.ts';
import { Add } from './Add.ts';
import { AffineGrid } from './AffineGrid.ts';
import { Attention } from './Attention.ts';
import { AveragePool } from './AveragePool.ts';
import { BatchNormalization } from './BatchNormalization.ts';
import { DepthToSpace, SpaceToDepth } from './blocks.ts';
import { Cast } from './Cast.ts';
import { CastLike } from './CastLike.ts';
import { CenterCropPad } from './CenterCropPad.ts';
import { Clip } from './Clip.ts';
import { Col2Im } from './Col2Im.ts';
import { Compress } from './Compress.ts';
import { Concat } from './Concat.ts';
import { Conv } from './Conv.ts';
import { ConvTranspose } from './ConvTranspose.ts';
import { CumSum } from './CumSum.ts';
import { Det } from './Det.ts';
import { Div } from './Div.ts';
import { Dropout } from './Dropout.ts';
import { Einsum } from './Einsum.ts';
import { Erf } from './Erf.ts';
import { Exp } from './Exp.ts';
import { Expand } from './Expand.ts';
import { Celu, Elu, Selu } from './exponential-units.ts';
import { Max, Min } from './extremes.ts';
import { Flatten } from './Flatten.ts';
import { GRU } from './GRU.ts';
import { Gather } from './Gather.ts';
import { GatherElements } from './GatherElements.ts';
import { GatherND } from './GatherND.ts';
import { Gelu } from './Gelu.ts';
import { Gemm } from './Gemm.ts';
import { GlobalAveragePool } from './GlobalAveragePool.ts';
import { GlobalMaxPool } from './GlobalMaxPool.ts';
import { GridSample } from './GridSample.ts';
import { GroupNormalization, InstanceNormalization } from './group-normalisations.ts';
import { HardSigmoid } from './HardSigmoid.ts';
import { HardSwish } from './HardSwish.ts';
import { Identity } from './Identity.ts';
import { LayerNormalization } from './LayerNormalization.ts';
import { If } from './If.ts';
import { LSTM } from './LSTM.ts';
import { LeakyRelu } from './LeakyRelu.ts';
import { Log } from './Log.ts';
import { LogSoftmax } from './LogSoftmax.ts';
import { GlobalLpPool, LpPool } from './lp-pools.ts';
import { Loop } from './Loop.ts';
import { LpNormalization } from './LpNormalization.ts';
import { LRN } from './LRN.ts';
import { MatMul } from './MatMul.ts';
import { MaxPool } from './MaxPool.ts';
import { MaxUnpool } from './MaxUnpool.ts';
import { Mean } from './Mean.ts';
import { MeanVarianceNormalization } from './MeanVarianceNormalization.ts';
import { Mish } from './Mish.ts';
import { Mod } from './Mod.ts';
import { Mul } from './Mul.ts';
import { Neg } from './Neg.ts';
import { ReduceL1, ReduceL2, ReduceSumSquare } from './norms.ts';
import { NegativeLogLikelihoodLoss } from './NegativeLogLikelihoodLoss.ts';
import { Pad } from './Pad.ts';
import { Pow } from './Pow.ts';
import { PRelu } from './PRelu.ts';
import { RNN } from './RNN.ts';
import { Reciprocal } from './Reciprocal.ts';
import { ReduceMax, ReduceMin } from './reduce-extremes.ts';
import { ReduceLogSum } from './ReduceLogSum.ts';
import { ReduceLogSumExp } from './ReduceLogSumExp.ts';
import { ReduceMean } from './ReduceMean.ts';
import { ReduceProd } from './ReduceProd.ts';
import { ReduceSum } from './ReduceSum.ts';
import { Relu } from './Relu.ts';
import { Reshape } from './Reshape.ts';
import { Resize } from './Resize.ts';
import { ReverseSequence } from './ReverseSequence.ts';
import { RMSNormalization } from './RMSNormalization.ts';
import { RotaryEmbedding } from './RotaryEmbedding.ts';
import { Scan } from './Scan.ts';
import { ScatterElements } from './ScatterElements.ts';
import { ScatterND } from './ScatterND.ts';
import { Sigmoid } from './Sigmoid.ts';
import { Slice } from './Slice.ts';
import { Softmax } from './Softmax.ts';
import { SoftmaxCrossEntropyLoss } from './SoftmaxCrossEntropyLoss.ts';
import { Softplus } from './Softplus.ts';
import { Softsign } from './Softsign.ts';
import { Split } from './Split.ts';
import { Sqrt } from './Sqrt.ts';
import { Squeeze } from './Squeeze.ts';
import { Sub } from './Sub.ts';
import { Sum } from './Sum.ts';
import { Swish } from './Swish.ts';
import { Tanh } from './Tanh.ts';
import { TensorScatter } from './TensorScatter.ts';
import { Shrink, ThresholdedRelu } from './thresholds.ts';
import { Tile } from './Tile.ts';
import { TopK } from './TopK.ts';
import { Transpose } from './Transpose.ts';
import { Acos, Acosh, Asin, Asinh, Atan, Atanh, Cos, Cosh, Sin, Sinh, Tan } from './trigonometry.ts';
import { Trilu } from './Trilu.ts';
import { Unsqueeze } from './Unsqueeze.ts';
import { Where } from './Where.ts';
import type { Gradient, NotDifferentiable } from './rule.ts';

const because = (reason: string): NotDifferentiable => ({ reason });
const missing = because('Atelier has no gradient rule for it yet');
const random = because('it draws samples');
const quantised = because('it works on quantised integers');
const text = because('it works on text or encoded files');
const sequence = because('it works on sequences or optional values, not tensors');
const selection = because('it selects; a small change of the input changes nothing, or everything');

export const gradients: { readonly [Op in Operator]: Gradient<Op> } = {
  Abs,
  Acos,
  Acosh,
  Add,
  AffineGrid,
  And: 'zero',
  ArgMax: 'zero',
  ArgMin: 'zero',
  Asin,
  Asinh,
  Atan,
  Atanh,
  Attention,
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
  CastLike,
  Ceil: 'zero',
  Celu,
  CenterCropPad,
  Clip,
  Col2Im,
  Compress,
  Concat,
  ConcatFromSequence: sequence,
  Constant: 'zero',
  ConstantOfShape: 'zero',
  Conv,
  ConvInteger: quantised,
  ConvTranspose,
  Cos,
  Cosh,
  CumSum,
  DFT: missing,
  DeformConv: because(
    'the gradient by its offsets is not written: every tap of every window samples a place of its own',
  ),
  DepthToSpace,
  DequantizeLinear: quantised,
  Det,
  Div,
  Dropout,
  DynamicQuantizeLinear: quantised,
  Einsum,
  Elu,
  Equal: 'zero',
  Erf,
  Exp,
  Expand,
  EyeLike: 'zero',
  Flatten,
  Floor: 'zero',
  GRU,
  Gather,
  GatherElements,
  GatherND,
  Gelu,
  Gemm,
  GlobalAveragePool,
  GlobalLpPool,
  GlobalMaxPool,
  Greater: 'zero',
  GreaterOrEqual: 'zero',
  GridSample,
  GroupNormalization,
  HammingWindow: 'zero',
  HannWindow: 'zero',
  HardSigmoid,
  HardSwish,
  Hardmax: selection,
  Identity,
  If,
  ImageDecoder: text,
  InstanceNormalization,
  IsInf: 'zero',
  IsNaN: 'zero',
  LRN,
  LSTM,
  LayerNormalization,
  LeakyRelu,
  Less: 'zero',
  LessOrEqual: 'zero',
  Log,
  LogSoftmax,
  Loop,
  LpNormalization,
  LpPool,
  MatMul,
  MatMulInteger: quantised,
  Max,
  MaxPool,
  MaxRoiPool: because('its windows are cut from coordinates that only the run knows'),
  MaxUnpool,
  Mean,
  MeanVarianceNormalization,
  MelWeightMatrix: 'zero',
  Min,
  Mish,
  Mod,
  Mul,
  Multinomial: random,
  Neg,
  NegativeLogLikelihoodLoss,
  NonMaxSuppression: selection,
  NonZero: 'zero',
  Not: 'zero',
  OneHot: 'zero',
  Optional: sequence,
  OptionalGetElement: sequence,
  OptionalHasElement: sequence,
  Or: 'zero',
  PRelu,
  Pad,
  Pow,
  QLinearConv: quantised,
  QLinearMatMul: quantised,
  QuantizeLinear: quantised,
  RNN,
  RMSNormalization,
  RandomNormal: 'zero',
  RandomNormalLike: 'zero',
  RandomUniform: 'zero',
  RandomUniformLike: 'zero',
  Range: 'zero',
  Reciprocal,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  RegexFullMatch: text,
  Relu,
  Reshape,
  Resize,
  ReverseSequence,
  RoiAlign: because('how many samples a region takes, and where, only the run knows from its coordinates'),
  RotaryEmbedding,
  Round: 'zero',
  STFT: missing,
  Scan,
  ScatterElements,
  ScatterND,
  Selu,
  SequenceAt: sequence,
  SequenceConstruct: sequence,
  SequenceEmpty: sequence,
  SequenceErase: sequence,
  SequenceInsert: sequence,
  SequenceLength: sequence,
  SequenceMap: sequence,
  Shape: 'zero',
  Shrink,
  Sigmoid,
  Sign: 'zero',
  Sin,
  Sinh,
  Size: 'zero',
  Slice,
  Softmax,
  SoftmaxCrossEntropyLoss,
  Softplus,
  Softsign,
  SpaceToDepth,
  Split,
  SplitToSequence: sequence,
  Sqrt,
  Squeeze,
  StringConcat: text,
  StringNormalizer: text,
  StringSplit: text,
  Sub,
  Sum,
  Swish,
  Tan,
  Tanh,
  TensorScatter,
  TfIdfVectorizer: text,
  ThresholdedRelu,
  Tile,
  TopK,
  Transpose,
  Trilu,
  Unique: selection,
  Unsqueeze,
  Where,
  Xor: 'zero',
};
