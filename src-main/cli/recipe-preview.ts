import type { DatasetVersion } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { PreviewTable, RecipePreview } from '../shared/recipe-preview.ts';
import type { Recipe } from '../shared/recipe.ts';
import type { Session } from './context.ts';
import { readVersion } from './data-reader.ts';
import { count, table } from './format.ts';
import { ProgressLine } from './progress.ts';
import { plural } from '../shared/plural.ts';

const shownColumns = 8;
const shownCell = 28;

/** Tells what one step of a recipe does to real samples; nothing is stored. `change`: the recipe to be tried, of the one that the version has. */
export async function tellPreview(
  session: Session,
  name: string,
  at: number | undefined,
  rows: number,
  change: (version: DatasetVersion) => Recipe | Promise<Recipe>,
): Promise<void> {
  await readVersion(session, name, async (reader, blobs, version) => {
    const { manifest } = version;
    const recipe = await change(version);
    const step = at ?? recipe.steps.length;
    if (step > recipe.steps.length) {
      throw new AtelierError('bad_arguments', `There is no step ${step}; the recipe has ${recipe.steps.length}.`);
    }
    const kind = step > 0 ? recipe.steps[step - 1].kind : null;
    const line = new ProgressLine(session.out);
    const shown = await reader.recipe(blobs, manifest, recipe, step, (steps) =>
      line.tell('preview', 'Preview', {
        ...{ stage: 'scanning', unit: 'samples', rate: 0, remaining: null },
        ...steps,
      }),
    );
    line.clear();
    tell(session, version, { step, kind }, shown, rows);
  });
}

function tell(
  { out }: Session,
  version: DatasetVersion,
  { step, kind }: { step: number; kind: string | null },
  { before, after, sampled, dropped, added }: RecipePreview,
  rows: number,
): void {
  out.record({
    ...{ dataset: version.dataset, version: version.id, step, kind, sampled, dropped, added },
    ...{ columns_before: before.columns, columns_after: after.columns },
  });
  const changed = changedColumns(before, after);
  out.text(
    `${kind === null ? 'As imported' : `Step ${step}, ${kind}`}: tried on ${plural(sampled, 'sample', 'samples', count(sampled))}, ${count(dropped)} left out, ${count(added)} added. Nothing is stored.`,
  );
  if (changed.gone.length > 0) out.text(`Columns that go: ${changed.gone.join(', ')}`);
  if (changed.come.length > 0) out.text(`Columns that come: ${changed.come.join(', ')}`);
  // Of images and sounds it is among the columns.
  const splits = version.manifest.kind === 'table';
  const lines = before.rows.slice(0, rows).map((row, i) => {
    const next = after.rows[i];
    const cells = { before: cellsOf(before, i), after: cellsOf(after, i) };
    out.record({ row: row.row, split: row.split, dropped: next.dropped === true, ...cells });
    return [
      String(row.row),
      ...(splits ? [row.split] : []),
      ...changed.shown.map((name) => told(cells.before[name], cells.after[name], next.dropped === true)),
      next.dropped ? 'left out' : '',
    ];
  });
  out.text(table([['row', ...(splits ? ['split'] : []), ...changed.shown, ''], ...lines]));
  const more = changed.all - changed.shown.length;
  if (more > 0) out.text(`${count(more)} columns more: --json has them all.`);
}

type Cells = Record<string, string | null>;

const cellsOf = ({ columns, rows }: PreviewTable, i: number): Cells =>
  Object.fromEntries(columns.map(({ name }, c) => [name, rows[i].cells[c] ?? null]));

/** Those first in which something changes. */
function changedColumns(before: PreviewTable, after: PreviewTable) {
  const had = new Map(before.columns.map(({ name }, c) => [name, c]));
  const has = new Map(after.columns.map(({ name }, c) => [name, c]));
  const names = [...new Set([...had.keys(), ...has.keys()])];
  const changes = (name: string): boolean => {
    const [from, to] = [had.get(name), has.get(name)];
    if (from === undefined || to === undefined) return true;
    return before.rows.some(({ cells }, i) => !after.rows[i].dropped && cells[from] !== after.rows[i].cells[to]);
  };
  const first = names.filter(changes);
  const sorted = [...first, ...names.filter((name) => !first.includes(name))];
  return {
    gone: [...had.keys()].filter((name) => !has.has(name)),
    come: [...has.keys()].filter((name) => !had.has(name)),
    shown: sorted.slice(0, shownColumns),
    all: names.length,
  };
}

function told(before: string | null | undefined, after: string | null | undefined, dropped: boolean): string {
  const short = (cell: string | null | undefined): string => {
    if (cell === undefined) return '';
    const text = (cell ?? '∅').replace(/\s+/g, ' ');
    return text.length > shownCell ? `${text.slice(0, shownCell - 1)}…` : text;
  };
  return dropped || before === after ? short(before) : `${short(before)} → ${short(after)}`;
}
