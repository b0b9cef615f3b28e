import { AtelierError } from '../../shared/errors.ts';
import { choleskyIfDefinite, inverse, solved, solvedLower } from '../../linear-algebra/cholesky.ts';
import { minimize } from '../math/lbfgs.ts';

const SQRT5 = Math.sqrt(5);
const LEAST_NOISE = 1e-6;
/** Of so few points each start is followed to its end: smooth with noise or rough without is still open. */
const FEW_POINTS = 80;

/**
 * The kernel's parameters as logarithms: for each dimension 1/ℓ², then the signal's variance, then the noise's.
 * A point has a coordinate a dimension; those of `categorical` ones are equal or not; NaN (not active) equals NaN only.
 */
export type Hyperparameters = ArrayLike<number>;

/** Squared distance along one dimension. */
function apart(a: number, b: number, categorical: boolean): number {
  if (a === b) return 0;
  const [noA, noB] = [Number.isNaN(a), Number.isNaN(b)];
  if (noA || noB) return noA && noB ? 0 : 1;
  return categorical ? 1 : (a - b) ** 2;
}

/** Matérn 5/2 of a squared distance, and its derivative by that. */
const matern = (r2: number) => {
  const r = SQRT5 * Math.sqrt(r2);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
};
const maternSlope = (r2: number) => {
  const r = SQRT5 * Math.sqrt(r2);
  return (-5 / 6) * (1 + r) * Math.exp(-r);
};

/** A Gaussian process with the Matérn 5/2 kernel and a length scale for each dimension (Rasmussen and Williams, 2006, algorithm 2.1). */
export class GaussianProcess {
  readonly hyperparameters: Float64Array;
  readonly points: readonly ArrayLike<number>[];
  readonly #categorical: readonly boolean[];
  readonly #scales: Float64Array;
  readonly #signal: number;
  readonly #factor: Float64Array;
  readonly #alpha: Float64Array;
  readonly #inverse: Float64Array;

  constructor(
    points: readonly ArrayLike<number>[],
    values: ArrayLike<number>,
    categorical: readonly boolean[],
    hyperparameters: Hyperparameters,
  ) {
    const d = categorical.length;
    const n = points.length;
    this.hyperparameters = Float64Array.from(hyperparameters);
    this.points = points;
    this.#categorical = categorical;
    this.#scales = this.hyperparameters.slice(0, d).map(Math.exp);
    this.#signal = Math.exp(hyperparameters[d]);
    let noise = Math.exp(hyperparameters[d + 1]);
    const gram = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        gram[i * n + j] = gram[j * n + i] = this.#signal * matern(this.#distance(points[i], points[j]));
      }
    }
    // Rounding may make a crowded matrix indefinite; a little more noise mends that.
    let factor: Float64Array | null = null;
    for (let attempt = 0; !factor; attempt++, noise *= 10) {
      if (attempt === 12)
        throw new AtelierError('internal', 'The process over the trials so far has no finite covariance.');
      const noisy = Float64Array.from(gram);
      for (let i = 0; i < n; i++) noisy[i * n + i] += noise;
      factor = choleskyIfDefinite(noisy, n);
    }
    this.#factor = factor;
    this.#alpha = solved(factor, n, Float64Array.from(values));
    this.#inverse = inverse(factor, n);
  }

  #distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let sum = 0;
    for (let k = 0; k < this.#scales.length; k++) sum += this.#scales[k] * apart(a[k], b[k], this.#categorical[k]);
    return sum;
  }

  /** Of the process without its noise. */
  predict(point: ArrayLike<number>): { mean: number; variance: number } {
    const n = this.points.length;
    const k = Float64Array.from(this.points, (each) => this.#signal * matern(this.#distance(point, each)));
    let mean = 0;
    for (let i = 0; i < n; i++) mean += k[i] * this.#alpha[i];
    const v = solvedLower(this.#factor, n, k);
    let explained = 0;
    for (let i = 0; i < n; i++) explained += v[i] * v[i];
    return { mean, variance: Math.max(this.#signal - explained, 1e-12) };
  }

  /** The same with the gradients by the coordinates in `along`, which must be numbers. */
  predictWithGradient(point: ArrayLike<number>, along: readonly number[]) {
    const n = this.points.length;
    const k = new Float64Array(n);
    const slopes = new Float64Array(n);
    this.points.forEach((each, i) => {
      const r2 = this.#distance(point, each);
      k[i] = this.#signal * matern(r2);
      slopes[i] = 2 * this.#signal * maternSlope(r2);
    });
    const weighted = new Float64Array(n);
    let [mean, explained] = [0, 0];
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += this.#inverse[i * n + j] * k[j];
      weighted[i] = sum;
      explained += sum * k[i];
      mean += k[i] * this.#alpha[i];
    }
    const meanSlope = new Float64Array(along.length);
    const varianceSlope = new Float64Array(along.length);
    along.forEach((axis, a) => {
      for (let i = 0; i < n; i++) {
        const difference = point[axis] - this.points[i][axis];
        // Where the other has no value, moving changes nothing.
        if (Number.isNaN(difference)) continue;
        const slope = slopes[i] * this.#scales[axis] * difference;
        meanSlope[a] += slope * this.#alpha[i];
        varianceSlope[a] -= 2 * slope * weighted[i];
      }
    });
    return { mean, variance: Math.max(this.#signal - explained, 1e-12), meanSlope, varianceSlope };
  }
}

/**
 * Hyperparameters at the maximum of the posterior: of few points the best that is found from any of `starts`, of more what the best of them
 * leads to. The values are taken as standardised. Priors (those of Optuna's GPSampler): 1/ℓ² neither very small nor very large, signal
 * variance Gamma(2, 1), noise variance Gamma(1.1, 30).
 */
export function fitHyperparameters(
  points: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  categorical: readonly boolean[],
  starts: readonly Hyperparameters[],
  steps: number,
): Float64Array {
  const d = categorical.length;
  const evaluate = negativeLogPosterior(points, values, categorical);
  const bounds = (scale: number, signal: number, noise: number) =>
    Float64Array.from({ length: d + 2 }, (_, i) => (i < d ? scale : i === d ? signal : noise));
  const spare = new Float64Array(d + 2);
  const ranked = starts.map((start) => ({ start, value: evaluate(Float64Array.from(start), spare) }));
  ranked.sort((a, b) => a.value - b.value);
  const low = bounds(-10, -8, Math.log(LEAST_NOISE));
  const ends = ranked
    .slice(0, points.length <= FEW_POINTS ? starts.length : 1)
    .map(({ start }) => minimize(evaluate, start, { steps, tolerance: 1e-3, low, high: bounds(10, 8, 2) }));
  return ends.reduce((least, end) => (end.value < least.value ? end : least)).x;
}

/** Smooth along every axis, with little noise. */
export const defaultHyperparameters = (dimensions: number) =>
  Float64Array.from({ length: dimensions + 2 }, (_, i) => (i <= dimensions ? 0 : Math.log(1e-3)));

/** Lengths of a seventh of the axes and no noise to speak of. */
export const roughHyperparameters = (dimensions: number) =>
  Float64Array.from({ length: dimensions + 2 }, (_, i) =>
    i < dimensions ? 4 : i === dimensions ? 0 : Math.log(2 * LEAST_NOISE),
  );

/** The function that is minimised, with its gradient (Rasmussen and Williams, 5.9, and the priors'). */
export function negativeLogPosterior(
  points: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  categorical: readonly boolean[],
): (theta: Float64Array, gradient: Float64Array) => number {
  const n = points.length;
  const d = categorical.length;
  const y = Float64Array.from(values);
  // Squared differences of each pair along each dimension, the lower triangle row by row.
  const pairs = (n * (n - 1)) / 2;
  const apartAlong = Array.from({ length: d }, () => new Float64Array(pairs));
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++, at++)
      for (let k = 0; k < d; k++) apartAlong[k][at] = apart(points[i][k], points[j][k], categorical[k]);
  }
  const r2 = new Float64Array(pairs);
  return (theta, gradient) => {
    const scales = theta.slice(0, d).map(Math.exp);
    const [signal, noise] = [Math.exp(theta[d]), Math.exp(theta[d + 1])];
    r2.fill(0);
    for (let k = 0; k < d; k++) for (let at = 0; at < pairs; at++) r2[at] += scales[k] * apartAlong[k][at];
    const gram = new Float64Array(n * n);
    for (let i = 0, at = 0; i < n; i++) {
      gram[i * n + i] = signal + noise;
      for (let j = 0; j < i; j++, at++) gram[i * n + j] = gram[j * n + i] = signal * matern(r2[at]);
    }
    const factor = choleskyIfDefinite(gram, n);
    if (!factor) {
      gradient.fill(0);
      return Infinity;
    }
    const alpha = solved(factor, n, y);
    const precision = inverse(factor, n);
    let value = 0;
    for (let i = 0; i < n; i++) value += 0.5 * y[i] * alpha[i] + Math.log(factor[i * n + i]);
    gradient.fill(0);
    for (let i = 0, at = 0; i < n; i++) {
      // ½ (K⁻¹ - ααᵀ) : the diagonal once, what lies beside it twice.
      const own = 0.5 * (precision[i * n + i] - alpha[i] * alpha[i]);
      gradient[d] += own * signal;
      gradient[d + 1] += own * noise;
      for (let j = 0; j < i; j++, at++) {
        const weight = precision[i * n + j] - alpha[i] * alpha[j];
        gradient[d] += weight * gram[i * n + j];
        const slope = weight * signal * maternSlope(r2[at]);
        for (let k = 0; k < d; k++) gradient[k] += slope * scales[k] * apartAlong[k][at];
      }
    }
    for (let k = 0; k < d; k++) {
      value += 0.1 / scales[k] + 0.1 * scales[k];
      gradient[k] += -0.1 / scales[k] + 0.1 * scales[k];
    }
    value += signal - theta[d] + 30 * noise - 0.1 * theta[d + 1];
    gradient[d] += signal - 1;
    gradient[d + 1] += 30 * noise - 0.1;
    return value;
  };
}
