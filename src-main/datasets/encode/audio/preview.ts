import type { AudioOptions, SpectrogramPreview } from '../../../shared/audio.ts';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { StoredSounds } from '../../audio/stored.ts';
import { settled } from './fit.ts';
import { whiteNoise } from './noise.ts';
import { LogMel } from './spectrogram.ts';

/**
 * A few sounds as a net with these options sees them, standardised among themselves: what is usual over a whole split takes long to
 * know. Throws `no_sample`, `invalid_settings`.
 */
export async function previewSpectrograms(
  blobs: string,
  manifest: Manifest,
  options: AudioOptions,
  samples: readonly number[],
): Promise<SpectrogramPreview> {
  const wrong = samples.find((sample) => !(sample >= 0 && sample < manifest.samples));
  if (!manifest.audio || wrong !== undefined) {
    throw new AtelierError('no_sample', `There is no sound ${wrong ?? 0}: there are ${manifest.samples} samples.`);
  }
  const { rate, seconds } = manifest.audio;
  const settings = settled(options, rate, Math.ceil(seconds.p95 * rate));
  const stored = await StoredSounds.open(blobs, manifest);
  const logMel = new LogMel(settings);
  const { mels } = settings;
  const size = logMel.frames * mels;
  const rows = new Float32Array(samples.length * size);
  for (const [i, sample] of samples.entries()) {
    logMel.compute(await stored.read(sample), rows.subarray(i * size, (i + 1) * size));
  }
  const [mean, std] = [new Array<number>(mels).fill(0), new Array<number>(mels).fill(0)];
  const frames = Math.max(1, rows.length / mels);
  rows.forEach((value, i) => (mean[i % mels] += value / frames));
  rows.forEach((value, i) => (std[i % mels] += (value - mean[i % mels]) ** 2 / frames));
  for (let band = 0; band < mels; band++) std[band] = Math.sqrt(std[band]) < 1e-6 ? 1 : Math.sqrt(std[band]);
  rows.forEach((value, i) => (rows[i] = (value - mean[i % mels]) / std[i % mels]));
  return { frames: logMel.frames, mels, mean, std, noise: whiteNoise(settings), rows };
}
