import { cpus } from 'node:os';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { AskedBars } from '../shared/bars.ts';
import { classSetsOf, setWords, splitClasses } from '../shared/class-sets.ts';
import { shownText, splitNames, type Manifest, type SamplePage, type SampleQuery } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Condition } from '../shared/filter.ts';
import { float64s, readAnnotations } from './annotations/read.ts';
import { samplesWith } from './annotations/samples-with.ts';
import { soundsWith } from './audio/sounds-with.ts';
import { soundsOf } from './audio/stored.ts';
import { int32s, readBlob } from './blobs.ts';
import { heeding, openDuck, parquetSql, rowsOf } from './duck.ts';
import { readPixels } from './images/pixels.ts';
import { countBars } from './filters/bars.ts';
import { divide } from './filters/conditions.ts';
import { openExpressions, type Expressions } from './filters/expression.ts';
import { marked, orderRows } from './filters/order.ts';
import { Stoppable } from './stoppable.ts';

const maxLimit = 500;
/** Answers kept: which samples a filter and sort give, and the small blobs of the versions last shown. */
const keptOrders = { count: 8, bytes: 160e6 };
const keptNames = { count: 4, bytes: 128e6 };
const keptBlobs = { count: 8, bytes: 256e6 };
/**
 * Rows that do not lie together cost nearly as much as all of their columns, however few they are: so they are fetched in blocks, which
 * are kept until they are scrolled past.
 */
const blockRows = 1000;
const keptBlocks = { count: 6, bytes: Infinity };

type Row = (string | null)[];

/**
 * Answers the window's questions about stored versions, page by page. A filter or sort is worked out once, as the list of sample numbers
 * it gives; every page of it is then a look-up of at most 500 rows or byte ranges.
 */
export class SampleReader {
  #duck: Promise<DuckDBInstance> | null = null;
  #expressions: { table: string; opened: Promise<Expressions> } | null = null;
  readonly #orders = new Kept<Int32Array | null>(keptOrders, (order) => order?.byteLength ?? 0);
  readonly #bytes = new Kept<Uint8Array>(keptBlobs, (bytes) => bytes.byteLength);
  readonly #names = new Kept<string[]>(keptNames, (names) => names.length * 64);
  readonly #blocks = new Kept<Map<number, Row>>(keptBlocks, () => 0);
  /** What is being worked out, by version. */
  readonly #working = new Stoppable();

  async page(blobs: string, manifest: Manifest, query: SampleQuery): Promise<SamplePage> {
    const offset = wholeNumber(query.offset, 'offset');
    const limit = Math.min(wholeNumber(query.limit, 'limit'), maxLimit);
    const split = await this.#blob(blobs, manifest.blobs.split);
    const key = JSON.stringify([manifest.blobs, manifest.target, query.filter ?? [], query.sort]);
    const order = await this.#orders.get(key, () => this.#order(blobs, manifest, query, split));
    const total = order ? order.length : manifest.samples;
    const count = Math.max(0, Math.min(limit, total - offset));
    const indices = Array.from({ length: count }, (_, i) => (order ? order[offset + i] : offset + i));
    // Rows that lie together, or a single one, are read at once.
    const apart = order !== null && count > 1;
    const ordered = apart ? () => this.#ordered(blobs, manifest, key, order, offset, count) : null;
    return this.#pageOf(blobs, manifest, indices, split, total, ordered);
  }

  /** How many of the samples that meet these conditions are in each of these bars. Tables only. */
  async bars(blobs: string, manifest: Manifest, filter: Condition[], asked: readonly AskedBars[]): Promise<number[][]> {
    const split = await this.#blob(blobs, manifest.blobs.split);
    const key = JSON.stringify([manifest.blobs, manifest.target, filter, undefined]);
    const order = await this.#orders.get(key, () => this.#order(blobs, manifest, { filter }, split));
    return this.#working.run(manifest.blobs.split, (signal) =>
      this.#ask(blobs, (duck) => heeding(duck, signal, () => countBars(duck, blobs, manifest, order, asked))),
    );
  }

  /** All samples that meet these conditions, in order. */
  async matching(blobs: string, manifest: Manifest, filter: Condition[]): Promise<Int32Array> {
    const split = await this.#blob(blobs, manifest.blobs.split);
    const found = await this.#order(blobs, manifest, { filter }, split);
    return found ?? Int32Array.from({ length: manifest.samples }, (_, sample) => sample);
  }

  /** These samples, in this order; at most 500. Throws `no_sample`. */
  async pick(blobs: string, manifest: Manifest, samples: readonly number[]): Promise<SamplePage> {
    const indices = samples.slice(0, maxLimit);
    const none = indices.find((sample) => wholeNumber(sample, 'sample') >= manifest.samples);
    if (none !== undefined)
      throw new AtelierError('no_sample', `There is no sample ${none}: there are ${manifest.samples}.`);
    const split = await this.#blob(blobs, manifest.blobs.split);
    const page = await this.#pageOf(blobs, manifest, indices, split, indices.length);
    const { names } = manifest.blobs;
    if (manifest.kind !== 'images' || !names) return page;
    const paths = await this.#names.get(
      `${blobs} ${names}`,
      async () => JSON.parse(Buffer.from(await readBlob(blobs, names)).toString()) as string[],
    );
    return { ...page, names: indices.map((sample) => paths[sample]) };
  }

  async #pageOf(
    blobs: string,
    manifest: Manifest,
    indices: number[],
    split: Uint8Array,
    total: number,
    ordered: (() => Promise<Row[]>) | null = null,
  ): Promise<SamplePage> {
    const page = { total, indices, splits: indices.map((sample) => splitNames[split[sample]]) };
    const annotations = await this.#annotations(blobs, manifest, indices);
    if (manifest.kind === 'audio') {
      const labels = await this.#labelNames(blobs, manifest, indices);
      const shown = await soundsOf(blobs, manifest, indices, (hash) => this.#blob(blobs, hash));
      return { ...page, labels, ...shown };
    }
    if (manifest.kind === 'images') {
      return { ...page, ...(await this.#images(blobs, manifest, indices)), ...annotations };
    }
    const rows = ordered ? await ordered() : await this.#rows(blobs, manifest, indices);
    return { ...page, ...labelled(manifest, rows), ...annotations };
  }

  async #annotations(blobs: string, manifest: Manifest, indices: number[]): Promise<Pick<SamplePage, 'annotations'>> {
    const { annotationOffsets } = manifest.blobs;
    if (!annotationOffsets) return {};
    const offsets = float64s(await this.#blob(blobs, annotationOffsets));
    return { annotations: await readAnnotations(blobs, manifest, offsets, indices) };
  }

  /** What is being worked out for questions about these samples ends with the error `stopped`. */
  stop(manifest: Manifest): null {
    this.#working.stop(manifest.blobs.split);
    // The same question asked again is another one.
    this.#orders.forgetUnsettled();
    return null;
  }

  /** The sample numbers asked for, in order; null for all of them as they are. */
  async #order(
    blobs: string,
    manifest: Manifest,
    query: Pick<SampleQuery, 'filter' | 'sort'>,
    split: Uint8Array,
  ): Promise<Int32Array | null> {
    const filter = query.filter ?? [];
    const sort = manifest.kind === 'table' ? query.sort : undefined;
    if (filter.length === 0 && !sort) return null;
    const divided = await divide(filter, manifest, split, {
      labels: () => this.#labels(blobs, manifest),
      marked: (asked) => samplesWith(blobs, manifest, asked),
      sounding: (asked) => soundsWith(blobs, manifest, asked),
    });
    if (manifest.kind !== 'table') return divided.marks ? marked(divided.marks) : null;
    return this.#working.run(manifest.blobs.split, async (signal) => {
      const apart: Int32Array[] = [];
      for (const expression of divided.expressions) {
        apart.push(await (await this.#expressionsOf(blobs, manifest)).select(expression, signal));
      }
      return this.#ask(blobs, (duck) =>
        heeding(duck, signal, () => orderRows(duck, blobs, manifest, sort, divided, apart)),
      );
    });
  }

  /** One table's at a time: each is a DuckDB of its own. */
  async #expressionsOf(blobs: string, manifest: Manifest): Promise<Expressions> {
    const table = JSON.stringify([manifest.blobs.table, manifest.columns.map(({ name, type }) => [name, type])]);
    if (this.#expressions?.table !== table) {
      const before = this.#expressions;
      const opened = openExpressions(blobs, manifest, Math.min(cpus().length, 8));
      const now = (this.#expressions = { table, opened });
      opened.catch(() => {
        if (this.#expressions === now) this.#expressions = null;
      });
      void before?.opened.then((one) => one.close()).catch(() => undefined);
    }
    return this.#expressions.opened;
  }

  /** Rows `offset` to `offset + count` of an order, whose rows may lie anywhere. */
  async #ordered(
    blobs: string,
    manifest: Manifest,
    key: string,
    order: Int32Array,
    offset: number,
    count: number,
  ): Promise<Row[]> {
    const rows: Row[] = [];
    for (let block = Math.floor(offset / blockRows); block * blockRows < offset + count; block++) {
      const some = order.subarray(block * blockRows, (block + 1) * blockRows);
      const found = await this.#blocks.get(`${block} ${key}`, async () => {
        const cells = await this.#rows(blobs, manifest, [...some]);
        return new Map(cells.map((row, i) => [some[i], row]));
      });
      for (let i = Math.max(offset, block * blockRows); i < Math.min(offset + count, (block + 1) * blockRows); i++) {
        rows.push(found.get(order[i])!);
      }
    }
    return rows;
  }

  async #rows(blobs: string, manifest: Manifest, indices: number[]): Promise<Row[]> {
    if (indices.length === 0) return [];
    const whole = (name: string): boolean => indices.length === 1 || name === manifest.target;
    const names = manifest.columns.map(({ name }, i) => (whole(name) ? `c${i}` : `left(c${i}, ${shownText})`));
    const statement = `SELECT file_row_number::INTEGER AS sample, [${names.join(', ')}] AS cells
      FROM ${parquetSql(blobs, manifest.blobs.table!)} WHERE file_row_number IN (${indices.join(', ')})`;
    const found = await this.#ask(blobs, (duck) => rowsOf(duck, statement));
    const bySample = new Map(found.map((row) => [row.sample as number, row.cells as Row]));
    return indices.map((sample) => bySample.get(sample) ?? names.map(() => null));
  }

  async #images(blobs: string, manifest: Manifest, indices: number[]): Promise<Pick<SamplePage, 'pixels' | 'labels'>> {
    return {
      pixels: await readPixels(blobs, manifest, indices),
      labels: await this.#labelNames(blobs, manifest, indices),
    };
  }

  async #labelNames(blobs: string, manifest: Manifest, indices: number[]): Promise<(string | null)[]> {
    const labels = await this.#labels(blobs, manifest);
    const names = classSetsOf(manifest).map((set) => setWords(set.map((c) => manifest.classes[c].name)));
    return indices.map((sample) => names[labels[sample]] ?? null);
  }

  async #labels(blobs: string, manifest: Manifest): Promise<Int32Array> {
    if (!manifest.blobs.labels) throw new AtelierError('internal', 'A version of files without labels.');
    return int32s(await this.#blob(blobs, manifest.blobs.labels));
  }

  #blob(blobs: string, hash: string): Promise<Uint8Array> {
    return this.#bytes.get(`${blobs} ${hash}`, () => readBlob(blobs, hash));
  }

  /** A connection for each question: they may overlap, and a connection's answers would cut each other off. */
  async #ask<T>(blobs: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#duck ??= openDuck({ blobs });
    const connection = await (await this.#duck).connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  }
}

/** The class of each row stands in its target cell. */
function labelled(manifest: Manifest, rows: Row[]): Pick<SamplePage, 'rows' | 'labels'> {
  const target = manifest.columns.findIndex((column) => column.name === manifest.target);
  if (target < 0 || (manifest.task !== 'classification' && manifest.task !== 'multi-label'))
    return { rows, labels: [] };
  const { separator } = manifest.columns[target];
  const words = (cell: string | null): string | null =>
    cell === null || separator === undefined ? cell : setWords(splitClasses(cell, separator));
  return { rows, labels: rows.map((row) => words(row[target])) };
}

function wholeNumber(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new AtelierError('invalid_query', `The page's ${name} must be a whole number, not ${value}.`);
}

/** The last few answers, by key, as many as there is room for; one that fails is asked for again. */
class Kept<T> {
  readonly #entries = new Map<string, { answer: Promise<T>; settled: boolean; bytes: number }>();
  readonly #room: { count: number; bytes: number };
  readonly #size: (value: T) => number;

  constructor(room: { count: number; bytes: number }, size: (value: T) => number) {
    this.#room = room;
    this.#size = size;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key) ?? { answer: make(), settled: false, bytes: 0 };
    const fresh = !this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (fresh) {
      entry.answer.then(
        (value) => {
          entry.settled = true;
          entry.bytes = this.#size(value);
          this.#makeRoom();
        },
        () => this.#entries.get(key) === entry && this.#entries.delete(key),
      );
    }
    this.#makeRoom();
    return entry.answer;
  }

  forgetUnsettled(): void {
    for (const [key, entry] of this.#entries) if (!entry.settled) this.#entries.delete(key);
  }

  #makeRoom(): void {
    let bytes = [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size === 1 || (this.#entries.size <= this.#room.count && bytes <= this.#room.bytes)) return;
      this.#entries.delete(key);
      bytes -= entry.bytes;
    }
  }
}
