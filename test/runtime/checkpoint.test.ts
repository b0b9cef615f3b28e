import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { CheckpointKeeper } from '../../src-main/runtime/checkpoint-keeper.ts';
import { writeAtomically } from '../../src-main/runtime/atomic-file.ts';
import { checkpointPath, readCheckpoint, writeCheckpoint, type Checkpoint } from '../../src-main/runtime/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src-main/runtime/safetensors.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'atelier-checkpoint-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const float = (...values: number[]): Tensor => ({
  type: 'float',
  shape: [values.length],
  data: new Float32Array(values),
});
const checkpoint = (value: number): Checkpoint => ({
  model: new Map([
    ['dense/weight', float(value, 2, 3)],
    ['step', { type: 'int64', shape: [], data: new BigInt64Array([7n]) }],
    ['mask', { type: 'bool', shape: [3], data: new Uint8Array([1, 0, 1]) }],
  ]),
  optimizer: new Map([['dense/weight', float(0.1, -0, NaN)]]),
  position: { step: 10, epoch: 1, offset: 32, sums: { loss: 1 / 3, accuracy: 5 }, seconds: 1.5, best: null },
});

describe('checkpoints', () => {
  it('come back as they were', () => {
    const path = checkpointPath(folder, 'best');
    writeCheckpoint(path, checkpoint(1));
    expect(readCheckpoint(path)).toEqual(checkpoint(1));
    expect(readCheckpoint(checkpointPath(folder, 'last'))).toBeNull();
  });

  it('are written whole or not at all', () => {
    const path = checkpointPath(folder, 'best');
    writeCheckpoint(path, checkpoint(1));
    const failing = new Proxy(new Uint8Array(8), {
      get: () => {
        throw new Error('ENOSPC');
      },
    });
    expect(() => writeAtomically(path, [new Uint8Array(100), failing])).toThrow();
    expect(readCheckpoint(path)).toEqual(checkpoint(1));
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['best.safetensors']);
  });

  it('survive a kill -9 in the middle of writing', () => {
    const path = checkpointPath(folder, 'last');
    writeCheckpoint(path, checkpoint(1));
    const script = `
      const fs = require('node:fs');
      fs.writeFileSync(${JSON.stringify(`${path}.1.part`)}, new Uint8Array(10));
      process.kill(process.pid, 'SIGKILL');`;
    expect(() => execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' })).toThrow();
    expect(readCheckpoint(path)).toEqual(checkpoint(1));
    writeCheckpoint(path, checkpoint(2));
    expect(readCheckpoint(path)).toEqual(checkpoint(2));
  });

  it.each([0, 5, 40, 200, -1])('a file cut off at byte %d is told, not half read', (size) => {
    const path = checkpointPath(folder, 'best');
    writeCheckpoint(path, checkpoint(1));
    truncateSync(path, size < 0 ? readFileSync(path).length + size : size);
    expect(() => readCheckpoint(path)).toThrow(expect.objectContaining({ code: 'broken_checkpoint' }) as Error);
  });

  it('are not written more often than is worth it', async () => {
    let now = 0;
    const announced: (Checkpoint | null)[] = [];
    const onDisk = (name: 'best' | 'last'): Checkpoint | null => readCheckpoint(checkpointPath(folder, name));
    const keeper = new CheckpointKeeper(folder, null, { saved: () => announced.push(onDisk('best')), now: () => now });
    await keeper.saveIfDue(() => Promise.resolve(checkpoint(1)));
    expect([onDisk('best'), onDisk('last')]).toEqual([null, checkpoint(1)]);

    // The first best is kept at once: from then on there is something to go back to.
    now = 2_999;
    keeper.keepBest(checkpoint(2));
    keeper.keepBest(checkpoint(3));
    await keeper.saveIfDue(() => Promise.resolve(checkpoint(3)));
    expect([onDisk('best'), onDisk('last')]).toEqual([checkpoint(2), checkpoint(1)]);

    now = 3_000;
    await keeper.saveIfDue(() => Promise.resolve(checkpoint(4)));
    expect([onDisk('best'), onDisk('last')]).toEqual([checkpoint(3), checkpoint(4)]);
    keeper.keepBest(checkpoint(5));
    keeper.saveBest();
    keeper.saveBest();
    // Each was on the disk when it was announced.
    expect(announced).toEqual([checkpoint(2), checkpoint(3), checkpoint(5)]);
  });
});

describe('safetensors', () => {
  const bytes = (header: unknown, data = new Uint8Array()): Uint8Array => {
    const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json, data]);
  };
  const entry = (change: object): unknown => ({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } });

  it('is written as the format says, without holes', () => {
    const file = Buffer.concat(encodeSafetensors({ tensors: checkpoint(1).model, metadata: { a: 'b' } }));
    const length = Number(file.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, { data_offsets: number[] }>;
    expect(header).toEqual({
      __metadata__: { a: 'b' },
      step: { dtype: 'I64', shape: [], data_offsets: [0, 8] },
      'dense/weight': { dtype: 'F32', shape: [3], data_offsets: [8, 20] },
      mask: { dtype: 'BOOL', shape: [3], data_offsets: [20, 23] },
    });
    expect(file.length).toBe(8 + length + 23);
  });

  it.each([
    ['not JSON', '{"w":'],
    ['an unknown type', entry({ dtype: 'Q3' })],
    ['a range past the end', entry({ shape: [4], data_offsets: [0, 16] })],
    ['a range before the beginning', entry({ data_offsets: [-8, 0] })],
    ['a shape that does not fit', entry({ shape: [3] })],
    ['a shape that overflows', entry({ shape: [2 ** 40, 2 ** 40] })],
    ['a fractional shape', entry({ shape: [1.5] })],
    ['no description', { w: null }],
  ])('refuses %s', (_, header) => {
    expect(() => decodeSafetensors(bytes(header, new Uint8Array(8)), 'file')).toThrow(
      expect.objectContaining({ code: 'broken_checkpoint' }) as Error,
    );
  });

  it('reads others’ files, aligned or not', () => {
    writeFileSync(join(folder, 'x'), bytes(entry({}), new Uint8Array(new Float32Array([1.5, -2]).buffer)));
    const { tensors } = decodeSafetensors(readFileSync(join(folder, 'x')), 'x');
    expect(tensors.get('w')).toEqual({ type: 'float', shape: [2], data: new Float32Array([1.5, -2]) });
  });
});
