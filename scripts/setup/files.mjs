// Files that are either whole or absent: written beside, flushed, renamed.
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

export function writeWhole(file, data) {
  mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.partial`;
  const handle = openSync(beside, 'w');
  try {
    writeSync(handle, data);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside, file);
}

export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

export const writeJson = (file, value) => writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);

/** Puts a finished folder in place of an older one. The moment without either is two renames long. */
export function replaceFolder(finished, final) {
  mkdirSync(path.dirname(final), { recursive: true });
  const old = `${final}.${process.pid}.old`;
  rmSync(old, { recursive: true, force: true });
  try {
    renameSync(final, old);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(finished, final);
  rmSync(old, { recursive: true, force: true });
}

/** Removes what earlier, interrupted set-ups left beside `final`. Call it under the lock only. */
export function sweepBeside(final) {
  const folder = path.dirname(final);
  if (!existsSync(folder)) return;
  const name = path.basename(final);
  for (const other of readdirSync(folder)) {
    if (other.startsWith(`${name}.`) && /\.(partial|old)$/.test(other)) {
      rmSync(path.join(folder, other), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  }
}

function* filesUnder(folder, skip) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (skip(full)) continue;
    if (entry.isDirectory()) yield* filesUnder(full, skip);
    else if (entry.isFile()) yield full;
  }
}

/**
 * A hash over the names and contents of files and folders (absent ones count as absent).
 * @param {string} base @param {string[]} names @param {(file: string) => boolean} [skip]
 */
export function hashOf(base, names, skip = () => false) {
  const hash = createHash('sha256');
  for (const name of names) {
    const full = path.join(base, name);
    let own = null;
    try {
      own = readFileSync(full);
    } catch (error) {
      if (error.code !== 'EISDIR' && error.code !== 'ENOENT') throw error;
    }
    for (const file of own ? [full] : filesUnder(full, skip)) {
      hash.update(`${path.relative(base, file).replaceAll('\\', '/')}\0`);
      hash.update(own ?? readFileSync(file));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}
