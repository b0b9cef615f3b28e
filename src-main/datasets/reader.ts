import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { shownText, splitNames, type Manifest, type SamplePage, type SampleQuery } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { float64s, readAnnotations } from './annotations/read.ts';
import { askedOfMarks, samplesWith } from './annotations/samples-with.ts';
import { readBlob, readBlobRanges } from './blobs.ts';
import { finiteSql, numberSql, sqlText } from './cells.ts';
import { columnSql, eachRow, openDuck, parquetSql, rowsOf } from './duck.ts';
import { int32s } from './encode/images.ts';
import { splitCode } from './splits.ts';

const maxLimit = 500;
/** Answers kept: which samples a filter and sort give, and the small blobs of the versions last shown. */
const maxKept = 8;

/**
 * Answers the window's questions about stored versions, page by page. A filter or sort is worked out once, as the list of sample numbers
 * it gives; every page of it is then a look-up of at most 500 rows or byte ranges.
 */
export class SampleReader {
  #duck: Promise<DuckDBInstance> | null = null;
  readonly #orders = new Kept<Int32Array | null>();
  readonly #bytes = new Kept<Uint8Array>();

  async page(blobs: string, manifest: Manifest, query: SampleQuery): Promise<SamplePage> {
    const offset = wholeNumber(query.offset, 'offset');
    const limit = Math.min(wholeNumber(query.limit, 'limit'), maxLimit);
    const split = await this.#blob(blobs, manifest.blobs.split);
    const key = JSON.stringify([manifest.blobs, manifest.target, query.split, query.class, query.flag, query.sort]);
    const order = await this.#orders.get(key, () => this.#order(blobs, manifest, query, split));
    const total = order ? order.length : manifest.samples;
    const count = Math.max(0, Math.min(limit, total - offset));
    const indices = Array.from({ length: count }, (_, i) => (order ? order[offset + i] : offset + i));
    return this.#pageOf(blobs, manifest, indices, split, total);
  }

  /** These samples, in this order; at most 500. Throws `no_sample`. */
  async pick(blobs: string, manifest: Manifest, samples: readonly number[]): Promise<SamplePage> {
    const indices = samples.slice(0, maxLimit);
    const none = indices.find((sample) => wholeNumber(sample, 'sample') >= manifest.samples);
    if (none !== undefined)
      throw new AtelierError('no_sample', `There is no sample ${none}: there are ${manifest.samples}.`);
    const split = await this.#blob(blobs, manifest.blobs.split);
    return this.#pageOf(blobs, manifest, indices, split, indices.length);
  }

  async #pageOf(
    blobs: string,
    manifest: Manifest,
    indices: number[],
    split: Uint8Array,
    total: number,
  ): Promise<SamplePage> {
    const page = { total, indices, splits: indices.map((sample) => splitNames[split[sample]]) };
    const annotations = await this.#annotations(blobs, manifest, indices);
    return manifest.kind === 'images'
      ? { ...page, ...(await this.#images(blobs, manifest, indices)), ...annotations }
      : { ...page, ...(await this.#rows(blobs, manifest, indices)), ...annotations };
  }

  async #annotations(blobs: string, manifest: Manifest, indices: number[]): Promise<Pick<SamplePage, 'annotations'>> {
    const { annotationOffsets } = manifest.blobs;
    if (!annotationOffsets) return {};
    const offsets = float64s(await this.#blob(blobs, annotationOffsets));
    return { annotations: await readAnnotations(blobs, manifest, offsets, indices) };
  }

  /** The sample numbers asked for, in order; null for all of them as they are. */
  async #order(blobs: string, manifest: Manifest, query: SampleQuery, split: Uint8Array): Promise<Int32Array | null> {
    const asked = askedOfMarks(manifest, query);
    if (!asked) return this.#plainOrder(blobs, manifest, query, split);
    const rest = asked.class === undefined ? query : { ...query, class: undefined };
    const marked = await samplesWith(blobs, manifest, asked);
    const all = await this.#plainOrder(blobs, manifest, rest, split);
    return all ? all.filter((sample) => marked.has(sample)) : Int32Array.from(marked);
  }

  async #plainOrder(
    blobs: string,
    manifest: Manifest,
    query: SampleQuery,
    split: Uint8Array,
  ): Promise<Int32Array | null> {
    const wanted = query.split === undefined ? -1 : splitCode(query.split);
    if (manifest.kind === 'table' && (query.sort || query.class !== undefined)) {
      const found = await this.#sortedRows(blobs, manifest, query);
      return wanted < 0 ? found : found.filter((sample) => split[sample] === wanted);
    }
    if (wanted < 0 && query.class === undefined) return null;
    const labels = query.class === undefined ? null : await this.#labels(blobs, manifest);
    const label = manifest.classes.findIndex((each) => each.name === query.class);
    const found: number[] = [];
    for (let i = 0; i < split.length; i++) {
      if ((wanted < 0 || split[i] === wanted) && (!labels || labels[i] === label)) found.push(i);
    }
    return Int32Array.from(found);
  }

  async #sortedRows(blobs: string, manifest: Manifest, query: SampleQuery): Promise<Int32Array> {
    const sql = columnSql(manifest);
    const where =
      query.class === undefined || manifest.target === null
        ? ''
        : `WHERE ${sql(manifest.target)} = ${sqlText(query.class)}`;
    const { value, order } = query.sort ? sortSql(manifest, query.sort.column) : { value: 'NULL', order: 'v' };
    const found: number[] = [];
    const statement = `SELECT sample
      FROM (SELECT file_row_number::INTEGER AS sample, ${value} AS v FROM ${parquetSql(blobs, manifest.blobs.table!)} ${where})
      ORDER BY ${order} ${query.sort?.descending ? 'DESC' : 'ASC'} NULLS LAST, sample`;
    await this.#ask(blobs, (duck) => eachRow(duck, statement, (sample) => found.push(sample)));
    return Int32Array.from(found);
  }

  async #rows(blobs: string, manifest: Manifest, indices: number[]): Promise<Pick<SamplePage, 'rows' | 'labels'>> {
    if (indices.length === 0) return { rows: [], labels: [] };
    const whole = (name: string): boolean => indices.length === 1 || name === manifest.target;
    const names = manifest.columns.map(({ name }, i) => (whole(name) ? `c${i}` : `left(c${i}, ${shownText})`));
    const statement = `SELECT file_row_number::INTEGER AS sample, [${names.join(', ')}] AS cells
      FROM ${parquetSql(blobs, manifest.blobs.table!)} WHERE file_row_number IN (${indices.join(', ')})`;
    const found = await this.#ask(blobs, (duck) => rowsOf(duck, statement));
    const bySample = new Map(found.map((row) => [row.sample as number, row.cells as (string | null)[]]));
    const rows = indices.map((sample) => bySample.get(sample) ?? names.map(() => null));
    const target = manifest.columns.findIndex((column) => column.name === manifest.target);
    const classified = manifest.task === 'classification' && target >= 0;
    return { rows, labels: classified ? rows.map((row) => row[target]) : [] };
  }

  async #images(blobs: string, manifest: Manifest, indices: number[]): Promise<Pick<SamplePage, 'pixels' | 'labels'>> {
    const { height, width, channels } = manifest.image!;
    const size = height * width * channels;
    const labels = await this.#labels(blobs, manifest);
    return {
      pixels: await readBlobRanges(
        blobs,
        manifest.blobs.images!,
        indices.map((sample) => sample * size),
        size,
      ),
      labels: indices.map((sample) => manifest.classes[labels[sample]]?.name ?? null),
    };
  }

  async #labels(blobs: string, manifest: Manifest): Promise<Int32Array> {
    if (!manifest.blobs.labels) throw new AtelierError('internal', 'An image version without labels.');
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

/** Numbers sort by value, everything else by its letters. */
function sortSql(manifest: Manifest, name: string): { value: string; order: string } {
  const cell = columnSql(manifest)(name);
  const column = manifest.columns.find((each) => each.name === name)!;
  if (column.type !== 'number') return { value: cell, order: 'v' };
  return { value: numberSql(cell, column.decimalComma ?? false), order: finiteSql('v') };
}

function wholeNumber(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new AtelierError('invalid_query', `The page's ${name} must be a whole number, not ${value}.`);
}

/** The last few answers, by key; one that fails is asked for again. */
class Kept<T> {
  readonly #entries = new Map<string, Promise<T>>();

  get(key: string, make: () => Promise<T>): Promise<T> {
    const kept = this.#entries.get(key) ?? make();
    this.#entries.delete(key);
    this.#entries.set(key, kept);
    kept.catch(() => this.#entries.delete(key));
    if (this.#entries.size > maxKept) this.#entries.delete(this.#entries.keys().next().value!);
    return kept;
  }
}
