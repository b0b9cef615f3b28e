import { melFloor } from '../audio.ts';
import { Random, streams } from '../random.ts';
import type { Augmentation } from './kinds.ts';

/** A log-mel spectrogram: frames × mels natural logarithms of power, each band standardised. */
export interface SoundShape {
  readonly frames: number;
  readonly mels: number;
  /** Of each band, before it was standardised. */
  readonly mean: ArrayLike<number>;
  readonly std: ArrayLike<number>;
  /** What white noise of standard deviation 1 is in each band. */
  readonly noise: readonly BandNoise[];
}

export interface BandNoise {
  /** Its power on average. */
  readonly power: number;
  /** As many bins that know nothing of each other would scatter as much. */
  readonly bins: number;
}

/** As SpecAugment's stronger policies have it. */
const masks = 2;

/**
 * Changes spectrograms in place, by what (seed, epoch, sample) say and nothing else. Shifts, loudness and noise are those of the sound,
 * worked out on its spectrogram: a new one for each sound and epoch would take longer than most nets train.
 */
export class SoundAugmenter {
  readonly #shape: SoundShape;
  readonly #amounts: Augmentation;
  readonly #seed: number;
  readonly #normal: Float32Array;

  constructor(shape: SoundShape, amounts: Augmentation, seed: number) {
    this.#shape = shape;
    this.#amounts = amounts;
    this.#seed = seed;
    this.#normal = new Float32Array(amounts['white-noise'] ? 2 * shape.frames * shape.mels : 0);
  }

  /** `epoch` and `sample` are counted from 0. */
  apply(row: Float32Array, epoch: number, sample: number): void {
    const random = new Random(this.#seed, streams.augment + 256 * epoch, sample);
    const amounts = this.#amounts;
    const either = (amount: number) => amount * (2 * random.uniform() - 1);
    const shift = amounts['time-shift'];
    if (shift) this.#shift(row, Math.round(either(shift) * this.#shape.frames));
    if (amounts.gain) this.#louder(row, 10 ** (either(amounts.gain) / 10));
    if (amounts['white-noise']) this.#addNoise(row, (amounts['white-noise'] * random.uniform()) ** 2, random);
    const { 'time-mask': times = 0, 'frequency-mask': bands = 0 } = amounts;
    for (let i = 0; times > 0 && i < masks; i++) this.#mask(row, 'frames', times, random);
    for (let i = 0; bands > 0 && i < masks; i++) this.#mask(row, 'mels', bands, random);
  }

  /** Later by so many frames; what was before the sound, or comes after it, is silence. */
  #shift(row: Float32Array, frames: number): void {
    const { mels } = this.#shape;
    const by = frames * mels;
    row.copyWithin(Math.max(0, by), Math.max(0, -by), row.length - Math.max(0, by));
    const [from, to] = by > 0 ? [0, by] : [row.length + by, row.length];
    for (let i = from; i < to; i++) row[i] = this.#standardised(melFloor, i % mels);
  }

  /** A step up or down the logarithm. What is below the floor is not known, and stays there. */
  #louder(row: Float32Array, factor: number): void {
    const { mels, std } = this.#shape;
    const by = Float64Array.from(std, (each) => Math.log(factor) / each);
    const floor = Float64Array.from(std, (_, band) => this.#standardised(melFloor, band));
    for (let i = 0, band = 0; i < row.length; i++, band = band + 1 === mels ? 0 : band + 1) {
      if (row[i] > floor[band] + rounding) row[i] = Math.max(row[i] + by[band], floor[band]);
    }
  }

  // |S + N|² = |S|² + |N|² + 2·Re(S·N̄): in a band of k bins the second is σ²·c·χ²₂ₖ/2k, the third normal of variance 2·|S|²·σ²·c/k.
  // χ² by its cube root, which is nearly normal (Wilson & Hilferty 1931).
  #addNoise(row: Float32Array, variance: number, random: Random): void {
    const { mels, noise } = this.#shape;
    const normal = this.#normal;
    random.fillNormal(normal);
    for (let i = 0; i < row.length; i++) {
      const band = i % mels;
      const { power: own, bins } = noise[band];
      const [power, added] = [this.#power(row[i], band), variance * own];
      const spread = Math.max(0, 1 - 1 / (9 * bins) + normal[2 * i] / (3 * Math.sqrt(bins))) ** 3;
      const both = normal[2 * i + 1] * Math.sqrt((2 * power * added) / bins);
      row[i] = this.#standardised(power + added * spread + both, band);
    }
  }

  /** A stretch of frames, or of bands, as they are on average (Park et al. 2019). */
  #mask(row: Float32Array, along: 'frames' | 'mels', most: number, random: Random): void {
    const { frames, mels } = this.#shape;
    const length = this.#shape[along];
    const size = Math.floor(random.uniform() * (most * length + 1));
    const from = random.below(length - size + 1);
    if (along === 'frames') return void row.fill(0, from * mels, (from + size) * mels);
    for (let frame = 0; frame < frames; frame++) row.fill(0, frame * mels + from, frame * mels + from + size);
  }

  #power(value: number, band: number): number {
    return Math.exp(value * this.#shape.std[band] + this.#shape.mean[band]);
  }

  #standardised(power: number, band: number): number {
    return (Math.log(Math.max(power, melFloor)) - this.#shape.mean[band]) / this.#shape.std[band];
  }
}

/** Of 32 bits, of numbers as large as standardised ones come. */
const rounding = 1e-4;
