import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { SourceFile } from '../../shared/dataset.ts';
import { partialPath, writeWhole } from '../blobs.ts';
import type { ImportContext } from '../import-context.ts';
import { openFile, storedBytes, type FoundFile } from '../source.ts';
import { naming } from '../system-errors.ts';

/** Passing files of one import, beside the blobs and under names of our own, removed at its end; after a crash, by the next start. */
export class Staging {
  readonly #blobs: string;
  readonly #paths: string[] = [];

  constructor(blobs: string) {
    this.#blobs = blobs;
  }

  /** A path for a file, or a folder, that somebody else writes. */
  async path(): Promise<string> {
    const path = await partialPath(this.#blobs);
    this.#paths.push(path);
    return path;
  }

  /** Writes what comes, and says where. */
  async write(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    const path = await this.path();
    const file = await naming({ writing: this.#blobs }, () => open(path, 'wx'));
    try {
      for await (const chunk of chunks) await naming({ writing: this.#blobs }, () => writeWhole(file, chunk));
    } finally {
      await file.close();
    }
    return path;
  }

  /**
   * The file as one that others can open by its path: itself, or a copy of what is packed. `source` is what it came from, as it is
   * stored; null where reading the file tells as much.
   */
  async plain(file: FoundFile, context: ImportContext): Promise<{ file: FoundFile; source: SourceFile | null }> {
    if (!file.packed) return { file, source: null };
    const hash = createHash('sha256');
    const total = await storedBytes(file);
    let bytes = 0;
    context.progress({ stage: 'unpacking', unit: 'bytes', done: 0, total });
    const content = openFile(file, context.signal, (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
      context.progress({ stage: 'unpacking', unit: 'bytes', done: Math.min(bytes, total), total });
    });
    const path = await this.write(content);
    const source = { name: file.relative, bytes, sha256: hash.digest('hex') };
    return { file: { path, relative: file.relative }, source };
  }

  async clear(): Promise<void> {
    for (const path of this.#paths.splice(0)) await rm(path, { force: true, recursive: true }).catch(() => undefined);
  }
}
