import { outlinePieces, type PlayedSound, type SoundSummary } from '../../shared/audio.ts';
import type { Manifest, SoundPart } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { float64s, readPiece } from '../annotations/read.ts';
import { readBlob, readBlobRanges } from '../blobs.ts';
import { placesOf } from '../images/pixels.ts';
import { decodeAudio, toInt16 } from './decode.ts';
import { decibels, unpackMeasured } from './measure.ts';

/** Samples of all channels; what has more is heard as it is trained on. */
const maxPlayed = 16 << 20;

/** What the sounds of a version lie in: of one that was imported at once a single part. */
export function soundPartsOf({ soundParts, blobs }: Manifest): SoundPart[] {
  if (soundParts) return soundParts;
  const { sounds, soundOffsets, originals, originalOffsets } = blobs;
  if (!sounds || !soundOffsets) throw new AtelierError('internal', 'A version of sounds without sounds.');
  return [{ sounds, soundOffsets, ...(originals && originalOffsets && { originals, originalOffsets }) }];
}

/** A version's sounds as they are trained on: mono, at its rate. */
export class StoredSounds {
  readonly #blobs: string;
  readonly #parts: readonly { part: SoundPart; offsets: Float64Array }[];
  readonly #places: Int32Array;

  private constructor(blobs: string, parts: { part: SoundPart; offsets: Float64Array }[], places: Int32Array) {
    this.#blobs = blobs;
    this.#parts = parts;
    this.#places = places;
  }

  static async open(blobs: string, manifest: Manifest): Promise<StoredSounds> {
    const parts: { part: SoundPart; offsets: Float64Array }[] = [];
    for (const part of soundPartsOf(manifest)) {
      parts.push({ part, offsets: float64s(await readBlob(blobs, part.soundOffsets)) });
    }
    const all = Int32Array.from({ length: manifest.samples }, (_, sample) => sample);
    return new StoredSounds(blobs, parts, await placesOf(blobs, manifest, all));
  }

  /** In samples. */
  length(sample: number): number {
    const { offsets, row } = this.#find(sample);
    return (offsets[row + 1] - offsets[row]) / 2;
  }

  /** As it is stored. */
  bytes(sample: number): Promise<Uint8Array> {
    const { part, offsets, row } = this.#find(sample);
    return readPiece(this.#blobs, part.sounds, offsets, row);
  }

  async read(sample: number): Promise<Int16Array> {
    return new Int16Array((await this.bytes(sample)).slice().buffer);
  }

  /** The file as it came; null where it was not kept. */
  async original(sample: number): Promise<Uint8Array | null> {
    const { part, row } = this.#find(sample);
    if (!part.originals || !part.originalOffsets) return null;
    const pair = float64s(await readBlobRanges(this.#blobs, part.originalOffsets, [row * 8], 16));
    return readPiece(this.#blobs, part.originals, pair, 0);
  }

  #find(sample: number): { part: SoundPart; offsets: Float64Array; row: number } {
    return { ...this.#parts[this.#places[sample * 2]], row: this.#places[sample * 2 + 1] };
  }
}

/** The blobs of a version of sounds that are of all of them; throws where it is another one. */
export function soundBlobs({ blobs }: Manifest): Required<Pick<Manifest['blobs'], 'outlines' | 'measured' | 'names'>> {
  const { outlines, measured, names } = blobs;
  if (!outlines || !measured || !names) throw new AtelierError('internal', 'A version of sounds without sounds.');
  return { outlines, measured, names };
}

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
  const stored = await StoredSounds.open(blobs, manifest);
  const original = await stored.original(sample);
  if (original) {
    const { rate, channels } = await decodeAudio(original, `sound ${sample}`);
    if (channels.length <= 2 && channels.length * channels[0].length <= maxPlayed) {
      return { rate, channels: channels.length, samples: interleaved(channels.map(toInt16)) };
    }
  }
  return { rate: manifest.audio!.rate, channels: 1, samples: await stored.read(sample) };
}

function interleaved(channels: Int16Array[]): Int16Array {
  if (channels.length === 1) return channels[0];
  const all = new Int16Array(channels.length * channels[0].length);
  channels.forEach((channel, c) => channel.forEach((value, i) => (all[i * channels.length + c] = value)));
  return all;
}
