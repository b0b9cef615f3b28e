import { DuckDBDataChunk, VARCHAR, type DuckDBAppender, type DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { adopt, partialPath, writeBlob } from '../blobs.ts';
import { describeColumn } from '../columns.ts';
import { countColumns } from '../count-columns.ts';
import { parquetFileSql, sqlPath } from '../duck.ts';
import { carvedValidation, completeGiven, countSplits, defaultFractions, divide } from '../splits.ts';
import { readTarget } from '../table-target.ts';

const rowsAtOnce = 2048;
const charactersAtOnce = 4 << 20;
/** Rows that Parquet keeps together must fit into memory together. */
const groupBytes = 32 << 20;

export type DocumentColumn = Pick<Column, 'name' | 'type' | 'role' | 'note'>;

/** Texts on their way into a table version: rows are added one after another, then stored and described. */
export class DocumentTable {
  readonly #connection: DuckDBConnection;
  readonly #columns: readonly DocumentColumn[];
  readonly #appender: DuckDBAppender;
  #rows: (string | null)[][] = [];
  #waiting = 0;
  #characters = 0;
  count = 0;

  private constructor(connection: DuckDBConnection, columns: readonly DocumentColumn[], appender: DuckDBAppender) {
    this.#connection = connection;
    this.#columns = columns;
    this.#appender = appender;
  }

  static async open(connection: DuckDBConnection, columns: readonly DocumentColumn[]): Promise<DocumentTable> {
    await connection.run(`CREATE TEMP TABLE documents (${columns.map((_, i) => `c${i} VARCHAR`).join(', ')})`);
    return new DocumentTable(connection, columns, await connection.createAppender('documents'));
  }

  /** A cell for each column; null is missing. */
  add(cells: (string | null)[]): void {
    this.#rows.push(cells);
    this.count++;
    for (const cell of cells) this.#waiting += cell?.length ?? 0;
    if (this.#rows.length >= rowsAtOnce || this.#waiting >= charactersAtOnce) this.#flush();
  }

  /**
   * Stores the rows and says what they are. `given`: the split byte per row where the source is divided already. On an error nothing is
   * left behind.
   */
  async finish(
    blobs: string,
    params: { splitSeed: number; given: Uint8Array | null },
    discard: (path: string) => void,
  ): Promise<Omit<Manifest, 'sources' | 'rejected' | 'rejectedCount' | 'notes'>> {
    this.#flush();
    this.#appender.closeSync();
    const parquet = await partialPath(blobs);
    discard(parquet);
    const together = Math.max(1, Math.floor(groupBytes / Math.max(1, this.#characters / this.count)));
    await this.#connection.run(
      `COPY documents TO ${sqlPath(parquet)} (FORMAT parquet, ROW_GROUP_SIZE ${Math.min(122_880, together)})`,
    );
    const relation = parquetFileSql(parquet);
    const columns = await this.#describe(relation);
    const target = this.#columns.find(({ role }) => role === 'target')?.name ?? null;
    const { task, classes, labels } = await readTarget(this.#connection, relation, columns, target);
    const { splitSeed, given } = params;
    const split = given
      ? completeGiven(given, labels, carvedValidation, splitSeed)
      : divide(this.count, labels, defaultFractions, splitSeed);
    return {
      kind: 'table',
      samples: this.count,
      columns,
      target,
      task,
      classes,
      image: null,
      splits: countSplits(split),
      splitSource: given ? 'given' : labels ? 'stratified' : 'random',
      splitSeed,
      // The large one last: should the disk fill up here, next to nothing is left behind.
      blobs: { split: await writeBlob(blobs, split), table: await adopt(blobs, parquet) },
    };
  }

  async #describe(relation: string): Promise<Column[]> {
    const facts = await countColumns(
      this.#connection,
      relation,
      this.#columns.map((_, i) => i),
    );
    const columns: Column[] = [];
    for (const [i, column] of this.#columns.entries()) {
      columns.push(await describeColumn(this.#connection, relation, i, facts[i], column));
    }
    return columns;
  }

  #flush(): void {
    if (this.#rows.length === 0) return;
    const chunk = DuckDBDataChunk.create(
      this.#columns.map(() => VARCHAR),
      this.#rows.length,
    );
    this.#columns.forEach((_, c) =>
      chunk.setColumnValues(
        c,
        this.#rows.map((row) => row[c]),
      ),
    );
    this.#appender.appendDataChunk(chunk);
    this.#characters += this.#waiting;
    this.#waiting = 0;
    this.#rows = [];
  }
}
