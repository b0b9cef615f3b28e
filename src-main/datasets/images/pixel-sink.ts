import { createReadStream } from 'node:fs';
import type { BlobWriter } from '../blobs.ts';
import { isGrey, toGrey } from './decode.ts';
import type { Pass } from './pass.ts';

/** What the pixels are kept in while they are written. */
const fileName = (channels: 1 | 3): string => `pixels-${channels}`;

/**
 * Collects images into one blob: one channel as long as every image is grey, three from the first coloured one on.
 * The pixels written so far are then written again, which costs something only where colour comes late.
 */
export class PixelSink {
  readonly #pass: Pass<unknown>;
  #blob: BlobWriter;
  channels: 1 | 3;

  private constructor(pass: Pass<unknown>, blob: BlobWriter, channels: 1 | 3) {
    this.#pass = pass;
    this.#blob = blob;
    this.channels = channels;
  }

  /** `pixels`: of the images that the pass has been through already. `least`: the channels to begin with. */
  static async open(pass: Pass<unknown>, pixels: number, least: 1 | 3 = 1): Promise<PixelSink> {
    const channels = pass.facts.channels ?? least;
    return new PixelSink(pass, await pass.writer(fileName(channels), pixels * channels), channels);
  }

  /** How long its file is after so many pixels: for `Pass.match`. */
  static lengths(pass: Pass<unknown>, pixels: number, least: 1 | 3 = 1): Record<string, number> {
    const channels = pass.facts.channels ?? least;
    return { [fileName(channels)]: pixels * channels };
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
    const colour = await this.#pass.writer(fileName(3), 0);
    try {
      for await (const chunk of createReadStream(grey.path) as AsyncIterable<Buffer>) {
        const rgb = new Uint8Array(chunk.length * 3);
        for (let i = 0; i < chunk.length; i++) rgb.fill(chunk[i], i * 3, i * 3 + 3);
        await colour.write(rgb);
      }
    } catch (error) {
      await this.#pass.drop(colour);
      throw error;
    }
    this.#blob = colour;
    this.channels = 3;
    // Whoever goes on from here finds the grey ones until this is told, and the coloured ones from then on.
    await this.#pass.tell({ channels: 3 });
    await this.#pass.drop(grey);
  }
}
