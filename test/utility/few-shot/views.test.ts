import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/shared/random.ts';
import { gathered, type Nodes } from '../../../src-main/utility/work/few-shot/members.ts';
import type { Points } from '../../../src-main/utility/work/few-shot/points.ts';
import { Products } from '../../../src-main/utility/work/few-shot/products.ts';
import { answersOfViews, viewGraphs } from '../../../src-main/utility/work/few-shot/views.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import { hereContext } from '../../support/train-here.ts';

const [samples, members, steady, size, count] = [60, 54, 3, 8, 4];

function drawn(change: Partial<Points> = {}): Points {
  const rows = new Float32Array(samples * size);
  new Random(21).fillNormal(rows);
  return { rows, size, steady, from: { what: 'drawn' }, ...change };
}

/** The nearest members of a sample by the cosine of some columns, worked out on its own. */
function nearestBy({ rows }: Points, sample: number, begin: number, end: number): { of: number[]; likeness: number[] } {
  const part = (i: number): number[] => [...rows.subarray(i * size + begin, i * size + end)];
  const cosine = (i: number): number => {
    const [a, b] = [part(sample), part(i)];
    const dot = a.reduce((sum, value, k) => sum + value * b[k], 0);
    return dot / (Math.hypot(...a) * Math.hypot(...b));
  };
  const of = Array.from({ length: members }, (_, i) => i).filter((i) => i !== sample);
  of.sort((a, b) => cosine(b) - cosine(a));
  return { of: of.slice(0, count), likeness: of.slice(0, count).map(cosine) };
}

/** All samples as nodes: the first of them members, the rest labelled ones behind them. */
function nodesOf(points: Points): Nodes {
  const found = Array.from({ length: samples }, (_, i) => nearestBy(points, i, 0, size));
  const list = Int32Array.from({ length: samples }, (_, i) => i);
  return {
    ...{ size: samples, count, placeOf: (sample) => sample, rows: (some) => gathered(some, list) },
    nearest: Int32Array.from(found.flatMap(({ of }) => of)),
    likeness: Float32Array.from(found.flatMap(({ likeness }) => likeness)),
    forAll: (shares) => shares,
  };
}

async function graphsOf(points: Points, blobs = join(tempFolder(), 'blobs')): Promise<ReturnType<typeof viewGraphs>> {
  const products = new Products(1);
  const list = Int32Array.from({ length: members }, (_, i) => i);
  try {
    return await viewGraphs(blobs, points, { list }, nodesOf(points), products, hereContext());
  } finally {
    await products.close();
  }
}

describe('views of the same samples', () => {
  it('join each to those that are nearest in their own numbers, labelled ones behind the members too', async () => {
    const points = drawn();
    const graphs = await graphsOf(points);
    expect(graphs).toHaveLength(3);
    const parts = [
      [0, size],
      [0, steady],
      [steady, size],
    ];
    graphs.forEach(({ from, to }, view) => {
      const joined = Array.from({ length: samples }, () => new Set<number>());
      for (let i = 0; i < samples; i++) {
        for (const j of nearestBy(points, i, parts[view][0], parts[view][1]).of) {
          joined[i].add(j);
          joined[j].add(i);
        }
      }
      joined.forEach((others, i) => expect(new Set(to.subarray(from[i], from[i + 1]))).toEqual(others));
    });
  });

  it('are found once, and there is one where the points have no parts', async () => {
    const blobs = join(tempFolder(), 'blobs');
    const first = await graphsOf(drawn(), blobs);
    const files = readdirSync(blobs, { recursive: true }).length;
    expect(await graphsOf(drawn(), blobs)).toEqual(first);
    expect(readdirSync(blobs, { recursive: true })).toHaveLength(files);
    expect(await graphsOf(drawn({ steady: size }))).toHaveLength(1);
  });

  it('each answer each question: what its own neighbours say', async () => {
    // Classes that the first numbers part and the others do not.
    const points = drawn();
    for (let i = 0; i < samples; i++) points.rows.fill(i % 2 === 0 ? 4 : -4, i * size, i * size + steady);
    for (let i = 0; i < samples; i++) points.rows[i * size] += i / samples;
    const said = { samples: [0, 1], classes: [0, 1] };
    const turned = { samples: [0, 1], classes: [1, 0] };
    const answers = await answersOfViews(await graphsOf(points), 2, [said, turned], 0, () => Promise.resolve());
    expect(answers.map((views) => views.length)).toEqual([3, 3]);
    const right = (shares: Float32Array): number =>
      Array.from({ length: samples }, (_, i) => i).filter((i) => shares[2 * i + (i % 2)] > shares[2 * i + 1 - (i % 2)])
        .length;
    expect(right(answers[0][1])).toBe(samples);
    expect(right(answers[1][1])).toBe(0);
    expect(right(answers[0][2])).toBeLessThan(0.8 * samples);
    for (const view of answers.flat())
      for (let i = 0; i < view.length; i += 2) expect(view[i] + view[i + 1]).toBeCloseTo(1, 5);
  });
});
