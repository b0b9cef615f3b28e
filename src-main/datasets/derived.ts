import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobHash } from '../shared/dataset.ts';
import { partialPath, readBlob, writeBlob } from './blobs.ts';
import { withoutNoting } from './ledger.ts';

/**
 * What can always be worked out again, and is kept because that takes long: blobs like any others, and beside them, under
 * `<blobs>/derived/`, a note of which blobs came of what. A note that is lost, or whose blobs are, costs time and nothing else.
 */
const folderName = 'derived';

/** What `make` gives for `from`, from its last time where that is known. `from`: all that decides the outcome, as plain JSON. */
export async function derived<Name extends string>(
  blobs: string,
  from: Readonly<Record<string, unknown>>,
  names: readonly Name[],
  make: () => Promise<Record<Name, Uint8Array>>,
): Promise<Record<Name, Uint8Array>> {
  const key = createHash('sha256').update(JSON.stringify(from)).digest('hex');
  const note = join(blobs, folderName, key.slice(0, 2), key);
  const known = await readNoted(blobs, note, names);
  if (known) return known;
  const made = await make();
  // A workspace that is only looked at may be read-only; a full disk must not lose what is made already.
  await withoutNoting(() => keep(blobs, note, made)).catch(() => undefined);
  return made;
}

async function readNoted<Name extends string>(
  blobs: string,
  note: string,
  names: readonly Name[],
): Promise<Record<Name, Uint8Array> | null> {
  try {
    const hashes = JSON.parse(await readFile(note, 'utf8')) as Record<Name, BlobHash>;
    const found = await Promise.all(names.map(async (name) => [name, await readWhole(blobs, hashes[name])] as const));
    return Object.fromEntries(found) as Record<Name, Uint8Array>;
  } catch {
    return null;
  }
}

/** A blob is what its name says, or it is damaged. */
async function readWhole(blobs: string, hash: BlobHash): Promise<Uint8Array> {
  const bytes = await readBlob(blobs, hash);
  if (createHash('sha256').update(bytes).digest('hex') !== hash) throw new Error(`${hash} is damaged`);
  return bytes;
}

async function keep(blobs: string, note: string, made: Record<string, Uint8Array>): Promise<void> {
  const hashes: Record<string, BlobHash> = {};
  for (const [name, bytes] of Object.entries(made)) hashes[name] = await writeBlob(blobs, bytes);
  const partial = await partialPath(blobs);
  try {
    const file = await open(partial, 'wx');
    await file.writeFile(JSON.stringify(hashes));
    await file.sync().finally(() => file.close());
    await mkdir(dirname(note), { recursive: true });
    await rename(partial, note);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
