// Initial weights. Every parameter draws from a stream of its own, told apart by its place in the model, so that one layer's size
// does not change another's weights.

import { filled, sizeOf, zeros as blank } from '../onnx/tensors.ts';
import type { Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { Random, streams } from '../shared/random.ts';

/** How many inputs one output sums over, and how many outputs one input goes into. */
export interface Fan {
  readonly in: number;
  readonly out: number;
}

/** A dense layer's, whichever way round its matrix lies. */
export const denseFan = (inputs: number, outputs: number): Fan => ({ in: inputs, out: outputs });

/**
 * A convolution's, by its weights [outputs, inputs/groups, …kernel]: what one group sees. fan-in is PyTorch's; PyTorch's fan-out
 * does not divide by the groups, which makes depthwise weights by fan-out too small.
 */
export function convFan([outputs, perGroup, ...kernel]: readonly number[], groups = 1): Fan {
  const taps = sizeOf(kernel);
  return { in: perGroup * taps, out: (outputs / groups) * taps };
}

/** A transposed convolution's, by its weights [inputs, outputs/groups, …kernel], at stride 1. (PyTorch has in and out the other way round.) */
export function convTransposeFan([inputs, perGroup, ...kernel]: readonly number[], groups = 1): Fan {
  const taps = sizeOf(kernel);
  return { in: (inputs / groups) * taps, out: perGroup * taps };
}

/** `place`: the parameter's number in the model. */
export type Initializer = (shape: readonly number[], fan: Fan, seed: number, place: number) => Tensor;

const drawing =
  (scale: (fan: Fan) => number, draw: (random: Random) => number): Initializer =>
  (shape, fan, seed, place) => {
    const result = blank('float', shape);
    const data = result.data as Float32Array;
    const random = new Random(seed, streams.initialize, place);
    const factor = scale(fan);
    for (let i = 0; i < data.length; i++) data[i] = factor * draw(random);
    return result;
  };

/** N(0, gain/n) and U(±√(3·gain/n)) have the same variance. */
const scaledNormal = (gain: number, n: (fan: Fan) => number): Initializer =>
  drawing(
    (fan) => Math.sqrt(gain / n(fan)),
    (random) => random.normal(),
  );
const scaledUniform = (gain: number, n: (fan: Fan) => number): Initializer =>
  drawing(
    (fan) => Math.sqrt((3 * gain) / n(fan)),
    (random) => 2 * random.uniform() - 1,
  );
const inputs = (fan: Fan): number => fan.in;
const both = (fan: Fan): number => fan.in + fan.out;

/** Variance 2/(fan-in + fan-out): for symmetric activations and outputs (Glorot & Bengio 2010). */
export const glorotNormal = scaledNormal(2, both);
export const glorotUniform = scaledUniform(2, both);

/** Variance 2/fan-in: keeps the variance through ReLU (He et al. 2015). */
export const heNormal = scaledNormal(2, inputs);
export const heUniform = scaledUniform(2, inputs);

/** Variance 1/fan-in: keeps the variance through linear layers and SELU (LeCun et al. 1998, Klambauer et al. 2017). */
export const lecunNormal = scaledNormal(1, inputs);
export const lecunUniform = scaledUniform(1, inputs);

export const normal = (deviation: number): Initializer =>
  drawing(
    () => deviation,
    (random) => random.normal(),
  );

/** N(0, 1), as embeddings start in PyTorch. Transformers take `normal(0.02)` (Radford et al. 2018). */
export const embeddingNormal = normal(1);

export const uniform = (bound: number): Initializer =>
  drawing(
    () => bound,
    (random) => 2 * random.uniform() - 1,
  );

/**
 * N(0, deviation²) without what lies beyond ±`bound` deviations, which is drawn again. So cut at 2, the values' own standard
 * deviation is 0.88 of the one given. (PyTorch's trunc_normal_ takes bounds as values, ±2 by itself whatever the deviation.)
 */
export function truncatedNormal(deviation: number, bound = 2): Initializer {
  if (!(bound >= 0.1)) throw new AtelierError('invalid_options', `bound=${bound}: at least 0.1 deviations`);
  return drawing(
    () => deviation,
    (random) => {
      for (;;) {
        const x = random.normal();
        if (Math.abs(x) <= bound) return x;
      }
    },
  );
}

export const constant =
  (value: number): Initializer =>
  (shape) =>
    filled('float', shape, value);
export const zeros = constant(0);
export const ones = constant(1);

/**
 * The rows, or the columns where those are fewer, of [first axis, all others] are orthonormal, times `gain` (Saxe et al. 2014):
 * normal vectors made orthogonal one by one, which makes every such matrix equally likely. Takes n²·m steps for n ≤ m.
 */
export const orthogonal =
  (gain = 1): Initializer =>
  (shape, _fan, seed, place) => {
    const result = blank('float', shape);
    const data = result.data as Float32Array;
    const rows = shape[0] ?? 1;
    const columns = data.length / Math.max(1, rows);
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const random = new Random(seed, streams.initialize, place);
    const vectors: Float64Array[] = [];
    for (let i = 0; i < count; i++) {
      const vector = Float64Array.from({ length }, () => random.normal());
      // Once leaves rounding errors of the first pass; twice is enough (Giraud et al. 2005).
      for (let pass = 0; pass < 2; pass++) for (const other of vectors) subtract(vector, other);
      const norm = Math.sqrt(dot(vector, vector));
      for (let k = 0; k < length; k++) vector[k] /= norm;
      vectors.push(vector);
      for (let k = 0; k < length; k++) data[rows <= columns ? i * columns + k : k * columns + i] = gain * vector[k];
    }
    return result;
  };

/** Blocks of this shape one after another, each drawn by itself: the gates of an LSTM. */
export const inBlocks =
  (block: readonly number[], initializer: Initializer): Initializer =>
  (shape, fan, seed, place) => {
    const result = blank('float', shape);
    const data = result.data as Float32Array;
    const size = sizeOf(block);
    for (let n = 0; n * size < data.length; n++) {
      data.set(initializer(block, fan, seed, place + n * PLACES).data as Float32Array, n * size);
    }
    return result;
  };

/** More than any model has parameters: the places of a parameter's blocks are no other's. */
const PLACES = 2 ** 16;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** Takes the part along the unit vector `other` out of `vector`. */
function subtract(vector: Float64Array, other: Float64Array): void {
  const along = dot(vector, other);
  for (let k = 0; k < vector.length; k++) vector[k] -= along * other[k];
}
