import { describe, expect, it } from 'vitest';
import type { RecipePreview } from '../../src-main/shared/recipe-preview.ts';
import { emptyRecipe } from '../../src-main/shared/recipe.ts';
import { diffOf } from '../../src-renderer/features/data/recipe-diff.ts';
import { problemOf, RecipeDraft } from '../../src-renderer/features/data/recipe-draft.svelte.ts';
import { openedRecipe, stepInfos } from './harness/recipes.ts';

const [drop, letterCase, filter, bins] = stepInfos;
const kinds = (draft: RecipeDraft) => draft.steps.map(({ id }) => id);

describe('a recipe in the making', () => {
  it('adds after the step looked at, moves, removes, undoes and redoes', () => {
    const draft = new RecipeDraft(emptyRecipe);
    expect([draft.changed, draft.canUndo, draft.at]).toEqual([false, false, 0]);
    draft.add(letterCase);
    draft.add(bins);
    draft.select('case');
    draft.add(letterCase);
    expect(kinds(draft)).toEqual(['case', 'case-2', 'bins']);
    expect(draft.at).toBe(2);
    draft.move('bins', 0);
    draft.move('bins', -1);
    expect(kinds(draft)).toEqual(['bins', 'case', 'case-2']);
    draft.remove('case-2');
    expect(draft.selected?.id).toBe('case');
    draft.undo();
    draft.undo();
    expect(kinds(draft)).toEqual(['case', 'case-2', 'bins']);
    draft.redo();
    expect(kinds(draft)).toEqual(['bins', 'case', 'case-2']);
    draft.toggle('bins');
    expect([draft.steps[0].enabled, draft.canRedo]).toEqual([false, false]);
    draft.discard();
    expect([draft.steps.length, draft.changed]).toEqual([0, false]);
    draft.undo();
    expect(draft.steps).toHaveLength(3);
  });

  it('takes the steps of a file as one edit, and puts columns right that the table lacks', () => {
    const draft = new RecipeDraft(emptyRecipe);
    draft.add(drop);
    draft.use(openedRecipe);
    expect(kinds(draft)).toEqual(['case', 'bins']);
    expect(draft.selected?.id).toBe('case');
    expect(draft.lacked.map(({ name }) => name)).toEqual(['Work-Class', 'capital gain', 'fnlwgt']);
    draft.mend(draft.lacked[0], 'workclass');
    expect(draft.steps[0].settings.columns).toEqual(['workclass', 'education']);
    draft.mend(draft.lacked[0], 'fnlwgt');
    // What is there already is not named twice.
    expect(draft.steps[1].settings.columns).toEqual(['fnlwgt']);
    expect(draft.spares(draft.lacked[0])).toBe(false);
    draft.undo();
    expect(draft.spares(draft.lacked[1])).toBe(true);
    draft.mend(draft.lacked[1], null);
    expect(draft.steps[1].settings.columns).toEqual(['capital gain']);
    draft.remove('bins');
    expect(draft.lacked).toEqual([]);
    for (let i = 0; i < 4; i++) draft.undo();
    expect(kinds(draft)).toEqual(['drop']);
    expect(draft.lacked).toEqual([]);
  });

  it('takes the typing into one field as one edit', () => {
    const draft = new RecipeDraft(emptyRecipe);
    draft.add(bins);
    for (const count of [1, 12, 120]) draft.set('bins', 'count', count);
    expect(problemOf(draft.steps[0], bins)).toMatchObject({ code: 'invalid_settings' });
    draft.set('bins', 'columns', ['age']);
    draft.undo();
    expect(draft.steps[0].settings).toEqual({ columns: [], count: 120 });
    draft.undo();
    expect(draft.steps[0].settings).toEqual({ columns: [], count: 5 });
    expect(problemOf(draft.steps[0], bins)).toBeNull();
    draft.add(drop);
    expect(problemOf(draft.selected!, drop)).toMatchObject({ code: 'invalid_settings' });
    expect(problemOf({ ...draft.selected!, kind: 'filter', settings: { condition: 'a > 1' } }, filter)).toBeNull();
  });
});

describe('what a step does', () => {
  it('is one table: touched columns first, new, gone and changed ones told apart', () => {
    const row = (cells: (string | null)[], more = {}) => ({ row: 4, split: 'train' as const, cells, ...more });
    const column = (name: string, type: 'number' | 'category' = 'category') => ({ name, type });
    const preview: RecipePreview = {
      before: { columns: [column('a'), column('b'), column('c')], rows: [row(['1', 'x', 'y']), row(['2', null, 'z'])] },
      after: {
        columns: [column('a'), column('c', 'number'), column('d')],
        rows: [row(['1', null, 'n']), row(['2', 'z', null], { dropped: true })],
      },
      sampled: 2,
      dropped: 1,
      added: 0,
    };
    const { columns, rows } = diffOf(preview);
    expect(columns.map(({ name, change, retyped }) => [name, change, retyped])).toEqual([
      ['c', 'changed', true],
      ['d', 'new', false],
      ['b', 'gone', false],
      ['a', 'same', false],
    ]);
    expect(rows[0].cells.map(({ before, after, changed }) => [before, after, changed])).toEqual([
      ['y', null, true],
      [null, 'n', false],
      ['x', 'x', false],
      ['1', '1', false],
    ]);
    expect(rows[1]).toMatchObject({ row: 4, dropped: true });
    expect(rows[1].cells.some(({ changed }) => changed)).toBe(false);
  });

  it('do not change where a number is only written otherwise', () => {
    const cells = (a: string, b: string): RecipePreview['before'] => ({
      columns: [
        { name: 'a', type: 'number' },
        { name: 'b', type: 'category' },
      ],
      rows: [{ row: 0, split: 'train', cells: [a, b] }],
    });
    const preview = { before: cells('1.50', '007'), after: cells('1.5', '7'), sampled: 1, dropped: 0, added: 0 };
    const [row] = diffOf(preview).rows;
    expect(row.cells.map(({ after, changed }) => [after, changed])).toEqual([
      ['7', true],
      ['1.5', false],
    ]);
  });
});
