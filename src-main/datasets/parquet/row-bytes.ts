import { DuckDBBlobValue, type DuckDBConnection } from '@duckdb/node-api';
import { AtelierError } from '../../shared/errors.ts';
import { sqlPath } from '../duck.ts';

const rowsAtOnce = 16;
/** Pieces kept: those that neighbours may still ask for. */
const keptPieces = 3;
/** A piece must fit into memory. */
const maxBytes = 32 << 20;

/** Bytes of one column, row by row, of a file that is too large to be held: rows near each other are read together. */
export class RowBytes {
  readonly #connection: DuckDBConnection;
  readonly #path: string;
  readonly #sql: string;
  readonly #pieces = new Map<number, Promise<(Uint8Array | null)[]>>();
  /** A connection answers one question at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `sql`: the bytes, of a row of the file. */
  constructor(connection: DuckDBConnection, path: string, sql: string) {
    this.#connection = connection;
    this.#path = path;
    this.#sql = sql;
  }

  /** Empty where there are none. `name` is for messages. Throws `image_too_large`. */
  async at(row: number, name: string): Promise<Uint8Array> {
    const first = row - (row % rowsAtOnce);
    let piece = this.#pieces.get(first);
    if (!piece) {
      piece = this.#turn.then(() => this.#read(first));
      this.#turn = piece.catch(() => undefined);
      this.#pieces.set(first, piece);
      if (this.#pieces.size > keptPieces) this.#pieces.delete(this.#pieces.keys().next().value!);
    }
    const bytes = (await piece)[row - first];
    if (bytes) return bytes;
    throw new AtelierError('image_too_large', `${name} has more than ${maxBytes >> 20} MB. Scale it down first.`);
  }

  async #read(first: number): Promise<(Uint8Array | null)[]> {
    const reader = await this.#connection.runAndReadAll(
      `SELECT octet_length(${this.#sql}) > ${maxBytes} AS large, CASE WHEN octet_length(${this.#sql}) <= ${maxBytes} THEN ${this.#sql} END
         FROM read_parquet(${sqlPath(this.#path)}, file_row_number = true)
        WHERE file_row_number >= ${first} AND file_row_number < ${first + rowsAtOnce} ORDER BY file_row_number`,
    );
    return reader
      .getRows()
      .map(([large, value]) =>
        value instanceof DuckDBBlobValue ? value.bytes : large === true ? null : new Uint8Array(),
      );
  }
}
