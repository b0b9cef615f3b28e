import type { ImagePart, Manifest } from '../../shared/dataset.ts';
import { gatherImages } from './gather.ts';
import { KnownFiles } from './known-files.ts';

/** The images of a version, by path and content: what need not be decoded and stored again when their source is imported once more. */
export class KnownImages {
  readonly manifest: Manifest;
  readonly #blobs: string;
  readonly #files: KnownFiles;

  private constructor(blobs: string, files: KnownFiles) {
    this.#blobs = blobs;
    this.#files = files;
    this.manifest = files.manifest;
  }

  /** Null where the version holds no images. Throws `cannot_grow` where nothing is known of the files. */
  static async open(blobs: string, manifest: Manifest): Promise<KnownImages | null> {
    if (manifest.kind !== 'images') return null;
    return new KnownImages(blobs, await KnownFiles.open(blobs, manifest));
  }

  /** Which sample a path is; null for none. */
  sample(name: string): number | null {
    return this.#files.sample(name);
  }

  /** Which sample a file is that has not changed. */
  same(name: string, sha256: string): number | null {
    return this.#files.same(name, sha256);
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
