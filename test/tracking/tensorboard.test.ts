import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src-main/tracking/tensorboard/crc32c.ts';
import { readRuns, writeFiles } from '../support/read-runs.ts';
import { repository } from '../support/temp-workspace.ts';

const fixtures = join(repository, 'test/fixtures/tensorboard');
const torch = 'events.out.tfevents.1700000000.host.17.0';
const bytes = readFileSync(join(fixtures, 'torch', torch));
const changed = (change: (copy: Buffer) => Buffer) =>
  join(writeFiles({ [`torch/${torch}`]: change(Buffer.from(bytes)) }), 'torch');
/** Where each record begins, read without the reader. */
const starts: number[] = [];
for (let at = 0; at < bytes.length; at += 16 + Number(bytes.readBigUInt64LE(at))) starts.push(at);

describe("TensorBoard's event files", () => {
  it('are checked by CRC-32C', () => {
    // RFC 3720, B.4.
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  });

  it('are runs, one a folder, with simple values, tensors and hyperparameters', async () => {
    const { runs, remarks } = await readRuns([fixtures]);
    expect(runs.map(({ run, format }) => [run.name, format])).toEqual([
      ['keras/train', 'tensorboard'],
      ['torch', 'tensorboard'],
    ]);
    const [keras, of] = runs;
    expect(of.run).toMatchObject({
      identity: `tensorboard:torch:${torch}`,
      settings: { learningRate: 0.01, optimizer: 'adam', nesterov: true, depth: 3 },
      status: 'finished',
      createdAt: 1_700_000_000_250,
      finishedAt: 1_700_000_015_250,
      metrics: { 'train/loss': '-Infinity', 'val/acc': Math.fround(0.9) },
    });
    expect(of.curves['train/loss']).toEqual([
      ...Array.from({ length: 10 }, (_, i) => [i, Math.fround(1 / (i + 1)), i + 1]),
      [10, NaN, 12],
      [11, -Infinity, 13],
    ]);
    expect(of.epochs['val/acc']).toEqual(Array(10).fill(NaN));
    const values = Object.fromEntries(
      Object.entries(keras.curves).map(([key, points]) => [key, points.map(([step, value]) => [step, value])]),
    );
    expect(values).toEqual({
      epoch_loss: [
        [0, 0.5],
        [1, 0.25],
        [2, 0.125],
      ],
      exact: [
        [2, 0.1],
        [3, 1 / 3],
      ],
      count: [[-4, -7]],
      half: [[5, (1 + 0x155 / 1024) / 4]],
      brain: [[5, 1]],
    });
    expect(remarks.join(' ')).toMatch(/more than one number, text/);
  });

  it('that are still written are read as far as they go', async () => {
    const { runs, remarks } = await readRuns([changed((copy) => copy.subarray(0, starts[6] + 20))]);
    expect(runs[0].curves['train/loss']).toHaveLength(4);
    expect(remarks).toContainEqual(expect.stringMatching(new RegExp(`ends within a record, at byte ${starts[6]}:`)));
    const begun = await readRuns([changed((copy) => copy.subarray(0, starts[1] + 3))]);
    expect(begun.runs[0].curves).toEqual({});
    await expect(readRuns([changed((copy) => copy.subarray(0, 9))])).rejects.toMatchObject({ code: 'broken_events' });
    await expect(readRuns([changed((copy) => copy.subarray(0, 0))])).rejects.toMatchObject({ code: 'broken_events' });
  });

  it('leave out a damaged record, and name its place', async () => {
    const flipped = changed((copy) => {
      copy[starts[4] + 14] ^= 1;
      return copy;
    });
    const { runs, remarks } = await readRuns([flipped]);
    expect(runs[0].curves['train/loss'].map(([step]) => step)).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(remarks).toContainEqual(expect.stringMatching(new RegExp(`the record at byte ${starts[4]} is damaged`)));
  });

  it('are read up to a length that cannot be trusted', async () => {
    const lying = changed((copy) => {
      copy.writeBigUInt64LE(2n ** 62n, starts[5]);
      return copy;
    });
    const { runs, remarks } = await readRuns([lying]);
    expect(runs[0].curves['train/loss'].map(([step]) => step)).toEqual([0, 1, 2]);
    expect(remarks).toContainEqual(expect.stringMatching(new RegExp(`from byte ${starts[5]} on it is damaged`)));
    await expect(readRuns([changed(() => Buffer.from('no events at all, but long enough'))])).rejects.toMatchObject({
      code: 'broken_events',
      message: expect.stringMatching(/from byte 0 on/) as string,
    });
  });
});
