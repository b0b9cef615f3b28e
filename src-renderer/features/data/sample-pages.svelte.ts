import { untrack } from 'svelte';
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
  marks?: SampleAnnotations;
}

export type Query = Omit<SampleQuery, 'offset' | 'limit'>;

/** What is kept of one version's samples, in bytes (images) or pages (tables). */
const keptBytes = 48e6;
const keptPages = 60;

/** One question's samples, fetched page by page as they come in sight; pages long out of sight are let go. */
export class SamplePages {
  #studio: Studio;
  #query: Query | null = null;
  #bytesEach = 0;
  #pages = $state.raw<ReadonlyMap<number, SamplePage>>(new Map());
  #asked = new Set<number>();
  #total = $state<number | null>(null);
  #error = $state.raw<AtelierError | null>(null);
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
  get pageSize(): number {
    return this.#bytesEach === 0 ? 200 : Math.max(8, Math.min(200, Math.floor(2e6 / this.#bytesEach)));
  }

  /** `bytesEach` is an image's size, 0 for rows of a table. */
  ask(query: Query, bytesEach: number): void {
    if (JSON.stringify(query) === JSON.stringify(this.#query)) return;
    // The same samples in another order keep their number: the scroll bar does not jump.
    const sameVersion = this.#query?.version === query.version;
    this.#query = query;
    this.#bytesEach = bytesEach;
    this.#pages = new Map();
    this.#asked.clear();
    this.#error = null;
    if (!sameVersion) this.#total = null;
    this.#turn++;
    untrack(() => this.want(0, 1));
  }

  retry(): void {
    const query = this.#query;
    this.#query = null;
    if (query) this.ask(query, this.#bytesEach);
  }

  want(first: number, last: number): void {
    const size = this.pageSize;
    const end = this.#total === null ? 0 : Math.max(0, Math.ceil(this.#total / size) - 1);
    for (let page = Math.floor(first / size); page <= Math.min(end, Math.floor((last - 1) / size)); page++) {
      if (!this.#pages.has(page) && !this.#asked.has(page)) void this.#fetch(page);
    }
  }

  at(i: number): Sample | undefined {
    const size = this.pageSize;
    const page = this.#pages.get(Math.floor(i / size));
    const k = i % size;
    if (!page || k >= page.indices.length) return undefined;
    const bytes = this.#bytesEach;
    return {
      index: page.indices[k],
      split: page.splits[k],
      label: page.labels[k] ?? null,
      cells: page.rows?.[k],
      pixels: page.pixels?.subarray(k * bytes, (k + 1) * bytes),
      marks: page.annotations?.[k],
    };
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
      // The oldest go first, but never the one just asked for.
      for (const old of next.keys()) {
        if (next.size <= most) break;
        if (old !== page) next.delete(old);
      }
      this.#pages = next;
      this.#total = found.total;
    } catch (error) {
      if (turn === this.#turn) this.#error = asError(error);
    } finally {
      if (turn === this.#turn) this.#asked.delete(page);
    }
  }
}
