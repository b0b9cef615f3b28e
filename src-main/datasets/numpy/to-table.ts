import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  FLOAT,
  INTEGER,
  SMALLINT,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { ImportContext } from '../importers/importer.ts';
import { checkColumns } from '../tables/store.ts';
import { uniqueNames } from '../tables/names.ts';
import type { Dtype, NpyArray } from './npy.ts';
import type { Plan } from './plan.ts';
import { asTexts, asValues, readRows } from './values.ts';

const rowsAtOnce = 2048;
const table = 'arrays';

export interface ArrayTable {
  names: string[];
  /** Columns c0, c1, …; VARCHAR. */
  relation: string;
  rows: number;
  /** The column of the labels, which is what is to be predicted. */
  labels: string | null;
}

const ints: Record<number, DuckDBType> = { 1: TINYINT, 2: SMALLINT, 4: INTEGER, 8: BIGINT };
const uints: Record<number, DuckDBType> = { 1: UTINYINT, 2: USMALLINT, 4: UINTEGER, 8: UBIGINT };

function duckType({ kind, size }: Dtype): DuckDBType {
  if (kind === 'bool') return BOOLEAN;
  if (kind === 'float') return size === 8 ? DOUBLE : FLOAT;
  if (kind === 'int') return ints[size];
  return kind === 'uint' ? uints[size] : VARCHAR;
}

/** Lays arrays side by side: one of rows and perhaps its labels, or columns of equal length. Numbers become text in DuckDB, in the fewest digits that say them. */
export async function collectTable(
  connection: DuckDBConnection,
  plan: Extract<Plan, { kind: 'rows' | 'columns' }>,
  context: ImportContext,
): Promise<ArrayTable> {
  const parts =
    plan.kind === 'columns'
      ? [{ arrays: plan.columns, widths: plan.columns.map(() => 1) }]
      : plan.groups.map(({ data, labels }) => ({
          arrays: labels ? [data, labels] : [data],
          widths: labels ? [data.shape[1], 1] : [data.shape[1]],
        }));
  const [{ arrays, widths }] = parts;
  const width = widths.reduce((sum, each) => sum + each, 0);
  checkColumns(width, arrays[0].label);
  const raw =
    plan.kind === 'columns'
      ? arrays.map(({ name }) => name)
      : Array.from({ length: width }, (_, i) => (i < widths[0] ? '' : labelName(plan, arrays[1])));
  const names = uniqueNames(raw);
  // Splits may be kept in different types; the first one's is as good as any for numbers, and text takes all.
  const types = arrays.map(({ dtype }, k) =>
    parts.every((part) => part.arrays[k].dtype.name === dtype.name) ? duckType(dtype) : VARCHAR,
  );
  const columns = widths.flatMap((each, k) => Array.from({ length: each }, () => types[k]));
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${table} (${columns.map((type, i) => `x${i} ${String(type)}`).join(', ')})`,
  );
  const appender = await connection.createAppender(table);
  const total = parts.reduce((sum, part) => sum + part.arrays[0].shape[0], 0);
  let rows = 0;
  try {
    for (const part of parts) {
      for await (const block of blocks(part.arrays, part.widths, context.signal)) {
        append(appender, columns, block);
        rows += block[0].length;
        context.progress({ stage: 'reading', unit: 'rows', done: rows, total });
      }
    }
  } finally {
    appender.closeSync();
  }
  const cells = columns.map((_, i) => `x${i}::VARCHAR AS c${i}`).join(', ');
  const labelled = plan.kind === 'rows' && plan.groups[0].labels !== null;
  return { names, relation: `(SELECT ${cells} FROM ${table})`, rows, labels: labelled ? names[width - 1] : null };
}

/** One split's labels are called as they are; those of several are just labels. */
const labelName = (plan: Extract<Plan, { kind: 'rows' }>, labels: NpyArray): string =>
  plan.groups.length === 1 ? labels.name : 'label';

/** Columns of at most 2,048 rows at a time, from arrays read side by side. */
async function* blocks(
  arrays: readonly NpyArray[],
  widths: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<DuckDBValue[][]> {
  const readers = arrays.map((array, k) => new BlockReader(array, widths[k], signal));
  for (let left = arrays[0].shape[0]; left > 0;) {
    signal.throwIfAborted();
    const count = Math.min(left, rowsAtOnce);
    const block: DuckDBValue[][] = [];
    for (const reader of readers) block.push(...(await reader.next(count)));
    yield block;
    left -= count;
  }
}

class BlockReader {
  readonly #array: NpyArray;
  readonly #width: number;
  readonly #pieces: AsyncGenerator<Buffer>;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(array: NpyArray, width: number, signal: AbortSignal) {
    this.#array = array;
    this.#width = width;
    this.#pieces = readRows(array, width * array.dtype.size, signal);
  }

  /** The next `rows` rows, as one list of values a column. */
  async next(rows: number): Promise<DuckDBValue[][]> {
    const { dtype } = this.#array;
    const wanted = rows * this.#width * dtype.size;
    const parts = [this.#waiting];
    let bytes = this.#waiting.length;
    while (bytes < wanted) {
      const { value, done } = await this.#pieces.next();
      if (done) break;
      parts.push(value);
      bytes += value.length;
    }
    const joined = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    this.#waiting = joined.subarray(wanted);
    const block = joined.subarray(0, wanted);
    const values = dtype.kind === 'unicode' || dtype.kind === 'bytes' ? asTexts(block, dtype) : asValues(block, dtype);
    const bool = dtype.kind === 'bool';
    return Array.from({ length: this.#width }, (_, c) =>
      Array.from({ length: rows }, (_, r) => (bool ? values[r * this.#width + c] === 1 : values[r * this.#width + c])),
    );
  }
}

function append(appender: DuckDBAppender, types: readonly DuckDBType[], block: readonly DuckDBValue[][]): void {
  const chunk = DuckDBDataChunk.create(types, block[0].length);
  block.forEach((column, c) => chunk.setColumnValues(c, types[c] === VARCHAR ? column.map(String) : [...column]));
  appender.appendDataChunk(chunk);
}
