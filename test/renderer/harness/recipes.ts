import type { Manifest } from '../../../src-main/shared/dataset.ts';
import type { RecipePreview } from '../../../src-main/shared/recipe-preview.ts';
import type { Input } from '../../../src-main/shared/contract.ts';
import type { OpenedRecipe, StepInfo } from '../../../src-main/shared/recipe.ts';

/** A few kinds of step, each with other fields. */
export const stepInfos: StepInfo[] = [
  {
    kind: 'drop',
    group: 'columns',
    of: ['table'],
    fields: [{ key: 'columns', kind: 'columns', for: 'any', required: true, default: [] }],
    dropsRows: false,
    learns: false,
    model: 'inside',
  },
  {
    kind: 'case',
    group: 'text',
    of: ['table'],
    fields: [
      { key: 'columns', kind: 'columns', for: 'text', default: [] },
      { key: 'to', kind: 'choice', default: 'lower', choices: ['lower', 'upper'] },
    ],
    dropsRows: false,
    learns: false,
    model: 'inside',
  },
  {
    kind: 'filter',
    group: 'rows',
    of: ['table', 'images', 'audio'],
    fields: [{ key: 'condition', kind: 'text', required: true, default: '' }],
    dropsRows: true,
    learns: false,
    model: 'apart',
  },
  {
    kind: 'bins',
    group: 'encoding',
    of: ['table'],
    fields: [
      { key: 'columns', kind: 'columns', for: 'number', default: [] },
      { key: 'count', kind: 'integer', default: 5, min: 2, max: 100 },
    ],
    dropsRows: false,
    learns: true,
    model: 'inside',
  },
];

/** Of a table whose columns are called otherwise. */
export const openedRecipe: OpenedRecipe & { name: string } = {
  name: 'census.recipe.yaml',
  recipe: {
    version: 1,
    steps: [
      { id: 'case', kind: 'case', settings: { columns: ['Work-Class', 'education'], to: 'lower' }, enabled: true },
      { id: 'bins', kind: 'bins', settings: { columns: ['capital gain', 'fnlwgt'], count: 5 }, enabled: true },
    ],
  },
  missing: [
    { step: 1, kind: 'case', field: 'columns', line: 12, name: 'Work-Class', near: ['workclass'] },
    { step: 2, kind: 'bins', field: 'columns', line: 18, name: 'capital gain', near: ['capital_gain', 'capital_loss'] },
    { step: 2, kind: 'bins', field: 'columns', line: 18, name: 'fnlwgt', near: [] },
  ],
};

/** Capital letters by the step "case", a column less by "drop"; everything else leaves the rows as they are. */
export function previewOf(
  { columns }: Manifest,
  recipe: Input<'recipes.preview'>['recipe'],
  at: number,
): RecipePreview {
  const shown = columns.slice(0, 8).map(({ name, type }) => ({ name, type }));
  const rows = Array.from({ length: 20 }, (_, row) => ({
    row: row * 7,
    split: 'train' as const,
    cells: shown.map(({ name, type }, i) => (type === 'number' ? String((row * 13 + i) % 50) : `${name} ${row % 4}`)),
  }));
  const step = recipe.steps[at - 1];
  const names = step?.settings?.columns;
  const dropped = Array.isArray(names) ? names : [];
  const kept = shown.flatMap((column, i) => (step?.kind === 'drop' && dropped.includes(column.name) ? [] : [i]));
  return {
    before: { columns: shown, rows },
    after: {
      columns: kept.map((i) => shown[i]),
      rows: rows.map((row) => ({
        ...row,
        cells: kept.map((i) => (step?.kind === 'case' ? row.cells[i].toUpperCase() : row.cells[i])),
        ...(step?.kind === 'filter' && row.row % 3 === 0 ? { dropped: true } : {}),
      })),
    },
    sampled: 2000,
    dropped: step?.kind === 'filter' ? 667 : 0,
    added: 0,
  };
}
