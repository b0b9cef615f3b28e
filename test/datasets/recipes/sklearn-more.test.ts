import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { preparedRows } from '../../../src-main/datasets/recipes/rows.ts';
import { fittedRecipe } from '../../../src-main/datasets/recipes/raw-table.ts';
import type { ColumnType } from '../../../src-main/shared/dataset.ts';
import type { StepSettings } from '../../../src-main/shared/recipe.ts';
import { cellsOf, recipeOf, sharedFolder, tableOf } from '../../support/recipes.ts';

type Numbers = (number | null)[][];
interface Case {
  settings: StepSettings;
  expected: Numbers;
}
/** Made by test/fixtures/sklearn/recipes-more.py. */
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/sklearn/recipes-more.json', import.meta.url), 'utf8'),
) as {
  train: number;
  numbers: Numbers;
  power: { lambdas: number[]; found: number[]; raw: Numbers; standard: Numbers };
  categories: string[][];
  hashed: Case[];
  texts: string[];
  tfidf: (Case & { words: string[] })[];
  target: {
    cities: string[];
    value: number[];
    three: string[];
    cases: { target: 'value' | 'three'; smoothing: number; expected: Numbers }[];
  };
};
const folder = sharedFolder();

/** The version after one step learnt from the first rows; its columns in turn, and its numbers. */
async function after(rows: unknown[][], types: ColumnType[], step: string, settings: StepSettings, target = -1) {
  const names = rows[0].map((_, i) => `x${i}`);
  const cells = rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))));
  const given = { train: fixture.train, folder: await folder() };
  const { blobs, manifest, revise } = await tableOf({ names, rows: cells }, names[target] ?? null, given);
  const columns = manifest.columns.map((column, i) => {
    const role = i === target ? ('target' as const) : ('feature' as const);
    return { ...column, type: types[i] ?? types[0], role };
  });
  const next = (await revise(recipeOf([step, settings]), { ...manifest, columns })).manifest;
  return { blobs, next, names: next.columns.map(({ name }) => name), cells: await cellsOf(blobs, next) };
}

/** Within 1e-9 of the size of the number, and missing where it is missing. */
function expectClose(found: Numbers, expected: Numbers): void {
  expect([found.length, found[0].length]).toEqual([expected.length, expected[0].length]);
  found.forEach((row, r) =>
    row.forEach((value, c) => {
      const wanted = expected[r][c];
      if (value === null || wanted === null) return expect([r, c, value]).toEqual([r, c, wanted]);
      expect(Math.abs(value - wanted), `row ${r}, column ${c}`).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(wanted)),
      );
    }),
  );
}
const numbersOf = (cells: (string | null)[][]): Numbers =>
  cells.map((row) => row.map((cell) => (cell === null ? null : Number(cell))));

describe('Yeo-Johnson', () => {
  it.each([
    [true, fixture.power.standard],
    [false, fixture.power.raw],
  ])('is as scikit-learn has it, to 1e-9, standardised: %s', async (standardise, expected) => {
    const { blobs, next, cells } = await after(fixture.numbers, ['number'], 'yeo-johnson', { standardise });
    expectClose(numbersOf(cells), expected);
    const learned = (await fittedRecipe(blobs, next))!.steps[0].learned as Record<string, { lambda: number }>;
    const lambdas = Object.values(learned).map(({ lambda }) => lambda);
    lambdas.forEach((lambda, i) => {
      expect(Math.abs(lambda - fixture.power.lambdas[i])).toBeLessThan(1e-9);
      // scikit-learn's own search by the likelihood's values ends this far away.
      expect(Math.abs(lambda - fixture.power.found[i])).toBeLessThan(1e-6);
    });
  });

  it('leaves what does not vary as it is, and what is missing throughout', async () => {
    const rows = Array.from({ length: 90 }, (_, i) => [7.25, i === 80 ? 3 : null]);
    const { cells } = await after(rows, ['number'], 'yeo-johnson', { standardise: true });
    expect(new Set(cells.map(([first]) => first))).toEqual(new Set(['0']));
    expect(cells[80][1]).toBe('3');
  });
});

describe('hashing', () => {
  it.each(fixture.hashed)('$settings is as scikit-learn has it', async ({ settings, expected }) => {
    const { names, cells } = await after(fixture.categories, ['category'], 'hashing', settings);
    expect(names.slice(0, 2)).toEqual(['x0+1#0', 'x0+1#1']);
    expect(numbersOf(cells)).toEqual(expected);
  });
});

describe('TF-IDF', () => {
  it.each(fixture.tfidf)('$settings is as scikit-learn has it, to 1e-9', async ({ settings, words, expected }) => {
    const rows = fixture.texts.map((text, i) => [text, i % 2 ? 'a' : 'b']);
    const { names, cells } = await after(rows, ['text', 'category'], 'tf-idf', {
      columns: ['x0'],
      words: 2000,
      ...settings,
    });
    expect(names).toEqual([...words.map((word) => `x0:${word}`), 'x1']);
    expectClose(numbersOf(cells.map((row) => row.slice(0, -1))), expected);
  });
});

describe('target means', () => {
  const { cities, value, three, cases } = fixture.target;

  it.each(cases)(
    'of $target with smoothing $smoothing, training rows by the other folds, are as scikit-learn has them, to 1e-9',
    async ({ target, smoothing, expected }) => {
      const targets = target === 'value' ? value : three;
      const rows = cities.map((city, i) => [city, targets[i]]);
      const types: ColumnType[] = ['category', target === 'value' ? 'number' : 'category'];
      const { blobs, next, names, cells } = await after(rows, types, 'target', { smoothing, columns: ['x0'] }, 1);
      expect(names).toEqual(target === 'value' ? ['x0', 'x1'] : ['x0→no', 'x0→yes', 'x1']);
      expectClose(numbersOf(cells.map((row) => row.slice(0, -1))), expected);
      // A row that is predicted takes the whole split's means, whatever its place.
      const fitted = (await fittedRecipe(blobs, next))!;
      const given = rows.map(([city]) => [String(city), null]);
      const predicted = await preparedRows(fitted, given, ['x0', 'x1'], names.slice(0, -1));
      expectClose(numbersOf(predicted).slice(fixture.train), expected.slice(fixture.train));
      const first = cities.findIndex((city) => city === cities[fixture.train]);
      expect(predicted[first]).toEqual(predicted[fixture.train]);
    },
  );
});
