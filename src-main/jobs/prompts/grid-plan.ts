import { createHash } from 'node:crypto';
import type { NewGrid as StoredGrid } from '../../db/grids.ts';
import * as promptRows from '../../db/prompts.ts';
import { passagesVariable } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { GenerationSettings } from '../../shared/generation.ts';
import type { PromptTest } from '../../shared/prompt/checks.ts';
import { givenAway } from '../../shared/prompt/examples.ts';
import { variablesIn, type Meaning } from '../../shared/prompt/expand.ts';
import {
  cellsOf,
  mostGridCells,
  mostGridColumns,
  mostGridRows,
  type GridColumn,
  type GridRow,
  type GridSource,
  type GridSummary,
  type GridTask,
  type GridWish,
} from '../../shared/prompt/grid.ts';
import type { Context } from '../context.ts';
import { askedModelName } from '../remote/doorway.ts';
import { askedOf } from './answering.ts';
import { keepDraft } from './keep.ts';
import type { Meanings } from './meaning.ts';
import { filledPrompt } from './rendering.ts';

export interface NewGrid extends GridWish {
  rows: readonly GridRow[];
  source: GridSource;
  test?: PromptTest;
  /** Of each row that has none of its own: what its `{{passages}}` stand for. */
  passages?: readonly (string | null)[] | null;
}

/** All that is stored of a grid before anything is asked; of drafts versions are made. Errors: empty_prompt, no_variable, those of prompts and models. */
export function plannedGrid(
  context: Context,
  meanings: Meanings,
  { prompts, models, settings, name, source, test, passages, rows, now }: NewGrid & { now: number },
): Omit<StoredGrid, 'id'> {
  const { store } = context;
  const asked = prompts.map(({ prompt, version }) => {
    const draft = meanings.of(prompt, version);
    if (draft.text.trim() === '')
      throw new AtelierError('empty_prompt', 'The prompt is empty. Write what the model is to go on with.');
    const kept = version ?? keepDraft(store, prompt, '', now);
    return {
      prompt,
      meaning: meanings.of(prompt, kept),
      version: kept,
      name: promptRows.getPrompt(store, prompt).name,
    };
  });
  const given = rows.map((row, i) => {
    const found = passages?.[i];
    return typeof found === 'string' ? { ...row, [passagesVariable]: found } : row;
  });
  const completed = asked.reduce<readonly GridRow[]>(
    (all, one) =>
      completedRows(all, one.name, variablesIn(one.meaning), promptRows.getDraft(store, one.prompt).bench.variables),
    given,
  );
  const columns = asked.flatMap(({ prompt, version, meaning, name: promptName }) =>
    models.flatMap((model) =>
      settings.map((one): GridColumn => ({
        prompt,
        promptName,
        version,
        model,
        modelName: askedModelName(context, model),
        settings: gridSettings(one),
        ...(meaning.examples.length > 0 && {
          meaning: { text: meaning.text, examples: meaning.examples, includes: meaning.includes },
        }),
      })),
    ),
  );
  const leaked = Math.max(...asked.map(({ meaning }) => givenAway(meaning.examples, completed)));
  const usual = asked
    .map((one) => one.name)
    .join(', ')
    .slice(0, 200);
  return {
    name: name || usual,
    columns,
    rows: completed,
    sha256: comparableBy(completed, passages),
    source: leaked > 0 ? { ...source, leaked } : source,
    test: test ?? null,
  };
}

/** What documents say may change from test to test: what is asked is what makes two comparable. */
function comparableBy(rows: readonly GridRow[], passages: NewGrid['passages']): string {
  const compared = rows.map((row, i) =>
    typeof passages?.[i] === 'string' ? { ...row, [passagesVariable]: undefined } : row,
  );
  return createHash('sha256').update(JSON.stringify(compared)).digest('hex');
}

/** Errors: no_rows, too_large. */
export function requireSize({ prompts, models, settings, rows }: NewGrid): void {
  if (rows.length === 0) throw new AtelierError('no_rows', 'A grid needs a row at least.');
  const width = prompts.length * models.length * settings.length;
  const cells = width * rows.length;
  if (rows.length > mostGridRows || width > mostGridColumns || cells > mostGridCells) {
    throw new AtelierError(
      'too_large',
      `${rows.length} rows of ${width} answers each are ${cells}: a grid has ${mostGridRows} rows, ${mostGridColumns} columns and ${mostGridCells} answers at most. Take fewer rows.`,
    );
  }
}

/** One answer a cell, and of its tokens nothing but they themselves. */
const gridSettings = (settings: GenerationSettings): GenerationSettings => ({ ...settings, n: 1, logprobs: 0 });

export const distinct = <T>(all: readonly T[]): T[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
];

/** What rows lack of a prompt's variables is as on its bench. Throws `no_variable`. */
function completedRows(
  all: readonly GridRow[],
  prompt: string,
  names: readonly string[],
  bench: Readonly<Record<string, string>>,
): GridRow[] {
  return all.map((row, i) => {
    const missing = names.filter((name) => !Object.hasOwn(row, name));
    const unknown = missing.find((name) => !Object.hasOwn(bench, name) || bench[name] === '');
    if (unknown !== undefined) {
      throw new AtelierError(
        'no_variable',
        `"${prompt}" has {{${unknown}}}, and row ${i + 1} has no value of that name. It has: ${Object.keys(row).slice(0, 20).join(', ') || 'none'}. Rename a column, or give the variable a value on the bench.`,
      );
    }
    return { ...row, ...Object.fromEntries(missing.map((name) => [name, bench[name]])) };
  });
}

/** What is to be asked: all cells that are not done; of only these where some are named. `settings`: each told once. */
export function tasksOf(
  { columns, rows: height }: GridSummary,
  values: readonly GridRow[],
  meanings: readonly Meaning[],
  done: ReadonlySet<number>,
  only?: readonly { row: number; column: number }[],
): { tasks: GridTask[]; settings: GenerationSettings[] } {
  const settings = distinct(columns.map((column) => column.settings));
  const models = distinct(columns.map((column) => column.model));
  const placeOf = <T>(all: readonly T[], one: T) =>
    all.findIndex((each) => JSON.stringify(each) === JSON.stringify(one));
  const places = columns.map((column) => ({
    model: placeOf(models, column.model),
    settings: placeOf(settings, column.settings),
  }));
  const wanted = only && new Set(only.map(({ row, column }) => row * columns.length + column));
  const tasks: GridTask[] = [];
  for (let index = 0; index < cellsOf({ columns, rows: height }); index++) {
    if (wanted ? !wanted.has(index) || done.has(index) : done.has(index)) continue;
    const [row, column] = [Math.floor(index / columns.length), index % columns.length];
    const prompt = filledPrompt(meanings[column], values[row]);
    tasks.push({ index, ...places[column], prompt, asked: askedOf(prompt, columns[column].settings) });
  }
  return { tasks, settings };
}
