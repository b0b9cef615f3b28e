import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { AtelierError } from '../shared/errors.ts';
import { fetchSafely, noConnection } from './fetch-safely.ts';

/** A file elsewhere, as what describes it does. */
export interface RemoteFile {
  url: string;
  bytes: number;
  hash: Digest;
  headers?: Record<string, string>;
  /** What is thrown where it is not there. */
  missing: (why: string) => AtelierError;
}

/** `git-blob`: SHA-1 as Git has it of a file's content (git-hash-object). */
export type Digest = { of: 'sha512'; base64: string } | { of: 'sha256'; hex: string } | { of: 'git-blob'; hex: string };

/** Without a byte for this long the connection counts as cut. */
const silentMs = 30_000;
/** In a row without a byte gained. */
const mostAttempts = 4;
const waitMs = 500;

export interface FetchWatch {
  progress(stage: 'downloading' | 'checking', bytes: number): void;
  signal: AbortSignal;
  /** Milliseconds before another attempt, doubled with each; for tests. */
  waitMs?: number;
}

/**
 * Downloads to `path`, from where an earlier attempt got to. A cut connection or a cancel leaves what has come, which the next time
 * goes on from; a file whose hash is wrong is deleted. Errors: no_connection, those that `missing` makes, wrong_hash, those of the disk.
 */
export async function fetchFile(file: RemoteFile, path: string, watch: FetchWatch): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(path);
    if (before === file.bytes) break;
    if (before > file.bytes) await discard(path);
    try {
      await fetchRest(file, path, watch);
    } catch (error) {
      watch.signal.throwIfAborted();
      const gained = (await sizeOf(path)) > before;
      if (gained) attempt = 0;
      else if (attempt >= mostAttempts || !isPassing(error)) throw error;
      await pause((watch.waitMs ?? waitMs) * 2 ** attempt, watch.signal);
    }
  }
  watch.progress('checking', file.bytes);
  const right = await hasDigest(path, file, watch.signal);
  await rm(tagFile(path), { force: true });
  if (right) return;
  await discard(path);
  throw wrongFile('is not the one that its catalogue describes');
}

/** Removes what has come of a file, and what was noted of it. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(tagFile(path), { force: true });
}

async function fetchRest(file: RemoteFile, path: string, watch: FetchWatch): Promise<void> {
  const have = await sizeOf(path);
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silentMs);
  try {
    const response = await fetchSafely(file.url, watch.signal, {
      until: silence.signal,
      headers: { ...file.headers, ...asking(path, have) },
      missing: file.missing,
    });
    const { status, headers } = response;
    // What is here reaches beyond what is there: it is of another file.
    if (status === 416) await discard(path);
    if (status !== 200 && status !== 206 && status !== 416 && status !== 408 && status !== 429 && status < 500) {
      throw file.missing(`${file.url} answered ${status}`);
    }
    if ((status !== 200 && status !== 206) || !response.body) throw noConnection(file.url, `it answered ${status}`);
    // A server that knows no ranges, or has another file by now, begins anew.
    const goesOn = status === 206;
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (goesOn && Number(from) !== have) throw noConnection(file.url, 'it sent another part than was asked for');
    const whole = Number(goesOn ? total : (headers.get('content-length') ?? file.bytes));
    if (whole !== file.bytes) throw wrongFile(`has ${whole} bytes where its catalogue says ${file.bytes}`);
    if (!goesOn) await keepTag(path, headers.get('etag'));

    let done = goesOn ? have : 0;
    const out = await open(path, goesOn ? 'a' : 'w');
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silentMs);
        if (done + chunk.length > file.bytes) throw wrongFile('is longer than its catalogue says');
        await out.writeFile(chunk);
        done += chunk.length;
        watch.progress('downloading', done);
      }
      await out.sync();
    } finally {
      await out.close();
    }
    if (done < file.bytes) throw noConnection(file.url, 'the connection was cut');
  } catch (error) {
    watch.signal.throwIfAborted();
    if (error instanceof AtelierError && error.code === 'wrong_hash') await discard(path);
    if (error instanceof AtelierError || isOfDisk(error)) throw error;
    throw noConnection(file.url, silence.signal.aborted ? 'it fell silent' : 'the connection was cut');
  } finally {
    clearTimeout(timer);
  }
}

/** Uncompressed; the rest, provided that it is still of the same file (RFC 9110, 13.1.5), else all of it. */
function asking(path: string, have: number): Record<string, string> {
  const plain = { 'accept-encoding': 'identity' };
  if (have === 0) return plain;
  const tag = tagOf(path);
  return { ...plain, range: `bytes=${have}-`, ...(tag ? { 'if-range': tag } : {}) };
}

/** A weak tag (W/"…") says nothing of the bytes. */
async function keepTag(path: string, tag: string | null): Promise<void> {
  if (tag?.startsWith('"')) await writeFile(tagFile(path), tag);
  else await rm(tagFile(path), { force: true });
}
function tagOf(path: string): string | null {
  try {
    const tag = readFileSync(tagFile(path), 'utf8');
    // It goes into a header.
    return /^"[\x21\x23-\x7e]*"$/.test(tag) ? tag : null;
  } catch {
    return null;
  }
}
const tagFile = (path: string): string => `${path}.etag`;

const isPassing = (error: unknown): boolean => error instanceof AtelierError && error.code === 'no_connection';
const isOfDisk = (error: unknown): boolean => 'syscall' in (error as object) && 'errno' in (error as object);

const wrongFile = (what: string): AtelierError =>
  new AtelierError(
    'wrong_hash',
    `The downloaded file ${what}, and was deleted. Try again; if it happens twice, something on the way changes files.`,
  );

/** Bytes of a file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** Whether a file has the content that is described. */
export async function hasDigest(
  path: string,
  { bytes, hash }: Pick<RemoteFile, 'bytes' | 'hash'>,
  signal: AbortSignal,
): Promise<boolean> {
  const own = createHash(hash.of === 'git-blob' ? 'sha1' : hash.of);
  if (hash.of === 'git-blob') own.update(`blob ${bytes}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal })) own.update(chunk as Buffer);
  return hash.of === 'sha512' ? own.digest('base64') === hash.base64 : own.digest('hex') === hash.hex;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
  signal.throwIfAborted();
}
