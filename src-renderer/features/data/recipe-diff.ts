import type { Span } from '../../../src-main/shared/annotation.ts';
import type { PreviewRow, PreviewTable, RecipePreview } from '../../../src-main/shared/recipe-preview.ts';

export type ColumnChange = 'same' | 'changed' | 'new' | 'gone';

export interface DiffColumn {
  name: string;
  change: ColumnChange;
  /** Its type changed, too. */
  retyped: boolean;
}

export interface DiffCell {
  before: string | null;
  after: string | null;
  changed: boolean;
}

export interface DiffRow {
  row: number;
  dropped: boolean;
  cells: DiffCell[];
  /** Marked in the text of the preview's `spans.column`. */
  spans: { before: Span[]; after: Span[] } | null;
}

/** One table of what a step does: the columns it touches first, the others as they stood. */
export function diffOf({ before, after }: RecipePreview): { columns: DiffColumn[]; rows: DiffRow[] } {
  const was = placesOf(before);
  const is = placesOf(after);
  const names = [
    ...after.columns.map(({ name }) => name),
    ...before.columns.flatMap(({ name }) => (is.has(name) ? [] : [name])),
  ];
  const cellAt = (name: string, row: number): DiffCell => {
    const [b, a] = [was.get(name), is.get(name)];
    const old = b === undefined ? null : before.rows[row].cells[b];
    // A row that is left out is as it was.
    const now = a === undefined || after.rows[row].dropped ? old : after.rows[row].cells[a];
    return { before: old, after: now, changed: b !== undefined && a !== undefined && !same(old, now) };
  };
  const rows = before.rows.map((_, row) => row);
  const columns = names.map((name): DiffColumn => {
    const [b, a] = [was.get(name), is.get(name)];
    if (b === undefined) return { name, change: 'new', retyped: false };
    if (a === undefined) return { name, change: 'gone', retyped: false };
    const retyped = before.columns[b].type !== after.columns[a].type;
    const changed = retyped || rows.some((row) => cellAt(name, row).changed);
    return { name, change: changed ? 'changed' : 'same', retyped };
  });
  const touched = columns.filter(({ change }) => change !== 'same');
  const ordered = [...touched, ...columns.filter(({ change }) => change === 'same')];
  return {
    columns: ordered,
    rows: rows.map((row) => ({
      row: before.rows[row].row,
      dropped: after.rows[row].dropped === true,
      cells: ordered.map(({ name }) => cellAt(name, row)),
      spans: spansOf(before.rows[row], after.rows[row]),
    })),
  };
}

function spansOf(before: PreviewRow, after: PreviewRow): DiffRow['spans'] {
  if (!before.spans || !after.spans) return null;
  const marks = ({ spans }: PreviewRow): Span[] => spans!.map((span) => ({ type: 'span', ...span }));
  return { before: marks(before), after: marks(after) };
}

/** 1.50 and 1.5 are one number, however a step has come to write it. */
const same = (before: string | null, after: string | null): boolean =>
  before === after || (plain(before) && plain(after) && Number(before) === Number(after));

/** Of other figures (007, 1e5) the letters may be what matters. */
const plain = (cell: string | null): boolean => cell !== null && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(cell);

const placesOf = ({ columns }: PreviewTable): Map<string, number> => new Map(columns.map(({ name }, i) => [name, i]));
