import { untrack } from 'svelte';
import type { Manifest } from '../../../../src-main/shared/dataset.ts';
import type { VersionId } from '../../../../src-main/shared/ids.ts';
import type { Studio } from '../../../bridge/studio.ts';
import { pictureDecoder } from '../picture-decoder.ts';
import { levelsOf } from '../picture-levels.ts';
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

/** Of what is not looked at: decoded they take four bytes a pixel. */
const mostBytes = 400e6;
const bytesOf = ({ levels }: Picture): number => levels.reduce((sum, { width, height }) => sum + 4 * width * height, 0);

/** The pictures of the samples in front: the next ones are decoded while the one before is worked on. */
export class Pictures {
  readonly #studio: Studio;
  #version: VersionId | null = null;
  #manifest: Manifest | null = null;
  #held = $state.raw<ReadonlyMap<number, Picture>>(new Map());
  readonly #asked = new Map<number, Promise<void>>();
  #wanted: readonly number[] = [];
  #turn = 0;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  use(version: VersionId, manifest: Manifest): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#manifest = manifest;
    this.#keep([]);
    this.#asked.clear();
    this.#turn++;
  }

  of(sample: number): Picture | undefined {
    return this.#held.get(sample);
  }

  /** The first is what is looked at; the others follow one by one, as many as there is room for, until something else is wanted. */
  async want(samples: readonly number[]): Promise<void> {
    const wanted = (this.#wanted = samples);
    const turn = this.#turn;
    for (const sample of samples) {
      if (wanted !== this.#wanted || turn !== this.#turn) return;
      const held = untrack(() => this.#held);
      if (held.has(sample)) continue;
      const front = held.get(samples[0]);
      const beside = samples.slice(1).flatMap((one) => held.get(one) ?? []);
      if (front && beside.reduce((sum, one) => sum + bytesOf(one), bytesOf(front)) > mostBytes) return;
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
      // What was wanted before goes once what is wanted now has come.
      this.#keep([...this.#wanted, sample]);
    } finally {
      if (turn === this.#turn) this.#asked.delete(sample);
    }
  }

  #keep(samples: readonly number[]): void {
    const before = untrack(() => this.#held);
    this.#held = new Map([...before].filter(([sample]) => samples.includes(sample)));
    for (const [sample, { levels }] of before) if (!this.#held.has(sample)) levels.forEach((level) => level.close());
  }

  async #original(sample: number): Promise<Picture | null> {
    try {
      const { bytes, turn, width, height } = await this.#studio.call('datasets.original', {
        version: this.#version!,
        sample,
      });
      const levels = await pictureDecoder.decode(bytes, turn);
      if (!levels) return null;
      const whole = levels[0].width === width && levels[0].height === height;
      return { size: { width, height }, levels, kind: whole ? 'whole' : 'fewer' };
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

/** The coarsest level that has a pixel for each of the canvas. */
export const levelFor = ({ levels, size }: Picture, scale: number): ImageBitmap =>
  levels.findLast((level) => level.width >= size.width * scale * 0.999) ?? levels[0];
