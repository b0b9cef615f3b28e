import type { ImagePart, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { createBlob, readBlob } from '../blobs.ts';
import { imageNames } from '../divide/keys.ts';
import { bytesOfImage, partsOf, placesOf, readPart } from '../images/pixels.ts';

const hashBytes = 32;
const blockImages = 1024;

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
        'Of arrays of images, and of images that an earlier Atelier imported, it is not known which file each came from. Import the source as a new dataset.',
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

  /**
   * What the images of a next version lie in: the parts there are, and `added`. `from`: per image the sample that it is, or -1 for the next one
   * of those added. `channels`: of the next version; where it has colour and these are grey, they are stored again with it.
   */
  async gather(
    from: Int32Array,
    added: ImagePart | null,
    channels: number,
  ): Promise<{ parts: ImagePart[]; places: Uint8Array }> {
    const old = from.filter((sample) => sample >= 0);
    const known = await placesOf(this.#blobs, this.manifest, old);
    const parts = await this.#parts(channels);
    const places = new Int32Array(from.length * 2);
    let [next, row] = [0, 0];
    from.forEach((sample, i) => {
      const pair = sample < 0 ? [parts.length, row++] : known.subarray(next * 2, ++next * 2);
      places.set(pair, i * 2);
    });
    return { parts: added ? [...parts, added] : parts, places: new Uint8Array(places.buffer) };
  }

  async #parts(channels: number): Promise<ImagePart[]> {
    const parts = partsOf(this.manifest);
    if (this.manifest.image!.channels === channels) return parts;
    const coloured: ImagePart[] = [];
    for (const part of parts) coloured.push({ ...part, images: await this.#coloured(part) });
    return coloured;
  }

  async #coloured(part: ImagePart): Promise<string> {
    const blob = await createBlob(this.#blobs);
    try {
      for await (const grey of readPart(this.#blobs, part, bytesOfImage(this.manifest.image!) * blockImages)) {
        const rgb = new Uint8Array(grey.length * 3);
        for (let i = 0; i < grey.length; i++) rgb.fill(grey[i], i * 3, i * 3 + 3);
        await blob.write(rgb);
      }
      return await blob.commit();
    } catch (error) {
      await blob.abort();
      throw error;
    }
  }
}
