import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { CheckpointKeeper } from '../../src-main/runtime/checkpoint-keeper.ts';
import { writeAtomically } from '../../src-main/runtime/atomic-file.ts';
import {
  checkpointPath,
  readCheckpoint,
  readPosition,
  writeCheckpoint,
  type Checkpoint,
} from '../../src-main/runtime/checkpoint.ts';
import type { Measures } from '../../src-main/runtime/learner.ts';
import { NextBest } from '../../src-main/runtime/next-best.ts';
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

  it('are told where a single bit is another one than was written', () => {
    const path = checkpointPath(folder, 'best');
    writeCheckpoint(path, checkpoint(1));
    const bytes = readFileSync(path);
    bytes[bytes.length - 30] ^= 1;
    writeFileSync(path, bytes);
    expect(() => readCheckpoint(path)).toThrow(/checksum/);
    // Of files from before there was one, none is expected.
    const { model, optimizer, position } = checkpoint(1);
    const tensors = new Map([...model].map(([name, tensor]) => [`model/${name}`, tensor]));
    for (const [name, tensor] of optimizer) tensors.set(`optimizer/${name}`, tensor);
    const metadata = { format: 'atelier-checkpoint-1', training: JSON.stringify(position) };
    writeFileSync(path, Buffer.concat(encodeSafetensors({ tensors, metadata })));
    expect(readCheckpoint(path)).toEqual(checkpoint(1));
  });

  it('know whose they are, and where they stand by their header alone', () => {
    const path = checkpointPath(folder, 'best');
    const origin = { run: 'run_a', version: 'dv_b', blobs: { table: 'c' }, code: { atelier: '1' } };
    writeCheckpoint(path, { ...checkpoint(1), origin });
    expect(readCheckpoint(path)!.origin).toEqual(origin);
    truncateSync(path, readFileSync(path).length - 5);
    expect(readPosition(path)).toEqual(checkpoint(1).position);
    truncateSync(path, 20);
    expect(readPosition(path)).toBeNull();
    expect(readPosition(checkpointPath(folder, 'none'))).toBeNull();
  });

  it.each([['null'], ['{"step":-1,"epoch":0,"offset":0,"sums":{}}'], ['{"step":1,"epoch":0,"offset":0}']])(
    'that stand nowhere (%s) are told',
    (training) => {
      const path = checkpointPath(folder, 'last');
      writeCheckpoint(path, checkpoint(1));
      const metadata = { format: 'atelier-checkpoint-1', training };
      writeFileSync(path, Buffer.concat(encodeSafetensors({ tensors: new Map(), metadata })));
      expect(() => readCheckpoint(path)).toThrow(expect.objectContaining({ code: 'broken_checkpoint' }) as Error);
    },
  );

  it('that cannot be written hold no training up, and are told once until one can', async () => {
    let now = 0;
    let full = false;
    const told: (string | null)[] = [];
    const keeper = new CheckpointKeeper(folder, null, {
      now: () => now,
      failed: (error) => told.push(error && error.message),
      write(path, written) {
        if (full) throw new Error('ENOSPC: no space left on device');
        writeCheckpoint(path, written);
      },
    });
    await keeper.saveIfDue(() => Promise.resolve(checkpoint(1)));
    full = true;
    for (const time of [5_000, 10_000]) {
      now = time;
      keeper.keepBest(checkpoint(time));
      await keeper.saveIfDue(() => Promise.resolve(checkpoint(time)));
    }
    // Who would lose by going on is told each time.
    expect(() => keeper.save(checkpoint(4))).toThrow('ENOSPC');
    expect(readCheckpoint(checkpointPath(folder, 'last'))).toEqual(checkpoint(1));
    full = false;
    now = 15_000;
    await keeper.saveIfDue(() => Promise.resolve(checkpoint(15)));
    expect(told).toEqual(['ENOSPC: no space left on device', null]);
    expect(readCheckpoint(checkpointPath(folder, 'best'))).toEqual(checkpoint(10_000));
    expect(readCheckpoint(checkpointPath(folder, 'last'))).toEqual(checkpoint(15));
  });

  it('of the best epochs are kept, so many, through a resume', async () => {
    const better = (a: Measures, b: Measures) => a.loss < b.loss;
    const ended = (step: number, loss: number): Checkpoint => ({
      ...checkpoint(step),
      position: { ...checkpoint(step).position, step, measures: { loss } },
    });
    let best: Checkpoint | null = null;
    let keeper = new CheckpointKeeper(folder, null, { next: new NextBest(folder, 2, better) });
    const epoch = async (step: number, loss: number) => {
      const made = ended(step, loss);
      if (!best || loss < best.position.measures!.loss) keeper.keepBest((best = made));
      else await keeper.keepNext({ loss }, () => Promise.resolve(made));
      keeper.saveBest();
    };
    const kept = () =>
      readdirSync(join(folder, 'checkpoints')).map((file) => [
        file.replace('.safetensors', ''),
        readCheckpoint(join(folder, 'checkpoints', file))!.position.measures!.loss,
      ]);
    for (const [step, loss] of [
      [10, 0.9],
      [20, 0.5],
      [30, 0.7],
      [40, 0.8],
    ])
      await epoch(step, loss);
    expect(kept()).toEqual([
      ['best-000030', 0.7],
      ['best-000040', 0.8],
      ['best', 0.5],
    ]);
    keeper = new CheckpointKeeper(folder, best, { next: new NextBest(folder, 2, better) });
    await epoch(50, 0.4);
    await epoch(60, 0.6);
    await epoch(70, 0.65);
    expect(kept()).toEqual([
      ['best-000020', 0.5],
      ['best-000060', 0.6],
      ['best', 0.4],
    ]);
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
