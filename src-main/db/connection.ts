import Database from 'better-sqlite3';
import { isDamage, storeError } from './errors.ts';
import { addReadingFunctions } from './reading-functions.ts';

export type Value = string | number | bigint | Uint8Array | null;
export type Parameters = readonly Value[] | Readonly<Record<string, Value>>;

/** What a reader may do. There is no way to write through it: neither in its type nor in the file's open mode. */
export interface Readable {
  get<Row>(sql: string, parameters?: Parameters): Row | undefined;
  all<Row>(sql: string, parameters?: Parameters): Row[];
  /** Rows one at a time, for results too large to hold. Nothing else may run on this connection meanwhile. */
  each<Row>(sql: string, parameters?: Parameters): IterableIterator<Row>;
}

/** What the one owner of a workspace may do. */
export interface Writable extends Readable {
  run(sql: string, parameters?: Parameters): { changes: number; lastInsertRowid: number };
  /** All or nothing, and on disk (`synchronous = FULL`) when it returns. May be nested. */
  transaction<T>(body: () => T): T;
  /**
   * As `transaction`, but the operating system may write it a little later (`synchronous = NORMAL`): a power cut can cost the last
   * moments, never the order or the integrity. For metric points, which the run's folder holds as well.
   *
   * One connection switched per transaction, not two: a second one would keep its own page cache, which every write of the other
   * throws away. The next FULL commit flushes these too, so a run's end is never on disk before its points.
   */
  relaxed<T>(body: () => T): T;
}

/** A better-sqlite3 connection whose statements are prepared once and whose errors are worded for people. */
export class Connection implements Writable {
  readonly database: Database.Database;
  /** A statement has met a damaged page. */
  damaged = false;
  readonly #folder: string;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(folder: string, file: string | Buffer, options: Database.Options = {}) {
    this.#folder = folder;
    this.database = this.#guard(() => new Database(file, options));
    addReadingFunctions(this.database);
  }

  get<Row>(sql: string, parameters: Parameters = []): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(parameters) as Row | undefined);
  }

  all<Row>(sql: string, parameters: Parameters = []): Row[] {
    return this.#guard(() => this.#prepare(sql).all(parameters) as Row[]);
  }

  each<Row>(sql: string, parameters: Parameters = []): IterableIterator<Row> {
    return this.#guard(() => this.#prepare(sql).iterate(parameters) as IterableIterator<Row>);
  }

  run(sql: string, parameters: Parameters = []): { changes: number; lastInsertRowid: number } {
    return this.#guard(() => {
      const result = this.#prepare(sql).run(parameters);
      return { changes: result.changes, lastInsertRowid: Number(result.lastInsertRowid) };
    });
  }

  transaction<T>(body: () => T): T {
    return this.#guard(() => this.database.transaction(body).immediate());
  }

  relaxed<T>(body: () => T): T {
    return this.#guard(() => {
      this.database.pragma('synchronous = NORMAL');
      try {
        return this.database.transaction(body).immediate();
      } finally {
        this.database.pragma('synchronous = FULL');
      }
    });
  }

  pragma<T>(source: string): T {
    return this.#guard(() => this.database.pragma(source, { simple: true }) as T);
  }

  /** Runs a script of several statements. */
  script(sql: string): void {
    this.#guard(() => this.database.exec(sql));
  }

  close(): void {
    this.#statements.clear();
    this.database.close();
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      this.damaged ||= isDamage(error);
      throw storeError(error, this.#folder);
    }
  }
}
