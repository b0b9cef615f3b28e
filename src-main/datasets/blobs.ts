import { createHash, randomBytes, type Hash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobHash } from '../shared/dataset.ts';
import { AtelierError, blobMissing, errorFromFacts } from '../shared/errors.ts';
import { blobPath } from './blob-path.ts';
import { noteBlob } from './ledger.ts';
import { readAhead } from './read-ahead.ts';
import { naming } from './system-errors.ts';

/**
 * Content-addressed files: `<blobs>/ab/abcdef…`, named by the SHA-256 of what is in them, never changed once there.
 * A blob is written under `<blobs>/partial/`, flushed to the disk, then renamed: it is whole or absent, whatever dies when.
 */
const partialName = 'partial';

export { blobPath };

export type BlobSource = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export async function writeBlob(blobs: string, source: BlobSource): Promise<BlobHash> {
  const blob = await createBlob(blobs);
  try {
    if (source instanceof Uint8Array) await blob.write(source);
    else for await (const chunk of source) await blob.write(chunk);
    return await blob.commit();
  } catch (error) {
    await blob.abort();
    throw error;
  }
}

/** A blob being written piece by piece. One of `commit`, `abort` or `close` ends it. */
export interface BlobWriter {
  /** Its file until committed. */
  readonly path: string;
  write(chunk: Uint8Array): Promise<void>;
  /** Sees to it that what was written so far outlasts a loss of power. */
  flush(): Promise<void>;
  /** Ends writing without making a blob: for a passing file that its user removes. */
  close(): Promise<void>;
  commit(): Promise<BlobHash>;
  abort(): Promise<void>;
}

/** A file of which the first `bytes` are written already. It is its owner's to remove where no blob comes of it. */
export interface Begun {
  path: string;
  bytes: number;
}

export async function createBlob(blobs: string, begun?: Begun): Promise<BlobWriter> {
  const path = begun?.path ?? (await partialPath(blobs));
  const hash = createHash('sha256');
  const file = await naming({ writing: blobs }, () => (begun ? goOn(begun, hash) : open(path, 'wx')));
  return {
    path,
    flush: () => naming({ writing: blobs }, () => file.datasync()),
    write: (chunk) =>
      naming({ writing: blobs }, async () => {
        hash.update(chunk);
        await writeWhole(file, chunk);
      }),
    close: () => file.close(),
    commit: () =>
      naming({ writing: blobs }, async () => {
        await file.sync();
        await file.close();
        return place(blobs, path, hash.digest('hex'));
      }),
    async abort() {
      await file.close().catch(() => undefined);
      if (!begun) await rm(path, { force: true }).catch(() => undefined);
    },
  };
}

/** Opens it for writing behind what is there; `hash` is given that. */
async function goOn({ path, bytes }: Begun, hash: Hash): Promise<FileHandle> {
  if (bytes > 0) {
    const kept = createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 });
    for await (const chunk of kept) hash.update(chunk as Buffer);
  }
  const file = await open(path, 'a');
  try {
    await file.truncate(bytes);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A fresh name under `partial/`, by which its process is told, for a writer of its own (DuckDB); give it to `adopt` when done or `rm` it. */
export async function partialPath(blobs: string): Promise<string> {
  return join(await partialFolder(blobs), `${process.pid}-${randomBytes(8).toString('hex')}`);
}

async function partialFolder(blobs: string): Promise<string> {
  const folder = join(blobs, partialName);
  await naming({ writing: blobs }, () => mkdir(folder, { recursive: true }));
  return folder;
}

/** Makes a blob of a finished file under `partial/`. `flushed`: where `flush` was begun with it before. */
export async function adopt(blobs: string, path: string, flushed = flush(blobs, path)): Promise<BlobHash> {
  const hash = await flushed;
  return naming({ writing: blobs }, () => place(blobs, path, hash));
}

/** Brings a finished file to the disk, and tells its hash: for one that is still read before it is adopted. */
export async function flush(blobs: string, path: string): Promise<BlobHash> {
  return naming({ writing: blobs }, async () => {
    const hash = createHash('sha256');
    const file = await open(path, 'r+');
    try {
      for await (const chunk of readAhead(file)) hash.update(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  });
}

async function place(blobs: string, path: string, hash: BlobHash): Promise<BlobHash> {
  const target = blobPath(blobs, hash);
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  if (!existsSync(target)) noteBlob(hash);
  // The same bytes are there already, or are replaced by themselves: either way it is right.
  await rename(path, target);
  await syncFolder(folder);
  return hash;
}

/** A rename is on the disk only once its folder is. Windows cannot open folders, and needs it not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** A write may take less than it was given. */
export async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) done += (await file.write(chunk, done)).bytesWritten;
}

export async function readBlob(blobs: string, hash: BlobHash): Promise<Uint8Array> {
  const path = blobPath(blobs, hash);
  return withBlob(path, async (file) => {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    await readInto(file, path, bytes, 0);
    return bytes;
  });
}

/** Reads byte ranges of one blob into one array, each `length` long, at the given offsets: neighbours are read together. */
export async function readBlobRanges(
  blobs: string,
  hash: BlobHash,
  offsets: ArrayLike<number>,
  length: number,
): Promise<Uint8Array> {
  const path = blobPath(blobs, hash);
  const bytes = new Uint8Array(offsets.length * length);
  await withBlob(path, async (file) => {
    for (let i = 0; i < offsets.length;) {
      let end = i + 1;
      while (end < offsets.length && offsets[end] === offsets[end - 1] + length) end++;
      await readInto(file, path, bytes.subarray(i * length, end * length), offsets[i]);
      i = end;
    }
  });
  return bytes;
}

async function withBlob<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw errorFromFacts(blobMissing(path));
  }
  return work(file).finally(() => file.close());
}

async function readInto(file: FileHandle, path: string, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) {
      throw new AtelierError(
        'blob_damaged',
        `Stored data is shorter than it was: ${path}. Restore the workspace from a backup, or import the data again.`,
      );
    }
    done += bytesRead;
  }
}

/** Removes what writers left that died before they could; `before`, in milliseconds since 1970, is when the last of them had. Returns how many files went. */
export async function sweepPartialBlobs(blobs: string, before: number): Promise<number> {
  const folder = join(blobs, partialName);
  const names = await readdir(folder).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null);
    if (!facts || facts.mtimeMs >= before) continue;
    await rm(path, { force: true, recursive: true }).catch(() => undefined);
    removed++;
  }
  return removed;
}

/** Removes what a process has left that is no more. */
export function removePartialBlobsOf(blobs: string, pid: number): void {
  const folder = join(blobs, partialName);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) {
    if (name.startsWith(`${pid}-`)) rmSync(join(folder, name), { force: true, recursive: true });
  }
}

/** Little-endian int32, as stored. */
export const int32s = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.slice().buffer);
