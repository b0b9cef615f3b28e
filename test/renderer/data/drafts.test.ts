import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { SchemaDraft } from '../../../src-renderer/features/data/schema-draft.svelte.ts';
import { SplitDraft } from '../../../src-renderer/state/split-draft.svelte.ts';

const column = (name: string, type: 'number' | 'category' | 'text', role: 'feature' | 'target' | 'ignored') => ({
  name,
  type,
  role,
  missing: 0,
  distinct: 3,
});
const manifest = {
  kind: 'table',
  samples: 100,
  columns: [column('a', 'number', 'feature'), column('b', 'category', 'target'), column('c', 'text', 'ignored')],
  target: 'b',
  classes: [],
  image: null,
  splits: { train: 70, validation: 15, test: 15 },
  splitSeed: 3,
  blobs: { split: '' },
} as unknown as Manifest;

describe('the schema draft', () => {
  it('has one target, and asks only for what differs', () => {
    const draft = new SchemaDraft(manifest);
    draft.setRole('a', 'target');
    expect(draft.columns.map((one) => one.role)).toEqual(['target', 'feature', 'ignored']);
    expect(draft.task).toBe('regression');
    expect(draft.revision).toEqual({
      columns: [
        { name: 'a', type: 'number', role: 'target' },
        { name: 'b', type: 'category', role: 'feature' },
      ],
      target: 'a',
    });
    draft.reset();
    expect(draft.changed).toBe(0);
  });
  it('makes a text column a category when it becomes the target', () => {
    const draft = new SchemaDraft(manifest);
    draft.setRole('c', 'target');
    expect(draft.columns[2].type).toBe('category');
    expect(draft.problem).toBeNull();
  });
  it('says when nothing is left to learn from', () => {
    const draft = new SchemaDraft(manifest);
    draft.setRole('a', 'ignored');
    expect(draft.problem).toBe('no_features');
    // A text is something to learn from.
    draft.setRole('c', 'feature');
    expect(draft.problem).toBeNull();
  });
});

describe('the split draft', () => {
  it('begins as the split is, and refuses what leaves nothing', () => {
    const draft = new SplitDraft(manifest);
    expect(draft.ways).toEqual(['random', 'grouped', 'time', 'hash', 'folds']);
    expect(draft.value).toEqual({ how: 'random', seed: 3, validation: 0.15, test: 0.15 });
    draft.validation.text = '90';
    expect([draft.tooMuch, draft.value]).toEqual([true, null]);
    draft.validation.text = 'x';
    expect(draft.validation.wrong).toBe(true);
  });
  it('needs a column for groups, never the target', () => {
    const draft = new SplitDraft(manifest);
    draft.how = 'grouped';
    expect([draft.columns, draft.value]).toEqual([['a', 'c'], null]);
    draft.column = 'c';
    draft.pattern = ' ^(\\d+) ';
    expect(draft.value).toMatchObject({ how: 'grouped', column: 'c', pattern: '^(\\d+)' });
    draft.how = 'random';
    expect(draft.value).not.toHaveProperty('column');
  });
  it('suggests columns by their names, where values come again', () => {
    const columns = [
      { ...column('patient_id', 'category', 'feature'), distinct: 12 },
      column('date', 'text', 'ignored'),
    ];
    const draft = new SplitDraft({ ...manifest, columns });
    draft.how = 'grouped';
    expect(draft.column).toBe('patient_id');
    draft.how = 'time';
    expect(draft.column).toBe('date');
    const unlike = columns.map((one) => ({ ...one, distinct: 100 }));
    const other = new SplitDraft({ ...manifest, columns: unlike });
    other.how = 'grouped';
    expect(other.column).toBeUndefined();
  });
  it('counts folds from one for people, and from zero for the rest', () => {
    const split = {
      how: 'folds',
      seed: 3,
      folds: 4,
      fold: 2,
      fractions: { train: 0.5, validation: 0.25, test: 0.25 },
    } as const;
    const draft = new SplitDraft({ ...manifest, split });
    expect(draft.fold.text).toBe('3');
    expect(draft.value).toMatchObject({ how: 'folds', folds: 4, fold: 2 });
    draft.fold.text = '5';
    expect([draft.noSuchFold, draft.value]).toEqual([true, null]);
  });
});
