import { describe, expect, it } from 'vitest';
import { stepInfos } from '../../src-main/datasets/recipes/index.ts';
import type { Recipe, StepInfo } from '../../src-main/shared/recipe.ts';
import { checkRange } from '../../src-main/shared/tunable.ts';
import { usualRange } from '../../src-main/shared/tunable-range.ts';
import { recipeFields, recipeTunables, withRecipe } from '../../src-main/shared/tunable-recipe.ts';

const info = (kind: string, dropsRows: boolean, fields: StepInfo['fields']): StepInfo => ({
  kind,
  group: 'numbers',
  of: ['table'],
  fields,
  dropsRows,
  learns: false,
  model: 'inside',
});
const columns = { key: 'columns', kind: 'columns', for: 'any', default: [] } as const;
const kinds: StepInfo[] = [
  info('bins', false, [
    { ...columns, default: [] },
    { key: 'by', kind: 'choice', default: 'width', choices: ['width', 'quantiles'] },
    { key: 'count', kind: 'integer', default: 5, min: 2, max: 100 },
    { key: 'edges', kind: 'text', default: '' },
  ]),
  info('duplicates', true, [{ key: 'seed', kind: 'integer', default: 1, min: 0, max: 9 }]),
  info('rebalance', true, [{ key: 'how', kind: 'choice', default: 'over', choices: ['over', 'under'] }]),
];
const step = (id: string, kind: string, settings: Recipe['steps'][number]['settings']): Recipe['steps'][number] => ({
  id,
  kind,
  settings,
  enabled: true,
});
const recipe: Recipe = {
  version: 1,
  steps: [
    step('bins', 'bins', { columns: ['a'], by: 'width', count: 5, edges: '' }),
    step('bins-2', 'bins', { columns: ['price'], by: 'width', count: 5, edges: '' }),
    step('duplicates', 'duplicates', { seed: 1 }),
    step('rebalance', 'rebalance', { how: 'over' }),
  ],
};

describe('what a study may search of a recipe', () => {
  it('is numbers and choices of steps that leave alone which samples are scored, and in which units', () => {
    const names = (target: string | null) => recipeTunables(recipe, kinds, target).map(({ name }) => name);
    const bins = ['recipe.bins', 'recipe.bins.by', 'recipe.bins.count'];
    const rebalance = ['recipe.rebalance', 'recipe.rebalance.how'];
    expect(names('price')).toEqual([...bins, ...rebalance]);
    expect(names(null)).toEqual([...bins, ...bins.map((name) => name.replace('bins', 'bins-2')), ...rebalance]);
    const [, , count] = recipeTunables(recipe, kinds, 'price');
    expect(count.rule).toEqual({ kind: 'number', min: 2, max: 100, whole: true });
  });

  it("is put into the step that has the id; a trial without any has the version's own recipe", () => {
    const made = withRecipe(recipe, { lr: 1, 'recipe.bins-2': false, 'recipe.bins.count': 7 });
    expect(made.steps[0]).toEqual({ ...recipe.steps[0], settings: { ...recipe.steps[0].settings, count: 7 } });
    expect(made.steps[1]).toEqual({ ...recipe.steps[1], enabled: false });
    expect(made.steps.slice(2)).toEqual(recipe.steps.slice(2));
    expect(withRecipe(recipe, { lr: 1, 'recipe.bins.count': 5, 'recipe.bins': true })).toBe(recipe);
  });

  it('is a field of a form each, which says what the version has', () => {
    const off = { ...recipe, steps: recipe.steps.map((each) => ({ ...each, enabled: each.id !== 'rebalance' })) };
    const found = recipeFields(off, kinds, 'price');
    expect(found.map(({ step }) => step.id)).toEqual(['bins', 'rebalance']);
    expect(found.flatMap(({ fields }) => fields)).toEqual([
      { key: 'recipe.bins', kind: 'boolean', default: true },
      { key: 'recipe.bins.by', kind: 'choice', default: 'width', choices: ['width', 'quantiles'] },
      { key: 'recipe.bins.count', kind: 'integer', default: 5, min: 2, max: 100 },
      { key: 'recipe.rebalance', kind: 'boolean', default: false },
      { key: 'recipe.rebalance.how', kind: 'choice', default: 'over', choices: ['over', 'under'] },
    ]);
  });
});

describe('the range that a search of a step begins with', () => {
  const fields = stepInfos.flatMap(({ kind, fields: own }) => {
    const settings = Object.fromEntries(own.map(({ key, default: usual }) => [key, usual]));
    return recipeFields({ version: 1, steps: [step(kind, kind, settings)] }, stepInfos, null);
  });

  it('is one that the study takes, and has in it what the step has now', () => {
    const all = fields.flatMap((each) => each.fields);
    expect(all.length).toBeGreaterThan(40);
    for (const field of all) {
      const range = usualRange(field, field.default);
      if (!range) continue;
      const { step: of } = fields.find((each) => each.fields.includes(field))!;
      const tunables = recipeTunables({ version: 1, steps: [of] }, stepInfos, null);
      checkRange(
        tunables.find(({ name }) => name === field.key)!,
        range,
        field.key,
      );
      if (range.type === 'categorical') expect(range.choices).toContain(field.default);
      else if (range.type !== 'boolean') {
        expect([field.key, range.low < range.high]).toEqual([field.key, true]);
        expect([field.key, range.low <= Number(field.default), Number(field.default) <= range.high]).toEqual([
          field.key,
          true,
          true,
        ]);
      }
    }
  });

  it('has no choice that needs more to be filled in, unless it is the one now, and none of what the data is', () => {
    const by = { key: 'recipe.bins.by', kind: 'choice', choices: ['quantiles', 'width', 'edges'] } as const;
    expect(usualRange({ ...by, default: 'width' }, 'width')).toEqual({
      type: 'categorical',
      choices: ['quantiles', 'width'],
    });
    expect(usualRange({ ...by, default: 'edges' }, 'edges')).toMatchObject({
      choices: ['quantiles', 'width', 'edges'],
    });
    const seed = { key: 'recipe.rebalance.seed', kind: 'integer', default: 1, min: 0, max: 9 } as const;
    expect(usualRange(seed, 1)).toBeNull();
    const words = { key: 'recipe.tf-idf.words', kind: 'integer', default: 2000, min: 1, max: 2000 } as const;
    expect(usualRange(words, 2000)).toEqual({ type: 'int', low: 1000, high: 2000 });
  });
});
