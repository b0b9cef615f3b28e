import { describe, expect, it } from 'vitest';
import { int32s, readBlob } from '../../../src-main/datasets/blobs.ts';
import { previewRecipe } from '../../../src-main/datasets/recipes/preview.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { eachRawBatch } from '../../../src-main/utility/work/raw-samples.ts';
import { emptyRecipe } from '../../../src-main/shared/recipe.ts';
import { failure } from '../../support/data-import.ts';
import { cellsOf, recipeOf, tableOf } from '../../support/recipes.ts';

/** 200 rows, the first 120 for training: 24 of "yes", 88 of "no", 8 without. */
const table = {
  names: ['n', 'note', 'label'],
  rows: Array.from({ length: 200 }, (_, i) => [
    String(i),
    `t${(i * 7) % 31}`,
    i % 15 === 4 ? null : i % 5 === 0 ? 'yes' : 'no',
  ]),
};
const labelsOf = (rows: Iterable<number>) => {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[String(table.rows[row][2])] = (counts[String(table.rows[row][2])] ?? 0) + 1;
  return counts;
};

async function balanced(settings: Record<string, string | number>) {
  const { blobs, manifest, revise } = await tableOf(table, 'label', { train: 120 });
  const { manifest: next, change } = await revise(recipeOf(['rebalance', settings]), manifest);
  const rows = int32s(await readBlob(blobs, next.blobs.rows!));
  const split = await readBlob(blobs, next.blobs.split);
  return { blobs, manifest, next, change, rows: [...rows], split: [...split], revise };
}

describe('rebalancing', () => {
  it('leaves as many training rows of each class, and validation and test as they were', async () => {
    for (const [how, wanted] of [
      ['over', 88],
      ['under', 24],
    ] as const) {
      const { blobs, next, change, rows, split } = await balanced({ how, seed: 3 });
      const train = rows.filter((_, i) => split[i] === 0);
      expect([how, labelsOf(train)]).toEqual([how, { yes: wanted, no: wanted, null: 8 }]);
      expect(rows.filter((_, i) => split[i] === 2)).toEqual(Array.from({ length: 80 }, (_, i) => 120 + i));
      expect(next.splits).toEqual({ train: 2 * wanted + 8, validation: 0, test: 80 });
      expect(next.samples).toBe(rows.length);
      expect(await cellsOf(blobs, next)).toEqual(rows.map((row) => table.rows[row]));
      // Every row as often as any other of its class, give or take one.
      const times = new Map<number, number>();
      for (const row of train) times.set(row, (times.get(row) ?? 0) + 1);
      const yes = [...times].flatMap(([row, n]) => (table.rows[row][2] === 'yes' ? [n] : []));
      if (how === 'over') expect([Math.min(...yes), Math.max(...yes), yes.length]).toEqual([3, 4, 24]);
      expect(change).toBe(
        how === 'over' ? 'recipe: + rebalance, 64 rows more' : 'recipe: + rebalance, 64 rows left out',
      );
    }
  });

  it('draws by its seed', async () => {
    const [one, same, other] = await Promise.all([3, 3, 4].map((seed) => balanced({ how: 'under', seed })));
    expect(same.rows).toEqual(one.rows);
    expect(other.rows).not.toEqual(one.rows);
    expect(other.rows.length).toBe(one.rows.length);
  });

  it('keeps copies of a row in one split when the split is drawn again, and can be taken back', async () => {
    const { blobs, manifest, next, revise } = await balanced({ how: 'over' });
    const again = await reviseDataset({ blobs, manifest: next, split: { seed: 5, validation: 0.2, test: 0.2 } });
    const rows = int32s(await readBlob(blobs, again.manifest.blobs.rows!));
    const split = await readBlob(blobs, again.manifest.blobs.split);
    const places = new Map<number, Set<number>>();
    rows.forEach((row, i) => places.set(row, (places.get(row) ?? new Set()).add(split[i])));
    expect([...places.values()].filter((each) => each.size > 1)).toEqual([]);
    expect(again.manifest.splits.validation).toBeGreaterThan(10);
    const back = await revise(emptyRecipe, next);
    expect(back.manifest).toEqual(manifest);
  });

  it('hands every copy to what reads raw rows', async () => {
    const { blobs, next, rows, split } = await balanced({ how: 'over' });
    const { encoder, splits } = await loadTrainingData(blobs, next);
    const found: (string | null)[][] = [];
    await eachRawBatch({ blobs, manifest: next, split: splits.train, encoder }, (raw) => {
      if (raw.kind === 'table') found.push(...raw.rows.map((row) => [row[raw.columns.indexOf('note')]]));
      return Promise.resolve();
    });
    const train = rows.filter((row, i) => split[i] === 0 && table.rows[row][2] !== null);
    expect(found).toEqual(train.map((row) => [table.rows[row][1]]));
  });

  it('shows in the preview how many copies there are, and no row as left out', async () => {
    const { blobs, manifest } = await balanced({ how: 'over' });
    const preview = await previewRecipe(blobs, manifest, recipeOf(['rebalance', {}]), 1);
    expect(preview).toMatchObject({ sampled: 200, dropped: 0, added: 64 });
    expect(preview.after.rows.map(({ row, dropped }) => [row, dropped])).toEqual(
      preview.before.rows.map(({ row }) => [row, undefined]),
    );
  });

  it('needs a target with classes', async () => {
    const { manifest, revise } = await tableOf(table, 'n', { train: 120 });
    const error = await failure(revise(recipeOf(['rebalance', {}]), manifest));
    expect([error.code, error.message]).toEqual(['invalid_settings', expect.stringContaining('"n" has no classes')]);
    const without = await tableOf(table, null, { train: 120 });
    expect((await failure(without.revise(recipeOf(['rebalance', {}]), without.manifest))).code).toBe('no_target');
  });
});
