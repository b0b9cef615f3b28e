import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createBlob, type BlobWriter } from '../blobs.ts';
import type { FoundFile } from '../source.ts';
import { naming } from '../system-errors.ts';

const flushEveryMs = 500;

/** What tells that a file is still the one that was read, without reading it: its place, size and time; of a packed one the archive's. */
export interface Stamp {
  name: string;
  bytes: number;
  modified: number;
}

/** What is told of a pass as a whole. */
interface Facts {
  /** Of the pixels written so far. */
  channels?: 1 | 3;
  /** It cannot be gone through as it was meant, and was given up. */
  vain?: boolean;
}

type Line<Outcome> = [Stamp['name'], Stamp['bytes'], Stamp['modified'], Outcome];

/**
 * One pass over many files, of which each adds to a few data files and leaves an outcome. What is done is noted as it goes, the data first:
 * when the process dies, the next one goes on behind the last file noted, as long as those before are still what they were. Without a folder
 * nothing is noted, and the data are passing files like any others.
 */
export class Pass<Outcome> {
  readonly #blobs: string;
  readonly #folder: string | null;
  readonly #writers: BlobWriter[] = [];
  #facts: Facts;
  #lines: Line<Outcome>[];
  #pending = '';
  #flushedAt = performance.now();

  private constructor(blobs: string, folder: string | null, facts: Facts, lines: Line<Outcome>[]) {
    this.#blobs = blobs;
    this.#folder = folder;
    this.#facts = facts;
    this.#lines = lines;
  }

  /** `key`: all that decides what becomes of a file, as plain JSON; passes of another key are not gone on with. */
  static async open<Outcome>(blobs: string, unfinished: string | null, key: unknown): Promise<Pass<Outcome>> {
    if (unfinished === null) return new Pass<Outcome>(blobs, null, {}, []);
    const folder = join(unfinished, createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16));
    await naming({ writing: blobs }, () => mkdir(folder, { recursive: true }));
    const { facts, lines } = readLog<Outcome>(await readFile(join(folder, 'log'), 'utf8').catch(() => ''));
    return new Pass(blobs, folder, facts, lines);
  }

  get facts(): Readonly<Facts> {
    return this.#facts;
  }

  /**
   * What became of the first of these files in the time before. `lengths`: how many bytes each data file has after so many; where one is
   * shorter all begins anew. To be asked once, before anything is written.
   */
  async match(files: readonly FoundFile[], lengths: (done: Outcome[]) => Record<string, number>): Promise<Outcome[]> {
    if (this.#folder === null) return [];
    const archives = new Map<string, Promise<Omit<Stamp, 'name'>>>();
    let same = 0;
    for (; same < this.#lines.length && same < files.length; same++) {
      const [name, bytes, modified] = this.#lines[same];
      const file = files[same];
      if (name !== file.relative) break;
      const now = file.packed ? (archives.get(file.path) ?? factsOf(file.path)) : factsOf(file.path);
      if (file.packed) archives.set(file.path, now);
      const is = await now;
      if (is.bytes !== bytes || is.modified !== modified) break;
    }
    let lines = this.#lines.slice(0, same);
    this.#lines = [];
    const wanted = lengths(lines.map(([, , , outcome]) => outcome));
    for (const [name, length] of Object.entries(wanted)) {
      if ((await sizeOf(this.#path(name))) < length) lines = [];
    }
    if (lines.length === 0) this.#facts = {};
    await this.#rewrite(lines);
    return lines.map(([, , , outcome]) => outcome);
  }

  /** A data file, of which the first `bytes` are kept. */
  async writer(name: string, bytes: number): Promise<BlobWriter> {
    const begun = this.#folder === null ? undefined : { path: this.#path(name), bytes };
    const writer = await createBlob(this.#blobs, begun);
    this.#writers.push(writer);
    return writer;
  }

  /** A data file that another one has taken the place of. */
  async drop(writer: BlobWriter): Promise<void> {
    this.#writers.splice(this.#writers.indexOf(writer), 1);
    await writer.abort();
    await rm(writer.path, { force: true });
  }

  /** To be asked before the file is read. */
  async stamp(file: FoundFile): Promise<Stamp> {
    return { name: file.relative, ...(await factsOf(file.path)) };
  }

  /** After all that comes of the file is written. */
  async done(stamp: Stamp, outcome: Outcome): Promise<void> {
    if (this.#folder === null) return;
    const line: Line<Outcome> = [stamp.name, stamp.bytes, stamp.modified, outcome];
    this.#pending += `${JSON.stringify(line)}\n`;
    if (performance.now() - this.#flushedAt >= flushEveryMs) await this.#flush();
  }

  /** Stands at once, with all that was done before. */
  async tell(facts: Facts): Promise<void> {
    this.#facts = { ...this.#facts, ...facts };
    if (this.#folder === null) return;
    this.#pending += `${JSON.stringify(facts)}\n`;
    await this.#flush();
  }

  /** It cannot be gone through: that is all that is kept of it. */
  async giveUp(): Promise<void> {
    for (const writer of [...this.#writers]) await this.drop(writer);
    await this.tell({ vain: true });
  }

  /** Ends writing; what is noted stays. */
  async abort(): Promise<void> {
    for (const writer of this.#writers.splice(0)) await writer.abort();
  }

  async #flush(): Promise<void> {
    for (const writer of this.#writers) await writer.flush();
    const text = this.#pending;
    this.#pending = '';
    await naming({ writing: this.#blobs }, () => appendFile(this.#path('log'), text));
    this.#flushedAt = performance.now();
  }

  /** Without what is cut short at its end, and what counts no more. */
  async #rewrite(lines: readonly Line<Outcome>[]): Promise<void> {
    const all = [this.#facts, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
    await naming({ writing: this.#blobs }, async () => {
      await writeFile(this.#path('log.new'), all);
      await rename(this.#path('log.new'), this.#path('log'));
    });
  }

  #path(name: string): string {
    return join(this.#folder!, name);
  }
}

function readLog<Outcome>(text: string): { facts: Facts; lines: Line<Outcome>[] } {
  let facts: Facts = {};
  const lines: Line<Outcome>[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    try {
      const value = JSON.parse(line) as Line<Outcome> | Facts;
      if (Array.isArray(value)) lines.push(value);
      else facts = { ...facts, ...value };
    } catch {
      // What comes after a damaged line stands on nothing.
      break;
    }
  }
  return { facts, lines };
}

/** A file that is gone is like none that was. */
const factsOf = (path: string): Promise<Omit<Stamp, 'name'>> =>
  stat(path).then(
    ({ size, mtimeMs }) => ({ bytes: size, modified: mtimeMs }),
    () => ({ bytes: -1, modified: -1 }),
  );

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => -1,
  );
