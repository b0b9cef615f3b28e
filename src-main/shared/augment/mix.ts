import { Random, streams } from '../random.ts';
import type { Augmentation } from './kinds.ts';
import type { PictureShape } from './pixels.ts';
import type { Rectangle } from './polygons.ts';

/** Where the other picture comes from. */
export interface Partners {
  readonly count: number;
  /** Writes this one, as it is in this epoch, into `room`. */
  read(sample: number, room: Uint8Array): void;
}

/** With which sample a picture was mixed, and how much of it is its own: 0 to 1. */
export interface Mixture {
  readonly other: number;
  readonly share: number;
  /** What of the other lies over it; null where the two are blended. */
  readonly pasted: Rectangle | null;
}

/** Makes pictures of one size one with others, in place, by what (seed, epoch, sample) say and nothing else. */
export class Mixer {
  readonly #shape: PictureShape;
  readonly #amounts: Augmentation;
  readonly #seed: number;
  readonly #room: Uint8Array;

  constructor(shape: PictureShape, amounts: Augmentation, seed: number) {
    this.#shape = shape;
    this.#amounts = amounts;
    this.#seed = seed;
    this.#room = new Uint8Array(shape.width * shape.height * shape.channels);
  }

  /** `epoch` and `sample` are counted from 0. Where both kinds are asked for, it is one or the other by an even chance. */
  apply(pixels: Uint8Array, epoch: number, sample: number, partners: Partners): Mixture {
    const random = new Random(this.#seed, streams.mix + 256 * epoch, sample);
    const { mixup = 0, cutmix = 0 } = this.#amounts;
    const other = random.below(partners.count);
    const blends = mixup > 0 && (cutmix === 0 || random.uniform() < 0.5);
    const share = beta(random, blends ? mixup : cutmix);
    partners.read(other, this.#room);
    if (blends) return { other, share: blend(pixels, this.#room, share), pasted: null };
    return { other, ...paste(random, this.#shape, pixels, this.#room, share) };
  }
}

// x̃ = λx + (1−λ)x′      (Zhang et al. 2018)
function blend(pixels: Uint8Array, others: Uint8Array, share: number): number {
  for (let i = 0; i < pixels.length; i++) pixels[i] = others[i] + share * (pixels[i] - others[i]) + 0.5;
  return share;
}

/**
 * A rectangle of the other picture, in its place, of the picture's own proportions and 1 − `share` of its area; what lies beyond the
 * edge is cut off. Answers with the share that is left, counted (Yun et al. 2019).
 */
function paste(
  random: Random,
  { width, height, channels }: PictureShape,
  pixels: Uint8Array,
  others: Uint8Array,
  share: number,
): Pick<Mixture, 'share' | 'pasted'> {
  const side = Math.sqrt(1 - share);
  const span = (length: number): [number, number] => {
    const size = Math.floor(length * side);
    const from = random.below(length) - Math.floor(size / 2);
    return [Math.max(0, from), Math.min(length, from + size)];
  };
  const [left, right] = span(width);
  const [top, bottom] = span(height);
  for (let y = top; y < bottom; y++) {
    const [from, to] = [(y * width + left) * channels, (y * width + right) * channels];
    pixels.set(others.subarray(from, Math.max(from, to)), from);
  }
  const own = 1 - (Math.max(0, right - left) * Math.max(0, bottom - top)) / (width * height);
  return { share: own, pasted: { left, top, right, bottom } };
}

/** From Beta(α, α): X/(X + Y) of two from Gamma(α), by their logarithms, since for small α both may be too small for a number. */
function beta(random: Random, alpha: number): number {
  const difference = logGamma(random, alpha) - logGamma(random, alpha);
  return 1 / (1 + Math.exp(-difference));
}

/** The logarithm of a number from Gamma(α, 1) (Marsaglia & Tsang 2000; below 1 by Gamma(α + 1)·U^(1/α)). */
function logGamma(random: Random, alpha: number): number {
  if (alpha < 1) return logGamma(random, alpha + 1) + Math.log(1 - random.uniform()) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
