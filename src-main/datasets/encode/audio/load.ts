import { framesOf, type SpectrogramSettings } from '../../../shared/audio.ts';
import { splitNames, type Manifest, type SplitName } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { int16s, soundBlobs, soundOffsets } from '../../audio/stored.ts';
import { readPiece } from '../../annotations/read.ts';
import { readBlob } from '../../blobs.ts';
import type { EncodedSplit } from '../encoded-split.ts';
import { sampleSizeOf, type AudioEncoder } from '../encoder.ts';
import { int32s, translateLabels } from '../images.ts';
import { LogMel } from './spectrogram.ts';

/** Every sound's spectrogram in order, before it is standardised. `rows` is overwritten by the next one. */
export async function eachSpectrogram(
  blobs: string,
  manifest: Manifest,
  settings: SpectrogramSettings,
  work: (sample: number, rows: Float64Array) => void,
): Promise<void> {
  const { sounds } = soundBlobs(manifest);
  const offsets = await soundOffsets(blobs, manifest);
  const logMel = new LogMel(settings);
  const rows = new Float64Array(logMel.frames * settings.mels);
  for (let sample = 0; sample < manifest.samples; sample++) {
    logMel.compute(int16s(await readPiece(blobs, sounds, offsets, sample)), rows);
    work(sample, rows);
  }
}

/** The spectrograms of each labelled sound, standardised by band. Throws `sample_rate_differs`. */
export async function loadSounds(
  blobs: string,
  manifest: Manifest,
  encoder: AudioEncoder,
): Promise<Record<SplitName, EncodedSplit>> {
  checkRate(manifest, encoder);
  const split = await readBlob(blobs, manifest.blobs.split);
  const labels = translateLabels(int32s(await readBlob(blobs, manifest.blobs.labels!)), manifest, encoder.classes);
  const counts = [0, 0, 0];
  for (let i = 0; i < manifest.samples; i++) if (labels[i] >= 0) counts[split[i]]++;
  const size = sampleSizeOf(encoder);
  const made = counts.map((count) => ({
    count,
    x: new Float32Array(count * size),
    y: new Int32Array(count),
    indices: new Int32Array(count),
  }));
  const filled = [0, 0, 0];
  await eachSpectrogram(blobs, manifest, encoder.spectrogram, (sample, rows) => {
    if (labels[sample] < 0) return;
    const into = made[split[sample]];
    const at = filled[split[sample]]++;
    standardise(encoder, rows, into.x.subarray(at * size, (at + 1) * size));
    into.y[at] = labels[sample];
    into.indices[at] = sample;
  });
  return Object.fromEntries(splitNames.map((name, i) => [name, made[i]])) as Record<SplitName, EncodedSplit>;
}

/** Raw sounds as `loadSounds` gives them, one after another. */
export function encodeSounds(encoder: AudioEncoder, sounds: readonly Int16Array[]): Float32Array {
  const { spectrogram } = encoder;
  const logMel = new LogMel(spectrogram);
  const size = framesOf(spectrogram) * spectrogram.mels;
  const rows = new Float64Array(size);
  const x = new Float32Array(sounds.length * size);
  sounds.forEach((samples, i) => {
    logMel.compute(samples, rows);
    standardise(encoder, rows, x.subarray(i * size, (i + 1) * size));
  });
  return x;
}

function standardise({ mean, std }: AudioEncoder, rows: Float64Array, to: Float32Array): void {
  const mels = mean.length;
  for (let i = 0; i < rows.length; i++) to[i] = (rows[i] - mean[i % mels]) / std[i % mels];
}

function checkRate({ audio }: Manifest, { spectrogram }: AudioEncoder): void {
  if (audio?.rate === spectrogram.rate) return;
  throw new AtelierError(
    'sample_rate_differs',
    `The model takes sounds of ${spectrogram.rate} Hz; this dataset was imported at ${audio?.rate ?? 0} Hz. Import it again with --sample-rate ${spectrogram.rate}.`,
  );
}
