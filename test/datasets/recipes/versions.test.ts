import { describe, expect, it } from 'vitest';
import { int32s, readBlob } from '../../../src-main/datasets/blobs.ts';
import { fittedRecipe } from '../../../src-main/datasets/recipes/raw-table.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { emptyRecipe } from '../../../src-main/shared/recipe.ts';
import { failure } from '../../support/data-import.ts';
import { cellsOf, columnOf, recipeOf, tableOf } from '../../support/recipes.ts';

/** 200 rows, one in ten without an age, one in eight twice. */
const table = {
  names: ['age', 'city', 'label'],
  rows: Array.from({ length: 200 }, (_, i) => {
    const k = i % 8 === 7 ? i - 1 : i;
    return [k % 10 === 3 ? null : String(20 + ((k * 7) % 50)), ['Oslo', ' oslo', 'Rome'][k % 3], k % 4 ? 'no' : 'yes'];
  }),
};

describe('a version with a recipe', () => {
  it('says what changed, keeps what was imported, and has the columns it makes', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label');
    const { manifest: next, change } = await revise(
      recipeOf(['case', { columns: ['city'] }], ['standard'], ['one-hot']),
    );
    expect(change).toBe('recipe: + case (city), + standard, + one-hot');
    expect(next.columns.map(({ name, type, role, prepared }) => [name, type, role, prepared ?? false])).toEqual([
      ['age', 'number', 'feature', true],
      ['city=oslo', 'number', 'feature', true],
      ['city=rome', 'number', 'feature', true],
      ['label', 'category', 'target', false],
    ]);
    expect(next).toMatchObject({ samples: 200, splits: manifest.splits, classes: manifest.classes });
    expect(next.blobs).toMatchObject({ raw: manifest.blobs.table, split: manifest.blobs.split });
    expect(next.blobs.rows).toBeUndefined();
    expect(next.raw!.columns).toEqual(manifest.columns);
    expect(next.columns.find(({ name }) => name === 'label')).toEqual(manifest.columns[2]);
    expect(new Set(await columnOf(blobs, next, 'city=oslo'))).toEqual(new Set(['0', '1']));
  });

  it('learns from the training split alone', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label', { train: 40 });
    const { manifest: next } = await revise(recipeOf(['standard']), manifest);
    const ages = table.rows.slice(0, 40).flatMap(([age]) => (age === null ? [] : [Number(age)]));
    const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
    const fitted = await fittedRecipe(blobs, next);
    const { centre, scale } = (fitted!.steps[0].learned as { age: { centre: number; scale: number } }).age;
    expect(centre).toBeCloseTo(mean, 12);
    expect(scale).toBeCloseTo(Math.sqrt(ages.reduce((sum, age) => sum + (age - mean) ** 2, 0) / ages.length), 12);
  });

  it('leaves rows out, and the others keep their fold; all of them are back where they were without it', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label');
    const split = { how: 'folds', seed: 3, validation: 0, test: 0, folds: 5, fold: 1 } as const;
    const folded = (await reviseDataset({ blobs, manifest, split })).manifest;
    const before = await readBlob(blobs, folded.blobs.folds!);
    const { manifest: next } = await revise(recipeOf(['missing-rows', { columns: ['age'] }]), folded);
    const kept = table.rows.flatMap(([age], i) => (age === null ? [] : [i]));
    expect([...(await readBlob(blobs, next.blobs.folds!))]).toEqual(kept.map((row) => before[row]));
    const other = (await reviseDataset({ blobs, manifest: next, split: { ...split, fold: 4 } })).manifest;
    const tested = await readBlob(blobs, other.blobs.split);
    expect([...tested.map((code) => Number(code === 2))]).toEqual(kept.map((row) => Number(before[row] === 4)));
    const back = (await revise(emptyRecipe, next)).manifest;
    expect(back.blobs).toEqual(folded.blobs);
  });

  it('leaves rows out, and the others keep their split', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label');
    const { manifest: next, change } = await revise(
      recipeOf(['missing-rows', { columns: ['age'] }], ['filter', { condition: "city != 'Rome' or label = 'yes'" }]),
    );
    const wanted = table.rows.flatMap(([age, city, label], i) =>
      age !== null && (city !== 'Rome' || label === 'yes') ? [i] : [],
    );
    expect(change).toBe(`recipe: + missing-rows (age), + filter, ${200 - wanted.length} rows left out`);
    const rows = int32s(await readBlob(blobs, next.blobs.rows!));
    expect([...rows]).toEqual(wanted);
    const [before, after] = [await readBlob(blobs, manifest.blobs.split), await readBlob(blobs, next.blobs.split)];
    expect([...after]).toEqual(wanted.map((row) => before[row]));
    expect(await columnOf(blobs, next, 'age')).toEqual(wanted.map((row) => table.rows[row][0]));
    expect(next.columns[0]).toMatchObject({ missing: 0 });

    // Back again: each row is where it was.
    const back = await revise(emptyRecipe, next);
    expect(back.change).toBe(`recipe: − missing-rows (age), − filter, ${200 - wanted.length} rows back`);
    expect(back.manifest.blobs).toEqual(manifest.blobs);
    expect(back.manifest).toEqual(manifest);
  });

  it('of duplicates keeps the first', async () => {
    const { blobs, revise } = await tableOf(table, 'label');
    const { manifest: next } = await revise(recipeOf(['duplicates']));
    const seen = new Set<string>();
    const wanted = table.rows.filter((row) => {
      const key = JSON.stringify(row.map((cell) => cell?.trim()));
      return seen.has(key) ? false : seen.add(key);
    });
    expect(await cellsOf(blobs, next)).toEqual(wanted.map((row) => row.map((cell) => cell?.trim() ?? null)));
  });

  it('learns anew where the split is drawn again, and rows left out stay out', async () => {
    const { blobs, revise } = await tableOf(table, 'label');
    const first = (await revise(recipeOf(['missing-rows', { columns: ['age'] }], ['standard']))).manifest;
    const { manifest: second, change } = await reviseDataset({
      blobs,
      manifest: first,
      split: { seed: 9, validation: 0.3, test: 0.3 },
    });
    expect(change).toBe('split: 40 % / 30 % / 30 %, seed 9');
    expect(second.splits.test).toBeGreaterThan(first.splits.test);
    expect(second.blobs.rows).toBe(first.blobs.rows);
    expect(second.blobs.recipe).not.toBe(first.blobs.recipe);
    const data = await loadTrainingData(blobs, second);
    const ages = data.splits.train.x.filter((_, i) => i % (data.splits.train.x.length / data.splits.train.count) === 0);
    expect([...ages].reduce((sum, age) => sum + age, 0) / ages.length).toBeCloseTo(0, 6);
  });

  it('keeps what people decided of its columns when the recipe goes on', async () => {
    const { blobs, revise } = await tableOf(table, 'label');
    const first = (await revise(recipeOf(['trim']))).manifest;
    const columns = [{ name: 'age', type: 'category' as const, role: 'ignored' as const }];
    const second = (await reviseDataset({ blobs, manifest: first, columns })).manifest;
    const third = (await revise(recipeOf(['trim'], ['case']), second)).manifest;
    expect(third.columns[0]).toMatchObject({ name: 'age', type: 'category', role: 'ignored' });
  });

  it('compares recipes by their steps', async () => {
    const { revise } = await tableOf(table, 'label');
    const recipe = recipeOf(['trim'], ['standard'], ['ordinal']);
    const first = (await revise(recipe)).manifest;
    const [a, b, c] = recipe.steps;
    const other = {
      version: 1 as const,
      steps: [b, { ...a, enabled: false }, { ...c, settings: { ...c.settings, order: 'x' } }],
    };
    expect((await revise(other, first)).change).toBe('recipe: trim off, ordinal changed, order changed');
    expect(await failure(revise(recipe, first))).toMatchObject({ code: 'no_change' });
  });

  it('is not evaluated by a model of another recipe', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label');
    const next = (await revise(recipeOf(['standard']))).manifest;
    const { encoder } = await loadTrainingData(blobs, next);
    await loadTrainingData(blobs, next, JSON.parse(JSON.stringify(encoder)) as typeof encoder);
    expect(await failure(loadTrainingData(blobs, manifest, encoder))).toMatchObject({ code: 'recipe_differs' });
  });
});

describe('a recipe is refused', () => {
  it.each([
    [[['trim', { columns: ['town'] }]], 'unknown_column', 'Step 1 (trim): There is no column "town" at this point'],
    [
      [['trim'], ['standard', { columns: ['city'] }]],
      'recipe_column',
      'Step 2 (standard): "city" is no column of numbers',
    ],
    [[['one-hot', { columns: ['label'] }]], 'recipe_target', 'Step 1 (one-hot): "label" is the target'],
    [[['filter', { condition: 'age > 1000' }]], 'no_rows', 'The recipe leaves no row'],
    [[['filter', { condition: "age > 'many'" }]], 'invalid_condition', 'Step 1 (filter): The condition cannot be read'],
    [[['regex', { pattern: '(?=x)' }]], 'invalid_settings', 'Step 1 (regex): pattern=(?=x) is no regular expression'],
    [
      [
        ['drop', { columns: ['age'] }],
        ['standard', { columns: ['age'] }],
      ],
      'unknown_column',
      'Step 2 (standard)',
    ],
  ] as [Parameters<typeof recipeOf>, string, string][])('%j: %s', async (steps, code, message) => {
    const { revise } = await tableOf(table, 'label');
    const error = await failure(revise(recipeOf(...steps)));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
  });

  it('of a kind that is not there, with settings out of range, and of images', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label');
    const step = { id: 'a', kind: 'magic', settings: {}, enabled: true };
    expect(await failure(revise({ version: 1, steps: [step] }))).toMatchObject({ code: 'unknown_step' });
    const bins = { ...step, kind: 'bins', settings: { count: 1 } };
    const error = await failure(revise({ version: 1, steps: [bins] }));
    expect(error).toMatchObject({ code: 'invalid_settings' });
    expect(error.message).toBe('step 1 (bins): count=1 is not a whole number from 2 to 100.');
    const twice = recipeOf(['trim'], ['case']);
    twice.steps[1].id = 'a';
    expect(await failure(revise(twice))).toMatchObject({ code: 'invalid_recipe' });
    expect(
      await failure(reviseDataset({ blobs, manifest: { ...manifest, kind: 'images' }, recipe: recipeOf(['trim']) })),
    ).toMatchObject({
      code: 'step_unfit',
    });
    expect(await failure(revise(recipeOf(['copies'])))).toMatchObject({ code: 'step_unfit' });
    expect(await failure(reviseDataset({ blobs, manifest, recipe: recipeOf(['trim']), target: 'city' }))).toMatchObject(
      {
        code: 'recipe_alone',
      },
    );
  });
});
