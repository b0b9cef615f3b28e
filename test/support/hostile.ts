import { expect, it } from 'vitest';
import { AtelierError } from '../../src-main/shared/errors.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { ImportParams } from '../../src-main/shared/work/import.ts';
import { dataFolder, filesIn, importFrom, writeFiles } from './data-import.ts';

/** A way of damaging a file, and its name. */
type Damage = readonly [string, (bytes: Buffer, random: Random) => Buffer];

const at = (bytes: Buffer, random: Random): number => random.below(Math.max(1, bytes.length));

const damages: readonly Damage[] = [
  ['cut off', (bytes, random) => bytes.subarray(0, at(bytes, random))],
  ['cut off near the end', (bytes, random) => bytes.subarray(0, Math.max(0, bytes.length - 1 - random.below(40)))],
  [
    'NULs inside',
    (bytes, random) => {
      const start = at(bytes, random);
      return Buffer.concat([bytes.subarray(0, start), Buffer.alloc(1 + random.below(300)), bytes.subarray(start)]);
    },
  ],
  [
    'zeroed in part',
    (bytes, random) => {
      const start = at(bytes, random);
      return Buffer.from(bytes).fill(0, start, Math.min(bytes.length, start + 1 + random.below(200)));
    },
  ],
  [
    'garbage inside',
    (bytes, random) => {
      const copy = Buffer.from(bytes);
      const start = at(bytes, random);
      for (let i = start; i < Math.min(copy.length, start + 50); i++) copy[i] = random.below(256);
      return copy;
    },
  ],
  [
    'some bytes changed',
    (bytes, random) => {
      const copy = Buffer.from(bytes);
      for (let n = 1 + random.below(8); n > 0; n--) copy[at(copy, random)] = random.below(256);
      return copy;
    },
  ],
  [
    'a number in the header made vast',
    (bytes, random) => {
      const copy = Buffer.from(bytes);
      const start = random.below(Math.min(64, copy.length));
      return copy.fill(0xff, start, Math.min(copy.length, start + 4));
    },
  ],
  [
    'garbage alone',
    (_, random) => Buffer.from(Array.from({ length: 1 + random.below(5000) }, () => random.below(256))),
  ],
  ['twice over', (bytes) => Buffer.concat([bytes, bytes])],
];

const mostMemory = 600 << 20;

/**
 * Imports a file damaged in random ways, each from a seed of its own. Whatever comes of it is one of two: a whole dataset, or an error with a
 * code and the file's name that leaves nothing behind; and memory stays bounded. `rounds`: how often each way of damaging it is tried.
 */
export function survivesHostileInput(
  format: string,
  good: () => Promise<{ name: string; bytes: Buffer; params?: Partial<ImportParams>; beside?: Record<string, Buffer> }>,
  rounds = 2,
): void {
  it.each(damages.map(([name], i) => [name, i] as const))(`${format}, %s, is imported or refused`, async (_, index) => {
    const { name, bytes, params, beside } = await good();
    const before = process.memoryUsage.rss();
    for (let round = 0; round < rounds; round++) {
      const seed = index * 100 + round;
      const folder = await dataFolder();
      await writeFiles(folder.path, { [name]: damages[index][1](bytes, new Random(seed)), ...beside });
      const paths = [name, ...Object.keys(beside ?? {})];
      try {
        const { manifest } = await importFrom(folder, paths, params);
        expect(manifest.samples, `seed ${seed}`).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof AtelierError)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
        expect(error.message, `seed ${seed}`).toMatch(/\S/);
        expect(error.code, `seed ${seed}: ${error.message}`).not.toBe('internal');
        expect(await filesIn(folder.blobs), `seed ${seed}: ${error.code}`).toEqual([]);
      }
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(mostMemory);
  });
}
