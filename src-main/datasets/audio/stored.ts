import { outlinePieces, type PlayedSound, type SoundSummary } from '../../shared/audio.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { float64s, readPiece } from '../annotations/read.ts';
import { readBlob, readBlobRanges } from '../blobs.ts';
import { decodeAudio, toInt16 } from './decode.ts';
import { decibels, unpackMeasured } from './measure.ts';

/** Samples of all channels; what has more is heard as it is trained on. */
const maxPlayed = 16 << 20;

/** The blobs of a version of sounds; throws where it is another one. */
export function soundBlobs({
  blobs,
}: Manifest): Required<Pick<Manifest['blobs'], 'sounds' | 'soundOffsets' | 'outlines' | 'measured' | 'names'>> {
  const { sounds, soundOffsets, outlines, measured, names } = blobs;
  if (!sounds || !soundOffsets || !outlines || !measured || !names) {
    throw new AtelierError('internal', 'A version of sounds without sounds.');
  }
  return { sounds, soundOffsets, outlines, measured, names };
}

/** Where each sound begins in bytes, and where the last one ends. */
export const soundOffsets = async (blobs: string, manifest: Manifest): Promise<Float64Array> =>
  float64s(await readBlob(blobs, soundBlobs(manifest).soundOffsets));

/** Samples as they are stored. */
export const int16s = (bytes: Uint8Array): Int16Array => new Int16Array(bytes.slice().buffer);

/** What a list shows of these samples. `kept` reads a small blob, and may remember it. */
export async function soundsOf(
  blobs: string,
  manifest: Manifest,
  samples: readonly number[],
  kept: (hash: string) => Promise<Uint8Array>,
): Promise<{ sounds: SoundSummary[]; outlines: Int8Array }> {
  const stored = soundBlobs(manifest);
  const measured = new Float32Array((await kept(stored.measured)).slice().buffer);
  const names = JSON.parse(Buffer.from(await kept(stored.names)).toString()) as string[];
  const size = 2 * outlinePieces;
  const outlines = await readBlobRanges(
    blobs,
    stored.outlines,
    samples.map((sample) => sample * size),
    size,
  );
  return {
    sounds: samples.map((sample) => {
      const { seconds, rms, peak, clipped } = unpackMeasured(measured, sample);
      return { name: names[sample], seconds, loudness: decibels(rms), peak: decibels(peak), clipped };
    }),
    outlines: new Int8Array(outlines.buffer, outlines.byteOffset, outlines.byteLength),
  };
}

/** A sound to be heard: as its file has it, all channels; what is vast as it is trained on. Throws `no_sample`. */
export async function playedSound(blobs: string, manifest: Manifest, sample: number): Promise<PlayedSound> {
  if (manifest.kind !== 'audio' || !(sample >= 0 && sample < manifest.samples)) {
    throw new AtelierError('no_sample', `There is no sound ${sample}: there are ${manifest.samples} samples.`);
  }
  const { originals, originalOffsets } = manifest.blobs;
  if (originals && originalOffsets) {
    const offsets = float64s(await readBlob(blobs, originalOffsets));
    const { rate, channels } = await decodeAudio(await readPiece(blobs, originals, offsets, sample), `sound ${sample}`);
    if (channels.length <= 2 && channels.length * channels[0].length <= maxPlayed) {
      return { rate, channels: channels.length, samples: interleaved(channels.map(toInt16)) };
    }
  }
  const offsets = await soundOffsets(blobs, manifest);
  const bytes = await readPiece(blobs, soundBlobs(manifest).sounds, offsets, sample);
  return { rate: manifest.audio!.rate, channels: 1, samples: int16s(bytes) };
}

function interleaved(channels: Int16Array[]): Int16Array {
  if (channels.length === 1) return channels[0];
  const all = new Int16Array(channels.length * channels[0].length);
  channels.forEach((channel, c) => channel.forEach((value, i) => (all[i * channels.length + c] = value)));
  return all;
}
