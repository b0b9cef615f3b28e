import { createHash } from 'node:crypto';
import { open, readFile, truncate, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import {
  blobPath,
  createBlob,
  readBlob,
  readBlobRanges,
  sweepPartialBlobs,
  writeBlob,
} from '../../src-main/datasets/blobs.ts';
import { dataFolder, failure, filesIn } from '../support/data-import.ts';

afterEach(() => vi.restoreAllMocks());

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('names a blob by its content and writes the same one once', async () => {
  const { blobs } = await dataFolder();
  const bytes = Buffer.from('hello blobs');
  const hash = await writeBlob(blobs, bytes);
  expect(hash).toBe(sha256(bytes));
  expect(await readFile(join(blobs, hash.slice(0, 2), hash))).toEqual(bytes);
  expect(await writeBlob(blobs, [bytes.subarray(0, 3), bytes.subarray(3)])).toBe(hash);
  expect(await filesIn(blobs)).toHaveLength(1);
});

it.each(['../../etc/passwd', 'ABC', '', 'a'.repeat(63), `${'a'.repeat(63)}/`])('refuses "%s" as a hash', (hash) => {
  expect(() => blobPath('/blobs', hash)).toThrow(expect.objectContaining({ code: 'invalid_hash' }));
});

it('reads ranges in any order', async () => {
  const { blobs } = await dataFolder();
  const hash = await writeBlob(
    blobs,
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );
  const read = await readBlobRanges(blobs, hash, [10, 12, 90, 0], 2);
  expect([...read]).toEqual([10, 11, 12, 13, 90, 91, 0, 1]);
});

it('tells a missing and a shortened blob', async () => {
  const { blobs } = await dataFolder();
  expect(await failure(readBlob(blobs, 'f'.repeat(64)))).toMatchObject({ code: 'blob_missing' });
  const hash = await writeBlob(blobs, new Uint8Array(10));
  await truncate(blobPath(blobs, hash), 5);
  expect(await failure(readBlobRanges(blobs, hash, [4], 4))).toMatchObject({ code: 'blob_damaged' });
});

it('leaves nothing behind when the source fails', async () => {
  const { blobs } = await dataFolder();
  function* source(): Generator<Uint8Array> {
    yield new Uint8Array(10);
    throw new Error('stop');
  }
  await expect(writeBlob(blobs, source())).rejects.toThrow('stop');
  expect(await filesIn(blobs)).toEqual([]);
});

it.each([
  ['ENOSPC', 'no_space'],
  ['EROFS', 'not_writable'],
  ['EIO', 'disk_error'],
])('a disk that says %s is %s', async (system, code) => {
  const { blobs, path } = await dataFolder();
  const handle = await open(join(path, 'any'), 'w');
  vi.spyOn(Object.getPrototypeOf(handle), 'write').mockRejectedValue(
    Object.assign(new Error(system), { code: system }),
  );
  await handle.close();
  const error = await failure(writeBlob(blobs, new Uint8Array(10)));
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(blobs);
  expect(await filesIn(blobs)).toEqual([]);
});

it('sweeps what dead writers left, not what is still being written', async () => {
  const { blobs } = await dataFolder();
  const dead = await createBlob(blobs);
  const alive = await createBlob(blobs);
  await dead.close();
  await utimes(dead.path, new Date(0), new Date(0));
  expect(await sweepPartialBlobs(blobs, Date.now() - 60_000)).toBe(1);
  await alive.write(new Uint8Array(3));
  await alive.commit();
  expect(await sweepPartialBlobs(blobs, Date.now() + 60_000)).toBe(0);
  expect(await filesIn(blobs)).toHaveLength(1);
});
