import type { ImageShape } from '../../shared/dataset.ts';

/**
 * What a picture is known by when it was blurred, brightened, cropped or scaled a little: the low frequencies of its cosine transform, as in pHash
 * (Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010), kept as numbers instead of bits.
 */
const low = 6;
export const printSize = low * low - 1;
/** The points at which a picture's side is sampled. */
const points = 32;

/** Brightness of one image, height × width, 0 … 255 (Rec. 601). */
export function greyOf(pixels: Uint8Array, { height, width, channels }: ImageShape, into: Float32Array): void {
  for (let i = 0; i < height * width; i++) {
    into[i] =
      channels === 1
        ? pixels[i]
        : 0.299 * pixels[i * channels] + 0.587 * pixels[i * channels + 1] + 0.114 * pixels[i * channels + 2];
  }
}

/** The part of a side that is seen: its size beside the whole, and how far its middle is from the whole's, both by the whole's size. */
interface Window {
  scale: number;
  shift: number;
}

/** Of two copies one may have been cropped a little: from the middle, from either end; or padded. */
const cropped = [0.935, 1 / 0.935].flatMap((scale) =>
  [0, -1, 1].map((end): Window => ({ scale, shift: (end * (1 - scale)) / 2 })),
);
const whole: Window = { scale: 1, shift: 0 };
const moved = [-1, 1].map((way): Window => ({ scale: 1, shift: way * 0.015 }));
const grown = [-1, 1].map((way): Window => ({ scale: 1.03 ** way, shift: 0 }));
const windows: readonly Window[] = [whole, ...cropped, ...moved, ...grown];

/** Where a view's windows down and across stand among `windows`. */
type View = readonly [down: number, across: number];
const movedAt = 1 + cropped.length;
const grownAt = movedAt + moved.length;

/** As it is, a little cropped from its middle and corners, and a little padded. */
export const searched = 11;
/** Then pairs of views, the difference of which is how a print moves where its picture is shifted or scaled a little. */
export const ways = 4;
const views: readonly View[] = [
  [0, 0],
  ...[1, 4].flatMap((first): View[] => [
    [first, first],
    ...[1, 2].flatMap((down) => [1, 2].map((right): View => [first + down, first + right])),
  ]),
  ...[movedAt, grownAt].flatMap((at): View[] => [
    [at, 0],
    [at + 1, 0],
    [0, at],
    [0, at + 1],
  ]),
];

export const allPrints = searched + 2 * ways;

/** Prints of pictures of one size. */
export class Prints {
  readonly #height: number;
  readonly #width: number;
  readonly #down: Float32Array[];
  readonly #across: Float32Array[];
  readonly #half: Float32Array[];

  constructor({ height, width }: ImageShape) {
    this.#height = height;
    this.#width = width;
    this.#down = windows.map((window) => transform(height, window));
    this.#across = height === width ? this.#down : windows.map((window) => transform(width, window));
    this.#half = windows.map(() => new Float32Array(height * low));
  }

  /** Writes the print at `at`: `printSize` numbers of length 1 in all, which neither brightness nor contrast changes. A plain picture's are 0. */
  whole(grey: Float32Array, into: Float32Array, at: number): void {
    this.#halve(grey, 0);
    this.#print(0, 0, into, at);
  }

  /** The prints of all views: those to be searched for, then the pairs of ways. `allPrints` of them. */
  all(grey: Float32Array, into: Float32Array): void {
    for (let w = 0; w < windows.length; w++) this.#halve(grey, w);
    views.forEach(([down, across], v) => this.#print(down, across, into, v * printSize));
  }

  /** Across, for one window: height × low. */
  #halve(grey: Float32Array, window: number): void {
    const [half, across, width] = [this.#half[window], this.#across[window], this.#width];
    for (let y = 0; y < this.#height; y++) {
      for (let u = 0; u < low; u++) {
        let sum = 0;
        for (let x = 0; x < width; x++) sum += grey[y * width + x] * across[u * width + x];
        half[y * low + u] = sum;
      }
    }
  }

  #print(downward: number, across: number, into: Float32Array, at: number): void {
    const [half, down, height] = [this.#half[across], this.#down[downward], this.#height];
    let length = 0;
    for (let k = 1; k < low * low; k++) {
      const [v, u] = [Math.floor(k / low), k % low];
      let sum = 0;
      for (let y = 0; y < height; y++) sum += half[y * low + u] * down[v * height + y];
      into[at + k - 1] = sum;
      length += sum * sum;
    }
    // Under a brightness of one in 255 over the picture it is noise.
    const scale = length > 1 / 16 ? 1 / Math.sqrt(length) : 0;
    for (let k = 0; k < printSize; k++) into[at + k] *= scale;
  }
}

/** low × length: what each pixel of a side adds to each frequency of what is seen through a window, bilinear; beyond the edge as at the edge. */
function transform(length: number, { scale, shift }: Window): Float32Array {
  const matrix = new Float32Array(low * length);
  for (let p = 0; p < points; p++) {
    const from = (((p + 0.5) / points - 0.5) * scale + 0.5 + shift) * length - 0.5;
    const place = Math.min(length - 1, Math.max(0, from));
    const first = Math.min(length - 1, Math.floor(place));
    const second = Math.min(length - 1, first + 1);
    for (let u = 0; u < low; u++) {
      const cosine = Math.cos(((2 * p + 1) * u * Math.PI) / (2 * points)) / points;
      matrix[u * length + first] += cosine * (1 - (place - first));
      matrix[u * length + second] += cosine * (place - first);
    }
  }
  return matrix;
}
