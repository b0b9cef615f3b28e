import { join } from 'node:path';
import type { BlobHash } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';

/** Where a blob lies. The hash is checked, since it comes out of stored rows and messages and becomes a path. */
export function blobPath(blobs: string, hash: BlobHash): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new AtelierError('invalid_hash', `"${hash}" is not the name of a blob.`);
  return join(blobs, hash.slice(0, 2), hash);
}
