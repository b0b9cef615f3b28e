import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { access, lstat, open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { Rejected, SourceFile } from '../shared/dataset.ts';
import { readAhead } from './read-ahead.ts';
import { naming, systemError } from './system-errors.ts';

/** One regular file of what is to be imported. */
export interface FoundFile {
  /** On the disk: the file itself, or what it is packed in. */
  path: string;
  /** From the source's root, with "/" on every system. */
  relative: string;
  /** Only where it is compressed or in an archive. */
  packed?: Packed;
}

/** How to get at a file that does not lie on the disk as it is. */
export interface Packed {
  /** Bytes that it takes as it is stored. */
  stored: number;
  /** Bytes that it has unpacked, by its archive's word; null where that does not say. */
  claimed: number | null;
  /** Its content from the beginning, a little at a time. `onStored` is given the bytes as they are stored. Throws where it is damaged or grows past all bounds. */
  open(signal?: AbortSignal, onStored?: (chunk: Uint8Array) => void): AsyncIterable<Uint8Array>;
  /** The first `length` bytes, or what there is of them before it ends or is damaged: for that is told when it is read. */
  head(length: number): Promise<Uint8Array>;
}

/** What was dropped, pasted or named on the command line: its files, by name, in a stable order. */
export interface Source {
  /** What the paths have in common: the folder dropped, or the parent of several things dropped together. */
  root: string;
  /** The root itself was given, not a choice of things in it. */
  wholeFolder: boolean;
  suggestedName: string;
  files: FoundFile[];
  /** Where these files are a part of what was given: all of it. */
  beside?: readonly FoundFile[];
  /** What was left out: links, which are never followed, what may not be read, files that are not what they are called. */
  refused: Rejected[];
  /** Of these files what each is instead of data; they stay among the others, and are read by nobody. */
  withoutData?: ReadonlyMap<FoundFile, AtelierError>;
}

export const maxDepth = 12;
const maxFiles = 5_000_000;
/** What operating systems leave in folders, and people never mean. */
const litter = new Set(['thumbs.db', 'desktop.ini', '__macosx', 'node_modules']);
export const isLitter = (name: string): boolean => name.startsWith('.') || litter.has(name.toLowerCase());

/** Lists the files under `paths`. Symbolic links inside are refused: they could lead anywhere on the disk. */
export async function findSource(paths: string[], signal?: AbortSignal): Promise<Source> {
  if (paths.length === 0) throw new AtelierError('no_paths', 'Nothing to import: give at least one file or folder.');
  const roots = [
    ...new Set(await Promise.all(paths.map((path) => naming({ reading: path }, () => realpath(resolve(path)))))),
  ];
  const source: Source = { root: '', wholeFolder: false, suggestedName: '', files: [], refused: [] };
  const single = roots.length === 1 ? await naming({ reading: roots[0] }, () => stat(roots[0])) : null;
  if (single?.isDirectory()) {
    source.root = roots[0];
    source.wholeFolder = true;
    source.suggestedName = basename(roots[0]) || 'dataset';
    await walk(source, source.root, '', 0, signal);
  } else {
    source.root = commonFolder(roots);
    const folders: string[] = [];
    for (const path of roots.sort()) {
      const facts = await naming({ reading: path }, () => stat(path));
      const relative = path
        .slice(source.root.length)
        .replace(/^[/\\]+/, '')
        .replaceAll('\\', '/');
      if (facts.isDirectory()) {
        folders.push(path);
        await walk(source, path, relative, 0, signal);
      } else if (facts.isFile()) source.files.push({ path, relative });
      else
        source.refused.push({
          where: relative,
          code: 'not_a_file',
          message: `${relative} is neither a file nor a folder.`,
        });
    }
    source.suggestedName = single ? basename(roots[0], extname(roots[0])) : nameOfSeveral(source.root, folders);
  }
  return source;
}

/** A folder with files beside it names what it holds with them; of several none does. */
const nameOfSeveral = (root: string, folders: readonly string[]): string =>
  (folders.length === 1 && basename(folders[0])) || basename(root) || 'dataset';

async function walk(
  source: Source,
  folder: string,
  relative: string,
  depth: number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const entries = await entriesOf(source, folder, relative);
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const entry of entries) {
    if (isLitter(entry.name)) continue;
    const where = relative ? `${relative}/${entry.name}` : entry.name;
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) {
      source.refused.push({
        where,
        code: 'link_refused',
        message: `${where} is a link and was not followed. Put the file itself there.`,
      });
    } else if (entry.isDirectory()) {
      if (depth < maxDepth) await walk(source, path, where, depth + 1, signal);
      else
        source.refused.push({
          where,
          code: 'too_deep',
          message: `${where} lies more than ${maxDepth} folders deep and was left out.`,
        });
    } else if (entry.isFile()) {
      if (source.files.length >= maxFiles)
        throw new AtelierError(
          'too_many_files',
          `${source.root} holds more than ${maxFiles} files. Import a part of it at a time.`,
        );
      source.files.push({ path, relative: where });
    }
  }
}

/** What was given must be readable; a folder in it that is not is left out. */
async function entriesOf(source: Source, folder: string, relative: string): Promise<Dirent[]> {
  try {
    return await naming({ reading: folder }, () => readdir(folder, { withFileTypes: true }));
  } catch (error) {
    if (folder === source.root || !(error instanceof AtelierError) || !isUnreadable(error)) throw error;
    // A whole source that has gone away is told as that.
    await naming({ reading: source.root }, () => access(source.root));
    source.refused.push({ where: relative, code: error.code, message: unreadableWords(relative, error) });
    return [];
  }
}

const unreadable = new Set(['not_readable', 'source_vanished', 'disk_error']);
/** The system gives no byte of it: of one thing among many that is no reason to leave out the others. */
export const isUnreadable = ({ code }: AtelierError): boolean => unreadable.has(code);

/** Why one thing among many is left out. */
export function unreadableWords(relative: string, { code }: AtelierError): string {
  switch (code) {
    case 'not_readable':
      return `${relative} may not be read and was left out. Change its permissions, or copy it elsewhere.`;
    case 'source_vanished':
      return `${relative} was gone when it was to be read, and was left out.`;
    default:
      return `${relative} could not be read from the disk, which failed there, and was left out.`;
  }
}

function commonFolder(paths: string[]): string {
  let folder = dirname(paths[0]);
  while (
    !paths.every(
      (path) =>
        path.startsWith(folder.endsWith('/') || folder.endsWith('\\') ? folder : `${folder}/`) ||
        path.startsWith(`${folder}\\`),
    )
  ) {
    const parent = dirname(folder);
    if (parent === folder) return folder;
    folder = parent;
  }
  return folder;
}

/** A file's content from the beginning, a little at a time, wherever it lies. `onStored` is given the bytes as they lie on the disk. */
export async function* openFile(
  file: FoundFile,
  signal?: AbortSignal,
  onStored?: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  if (file.packed) {
    yield* file.packed.open(signal, onStored);
    return;
  }
  const stream = createReadStream(file.path, { highWaterMark: 1 << 19 });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      onStored?.(chunk);
      yield chunk;
    }
  } catch (error) {
    throw systemError(error, { reading: file.path });
  } finally {
    stream.destroy();
  }
}

/** As `openFile`, for who is done with a chunk when it asks for the next: see `readAhead`. */
export async function* lookThrough(
  file: FoundFile,
  signal: AbortSignal,
  onStored: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  if (file.packed) {
    yield* file.packed.open(signal, onStored);
    return;
  }
  const handle = await naming({ reading: file.path }, () => open(file.path, 'r'));
  try {
    for await (const chunk of readAhead(handle)) {
      signal.throwIfAborted();
      onStored(chunk);
      yield chunk;
    }
  } catch (error) {
    throw systemError(error, { reading: file.path });
  } finally {
    await handle.close();
  }
}

/** The first `length` bytes of a file, fewer if it is shorter. */
export async function readHead(file: FoundFile, length: number): Promise<Uint8Array> {
  if (file.packed) return file.packed.head(length);
  const bytes = new Uint8Array(length);
  let done = 0;
  return naming({ reading: file.path }, async () => {
    const handle = await open(file.path, 'r');
    try {
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    } finally {
      await handle.close();
    }
  });
}

/** A whole file of at most `most` bytes; `tooLarge` makes the error for a larger one. */
export async function readWhole(
  file: FoundFile,
  most: number,
  tooLarge: (bytes: number) => Error,
): Promise<Uint8Array> {
  const { path, relative, packed } = file;
  const size = packed ? (packed.claimed ?? 0) : (await naming({ reading: relative }, () => stat(path))).size;
  if (size > most) throw tooLarge(size);
  if (!packed) return naming({ reading: relative }, () => readFile(path));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of packed.open()) {
    bytes += chunk.length;
    if (bytes > most) throw tooLarge(bytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A part of a file on the disk. */
export async function* readRange(
  path: string,
  start: number,
  size: number,
  signal?: AbortSignal,
  onStored?: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  const stream = createReadStream(path, { start, end: start + size - 1, highWaterMark: Math.min(size, 1 << 18) });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      onStored?.(chunk);
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw systemError(error, { reading: path });
  } finally {
    stream.destroy();
  }
}

/** The first `length` bytes of what comes. */
export async function firstBytes(chunks: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk.subarray(0, length - done), done);
    done = Math.min(length, done + chunk.length);
    if (done === length) break;
  }
  return bytes.subarray(0, done);
}

/** What the file is, as it is stored. `progress` hears how many bytes were read. */
export async function storedAs(
  file: FoundFile,
  signal?: AbortSignal,
  progress?: (bytes: number) => void,
): Promise<SourceFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const stored = (chunk: Uint8Array): void => {
    hash.update(chunk);
    bytes += chunk.length;
    progress?.(bytes);
  };
  // All of it is to be read: what comes out matters to others.
  for await (const chunk of openFile(file, signal, stored)) void chunk;
  return { name: file.relative, bytes, sha256: hash.digest('hex') };
}

/** What the file is called without what says how it is packed. */
export const contentName = ({ relative, packed }: FoundFile): string =>
  packed ? relative.replace(/\.gz$/i, '') : relative;

/** Bytes that a file takes on the disk. */
export const storedBytes = async ({ path, packed }: FoundFile): Promise<number> =>
  packed ? packed.stored : ((await lstat(path).catch(() => null))?.size ?? 0);

/** Bytes in all, as they lie on the disk; past a thousand files their average stands for the rest. */
export async function totalBytes(files: FoundFile[]): Promise<number> {
  const counted = files.slice(0, 1000);
  let bytes = 0;
  for (const file of counted) bytes += await storedBytes(file);
  return files.length > counted.length ? Math.round((bytes / counted.length) * files.length) : bytes;
}
