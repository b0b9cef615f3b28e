import { createHash } from 'node:crypto';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { StoredSounds } from '../audio/stored.ts';
import { readBlob } from '../blobs.ts';
import { imageNames } from '../divide/keys.ts';

const hashBytes = 32;

/** The samples of a version that are files, by path and content. */
export class KnownFiles {
  readonly manifest: Manifest;
  readonly #samples: Map<string, number>;
  readonly #contents: Buffer;

  private constructor(manifest: Manifest, names: readonly string[], contents: Uint8Array) {
    this.manifest = manifest;
    this.#samples = new Map(names.map((name, sample) => [name, sample]));
    this.#contents = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
  }

  /** Throws `cannot_grow` where nothing is known of the files. */
  static async open(blobs: string, manifest: Manifest): Promise<KnownFiles> {
    const contents = await contentsOf(blobs, manifest);
    if (contents) return new KnownFiles(manifest, await imageNames(blobs, manifest), contents);
    throw new AtelierError(
      'cannot_grow',
      'Of images that an earlier Atelier imported, and of arrays, it is not known which file each came from. Import the source as a new dataset.',
    );
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
}

/** SHA-256 of each file; null where it is not known. An earlier Atelier kept sounds without it, but it kept their files. */
async function contentsOf(blobs: string, manifest: Manifest): Promise<Uint8Array | null> {
  if (manifest.blobs.contents) return readBlob(blobs, manifest.blobs.contents);
  if (manifest.kind !== 'audio') return null;
  const stored = await StoredSounds.open(blobs, manifest);
  const contents = Buffer.alloc(manifest.samples * hashBytes);
  for (let sample = 0; sample < manifest.samples; sample++) {
    const original = await stored.original(sample);
    if (!original) return null;
    createHash('sha256')
      .update(original)
      .digest()
      .copy(contents, sample * hashBytes);
  }
  return contents;
}
