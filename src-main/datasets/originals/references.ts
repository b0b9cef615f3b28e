import { join } from 'node:path';
import type { BlobHash } from '../../shared/dataset.ts';
import { readBlob, writeBlob } from '../blobs.ts';

/** Where a file lies that was left where it is, and what it was like when it was read. */
export interface Reference {
  /** A folder, absolute. */
  root: string;
  /** From there, with "/" on every system. */
  path: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
}

/** As it is stored: JSON. A file is [its root's place among the roots, path, bytes, modified]. */
interface Stored {
  roots: string[];
  files: [number, string, number, number][];
}

/** Of the blob read last: samples are looked at one after another, and a blob never changes. */
let latest: { blobs: string; hash: BlobHash; references: Promise<Reference[]> } | null = null;

/** Those of a version, one a sample. */
export function readReferences(blobs: string, hash: BlobHash): Promise<readonly Reference[]> {
  if (latest?.hash === hash && latest.blobs === blobs) return latest.references;
  const references = read(blobs, hash);
  latest = { blobs, hash, references };
  references.catch(() => (latest = null));
  return references;
}

async function read(blobs: string, hash: BlobHash): Promise<Reference[]> {
  const { roots, files } = JSON.parse(Buffer.from(await readBlob(blobs, hash)).toString()) as Stored;
  return files.map(([root, path, bytes, modified]) => ({ root: roots[root], path, bytes, modified }));
}

export function writeReferences(blobs: string, references: readonly Reference[]): Promise<BlobHash> {
  const roots = new Map<string, number>();
  const files = references.map(({ root, path, bytes, modified }): Stored['files'][number] => {
    if (!roots.has(root)) roots.set(root, roots.size);
    return [roots.get(root)!, path, bytes, modified];
  });
  const stored: Stored = { roots: [...roots.keys()], files };
  return writeBlob(blobs, Buffer.from(JSON.stringify(stored)));
}

/** Its whole path. */
export const placeOf = ({ root, path }: Reference): string => join(root, path);
