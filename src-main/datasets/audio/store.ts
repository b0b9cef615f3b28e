import type { AudioFacts } from '../../shared/audio.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { Offsets } from '../annotations/writer.ts';
import { createBlob, writeBlob, type BlobWriter } from '../blobs.ts';
import { storeLabelled, type LabelledSamples } from '../labelled-samples.ts';
import { outlineOf, packMeasured, type Measured } from './measure.ts';

/** Sounds on their way into a version, one after another. One of `finish` or `abort` ends it. */
export class SoundWriter {
  readonly #blobs: string;
  readonly #sounds: BlobWriter;
  readonly #originals: BlobWriter;
  readonly #outlines: BlobWriter;
  readonly #offsets = new Offsets();
  readonly #originalOffsets = new Offsets();
  readonly #measured: number[] = [];

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
  async add(samples: Int16Array, original: Uint8Array, measured: Measured): Promise<void> {
    await this.#sounds.write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    await this.#originals.write(original);
    const outline = outlineOf(samples);
    await this.#outlines.write(new Uint8Array(outline.buffer));
    this.#offsets.add(samples.byteLength);
    this.#originalOffsets.add(original.length);
    this.#measured.push(...packMeasured(measured));
  }

  async finish(set: LabelledSamples, facts: AudioFacts, seed: number): Promise<Manifest> {
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
    return {
      kind: 'audio',
      ...stored,
      image: null,
      audio: facts,
      // The large ones last: should the disk fill up here, little is left behind.
      blobs: {
        ...stored.blobs,
        measured: await writeBlob(blobs, new Uint8Array(Float32Array.from(this.#measured).buffer)),
        soundOffsets: await writeBlob(blobs, this.#offsets.bytes),
        originalOffsets: await writeBlob(blobs, this.#originalOffsets.bytes),
        outlines: await this.#outlines.commit(),
        sounds: await this.#sounds.commit(),
        originals: await this.#originals.commit(),
      },
    };
  }

  async abort(): Promise<void> {
    for (const writer of [this.#sounds, this.#originals, this.#outlines]) await writer.abort();
  }
}
