import { describe, expect, it } from 'vitest';
import { LogMel } from '../../../src-main/datasets/encode/audio/spectrogram.ts';
import { whiteNoise } from '../../../src-main/datasets/encode/audio/noise.ts';
import { framesOf, melFloor, type SpectrogramSettings } from '../../../src-main/shared/audio.ts';
import type { Augmentation } from '../../../src-main/shared/augment/kinds.ts';
import { SoundAugmenter } from '../../../src-main/shared/augment/sound.ts';
import { Random, streams } from '../../../src-main/shared/random.ts';

const settings: SpectrogramSettings = {
  rate: 8000,
  length: 4096,
  fft: 256,
  hop: 128,
  mels: 12,
  fmin: 0,
  fmax: 4000,
  melScale: 'htk',
};
const [frames, mels] = [framesOf(settings), settings.mels];
const noise = whiteNoise(settings);
/** Bands that are standardised by different numbers, as a training split's are. */
const mean = Array.from({ length: mels }, (_, band) => -6 - band / 3);
const std = Array.from({ length: mels }, (_, band) => 1 + band / 10);
const floor = (band: number) => (Math.log(melFloor) - mean[band]) / std[band];

/** The standardised spectrogram of a sound. */
function spectrogram(sample: (i: number) => number): Float32Array {
  const samples = Int16Array.from({ length: settings.length }, (_, i) => Math.round(32_767 * sample(i)));
  const row = new Float32Array(frames * mels);
  new LogMel(settings).compute(samples, row);
  return row.map((value, i) => (value - mean[i % mels]) / std[i % mels]);
}
const power = (value: number, band: number) => Math.exp(value * std[band] + mean[band]);
const tone = (level: number) => (i: number) => level * Math.sin((2 * Math.PI * 1000 * i) / settings.rate);
const plain = spectrogram((i) => tone(0.2)(i) + 0.05 * Math.sin(i * i));

function changed(amounts: Augmentation, sample = 0, { epoch = 0, row = plain } = {}): Float32Array {
  const copy = row.slice();
  new SoundAugmenter({ frames, mels, mean, std, noise }, amounts, 1).apply(copy, epoch, sample);
  return copy;
}
/** The largest difference. */
const apart = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
const draws = (sample: number) => new Random(1, streams.augment, sample);
const samples = Array.from({ length: 60 }, (_, i) => i);

describe('a sound’s spectrogram', () => {
  it('is changed as (seed, epoch, sample) say', () => {
    const all = { 'time-shift': 0.2, gain: 6, 'white-noise': 0.05, 'time-mask': 0.2, 'frequency-mask': 0.2 };
    const one = changed(all, 3);
    expect(changed(all, 3)).toEqual(one);
    for (const other of [changed(all, 4), changed(all, 3, { epoch: 1 }), plain]) expect(other).not.toEqual(one);
    expect(one.every(Number.isFinite)).toBe(true);
    expect(changed({}, 3)).toEqual(plain);
  });

  it('is shifted by whole frames, and silent where it is not', () => {
    const by = samples.map((sample) => {
      const row = changed({ 'time-shift': 0.5 }, sample);
      const shift = Math.round(0.5 * (2 * draws(sample).uniform() - 1) * frames);
      const wanted = row.map((_, i) => {
        const from = Math.floor(i / mels) - shift;
        return from < 0 || from >= frames ? floor(i % mels) : plain[i - shift * mels];
      });
      expect(apart(row, wanted)).toBeLessThan(1e-5);
      return shift;
    });
    expect(Math.min(...by)).toBeLessThan(-0.3 * frames);
    expect(Math.max(...by)).toBeGreaterThan(0.3 * frames);
  });

  it('louder and softer is what that sound would be', () => {
    for (const sample of [0, 1, 2, 3]) {
      const decibels = 12 * (2 * draws(sample).uniform() - 1);
      const factor = 10 ** (decibels / 20);
      const wanted = spectrogram((i) => factor * (tone(0.2)(i) + 0.05 * Math.sin(i * i)));
      const row = changed({ gain: 12 }, sample);
      expect(apart(row, wanted)).toBeLessThan(0.02);
    }
    const silence = spectrogram(() => 0);
    expect(changed({ gain: 12 }, 1, { row: silence })).toEqual(silence);
  });

  it('noisy scatters as a sound does to which white noise is added', () => {
    const [real, made] = [0, 1].map(() => Array.from({ length: mels }, () => [] as number[]));
    const row = spectrogram(tone(0.1));
    for (const sample of samples) {
      const sigma = 0.2 * draws(sample).uniform();
      const random = new Random(77, 0, sample);
      const heard = spectrogram((i) => tone(0.1)(i) + sigma * random.normal());
      const guessed = changed({ 'white-noise': 0.2 }, sample, { row });
      heard.forEach((value, i) => real[i % mels].push(power(value, i % mels)));
      guessed.forEach((value, i) => made[i % mels].push(power(value, i % mels)));
    }
    const average = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    const scatter = (values: number[]) => {
      const middle = average(values);
      return Math.sqrt(average(values.map((x) => (x - middle) ** 2)));
    };
    // The lowest band holds the bin of no frequency, which has no phase.
    for (let band = 1; band < mels; band++) {
      expect(average(made[band]) / average(real[band]), `band ${band}`).toBeGreaterThan(0.93);
      expect(average(made[band]) / average(real[band]), `band ${band}`).toBeLessThan(1.07);
      expect(scatter(made[band]) / scatter(real[band]), `band ${band}`).toBeGreaterThan(0.85);
      expect(scatter(made[band]) / scatter(real[band]), `band ${band}`).toBeLessThan(1.15);
    }
  });

  it.each([
    ['time-mask', frames, (i: number) => Math.floor(i / mels)],
    ['frequency-mask', mels, (i: number) => i % mels],
  ] as const)('%s hides at most two stretches, as long as is said', (kind, length, at) => {
    const hidden = samples.map((sample) => {
      const row = changed({ [kind]: 0.25 }, sample);
      const lines = new Set(
        Array.from(row, (value, i) => (value === plain[i] ? -1 : at(i))).filter((line) => line >= 0),
      );
      expect(row).toEqual(plain.map((value, i) => (lines.has(at(i)) ? 0 : value)));
      const starts = [...lines].filter((line) => !lines.has(line - 1));
      expect(starts.length).toBeLessThanOrEqual(2);
      expect(lines.size).toBeLessThanOrEqual(2 * Math.floor(0.25 * length + 1));
      return lines.size;
    });
    expect(Math.max(...hidden)).toBeGreaterThan(0.25 * length);
    expect(hidden.some((size) => size <= 0.25 * length)).toBe(true);
  });
});
