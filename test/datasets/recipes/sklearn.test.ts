import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StepSettings } from '../../../src-main/shared/recipe.ts';
import { cellsOf, recipeOf, sharedFolder, tableOf } from '../../support/recipes.ts';

interface Case {
  step: string;
  settings: StepSettings;
  expected: (number | null)[][];
}
/** Made by test/fixtures/sklearn/recipes.py. */
const fixture = JSON.parse(readFileSync(new URL('../../fixtures/sklearn/recipes.json', import.meta.url), 'utf8')) as {
  train: number;
  numbers: (number | null)[][];
  whole: number[][];
  categories: string[][];
  cases: Case[];
  encoders: Case[];
  near: (number | null)[][];
  neighbours: Case[];
  bins: { settings: StepSettings; expected: number[][] }[];
};
const folder = sharedFolder();
const named = (rows: readonly unknown[][]) => ({
  names: rows[0].map((_, i) => `x${i}`),
  rows: rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
});

/** The version's numbers after one step learnt from the first rows. */
async function after(
  rows: unknown[][],
  type: 'number' | 'category',
  step: string,
  settings: StepSettings,
): Promise<(number | null)[][]> {
  const table = named(rows);
  const { blobs, manifest, revise } = await tableOf(table, null, { train: fixture.train, folder: await folder() });
  const columns = manifest.columns.map((column) => ({ ...column, type, role: 'feature' as const }));
  const next = await revise(recipeOf([step, settings]), { ...manifest, columns });
  return (await cellsOf(blobs, next.manifest)).map((row) => row.map((cell) => (cell === null ? null : Number(cell))));
}

/** Within 1e-9 of the size of the number, and missing where it is missing. */
function expectClose(found: (number | null)[][], expected: (number | null)[][]): void {
  expect(found.length).toBe(expected.length);
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

describe('as scikit-learn has it, to 1e-9', () => {
  it.each(fixture.cases.map((each): [string, Case] => [`${each.step} ${JSON.stringify(each.settings)}`, each]))(
    '%s',
    async (_, { step, settings, expected }) => {
      expectClose(await after(fixture.numbers, 'number', step, settings), expected);
    },
  );

  it.each(fixture.encoders.map((each): [string, Case] => [each.step, each]))(
    '%s',
    async (_, { step, settings, expected }) => {
      expectClose(await after(fixture.categories, 'category', step, settings), expected);
    },
  );

  it.each(fixture.neighbours)('$step $settings', async ({ step, settings, expected }) => {
    expectClose(await after(fixture.near, 'number', step, settings), expected);
  });

  it.each(fixture.bins)('bins $settings', async ({ settings, expected }) => {
    const found = await after(fixture.whole, 'number', 'bins', settings);
    // Ours are called 1, 2, …
    expect(found.map((row) => row.map((bin) => bin! - 1))).toEqual(expected);
  });
});
