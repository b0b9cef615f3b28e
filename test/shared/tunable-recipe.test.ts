import { describe, expect, it } from 'vitest';
import type { Recipe, StepInfo } from '../../src-main/shared/recipe.ts';
import { recipeTunables, withRecipe } from '../../src-main/shared/tunable-recipe.ts';

const info = (kind: string, dropsRows: boolean, fields: StepInfo['fields']): StepInfo => ({
  kind,
  group: 'numbers',
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
});
