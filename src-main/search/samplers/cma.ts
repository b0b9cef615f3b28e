import { symmetricEigen } from '../../linear-algebra/symmetric-eigen.ts';

const eye = (n: number) => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

/**
 * The (μ/μ_w, λ) evolution strategy with covariance matrix adaptation, its path-length control and negative weights (Hansen, "The CMA
 * Evolution Strategy: A Tutorial", arXiv:1604.00772; names are its). Minimises by ranks alone.
 */
export class Cma {
  readonly n: number;
  readonly lambda: number;
  readonly mean: Float64Array;
  sigma: number;
  /** Widens single coordinates; what the margin for discrete ones works on (see margin.ts). */
  readonly stretch: Float64Array;
  readonly #weights: Float64Array;
  readonly #mueff: number;
  readonly #cs: number;
  readonly #ds: number;
  readonly #cc: number;
  readonly #c1: number;
  readonly #cmu: number;
  readonly #chi: number;
  #generation = 0;
  #c: Float64Array;
  #b: Float64Array;
  #d: Float64Array;
  readonly #ps: Float64Array;
  readonly #pc: Float64Array;

  constructor(mean: ArrayLike<number>, sigma: number, lambda: number) {
    const n = (this.n = mean.length);
    this.lambda = lambda;
    this.mean = Float64Array.from(mean);
    this.sigma = sigma;
    this.stretch = new Float64Array(n).fill(1);
    const raw = Float64Array.from({ length: lambda }, (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1));
    const mu = lambda >> 1;
    const effective = (part: Float64Array) =>
      part.reduce((s, w) => s + w, 0) ** 2 / part.reduce((s, w) => s + w * w, 0);
    const mueff = (this.#mueff = effective(raw.subarray(0, mu)));
    this.#cc = (4 + mueff / n) / (n + 4 + (2 * mueff) / n);
    this.#cs = (mueff + 2) / (n + mueff + 5);
    this.#ds = 1 + 2 * Math.max(0, Math.sqrt((mueff - 1) / (n + 1)) - 1) + this.#cs;
    this.#c1 = 2 / ((n + 1.3) ** 2 + mueff);
    this.#cmu = Math.min(1 - this.#c1, (2 * (mueff - 2 + 1 / mueff)) / ((n + 2) ** 2 + mueff));
    const least = Math.min(
      1 + this.#c1 / this.#cmu,
      1 + (2 * effective(raw.subarray(mu))) / (mueff + 2),
      (1 - this.#c1 - this.#cmu) / (n * this.#cmu),
    );
    const sum = (keep: (w: number) => boolean) => raw.filter(keep).reduce((s, w) => s + Math.abs(w), 0);
    const [above, below] = [sum((w) => w >= 0), sum((w) => w < 0)];
    this.#weights = raw.map((w) => (w >= 0 ? w / above : (least * w) / below));
    this.#chi = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
    this.#c = eye(n);
    this.#b = eye(n);
    this.#d = new Float64Array(n).fill(1);
    this.#ps = new Float64Array(n);
    this.#pc = new Float64Array(n);
  }

  /** A point of the distribution, from n standard normal numbers. */
  sample(normals: ArrayLike<number>): Float64Array {
    const { n } = this;
    return Float64Array.from({ length: n }, (_, i) => {
      let y = 0;
      for (let k = 0; k < n; k++) y += this.#b[k * n + i] * this.#d[k] * normals[k];
      return this.mean[i] + this.sigma * this.stretch[i] * y;
    });
  }

  /** The standard deviation along a coordinate. */
  deviation(i: number): number {
    return this.sigma * this.stretch[i] * Math.sqrt(this.#c[i * this.n + i]);
  }

  /** Whether the covariance has become too crooked for floating point. */
  get degenerate(): boolean {
    const most = Math.max(...this.#d);
    return !(most / Math.min(...this.#d) < 1e7) || !Number.isFinite(this.sigma);
  }

  /** One generation: λ points, best first. */
  tell(points: readonly ArrayLike<number>[]): void {
    const { n } = this;
    this.#generation++;
    const ys = points.map((x) =>
      Float64Array.from({ length: n }, (_, i) => (x[i] - this.mean[i]) / (this.sigma * this.stretch[i])),
    );
    const step = new Float64Array(n);
    ys.forEach((y, rank) => {
      if (this.#weights[rank] > 0) for (let i = 0; i < n; i++) step[i] += this.#weights[rank] * y[i];
    });
    for (let i = 0; i < n; i++) this.mean[i] += this.sigma * this.stretch[i] * step[i];

    const cs = this.#cs;
    const white = this.#whiten(step);
    for (let i = 0; i < n; i++)
      this.#ps[i] = (1 - cs) * this.#ps[i] + Math.sqrt(cs * (2 - cs) * this.#mueff) * white[i];
    const length = Math.hypot(...this.#ps);
    this.sigma *= Math.exp(Math.min(1, (cs / this.#ds) * (length / this.#chi - 1)));

    const cc = this.#cc;
    const bias = Math.sqrt(1 - (1 - cs) ** (2 * (this.#generation + 1)));
    const moving = length / bias < (1.4 + 2 / (n + 1)) * this.#chi ? 1 : 0;
    for (let i = 0; i < n; i++)
      this.#pc[i] = (1 - cc) * this.#pc[i] + moving * Math.sqrt(cc * (2 - cc) * this.#mueff) * step[i];
    this.#adapt(ys, (1 - moving) * cc * (2 - cc));
  }

  #adapt(ys: readonly Float64Array[], lost: number): void {
    const { n } = this;
    const [c1, cmu, c] = [this.#c1, this.#cmu, this.#c];
    const total = this.#weights.reduce((sum, w) => sum + w, 0);
    // Negative weights shrink by the length of what they act on, so that C stays positive definite.
    const weights = ys.map((y, rank) => {
      const w = this.#weights[rank];
      return w >= 0 ? w : (w * n) / (this.#whiten(y).reduce((sum, v) => sum + v * v, 0) + 1e-12);
    });
    const keep = 1 + c1 * lost - c1 - cmu * total;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let rankMu = 0;
        for (let k = 0; k < ys.length; k++) rankMu += weights[k] * ys[k][i] * ys[k][j];
        c[i * n + j] = c[j * n + i] = keep * c[i * n + j] + c1 * this.#pc[i] * this.#pc[j] + cmu * rankMu;
      }
    }
    const { values, vectors } = symmetricEigen(c, n);
    this.#b = vectors;
    this.#d = values.map((value) => Math.sqrt(Math.max(value, 1e-20)));
  }

  /** C^(-1/2) y */
  #whiten(y: Float64Array): Float64Array {
    const { n } = this;
    const turned = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      for (let i = 0; i < n; i++) turned[k] += this.#b[k * n + i] * y[i];
      turned[k] /= this.#d[k];
    }
    return Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += this.#b[k * n + i] * turned[k];
      return sum;
    });
  }
}
