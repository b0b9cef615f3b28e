import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { Rejected } from '../shared/dataset.ts';
import { naming, systemError } from './system-errors.ts';

/** One regular file of what is to be imported. */
export interface FoundFile {
  path: string;
  /** From the source's root, with "/" on every system. */
  relative: string;
}

/** What was dropped, pasted or named on the command line: its files, by name, in a stable order. */
export interface Source {
  /** What the paths have in common: the folder dropped, or the parent of several things dropped together. */
  root: string;
  /** The root itself was given, not a choice of things in it. */
  wholeFolder: boolean;
  suggestedName: string;
  files: FoundFile[];
  /** Links and unreadable folders, which are never followed or entered. */
  refused: Rejected[];
}

const maxDepth = 12;
const maxFiles = 5_000_000;
/** What operating systems leave in folders, and people never mean. */
const litter = new Set(['thumbs.db', 'desktop.ini', '__macosx', 'node_modules']);
const isLitter = (name: string): boolean => name.startsWith('.') || litter.has(name.toLowerCase());

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
    source.suggestedName = single ? basename(roots[0], extname(roots[0])) : basename(source.root) || 'dataset';
    for (const path of roots.sort()) {
      const facts = await naming({ reading: path }, () => stat(path));
      const relative = path
        .slice(source.root.length)
        .replace(/^[/\\]+/, '')
        .replaceAll('\\', '/');
      if (facts.isDirectory()) await walk(source, path, relative, 0, signal);
      else if (facts.isFile()) source.files.push({ path, relative });
      else
        source.refused.push({
          where: relative,
          code: 'not_a_file',
          message: `${relative} is neither a file nor a folder.`,
        });
    }
  }
  return source;
}

async function walk(
  source: Source,
  folder: string,
  relative: string,
  depth: number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const entries = await naming({ reading: folder }, () => readdir(folder, { withFileTypes: true }));
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

/** The first `length` bytes of a file, fewer if it is shorter. */
export async function readHead(file: FoundFile, length: number): Promise<Uint8Array> {
  try {
    const handle = await open(file.path, 'r');
    try {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw systemError(error, { reading: file.path });
  }
}

/** Bytes in all; past a thousand files their average stands for the rest. */
export async function totalBytes(files: FoundFile[]): Promise<number> {
  const counted = files.slice(0, 1000);
  let bytes = 0;
  for (const file of counted) bytes += (await lstat(file.path).catch(() => null))?.size ?? 0;
  return files.length > counted.length ? Math.round((bytes / counted.length) * files.length) : bytes;
}
