import type { AudioFacts } from '../../shared/audio.ts';
import type { Manifest, SoundPart } from '../../shared/dataset.ts';
import { Offsets } from '../annotations/writer.ts';
import { createBlob, writeBlob, type BlobWriter } from '../blobs.ts';
import { storeLabelled, type LabelledSamples } from '../labelled-samples.ts';
import { placesAfter } from '../grow/gather.ts';
import { packForm, type Heard } from './facts.ts';
import { outlineOf, packMeasured } from './measure.ts';
import { soundPartsOf } from './stored.ts';

/** Sounds on their way into a version, one after another. One of `finish` or `abort` ends it. */
export class SoundWriter {
  readonly #blobs: string;
  readonly #sounds: BlobWriter;
  readonly #originals: BlobWriter;
  readonly #outlines: BlobWriter;
  readonly #offsets = new Offsets();
  readonly #originalOffsets = new Offsets();
  readonly #measured: number[] = [];
  readonly #forms: number[] = [];
  /** Per sound the one of the version before that it is, -1 for one stored here. */
  readonly #from: number[] = [];

  private constructor(blobs: string, writers: BlobWriter[]) {
    this.#blobs = blobs;
    [this.#sounds, this.#originals, this.#outlines] = writers;
  }

  static async open(blobs: string): Promise<SoundWriter> {
    const writers: BlobWriter[] = [];
    try {
      for (let i = 0; i < 3; i++) writers.push(await createBlob(blobs));
    } catch (error) {
      for (const writer of writers) await writer.abort();
      throw error;
    }
    return new SoundWriter(blobs, writers);
  }

  /** `samples`: as they are trained on. `original`: the file as it came. */
  async add(samples: Int16Array, original: Uint8Array, heard: Heard): Promise<void> {
    await this.#sounds.write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    await this.#originals.write(original);
    this.#offsets.add(samples.byteLength);
    this.#originalOffsets.add(original.length);
    await this.#note(-1, new Uint8Array(outlineOf(samples).buffer), heard);
  }

  /** A sound that the version before has: only what is of all sounds is stored again. */
  keep(known: number, outline: Uint8Array, heard: Heard): Promise<void> {
    return this.#note(known, outline, heard);
  }

  async #note(from: number, outline: Uint8Array, heard: Heard): Promise<void> {
    await this.#outlines.write(outline);
    this.#measured.push(...packMeasured(heard));
    this.#forms.push(...packForm(heard));
    this.#from.push(from);
  }

  /** `contents`: SHA-256 of each file. `before`: the version of which sounds were kept. */
  async finish(
    set: LabelledSamples,
    facts: AudioFacts,
    { seed, contents, before }: { seed: number; contents: Uint8Array; before?: Manifest },
  ): Promise<Manifest> {
    const { classes } = set;
    const notes = [...set.notes];
    if (classes.length === 0) {
      notes.push({
        code: 'no_classes',
        message:
          'The sounds have no classes. To tell sounds apart, put those of each class into a folder named after it.',
      });
    }
    if (classes.length === 1) {
      notes.push({
        code: 'single_class',
        message: `All sounds are of one class ("${classes[0]}"). Training needs at least two: add a folder of sounds of another.`,
      });
    }
    const blobs = this.#blobs;
    const stored = await storeLabelled(blobs, { ...set, notes }, seed);
    const small = {
      ...stored.blobs,
      contents: await writeBlob(blobs, contents),
      measured: await writeBlob(blobs, new Uint8Array(Float32Array.from(this.#measured).buffer)),
      forms: await writeBlob(blobs, new Uint8Array(Int32Array.from(this.#forms).buffer)),
    };
    const { soundParts, ...large } = await this.#commit(before);
    return {
      kind: 'audio',
      ...stored,
      image: null,
      audio: facts,
      ...(soundParts && { soundParts }),
      blobs: { ...small, ...large },
    };
  }

  /** The large ones last: should the disk fill up here, little is left behind. */
  async #commit(before: Manifest | undefined): Promise<Partial<Manifest['blobs']> & Pick<Manifest, 'soundParts'>> {
    const blobs = this.#blobs;
    const count = this.#from.filter((from) => from < 0).length;
    const kept = before && count < this.#from.length ? before : null;
    if (kept && count === 0) {
      await this.#sounds.abort();
      await this.#originals.abort();
    }
    const added = kept && count === 0 ? null : await this.#addedPart();
    const outlines = await this.#outlines.commit();
    if (!kept) return { ...added, outlines };
    const parts = soundPartsOf(kept);
    const soundParts = added ? [...parts, added] : parts;
    const places = await writeBlob(blobs, await placesAfter(blobs, kept, this.#from, parts.length));
    return { ...parts[0], outlines, places, soundParts };
  }

  async #addedPart(): Promise<SoundPart> {
    return {
      soundOffsets: await writeBlob(this.#blobs, this.#offsets.bytes),
      originalOffsets: await writeBlob(this.#blobs, this.#originalOffsets.bytes),
      sounds: await this.#sounds.commit(),
      originals: await this.#originals.commit(),
    };
  }

  async abort(): Promise<void> {
    for (const writer of [this.#sounds, this.#originals, this.#outlines]) await writer.abort();
  }
}
