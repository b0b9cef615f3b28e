import { framesOf, type SpectrogramSettings } from '../../../shared/audio.ts';
import { splitNames, type Manifest, type SplitName } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { soundPartsOf, StoredSounds } from '../../audio/stored.ts';
import { readBlob } from '../../blobs.ts';
import { derived } from '../../derived.ts';
import { fileTargets } from '../../labels.ts';
import type { EncodedSplit } from '../encoded-split.ts';
import { sampleSizeOf, type AudioEncoder } from '../encoder.ts';
import { inSilence, type TextWork } from '../texts/context.ts';
import { LogMel } from './spectrogram.ts';

/** Every sound's spectrogram in order, before it is standardised: samples × frames × mels. Worked out once for the same settings. */
export async function spectrograms(
  blobs: string,
  manifest: Manifest,
  settings: SpectrogramSettings,
  work: TextWork = inSilence,
): Promise<Float32Array> {
  const [{ sounds }, ...more] = soundPartsOf(manifest);
  const { places } = manifest.blobs;
  const of = { sounds, ...(places && { places, more: more.map((part) => part.sounds) }) };
  const { rows } = await derived(blobs, { what: 'log-mel', way: 1, ...of, settings }, ['rows'], async () => {
    const stored = await StoredSounds.open(blobs, manifest);
    const logMel = new LogMel(settings);
    const size = logMel.frames * settings.mels;
    const all = new Float32Array(manifest.samples * size);
    for (let sample = 0; sample < manifest.samples; sample++) {
      work.signal?.throwIfAborted();
      logMel.compute(await stored.read(sample), all.subarray(sample * size, (sample + 1) * size));
      work.progress(sample + 1, manifest.samples);
    }
    return { rows: new Uint8Array(all.buffer) };
  });
  return new Float32Array(rows.buffer, rows.byteOffset, rows.byteLength / 4);
}

/** The spectrograms of each labelled sound, standardised by band. Throws `sample_rate_differs`. */
export async function loadSounds(
  blobs: string,
  manifest: Manifest,
  encoder: AudioEncoder,
  work?: TextWork,
): Promise<Record<SplitName, EncodedSplit>> {
  checkRate(manifest, encoder);
  const split = await readBlob(blobs, manifest.blobs.split);
  const targets = await fileTargets(blobs, manifest, encoder);
  const counts = [0, 0, 0];
  for (let i = 0; i < manifest.samples; i++) if (targets.has(i)) counts[split[i]]++;
  const size = sampleSizeOf(encoder);
  const made = counts.map((count) => ({
    count,
    x: new Float32Array(count * size),
    y: targets.room(count),
    indices: new Int32Array(count),
  }));
  const filled = [0, 0, 0];
  const rows = await spectrograms(blobs, manifest, encoder.spectrogram, work);
  for (let sample = 0; sample < manifest.samples; sample++) {
    if (!targets.has(sample)) continue;
    const into = made[split[sample]];
    const at = filled[split[sample]]++;
    const own = rows.subarray(sample * size, (sample + 1) * size);
    standardise(encoder, own, into.x.subarray(at * size, (at + 1) * size));
    targets.put(sample, into.y, at);
    into.indices[at] = sample;
  }
  return Object.fromEntries(splitNames.map((name, i) => [name, made[i]])) as Record<SplitName, EncodedSplit>;
}

/** Raw sounds as `loadSounds` gives them, one after another. */
export function encodeSounds(encoder: AudioEncoder, sounds: readonly Int16Array[]): Float32Array {
  const { spectrogram } = encoder;
  const logMel = new LogMel(spectrogram);
  const size = framesOf(spectrogram) * spectrogram.mels;
  const rows = new Float32Array(size);
  const x = new Float32Array(sounds.length * size);
  sounds.forEach((samples, i) => {
    logMel.compute(samples, rows);
    standardise(encoder, rows, x.subarray(i * size, (i + 1) * size));
  });
  return x;
}

function standardise({ mean, std }: AudioEncoder, rows: Float32Array, to: Float32Array): void {
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
