import { untrack } from 'svelte';
import type { Manifest } from '../../../../src-main/shared/dataset.ts';
import type { VersionId } from '../../../../src-main/shared/ids.ts';
import type { Studio } from '../../../bridge/studio.ts';
import type { Size } from './geometry.ts';

/** An image as it is drawn: the file's own pixels, or a smaller copy where those cannot be had. */
export interface Picture {
  /** Of the original: what coordinates are in. */
  size: Size;
  /** From the finest on, each half of the one before. */
  levels: ImageBitmap[];
  /** The file's own, one for one; or fewer of it; or of the copy that is trained on, whose size is all that is known. */
  kind: 'whole' | 'fewer' | 'copy';
}

/** Decoded they take four bytes a pixel. */
const kept = 3;
/** Small enough to be drawn at any zoom without a smaller one. */
const leastSide = 512;

/** The pictures of the samples in front: the next one is decoded while the one before is worked on. */
export class Pictures {
  readonly #studio: Studio;
  #version: VersionId | null = null;
  #manifest: Manifest | null = null;
  #held = $state.raw<ReadonlyMap<number, Picture>>(new Map());
  #asked = new Map<number, Promise<void>>();
  #turn = 0;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  use(version: VersionId, manifest: Manifest): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#manifest = manifest;
    this.#drop([...this.#held.keys()]);
    this.#asked = new Map();
    this.#turn++;
  }

  of(sample: number): Picture | undefined {
    return this.#held.get(sample);
  }

  /** The first is what is looked at; the others follow one by one. */
  async want(samples: readonly number[]): Promise<void> {
    const front = untrack(() => this.#held.get(samples[0]));
    if (front) {
      // Looked at last: not the first to go.
      const next = new Map(untrack(() => this.#held));
      next.delete(samples[0]);
      this.#held = next.set(samples[0], front);
    }
    for (const sample of samples) {
      if (untrack(() => this.#held.has(sample))) continue;
      if (!this.#asked.has(sample)) this.#asked.set(sample, this.#load(sample));
      await this.#asked.get(sample);
    }
  }

  async #load(sample: number): Promise<void> {
    const turn = this.#turn;
    try {
      const picture = (await this.#original(sample)) ?? (await this.#copy(sample));
      if (turn !== this.#turn || !picture) return picture?.levels.forEach((level) => level.close());
      this.#held = new Map(this.#held).set(sample, picture);
      this.#drop([...this.#held.keys()].slice(0, -kept));
    } finally {
      if (turn === this.#turn) this.#asked.delete(sample);
    }
  }

  #drop(samples: readonly number[]): void {
    const next = new Map(this.#held);
    for (const sample of samples) {
      const gone = next.get(sample);
      next.delete(sample);
      gone?.levels.forEach((level) => level.close());
    }
    this.#held = next;
  }

  async #original(sample: number): Promise<Picture | null> {
    try {
      const { bytes, turn, width, height } = await this.#studio.call('datasets.original', {
        version: this.#version!,
        sample,
      });
      const image = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
        imageOrientation: turn ? 'from-image' : 'none',
      });
      const whole = image.width === width && image.height === height;
      return { size: { width, height }, levels: await levelsOf(image), kind: whole ? 'whole' : 'fewer' };
    } catch {
      // Kept without their files, or the files are gone.
      return null;
    }
  }

  async #copy(sample: number): Promise<Picture | null> {
    const shape = this.#manifest?.image;
    if (!shape) return null;
    const { pixels } = await this.#studio.call('datasets.pick', { version: this.#version!, samples: [sample] });
    if (!pixels) return null;
    const { width, height, channels } = shape;
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[i * channels + (channels >= 3 ? c : 0)];
      image.data[4 * i + 3] = 255;
    }
    return { size: { width, height }, levels: await levelsOf(await createImageBitmap(image)), kind: 'copy' };
  }
}

async function levelsOf(image: ImageBitmap): Promise<ImageBitmap[]> {
  const levels = [image];
  for (let last = image; Math.max(last.width, last.height) > leastSide; last = levels.at(-1)!) {
    levels.push(
      await createImageBitmap(last, {
        resizeWidth: Math.max(1, Math.round(last.width / 2)),
        resizeHeight: Math.max(1, Math.round(last.height / 2)),
        resizeQuality: 'medium',
      }),
    );
  }
  return levels;
}

/** The coarsest level that has a pixel for each of the canvas. */
export const levelFor = ({ levels, size }: Picture, scale: number): ImageBitmap =>
  levels.findLast((level) => level.width >= size.width * scale * 0.999) ?? levels[0];
