import type { ImagePart, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readBlob } from '../blobs.ts';
import { imageNames } from '../divide/keys.ts';
import { gatherImages } from './gather.ts';

const hashBytes = 32;

/** The images of a version, by path and content: what need not be decoded and stored again when their source is imported once more. */
export class KnownImages {
  readonly manifest: Manifest;
  readonly #blobs: string;
  readonly #samples: Map<string, number>;
  readonly #contents: Buffer;

  private constructor(blobs: string, manifest: Manifest, names: readonly string[], contents: Uint8Array) {
    this.#blobs = blobs;
    this.manifest = manifest;
    this.#samples = new Map(names.map((name, sample) => [name, sample]));
    this.#contents = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
  }

  /** Throws `cannot_grow` where nothing is known of the files. */
  static async open(blobs: string, manifest: Manifest): Promise<KnownImages> {
    if (!manifest.blobs.contents) {
      throw new AtelierError(
        'cannot_grow',
        'Of images that an earlier Atelier imported, and of arrays, it is not known which file each came from. Import the source as a new dataset.',
      );
    }
    const [names, contents] = await Promise.all([
      imageNames(blobs, manifest),
      readBlob(blobs, manifest.blobs.contents),
    ]);
    return new KnownImages(blobs, manifest, names, contents);
  }

  /** Which sample a path is; null for none. */
  sample(name: string): number | null {
    return this.#samples.get(name) ?? null;
  }

  /** Which sample a file is that has not changed. */
  same(name: string, sha256: string): number | null {
    const sample = this.sample(name);
    return sample !== null && this.contentOf(sample) === sha256 ? sample : null;
  }

  contentOf(sample: number): string {
    return this.#contents.toString('hex', sample * hashBytes, (sample + 1) * hashBytes);
  }

  /** See `gatherImages`. */
  gather(
    from: Int32Array,
    added: ImagePart | null,
    channels: number,
  ): Promise<{ parts: ImagePart[]; places: Uint8Array }> {
    return gatherImages(this.#blobs, this.manifest, from, added, channels);
  }
}
