import { framesOf, melFloor, type SpectrogramSettings } from '../../../shared/audio.ts';
import { filterBank, hannWindow } from './mel.ts';

/** 16-bit samples as -1…1. */
export const sampleScale = 1 / 32_768;

/**
 * Log-mel spectrograms: the power in bands of the mel scale, natural logarithm, a row for each frame. Worked out in 64-bit floats, so that
 * the exported file, which computes the same in another order, comes to the same.
 */
export class LogMel {
  readonly frames: number;
  readonly #settings: SpectrogramSettings;
  readonly #hann: Float64Array;
  /** Of each band the first bin that counts, and what each from there on counts. */
  readonly #bands: { first: number; weights: Float64Array }[];
  readonly #fft: Fft;
  readonly #power: Float64Array;

  constructor(settings: SpectrogramSettings) {
    const { fft, mels } = settings;
    this.#settings = settings;
    this.frames = framesOf(settings);
    this.#hann = hannWindow(fft);
    this.#fft = new Fft(fft);
    const bins = fft / 2 + 1;
    this.#power = new Float64Array(bins);
    const bank = filterBank(settings);
    this.#bands = Array.from({ length: mels }, (_, mel) => {
      const weights = Float64Array.from({ length: bins }, (_, bin) => bank[bin * mels + mel]);
      const first = weights.findIndex((weight) => weight > 0);
      if (first < 0) return { first: 0, weights: new Float64Array(0) };
      return { first, weights: weights.slice(first, weights.findLastIndex((weight) => weight > 0) + 1) };
    });
  }

  /** Into `rows`, frames × mels. A sound of another length is cut, or filled up, as `placed` says. */
  compute(samples: Int16Array, rows: Float32Array): void {
    const { length, fft, hop, mels } = this.#settings;
    const sound = placed(samples, length);
    const { re, im } = this.#fft;
    const power = this.#power;
    // Two frames at a time: one as real numbers, one as imaginary ones, told apart by their symmetry.
    for (let frame = 0; frame < this.frames; frame += 2) {
      this.#window(sound, frame * hop, re);
      if (frame + 1 < this.frames) this.#window(sound, (frame + 1) * hop, im);
      else im.fill(0);
      this.#fft.run();
      for (let bin = 0; bin < power.length; bin++) {
        const other = (fft - bin) % fft;
        power[bin] = ((re[bin] + re[other]) ** 2 + (im[bin] - im[other]) ** 2) / 4;
      }
      this.#bandsInto(rows, frame * mels);
      if (frame + 1 === this.frames) return;
      for (let bin = 0; bin < power.length; bin++) {
        const other = (fft - bin) % fft;
        power[bin] = ((im[bin] + im[other]) ** 2 + (re[other] - re[bin]) ** 2) / 4;
      }
      this.#bandsInto(rows, (frame + 1) * mels);
    }
  }

  #window(sound: Int16Array, from: number, to: Float64Array): void {
    const hann = this.#hann;
    const there = Math.max(0, Math.min(to.length, sound.length - from));
    for (let i = 0; i < there; i++) to[i] = sound[from + i] * sampleScale * hann[i];
    to.fill(0, there);
  }

  #bandsInto(rows: Float32Array, at: number): void {
    const power = this.#power;
    for (let mel = 0; mel < this.#bands.length; mel++) {
      const { first, weights } = this.#bands[mel];
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * power[first + k];
      rows[at + mel] = Math.log(Math.max(sum, melFloor));
    }
  }
}

/** The middle of a longer sound; a shorter one as it is, to be followed by silence. */
export function placed(samples: Int16Array, length: number): Int16Array {
  const from = Math.max(0, (samples.length - length) >> 1);
  return samples.subarray(from, from + length);
}

/** The discrete Fourier transform of complex numbers in place, by Cooley and Tukey's halving. `size`: a power of two. */
class Fft {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;

  constructor(size: number) {
    this.re = new Float64Array(size);
    this.im = new Float64Array(size);
    this.#cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    this.#reversed = new Uint32Array(size);
    const bits = Math.log2(size);
    for (let i = 1; i < size; i++) this.#reversed[i] = (this.#reversed[i >> 1] >> 1) | ((i & 1) << (bits - 1));
  }

  /** Plain variables throughout: pairs as arrays would be made anew a million times a second. */
  run(): void {
    const { re, im } = this;
    const [cosines, sines, reversed] = [this.#cos, this.#sin, this.#reversed];
    const size = re.length;
    for (let i = 0; i < size; i++) {
      const j = reversed[i];
      if (j <= i) continue;
      const real = re[i];
      const imaginary = im[i];
      re[i] = re[j];
      im[i] = im[j];
      re[j] = real;
      im[j] = imaginary;
    }
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const a = start + k;
          const b = a + half;
          const cos = cosines[k * stride];
          const sin = sines[k * stride];
          const x = re[b] * cos - im[b] * sin;
          const y = re[b] * sin + im[b] * cos;
          re[b] = re[a] - x;
          im[b] = im[a] - y;
          re[a] += x;
          im[a] += y;
        }
      }
    }
  }
}
