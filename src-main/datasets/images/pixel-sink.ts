import { createReadStream } from 'node:fs';
import { createBlob, type BlobWriter } from '../blobs.ts';
import { isGrey, toGrey } from './decode.ts';

/**
 * Collects images into one blob: one channel as long as every image is grey, three from the first coloured one on.
 * The pixels written so far are then written again, which costs something only where colour comes late.
 */
export class PixelSink {
  readonly #blobs: string;
  #blob: BlobWriter;
  channels: 1 | 3 = 1;

  private constructor(blobs: string, blob: BlobWriter) {
    this.#blobs = blobs;
    this.#blob = blob;
  }

  static async open(blobs: string): Promise<PixelSink> {
    return new PixelSink(blobs, await createBlob(blobs));
  }

  /** Some at a time are written at once. */
  async add(...images: Uint8Array[]): Promise<void> {
    if (this.channels === 1 && !images.every(isGrey)) await this.#toColour();
    const pixels = this.channels === 1 ? images.map(toGrey) : images;
    await this.#blob.write(pixels.length === 1 ? pixels[0] : Buffer.concat(pixels));
  }

  /** The pixels, to be committed or aborted by who asked. */
  get blob(): BlobWriter {
    return this.#blob;
  }

  async #toColour(): Promise<void> {
    const grey = this.#blob;
    const colour = await createBlob(this.#blobs);
    try {
      for await (const chunk of createReadStream(grey.path) as AsyncIterable<Buffer>) {
        const rgb = new Uint8Array(chunk.length * 3);
        for (let i = 0; i < chunk.length; i++) rgb.fill(chunk[i], i * 3, i * 3 + 3);
        await colour.write(rgb);
      }
    } catch (error) {
      await colour.abort();
      throw error;
    }
    await grey.abort();
    this.#blob = colour;
    this.channels = 3;
  }
}
