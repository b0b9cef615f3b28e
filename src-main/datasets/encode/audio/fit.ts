import { settleSpectrogram, type AudioOptions, type SpectrogramSettings } from '../../../shared/audio.ts';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { readBlob } from '../../blobs.ts';
import { StoredSounds } from '../../audio/stored.ts';
import { train } from '../../splits.ts';
import type { AudioEncoder } from '../encoder.ts';
import type { TextWork } from '../texts/context.ts';
import { spectrograms } from './load.ts';

/** A sound's length where nobody chose: that of so many of the training split's, but no more than this. */
const most = 0.95;
const longestSeconds = 30;

/** Settles length and frames, and what is usual in each band, from the training split alone. Throws `invalid_settings`, `no_samples`. */
export async function fitAudioEncoder(
  blobs: string,
  manifest: Manifest,
  options: AudioOptions,
  work?: TextWork,
): Promise<AudioEncoder> {
  const { rate } = manifest.audio!;
  const split = await readBlob(blobs, manifest.blobs.split);
  const stored = await StoredSounds.open(blobs, manifest);
  const lengths: number[] = [];
  split.forEach((part, i) => {
    if (part === train) lengths.push(stored.length(i));
  });
  if (lengths.length === 0)
    throw new AtelierError('no_samples', 'The training split holds no sound. Change the split.');
  lengths.sort((a, b) => a - b);
  const settings = settled(options, rate, lengths[Math.ceil(lengths.length * most) - 1]);
  return {
    kind: 'audio',
    spectrogram: settings,
    ...(await fitBands(blobs, manifest, settings, split, work)),
    classes: manifest.classes.map(({ name }) => name),
    ...(manifest.task === 'multi-label' && { several: true }),
  };
}

/** `samples`: how long most sounds are. Throws `invalid_settings`. */
export function settled(options: AudioOptions, rate: number, samples: number): SpectrogramSettings {
  const found = settleSpectrogram(options, rate, Math.min(samples, longestSeconds * rate));
  if (typeof found !== 'string') return found;
  throw new AtelierError('invalid_settings', found);
}

/** Mean and deviation of each band, over all frames of the training split. */
async function fitBands(
  blobs: string,
  manifest: Manifest,
  settings: SpectrogramSettings,
  split: Uint8Array,
  work?: TextWork,
): Promise<Pick<AudioEncoder, 'mean' | 'std'>> {
  const { mels } = settings;
  const [sum, squares] = [new Float64Array(mels), new Float64Array(mels)];
  const rows = await spectrograms(blobs, manifest, settings, work);
  const size = rows.length / manifest.samples;
  let frames = 0;
  split.forEach((part, sample) => {
    if (part !== train) return;
    frames += size / mels;
    for (let i = 0; i < size; i++) {
      const value = rows[sample * size + i];
      sum[i % mels] += value;
      squares[i % mels] += value * value;
    }
  });
  const mean = Array.from(sum, (each) => each / frames);
  const std = Array.from(squares, (each, i) => Math.sqrt(Math.max(0, each / frames - mean[i] ** 2)));
  // A band that nothing ever is in stays as it is.
  return { mean, std: std.map((each) => (each < 1e-6 ? 1 : each)) };
}
