import { untrack } from 'svelte';
import { outlinePieces, type SoundSummary } from '../../../src-main/shared/audio.ts';
import type { SampleAnnotations } from '../../../src-main/shared/annotation.ts';
import type { SamplePage, SampleQuery, SplitName } from '../../../src-main/shared/dataset.ts';
import type { AtelierError } from '../../../src-main/shared/errors.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { asError } from '../../state/resource.svelte.ts';

export interface Sample {
  /** Its number in the version, from 0. */
  index: number;
  split: SplitName;
  label: string | null;
  cells?: (string | null)[];
  pixels?: Uint8Array;
  sound?: SoundSummary;
  /** The least and greatest of each piece, see `outlinePieces`. */
  outline?: Int8Array;
  marks?: SampleAnnotations;
}

export const outlineBytes = 2 * outlinePieces;

/** The sample at a place of a page. `bytesEach`: an image's size. */
export const sampleOf = (page: SamplePage, k: number, bytesEach: number): Sample => ({
  index: page.indices[k],
  split: page.splits[k],
  label: page.labels[k] ?? null,
  cells: page.rows?.[k],
  pixels: page.pixels?.subarray(k * bytesEach, (k + 1) * bytesEach),
  sound: page.sounds?.[k],
  outline: page.outlines?.subarray(k * outlineBytes, (k + 1) * outlineBytes),
  marks: page.annotations?.[k],
});

export type Query = Omit<SampleQuery, 'offset' | 'limit'>;

/** What is kept of one version's samples, in bytes (images) or pages (tables): what is near, so that turning back shows it at once. */
const keptBytes = 48e6;
const keptPages = 24;
/** Questions under way at once: of a wild scroll only what is in sight at its end is asked for. */
const atOnce = 2;
const slowAfter = 600; // ms

/** One question's samples, fetched page by page as they come in sight and a page ahead; pages far out of sight are let go. */
export class SamplePages {
  #studio: Studio;
  #query: Query | null = null;
  #bytesEach = 0;
  #pages = $state.raw<ReadonlyMap<number, SamplePage>>(new Map());
  #asked = new Set<number>();
  /** Pages in sight or next to it, the most wanted first. */
  #wanted: number[] = [];
  #before = 0;
  #total = $state<number | null>(null);
  #error = $state.raw<AtelierError | null>(null);
  #working = $state(false);
  #slow = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  /** Null until the first page is here. */
  get total(): number | null {
    return this.#total;
  }
  get error(): AtelierError | null {
    return this.#error;
  }
  /** A question's first answer is on its way … */
  get working(): boolean {
    return this.#working;
  }
  /** … and has been for so long that it is worth saying. */
  get slow(): boolean {
    return this.#slow;
  }
  get pageSize(): number {
    return this.#bytesEach === 0 ? 200 : Math.max(8, Math.min(200, Math.floor(2e6 / this.#bytesEach)));
  }

  /** `bytesEach` is an image's size, or that of a sound's outline, 0 for rows of a table. */
  ask(query: Query, bytesEach: number): void {
    if (JSON.stringify(query) === JSON.stringify(this.#query)) return;
    // The same samples in another order keep their number: the scroll bar does not jump.
    const sameVersion = this.#query?.version === query.version;
    if (untrack(() => this.#working)) this.stop();
    this.#query = query;
    this.#bytesEach = bytesEach;
    this.#pages = new Map();
    this.#asked.clear();
    this.#wanted = [];
    this.#error = null;
    if (!sameVersion) this.#total = null;
    this.#turn++;
    this.#began();
    untrack(() => this.want(0, 1));
  }

  /** Gives up what is being worked out; where nobody asked for something else meanwhile, that is told as an error. */
  stop(): void {
    if (this.#query) void this.#studio.call('datasets.stopSamples', { version: this.#query.version }).catch(() => {});
  }

  retry(): void {
    const query = this.#query;
    this.#query = null;
    if (query) this.ask(query, this.#bytesEach);
  }

  want(first: number, last: number): void {
    const size = this.pageSize;
    const end = this.#total === null ? 0 : Math.max(0, Math.ceil(this.#total / size) - 1);
    const from = Math.min(end, Math.floor(first / size));
    const to = Math.min(end, Math.max(from, Math.floor((last - 1) / size)));
    const sight = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    // Whither one scrolls comes before where one was.
    const ahead = first >= this.#before ? [to + 1, from - 1] : [from - 1, to + 1];
    this.#before = first;
    this.#wanted = [...sight, ...ahead.filter((page) => page >= 0 && page <= end)];
    this.#pump();
  }

  #pump(): void {
    for (const page of this.#wanted) {
      if (this.#asked.size >= atOnce) return;
      if (!this.#pages.has(page) && !this.#asked.has(page)) void this.#fetch(page);
    }
  }

  #began(): void {
    clearTimeout(this.#timer);
    this.#working = true;
    this.#slow = false;
    this.#timer = setTimeout(() => (this.#slow = true), slowAfter);
  }

  #ended(): void {
    clearTimeout(this.#timer);
    this.#working = this.#slow = false;
  }

  at(i: number): Sample | undefined {
    const size = this.pageSize;
    const page = this.#pages.get(Math.floor(i / size));
    const k = i % size;
    if (!page || k >= page.indices.length) return undefined;
    return sampleOf(page, k, this.#bytesEach);
  }

  /** One sample with all of its cells whole, which in a list may be cut. */
  async whole(i: number): Promise<Sample | undefined> {
    const query = this.#query;
    const turn = this.#turn;
    if (!query) return undefined;
    const page = await this.#studio.call('datasets.samples', { ...query, offset: i, limit: 1 });
    if (turn !== this.#turn || page.indices.length === 0) return undefined;
    const [index, split, label, cells] = [page.indices[0], page.splits[0], page.labels[0] ?? null, page.rows?.[0]];
    return { index, split, label, cells, marks: page.annotations?.[0] };
  }

  async #fetch(page: number): Promise<void> {
    const query = this.#query;
    if (!query) return;
    const turn = this.#turn;
    const size = this.pageSize;
    this.#asked.add(page);
    try {
      const found = await this.#studio.call('datasets.samples', { ...query, offset: page * size, limit: size });
      if (turn !== this.#turn) return;
      const next = new Map(this.#pages).set(page, found);
      const most = this.#bytesEach === 0 ? keptPages : Math.max(8, Math.floor(keptBytes / (this.#bytesEach * size)));
      // The farthest from what is in sight go first.
      const middle = this.#wanted[0] ?? page;
      const far = [...next.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
      for (const old of far.slice(0, Math.max(0, next.size - most))) next.delete(old);
      this.#pages = next;
      this.#total = found.total;
      this.#ended();
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#error = asError(error);
      this.#ended();
    } finally {
      if (turn === this.#turn) {
        this.#asked.delete(page);
        if (this.#error === null) this.#pump();
      }
    }
  }
}
