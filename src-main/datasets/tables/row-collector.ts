import { DuckDBDataChunk, VARCHAR, type DuckDBAppender, type DuckDBConnection } from '@duckdb/node-api';

const rowsAtOnce = 2048;
const cellsAtOnce = 1 << 18;
/** A table grows by so many columns at once: each time is a statement. */
const widenBy = 16;
const table = 'collected';

type Row = readonly (string | null)[];

/** Rows that are read one by one on their way into DuckDB: text, in a table that grows wider as rows do. */
export class RowCollector {
  readonly #connection: DuckDBConnection;
  #appender: DuckDBAppender | null = null;
  #width = 0;
  #widest = 0;
  #rows: Row[] = [];
  /** Which columns hold anything. */
  readonly used: boolean[] = [];
  count = 0;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  add(row: Row): void {
    row.forEach((cell, i) => {
      if (cell !== null) this.used[i] = true;
    });
    this.#widest = Math.max(this.#widest, row.length);
    this.#rows.push(row);
    this.count++;
  }

  /** Hands on what was added; to be awaited every few thousand rows. */
  async drain(): Promise<void> {
    if (this.#rows.length === 0) return;
    if (!this.#appender || this.#widest > this.#width) this.#appender = await this.#widen();
    const most = Math.min(rowsAtOnce, Math.max(1, Math.floor(cellsAtOnce / this.#width)));
    for (let start = 0; start < this.#rows.length; start += most) {
      this.#append(this.#appender, this.#rows.slice(start, start + most));
    }
    this.#rows = [];
  }

  /** All rows, with the columns at these places as c0, c1, …. */
  async relation(places: readonly number[]): Promise<string> {
    await this.drain();
    this.close();
    return `(SELECT ${places.map((place, i) => `x${place} AS c${i}`).join(', ')} FROM ${table})`;
  }

  close(): void {
    this.#appender?.closeSync();
    this.#appender = null;
  }

  async #widen(): Promise<DuckDBAppender> {
    const width = Math.ceil(this.#widest / widenBy) * widenBy;
    const added = Array.from({ length: width - this.#width }, (_, i) => `x${this.#width + i} VARCHAR`);
    this.close();
    if (this.#width === 0) await this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${added.join(', ')})`);
    else for (const column of added) await this.#connection.run(`ALTER TABLE ${table} ADD COLUMN ${column}`);
    this.#width = width;
    return this.#connection.createAppender(table);
  }

  #append(appender: DuckDBAppender, rows: readonly Row[]): void {
    const types = Array.from({ length: this.#width }, () => VARCHAR);
    const chunk = DuckDBDataChunk.create(types, rows.length);
    for (let c = 0; c < this.#width; c++) {
      chunk.setColumnValues(
        c,
        rows.map((row) => row[c] ?? null),
      );
    }
    appender.appendDataChunk(chunk);
  }
}
