import { outlinePieces } from '../../shared/audio.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { unpackForm, type Heard } from '../audio/facts.ts';
import { unpackMeasured } from '../audio/measure.ts';
import { soundBlobs } from '../audio/stored.ts';
import { readBlob } from '../blobs.ts';
import { KnownFiles } from './known-files.ts';

const outlineBytes = 2 * outlinePieces;

/** The sounds of a version, by path and content: what need not be stored again when their source is imported once more. */
export class KnownSounds {
  readonly manifest: Manifest;
  readonly #files: KnownFiles;
  readonly #measured: Float32Array;
  readonly #forms: Int32Array | null;
  readonly #outlines: Uint8Array;

  private constructor(
    files: KnownFiles,
    { measured, forms, outlines }: { measured: Float32Array; forms: Int32Array | null; outlines: Uint8Array },
  ) {
    this.manifest = files.manifest;
    this.#files = files;
    this.#measured = measured;
    this.#forms = forms;
    this.#outlines = outlines;
  }

  /** Throws `cannot_grow` where nothing is known of the files. */
  static async open(blobs: string, manifest: Manifest): Promise<KnownSounds> {
    const files = await KnownFiles.open(blobs, manifest);
    const { measured, outlines } = soundBlobs(manifest);
    const { forms } = manifest.blobs;
    return new KnownSounds(files, {
      measured: new Float32Array((await readBlob(blobs, measured)).slice().buffer),
      forms: forms === undefined ? null : new Int32Array((await readBlob(blobs, forms)).slice().buffer),
      outlines: await readBlob(blobs, outlines),
    });
  }

  /** Which sample a file is that has not changed. */
  same(name: string, sha256: string): number | null {
    return this.#files.same(name, sha256);
  }

  /** What was heard of it; null where an earlier Atelier has not noted that. */
  heard(sample: number): Heard | null {
    return this.#forms && { ...unpackMeasured(this.#measured, sample), ...unpackForm(this.#forms, sample) };
  }

  outline(sample: number): Uint8Array {
    return this.#outlines.subarray(sample * outlineBytes, (sample + 1) * outlineBytes);
  }
}
