import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import { limits } from './run-source.ts';

/** Files of people, or of whoever sent them: no link is followed, nothing is read whole that is large. */

export interface Entry {
  name: string;
  path: string;
  kind: 'file' | 'folder';
}

/** What lies in a folder, in order of name; links, sockets and the like are left out. None where there is no such folder. */
export async function entriesOf(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw unreadable(folder, error);
  });
  if (found.length > limits.entries) throw tooMuch(folder, `${found.length} entries`);
  return found
    .flatMap((entry): Entry[] => {
      const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : null;
      return kind ? [{ name: entry.name, path: join(folder, entry.name), kind }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Every file below a folder, by its path from there with `/` between; no deeper than 16 folders. */
export async function filesBelow(folder: string): Promise<{ name: string; path: string }[]> {
  const found: { name: string; path: string }[] = [];
  const walk = async (at: string, before: string, depth: number): Promise<void> => {
    for (const { name, path, kind } of await entriesOf(at)) {
      if (kind === 'file') found.push({ name: before + name, path });
      else if (depth < 16) await walk(path, `${before}${name}/`, depth + 1);
      else throw tooMuch(path, 'folders nested more than 16 deep');
      if (found.length > limits.entries) throw tooMuch(folder, `more than ${limits.entries} files`);
    }
  };
  await walk(folder, '', 0);
  return found;
}

/** `link`: neither file nor folder, and never opened. Null where there is nothing. */
export async function kindOf(path: string): Promise<{ kind: 'file' | 'folder' | 'link'; bytes: number } | null> {
  try {
    const found = await lstat(path);
    return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'link', bytes: found.size };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw unreadable(path, error);
  }
}

/** A small file as text. What is no UTF-8 is told so. */
export async function readSmall(path: string): Promise<string> {
  const found = await kindOf(path);
  if (found?.kind !== 'file') throw new AtelierError('not_readable', `${path} is no file, or a link to one.`);
  if (found.bytes > limits.smallFile) throw tooMuch(path, `${found.bytes} bytes, where ${limits.smallFile} are enough`);
  const pieces: Buffer[] = [];
  for await (const piece of chunksOf(path)) pieces.push(piece);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
  } catch {
    throw new AtelierError('broken_text', `${path} is not UTF-8 text. Write it anew as UTF-8, or leave it out.`);
  }
}

const chunkBytes = 1 << 20;

/** A file's bytes from `start` to before `end`, piece by piece. */
export async function* chunksOf(path: string, start = 0, end = Infinity): AsyncGenerator<Buffer, undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    for (let at = start; at < end;) {
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafe(Math.min(chunkBytes, end - at)),
        0,
        Math.min(chunkBytes, end - at),
        at,
      );
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file.close();
  }
}

export interface Lines {
  /** Without their ends; the last one also where it has none. */
  lines: string[];
  /** Of the first one, from 1. */
  number: number;
  /** Where the first one begins, and where the next after these will. */
  start: number;
  end: number;
}

/** A text's lines, some thousands at a time. Throws `too_large` for a line that no such file has. */
export async function* linesOf(path: string, start = 0, end = Infinity): AsyncGenerator<Lines, undefined> {
  let rest = Buffer.alloc(0);
  let number = 1;
  let at = start;
  for await (const piece of chunksOf(path, start, end)) {
    const last = piece.lastIndexOf(10);
    if (last < 0) {
      rest = Buffer.concat([rest, piece]);
      if (rest.length > limits.record)
        throw tooMuch(path, `a line of more than ${limits.record} bytes (line ${number})`);
      continue;
    }
    const whole = Buffer.concat([rest, piece.subarray(0, last)]);
    const lines = whole.toString('utf8').split('\n');
    yield { lines, number, start: at, end: at + whole.length + 1 };
    number += lines.length;
    at += whole.length + 1;
    rest = Buffer.from(piece.subarray(last + 1));
  }
  if (rest.length > 0) yield { lines: [rest.toString('utf8')], number, start: at, end: at + rest.length };
}

const tooMuch = (path: string, what: string): AtelierError =>
  new AtelierError('too_large', `${path}: ${what}. That is no run; leave it out.`);

function unreadable(path: string, error: unknown): Error {
  if (error instanceof AtelierError) return error;
  return new AtelierError(
    'not_readable',
    `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}). Change its permissions or copy it elsewhere.`,
  );
}
