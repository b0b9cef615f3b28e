import { untrack } from 'svelte';
import type { Manifest, SamplePage } from '../../../src-main/shared/dataset.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import type { Studio } from '../../bridge/studio.ts';
import { pictureDecoder } from './picture-decoder.ts';

/** A sample as it is shown: its cells, or its pixels and, where the file was kept, that. */
export interface ShownSample {
  sample: number;
  cells?: (string | null)[];
  pixels?: Uint8Array;
  /** Of an image or a sound: its path inside the source. */
  name?: string;
  /** Null: there is none. */
  sharp?: ImageBitmap | null;
  /** Of a text whose source has tokens: start and end of each, one after another. */
  tokens?: readonly number[];
}

const kept = 24;
const keptSharp = 8;
const keptThumbs = 600;
/** A screen has no more pixels to show. */
const mostPixels = 2400;

/** Samples on their way to the stage: those that come next are there before they are asked for. */
export class ShownSamples {
  readonly #studio: Studio;
  #version: VersionId | null = null;
  #manifest: Manifest | null = null;
  #whole = $state.raw<ReadonlyMap<number, ShownSample>>(new Map());
  #thumbs = $state.raw<ReadonlyMap<number, ShownSample>>(new Map());
  readonly #asked = new Set<string>();
  /** Samples whose files are shown, the one in front first. */
  #sharpened: readonly number[] = [];
  #sharpening = false;
  #turn = 0;

  constructor(through: Studio) {
    this.#studio = through;
  }

  use(version: VersionId, manifest: Manifest): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#manifest = manifest;
    this.#whole = new Map();
    this.#thumbs = new Map();
    this.#asked.clear();
    this.#turn++;
  }

  whole(sample: number): ShownSample | undefined {
    return this.#whole.get(sample);
  }
  /** Cells are cut, files are not read. */
  thumb(sample: number): ShownSample | undefined {
    return this.#thumbs.get(sample) ?? this.#whole.get(sample);
  }

  /** The first is what is looked at. `files`: with the pictures' own files, where those are shown here. */
  async want(samples: readonly number[], files = true): Promise<void> {
    this.#sharpened = files ? samples : [];
    await Promise.all(samples.map((sample) => this.#fetch(sample)));
  }

  async wantThumbs(samples: readonly number[]): Promise<void> {
    const lacking = samples.filter((sample) => !this.#thumbs.has(sample) && !this.#asked.has(`thumb ${sample}`));
    const version = this.#version;
    if (lacking.length === 0 || version === null) return;
    const turn = this.#turn;
    for (const sample of lacking) this.#asked.add(`thumb ${sample}`);
    try {
      const page = await this.#studio.call('datasets.pick', { version, samples: lacking });
      if (turn !== this.#turn) return;
      const next = new Map(this.#thumbs);
      lacking.forEach((sample, k) => next.set(sample, this.#shown(sample, page, k)));
      for (const old of next.keys()) if (next.size > keptThumbs) next.delete(old);
      this.#thumbs = next;
    } catch {
      // The stage itself says what is wrong with the data.
    } finally {
      for (const sample of lacking) this.#asked.delete(`thumb ${sample}`);
    }
  }

  async #fetch(sample: number): Promise<void> {
    const version = this.#version;
    if (this.#asked.has(`whole ${sample}`) || version === null) return;
    if (untrack(() => this.#whole.has(sample))) return this.#sharpen();
    const turn = this.#turn;
    this.#asked.add(`whole ${sample}`);
    try {
      const page = await this.#studio.call('datasets.pick', { version, samples: [sample] });
      const tokens = page.annotations?.[0]?.tokens;
      const shown = { ...this.#shown(sample, page, 0), ...(tokens && { tokens }) };
      if (turn === this.#turn) this.#keep(shown);
    } finally {
      this.#asked.delete(`whole ${sample}`);
    }
    await this.#sharpen();
  }

  /** One after another: the one in front is not to wait for those behind it. */
  async #sharpen(): Promise<void> {
    if (this.#sharpening) return;
    this.#sharpening = true;
    try {
      for (;;) {
        const lacking = (sample: number) => this.#whole.get(sample) && this.#whole.get(sample)!.sharp === undefined;
        const sample = untrack(() => this.#sharpened.find(lacking));
        const version = this.#version;
        if (sample === undefined || version === null) return;
        const turn = this.#turn;
        const sharp = await this.#sharp(version, sample);
        const shown = untrack(() => this.#whole.get(sample));
        if (turn === this.#turn && shown) this.#keep({ ...shown, sharp });
        else sharp?.close();
      }
    } finally {
      this.#sharpening = false;
    }
  }

  #keep(shown: ShownSample): void {
    const next = new Map(untrack(() => this.#whole));
    next.delete(shown.sample);
    next.set(shown.sample, shown);
    const away = (sample: number) => !this.#sharpened.includes(sample);
    for (const old of next.keys()) if (next.size > kept && away(old)) next.delete(old);
    let sharp = [...next.values()].filter((one) => one.sharp).length;
    for (const [old, one] of next) {
      if (sharp <= keptSharp || !one.sharp || !away(old)) continue;
      one.sharp.close();
      next.set(old, { ...one, sharp: undefined });
      sharp--;
    }
    this.#whole = next;
  }

  #shown(sample: number, { rows, pixels, names, sounds }: SamplePage, k: number): ShownSample {
    const image = this.#manifest?.image;
    const bytes = image ? image.height * image.width * image.channels : 0;
    const shown: ShownSample = {
      sample,
      cells: rows?.[k],
      pixels: pixels?.slice(k * bytes, (k + 1) * bytes),
      name: names?.[k] ?? sounds?.[k].name,
    };
    return this.#manifest && keepsFiles(this.#manifest) ? shown : { ...shown, sharp: null };
  }

  /** The file itself, where there is one; the copy does where it cannot be read. */
  async #sharp(version: VersionId, sample: number): Promise<ImageBitmap | null> {
    try {
      const { bytes, width, height, turn } = await this.#studio.call('datasets.original', { version, sample });
      const scale = Math.min(1, mostPixels / Math.max(width, height));
      const images = await pictureDecoder.decode(bytes, turn, Math.max(1, Math.round(width * scale)));
      return images?.[0] ?? null;
    } catch {
      return null;
    }
  }
}

const keepsFiles = ({ blobs, parts }: Manifest): boolean =>
  blobs.references !== undefined || (parts ?? [blobs]).some(({ originals }) => originals !== undefined);
