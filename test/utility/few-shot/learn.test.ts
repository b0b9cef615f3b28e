import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBlob } from '../../../src-main/datasets/blobs.ts';
import type { FewShotParams } from '../../../src-main/shared/few-shot.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { learnFew } from '../../../src-main/utility/work/few-shot/learn.ts';
import { sampleManifest, tempFolder } from '../../support/temp-workspace.ts';
import { hereContext } from '../../support/train-here.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const side = 16;
const truth = (sample: number): number => sample % 3;

/** Rings, crosses and bars at some place, in noise. */
function drawn(count: number): Uint8Array {
  const random = new Random(11);
  const pixels = new Uint8Array(count * side * side);
  for (let n = 0; n < count; n++) {
    const [cx, cy, size] = [7 + random.below(3), 7 + random.below(3), 4 + random.below(2)];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const [dx, dy] = [x - cx, y - cy];
        const inside = Math.max(Math.abs(dx), Math.abs(dy)) <= size;
        const on = [
          Math.abs(Math.hypot(dx, dy) - size) < 0.9,
          inside && (dx === 0 || dy === 0),
          inside && dx % 3 === 0,
        ];
        pixels[(n * side + y) * side + x] = (on[truth(n)] ? 190 : 20) + random.below(40);
      }
    }
  }
  return pixels;
}

async function asked(count: number, labelled: readonly number[]): Promise<FewShotParams> {
  const blobs = join(tempFolder(), 'blobs');
  const images = await writeBlob(blobs, drawn(count));
  const manifest = sampleManifest({
    ...{ kind: 'images', samples: count, columns: [], target: null },
    image: { height: side, width: side, channels: 1 },
    blobs: { images, split: 'b'.repeat(64) },
  });
  const open = Int32Array.from({ length: count }, (_, i) => i).filter((i) => !labelled.includes(i));
  const classes = Int32Array.from(labelled, truth);
  return {
    ...{ blobs, manifest, open, classes, samples: Int32Array.from(labelled) },
    ...{ count: 3, way: 'telling', encoder: null, threads: 1 },
  };
}

describe('what few labels say of the others', () => {
  it('is right of shapes, is the same again, and looks at the pictures once', async () => {
    const params = await asked(180, [0, 1, 2, 3, 4, 5]);
    const found = await learnFew(params, hereContext());
    expect(found.samples).toHaveLength(174);
    const right = found.samples.filter((sample, i) => found.best[i] === truth(sample)).length;
    expect(right / 174).toBeGreaterThan(0.95);
    expect([...found.confidence].every((sure) => sure >= 1 / 3 && sure <= 1)).toBe(true);
    expect(new Set(found.next).size).toBe(48);
    expect([...found.next].some((sample) => params.samples.includes(sample))).toBe(false);
    const before = readdirSync(params.blobs, { recursive: true }).length;
    expect(await learnFew(params, hereContext())).toEqual(found);
    expect(readdirSync(params.blobs, { recursive: true })).toHaveLength(before);
  });

  it('names what to label first while nothing is labelled: some of each shape', async () => {
    const { next, samples } = await learnFew(await asked(90, []), hereContext());
    expect(samples).toHaveLength(0);
    expect(new Set([...next.subarray(0, 6)].map(truth)).size).toBe(3);
  });

  it('shows a label that the others do not foretell', async () => {
    const labelled = Array.from({ length: 30 }, (_, i) => i);
    const params = await asked(150, labelled);
    params.classes[7] = (truth(7) + 1) % 3;
    const { trusted, right } = await learnFew(params, hereContext());
    expect(trusted.indexOf(Math.min(...trusted))).toBe(7);
    expect(right.of).toBe(30);
    expect(right.right).toBeGreaterThan(25);
  });

  it('is refused of tables and of next to no samples, and stops when it is told to', async () => {
    const params = await asked(30, [0, 1]);
    const table = { ...params, manifest: sampleManifest({ samples: 30 }) };
    await expect(learnFew(table, hereContext())).rejects.toThrow(code('not_pictures'));
    await expect(learnFew(await asked(3, [0, 1]), hereContext())).rejects.toThrow(code('too_few_samples'));
    const stop = hereContext({ pause: () => Promise.reject(new Error('told to stop')) });
    await expect(learnFew(params, stop)).rejects.toThrow('told to stop');
  });
});
