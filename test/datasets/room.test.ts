import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freeBytes, Room } from '../../src-main/datasets/room.ts';
import { AtelierError } from '../../src-main/shared/errors.ts';
import { dataFolder } from '../support/data-import.ts';

const MB = 2 ** 20;
/** A disk with 25 MB left. */
const measured = (blobs: string, unfinished: string | null = null): Promise<Room> =>
  Room.measured(blobs, unfinished, () => Promise.resolve(25 * MB));

const full = new AtelierError('no_space', 'No space is left.');
const said = (room: Room, source = 0): string => (room.words(full, source) as Error).message;

describe('an import that fills the disk', () => {
  it('says how much it needs by how far it came', async () => {
    const { blobs } = await dataFolder();
    const room = await measured(blobs);
    room.heard({ stage: 'listing', unit: 'files', done: 0, total: 0 });
    room.heard({ stage: 'decoding', unit: 'samples', done: 1000, total: 3000 });
    // 25 MB held a third: 75 MB, and 5 % for what comes last.
    expect(said(room)).toBe(
      `The disk of ${blobs} is full: this import needs about 79 MB there, and has 25 MB. Nothing was stored, and what it took was given back; free about 54 MB more, then let it go on.`,
    );
  });

  it('counts of a table what has reached the disk, not what is read ahead', async () => {
    const { blobs } = await dataFolder();
    const room = await measured(blobs);
    room.heard({ stage: 'converting', unit: 'bytes', done: 124 * MB, total: 400 * MB });
    expect(said(room, 400 * MB)).toContain('needs about 105 MB there');
    room.heard({ stage: 'converting', unit: 'bytes', done: 20 * MB, total: 400 * MB });
    expect(said(room, 400 * MB)).toContain('needs about 400 MB there');
  });

  it('takes the source for a measure before anything is read, and never says that there was room', async () => {
    const { blobs } = await dataFolder();
    const room = await measured(blobs);
    expect(said(room, 3 * 2 ** 30)).toContain('needs about 3.0 GB there, and has 25 MB');
    expect(said(room, 10)).toContain('needs about 26 MB there, and has 25 MB');
  });

  it('counts what an earlier attempt has left, which is given back too', async () => {
    const { blobs, path } = await dataFolder();
    await mkdir(join(path, 'job', 'pass'), { recursive: true });
    await writeFile(join(path, 'job', 'pass', 'pixels'), Buffer.alloc(5 * MB));
    expect(said(await measured(blobs, join(path, 'job')))).toContain('and has 30 MB');
  });

  it('leaves other errors as they are', async () => {
    const { blobs } = await dataFolder();
    const other = new AtelierError('disk_error', 'The disk failed.');
    expect((await measured(blobs)).words(other, 0)).toBe(other);
  });

  it('asks the disk of a folder that is not there yet', async () => {
    const { path } = await dataFolder();
    expect(await freeBytes(join(path, 'not', 'there'))).toBeGreaterThan(0);
  });
});
