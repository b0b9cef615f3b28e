import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { ImportContext } from './import-context.ts';

type Report = Parameters<ImportContext['progress']>[0];

/** So much of a table may have been read that has not reached the disk yet. */
const ahead = 24 << 20;
/** What comes after all is read: lists, offsets, the manifest. */
const margin = 1.05;

/** The room that an import has on the disk, and, where it did not do, how much it needs. */
export class Room {
  readonly #blobs: string;
  /** What was free when it began, with what it has taken in an earlier attempt; null where the system does not tell. */
  readonly #bytes: number | null;
  #last: Report | null = null;

  private constructor(blobs: string, bytes: number | null) {
    this.#blobs = blobs;
    this.#bytes = bytes;
  }

  /** `unfinished`: what an earlier attempt has left. */
  static async measured(blobs: string, unfinished: string | null, freeIn = freeBytes): Promise<Room> {
    const free = await freeIn(blobs);
    return new Room(blobs, free === null ? null : free + (unfinished === null ? 0 : await bytesIn(unfinished)));
  }

  heard(report: Report): void {
    this.#last = report;
  }

  /** A full disk, in words that say how much is missing; any other error as it is. `source`: bytes that were to be read. */
  words(error: unknown, source: number): unknown {
    if (!(error instanceof AtelierError) || error.code !== 'no_space' || this.#bytes === null) return error;
    const needed = Math.max(this.#needed(source), this.#bytes * 1.02);
    return new AtelierError(
      'no_space',
      `The disk of ${this.#blobs} is full: this import needs about ${inWords(needed)} there, and has ${inWords(this.#bytes)}. Nothing was stored, and what it took was given back; free about ${inWords(needed - this.#bytes)} more, then let it go on.`,
      error.details,
    );
  }

  #needed(source: number): number {
    const { done, total, unit } = this.#last ?? { done: 0, total: 0, unit: 'bytes' };
    const written = unit === 'bytes' ? done - ahead : done;
    // From the first percent on it can be told by how far it came; before, most sources take as much as they have.
    return total > 0 && written * 100 >= total ? (this.#bytes! * total * margin) / written : source;
  }
}

const inWords = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GB` : `${Math.ceil(bytes / 2 ** 20)} MB`;

/** Free for us on the disk of a folder that may not be there yet. */
export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const above = dirname(folder);
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && above !== folder ? freeBytes(above) : null;
  }
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const facts = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)));
  return facts.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0);
}
