/**
 * Whether one picture is made from another: `to` ≈ a · x(T) + c · ∇²x(T) + d · ∇⁴x(T) + b, where x is `from`, T scales and moves each axis a little, a
 * and b are contrast and brightness, and c and d blur (or sharpen). Found by Gauss and Newton's steps, as Lucas and Kanade ("An iterative image
 * registration technique with an application to stereo vision", 1981). What is left over is noise for a copy, and all that differs for two
 * pictures that are merely alike.
 */
export interface Fit {
  /** The mean square of what is left over beside that of the picture's detail, with a little for noise: near 0 for copies. */
  unlike: number;
  contrast: number;
  place: Place;
}

/** Where `from` is looked at: moved by pixels, scaled about its middle. */
export interface Place {
  down: number;
  right: number;
  tall: number;
  wide: number;
}
const asItIs: Place = { down: 0, right: 0, tall: 1, wide: 1 };

/** Grey values, height × width, and how much detail they have: the mean square of what differs from the four neighbours' mean. */
export interface Picture {
  grey: Float32Array;
  detail: number;
  variance: number;
}

/** One, the picture, its Laplacian and that of this, its slopes across and down, and these times the distance from the middle. */
const unknowns = 8;
const movesFrom = 4;
/** Of grey levels: what compression and rounding leave of a copy, as a variance. */
const noise = 20;
/** What leaves this much after so many steps is no copy whatever follows. */
const hopeless = [Infinity, 3, 1.3];
const mostShift = 0.09;
const mostScale = 0.12;
const leastContrast = 0.2;

/** Fits of pictures of one size. Not to be used by two at once: its space is used again. */
export class PictureFits {
  readonly #height: number;
  readonly #width: number;
  readonly #inside: Uint8Array;
  readonly #fitted: Float64Array;
  /** A plane for each unknown, height × width. */
  readonly #planes: Float64Array[];
  /** The same, 0 where a pixel does not count; the last is of the picture that is made. */
  readonly #counting: Float64Array[];

  constructor(height: number, width: number) {
    this.#height = height;
    this.#width = width;
    this.#inside = new Uint8Array(height * width);
    this.#fitted = new Float64Array(height * width);
    this.#planes = Array.from({ length: unknowns }, () => new Float64Array(height * width));
    this.#counting = Array.from({ length: unknowns + 1 }, () => new Float64Array(height * width));
  }

  picture(grey: Float32Array): Picture {
    const [height, width] = [this.#height, this.#width];
    let detail = 0;
    let sum = 0;
    let squares = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        sum += grey[i];
        squares += grey[i] ** 2;
        if (y === 0 || x === 0 || y === height - 1 || x === width - 1) continue;
        detail += (grey[i] - (grey[i - 1] + grey[i + 1] + grey[i - width] + grey[i + width]) / 4) ** 2;
      }
    }
    const count = height * width;
    return { grey, detail: detail / count, variance: Math.max(0, squares / count - (sum / count) ** 2) };
  }

  /** The one with less detail as made from the other: a copy loses, and never gains. */
  fit(a: Picture, b: Picture, steps: number, start?: Place): Fit {
    return isFiner(b, a) ? this.#fit(a, b, steps, start) : this.#fit(b, a, steps, start);
  }

  /**
   * What small changes of a picture can give, as planes upright to one another and of length 1: what is left of a copy beside them is little. Quicker
   * than a fit, and good for changes of less than a pixel.
   */
  changes({ grey }: Picture): Float64Array[] {
    this.#warp(grey, asItIs);
    this.#derive();
    const basis: Float64Array[] = [];
    for (const plane of this.#planes) {
      const upright = plane.slice();
      for (const other of basis) {
        const along = product(upright, other);
        for (let i = 0; i < upright.length; i++) upright[i] -= along * other[i];
      }
      const length = Math.sqrt(product(upright, upright));
      if (length < 1e-3) continue;
      for (let i = 0; i < upright.length; i++) upright[i] /= length;
      basis.push(upright);
    }
    return basis;
  }

  /** `unlike` of a picture and what `changes` gave for another one. */
  unlikeChanged(changes: readonly Float64Array[], { grey, detail }: Picture): number {
    const own = Float64Array.from(grey);
    let left = product(own, own);
    for (const plane of changes) left -= product(plane, own) ** 2;
    return Math.max(0, left) / grey.length / (detail + noise);
  }

  #fit(to: Picture, from: Picture, steps: number, start: Place = asItIs): Fit {
    const place = { ...start };
    const least = to.detail + noise;
    for (let step = 0; ; step++) {
      this.#warp(from.grey, place);
      this.#derive();
      const solution = this.#solve(to.grey, step > 0);
      const contrast = solution[1];
      if (contrast < leastContrast) return { unlike: Infinity, contrast, place };
      const last = step === steps;
      const residual = this.#predict(to.grey, solution, last);
      if (last || residual > (hopeless[step] ?? Infinity) * least) return { unlike: residual / least, contrast, place };
      const within = (value: number, most: number): number => Math.max(-most, Math.min(most, value));
      place.right = within(place.right + within(solution[4] / contrast, 0.8), mostShift * this.#width);
      place.down = within(place.down + within(solution[5] / contrast, 0.8), mostShift * this.#height);
      place.wide = 1 + within(place.wide - 1 + within(solution[6] / contrast, 0.05), mostScale);
      place.tall = 1 + within(place.tall - 1 + within(solution[7] / contrast, 0.05), mostScale);
    }
  }

  /** Catmull-Rom between sixteen neighbours; what comes from outside is left out. */
  #warp(x: Float32Array, { down, right, tall, wide }: Place): void {
    const [height, width, inside, warped] = [this.#height, this.#width, this.#inside, this.#planes[1]];
    const columns = taps(width, wide, right);
    const rows = taps(height, tall, down);
    const { from, weights } = columns;
    const line = new Float32Array(width);
    for (let r = 0; r < height; r++) {
      for (let q = 0; q < width; q++) {
        let sum = 0;
        for (let v = r * 4; v < r * 4 + 4; v++) sum += rows.weights[v] * x[rows.from[v] * width + q];
        line[q] = sum;
      }
      for (let q = 0, i = r * width; q < width; q++, i++) {
        const at = q * 4;
        inside[i] = rows.inside[r] & columns.inside[q];
        warped[i] =
          weights[at] * line[from[at]] +
          weights[at + 1] * line[from[at + 1]] +
          weights[at + 2] * line[from[at + 2]] +
          weights[at + 3] * line[from[at + 3]];
      }
    }
  }

  /** The planes that follow from the warped picture's. */
  #derive(): void {
    const [height, width] = [this.#height, this.#width];
    const [one, x, blur, blurred, across, down, wide, tall] = this.#planes;
    laplacian(x, height, width, blur);
    laplacian(blur, height, width, blurred);
    const [middle, centre] = [(height - 1) / 2, (width - 1) / 2];
    for (let r = 0; r < height; r++) {
      const above = r > 0 ? width : 0;
      const below = r < height - 1 ? width : 0;
      for (let q = 0; q < width; q++) {
        const i = r * width + q;
        one[i] = 1;
        across[i] = (x[q < width - 1 ? i + 1 : i] - x[q > 0 ? i - 1 : i]) / 2;
        down[i] = (x[i + below] - x[i - above]) / 2;
        wide[i] = across[i] * (q - centre);
        tall[i] = down[i] * (r - middle);
      }
    }
  }

  /** Least squares over the pixels inside, but those where brightness has cut off what the fit says. */
  #solve(y: Float32Array, known: boolean): Float64Array {
    const [inside, fitted, planes, counting] = [this.#inside, this.#fitted, this.#planes, this.#counting];
    for (let i = 0; i < y.length; i++) {
      const cutOff = known && ((y[i] >= 255 && fitted[i] >= 255) || (y[i] <= 0 && fitted[i] <= 0));
      // A few stay, or there may be none.
      const counts = inside[i] === 1 && (!cutOff || i % 4 === 0) ? 1 : 0;
      for (let k = 0; k < unknowns; k++) counting[k][i] = counts * planes[k][i];
      counting[unknowns][i] = counts * y[i];
    }
    const squares = new Float64Array(unknowns * unknowns);
    const products = new Float64Array(unknowns);
    for (let k = 0; k < unknowns; k++) {
      products[k] = product(counting[k], counting[unknowns]);
      for (let l = 0; l <= k; l++) {
        const sum = product(counting[k], counting[l]);
        squares[k * unknowns + l] = sum;
        squares[l * unknowns + k] = sum;
      }
    }
    // What nothing speaks for stays small.
    for (let k = 0; k < unknowns; k++) {
      squares[k * unknowns + k] = squares[k * unknowns + k] * (k >= movesFrom ? 1.001 : 1.00001) + 1e-6;
    }
    return solved(squares, products);
  }

  /** Writes what the fit says of each pixel, and gives the mean square of what it leaves. */
  #predict(y: Float32Array, solution: Float64Array, moved: boolean): number {
    const [inside, fitted, planes] = [this.#inside, this.#fitted, this.#planes];
    fitted.fill(0);
    for (let k = 0; k < (moved ? unknowns : movesFrom); k++) {
      const [plane, factor] = [planes[k], solution[k]];
      for (let i = 0; i < y.length; i++) fitted[i] += factor * plane[i];
    }
    let sum = 0;
    let count = 0;
    for (let i = 0; i < y.length; i++) {
      const left = y[i] - Math.max(0, Math.min(255, fitted[i]));
      sum += inside[i] * left * left;
      count += inside[i];
    }
    return count > 0 ? sum / count : Infinity;
  }
}

/** By their detail beside their contrast. */
const isFiner = (one: Picture, other: Picture): boolean => one.detail * other.variance >= other.detail * one.variance;

function product(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  let i = 0;
  // Two sums do not wait for each other.
  for (; i + 1 < a.length; i += 2) {
    even += a[i] * b[i];
    odd += a[i + 1] * b[i + 1];
  }
  if (i < a.length) even += a[i] * b[i];
  return even + odd;
}

function laplacian(x: Float64Array, height: number, width: number, into: Float64Array): void {
  for (let r = 0; r < height; r++) {
    const above = r > 0 ? width : 0;
    const below = r < height - 1 ? width : 0;
    for (let q = 0; q < width; q++) {
      const i = r * width + q;
      into[i] = x[q > 0 ? i - 1 : i] + x[q < width - 1 ? i + 1 : i] + x[i - above] + x[i + below] - 4 * x[i];
    }
  }
}

/** For each place along a side the four that it is between, at the edge the edge, and what each counts. */
function taps(
  length: number,
  scale: number,
  shift: number,
): { inside: Uint8Array; from: Int32Array; weights: Float64Array } {
  const inside = new Uint8Array(length);
  const from = new Int32Array(length * 4);
  const weights = new Float64Array(length * 4);
  for (let p = 0; p < length; p++) {
    const place = scale * (p - (length - 1) / 2) + (length - 1) / 2 + shift;
    const first = Math.floor(place);
    const t = place - first;
    inside[p] = place >= -0.5 && place <= length - 0.5 ? 1 : 0;
    for (let k = 0; k < 4; k++) from[p * 4 + k] = Math.max(0, Math.min(length - 1, first - 1 + k));
    weights[p * 4] = ((-0.5 * t + 1) * t - 0.5) * t;
    weights[p * 4 + 1] = (1.5 * t - 2.5) * t * t + 1;
    weights[p * 4 + 2] = ((-1.5 * t + 2) * t + 0.5) * t;
    weights[p * 4 + 3] = (0.5 * t - 0.5) * t * t;
  }
  return { inside, from, weights };
}

/** By elimination, in place; the matrix is positive definite. */
function solved(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  for (let k = 0; k < n; k++) {
    const pivot = matrix[k * n + k] || 1e-9;
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i * n + k] / pivot;
      for (let j = k; j < n; j++) matrix[i * n + j] -= factor * matrix[k * n + j];
      right[i] -= factor * right[k];
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) right[k] -= matrix[k * n + j] * right[j];
    right[k] /= matrix[k * n + k] || 1e-9;
  }
  return right;
}
