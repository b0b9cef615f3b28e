import { AtelierError } from '../../shared/errors.ts';
import { asUtf8, type Survey } from '../csv/encoding.ts';
import type { ReadContext, Rejects } from '../importers/importer.ts';
import { openFile, type FoundFile } from '../source.ts';
import type { JsonForm } from './form.ts';
import { depthOf, JsonScanner, maxDepth, maxRecordBytes, type Member, type Problem } from './scanner.ts';

const batchBytes = 1 << 18;
const newline = Uint8Array.of(10);

export interface CutFile {
  file: FoundFile;
  name: string;
  survey: Survey;
  form: JsonForm;
}

/** Makes of any form of JSON rows the one that DuckDB reads in pieces: UTF-8, a record a line, none too long or too deep for it. */
export class Cutting {
  readonly #cut: CutFile;
  readonly #rejects: Rejects;
  readonly #context: ReadContext;
  #lines = 0;
  #batch: Uint8Array[] = [];
  #bytes = 0;
  /** The file ended in the middle of something. */
  cutShort = false;

  constructor(cut: CutFile, rejects: Rejects, context: ReadContext) {
    this.#cut = cut;
    this.#rejects = rejects;
    this.#context = context;
  }

  /** Where a line of the outcome comes from. */
  where(line: number): string {
    return `${this.#cut.form === 'lines' ? 'line' : 'record'} ${line}`;
  }

  /** Lines that are left out are empty, so that the others keep their numbers. Throws `not_a_table`, `several_arrays`. */
  async lines(): Promise<AsyncGenerator<Uint8Array>> {
    const { form } = this.#cut;
    if (form === 'lines') return this.#byLine();
    return this.#fromArray(form === 'array' ? null : await this.#memberWithRows());
  }

  async *#byLine(): AsyncGenerator<Uint8Array> {
    let parts: Uint8Array[] = [];
    let length = 0;
    let ending = 0;
    const take = (bytes: Uint8Array): void => {
      length += bytes.length;
      if (length <= maxRecordBytes) parts.push(bytes);
      else parts = [];
    };
    const end = (): void => {
      const line = parts.length === 1 ? parts[0] : Buffer.concat(parts);
      if (length > maxRecordBytes) this.#problem('too_long');
      else if (depthOf(line) > maxDepth) this.#problem('too_deep');
      else this.#record(line);
      parts = [];
      length = 0;
    };
    for await (const chunk of this.#content()) {
      // Only very old files end their lines in a CR alone.
      ending ||= chunk.includes(10) || !chunk.includes(13) ? 10 : 13;
      let start = 0;
      for (let at = chunk.indexOf(ending); at >= 0; at = chunk.indexOf(ending, start)) {
        take(chunk.subarray(start, at));
        end();
        start = at + 1;
      }
      take(chunk.subarray(start));
      yield* this.#full();
    }
    end();
    yield* this.#full(true);
  }

  async *#fromArray(wanted: number | null): AsyncGenerator<Uint8Array> {
    const scanner = new JsonScanner(wanted, {
      record: (bytes) => this.#record(bytes),
      problem: (problem) => this.#problem(problem),
    });
    for await (const chunk of this.#content()) {
      scanner.write(chunk);
      yield* this.#full();
    }
    scanner.end();
    this.cutShort = scanner.unfinished;
    yield* this.#full(true);
  }

  async #memberWithRows(): Promise<number> {
    const { name } = this.#cut;
    const members: Member[] = [];
    // An object of millions of members is no table; those that could be are few.
    const survey = new JsonScanner(-1, { member: (member) => members.length < 10_000 && members.push(member) });
    for await (const chunk of this.#content()) survey.write(chunk);
    survey.end();
    const found = members.filter(({ rows }) => rows);
    if (found.length === 1) return found[0].index;
    if (found.length === 0) {
      throw new AtelierError(
        'not_a_table',
        `${name} holds no rows: JSON is read as a table where it is an array of objects, an object with one such array, or an object a line.`,
      );
    }
    const keys = found.slice(0, 5).map(({ key }) => `"${key}"`);
    throw new AtelierError(
      'several_arrays',
      `${name} holds ${found.length} arrays of objects (${keys.join(', ')}${found.length > 5 ? ', …' : ''}), and which of them is the table cannot be told. Keep one of them, in a file of its own.`,
    );
  }

  async *#content(): AsyncGenerator<Uint8Array> {
    const { file, survey } = this.#cut;
    const { signal } = this.#context;
    const plain = survey.encoding === 'utf-8' && !survey.damaged;
    let first = true;
    let done = 0;
    for await (const chunk of plain ? openFile(file, signal) : asUtf8(file, survey, signal)) {
      const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      first = false;
      yield marked ? chunk.subarray(3) : chunk;
      this.#context.progress({ stage: 'converting', unit: 'bytes', done: (done += chunk.length), total: 0 });
    }
  }

  #record(bytes: Uint8Array): void {
    this.#lines++;
    // A raw NUL is nowhere allowed in JSON, and DuckDB takes it for a delimiter.
    if (bytes.includes(0)) {
      const where = this.where(this.#lines);
      this.#rejects.add(where, 'bad_json', `${label(where)} is no whole JSON value.`);
    } else this.#push(onOneLine(bytes));
    this.#push(newline);
  }

  #problem(problem: Problem): void {
    const where = this.where(++this.#lines);
    const why = problem === 'too_long' ? 'is longer than 2 MB' : `is nested more than ${maxDepth} levels deep`;
    this.#rejects.add(where, problem === 'too_long' ? 'line_too_long' : 'too_deep', `${label(where)} ${why}.`);
    this.#push(newline);
  }

  #push(bytes: Uint8Array): void {
    this.#batch.push(bytes);
    this.#bytes += bytes.length;
  }

  *#full(last = false): Generator<Uint8Array> {
    if (this.#bytes === 0 || (!last && this.#bytes < batchBytes)) return;
    yield Buffer.concat(this.#batch);
    this.#batch = [];
    this.#bytes = 0;
  }
}

const label = (where: string): string => where[0].toUpperCase() + where.slice(1);

/** Line ends are blanks between JSON's signs, and stand nowhere else. */
function onOneLine(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(10) && !bytes.includes(13)) return bytes;
  return bytes.map((byte) => (byte === 10 || byte === 13 ? 0x20 : byte));
}
