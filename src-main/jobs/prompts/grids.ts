import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { insertAnswer, keyOfAnswer, modelsAsked } from '../../db/asked.ts';
import * as rows from '../../db/grids.ts';
import { dismissJob, getJobRequest } from '../../db/jobs.ts';
import * as promptRows from '../../db/prompts.ts';
import { passagesVariable } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { GenerationSettings } from '../../shared/generation.ts';
import { newId, type GridId, type JobId } from '../../shared/ids.ts';
import { givenAway } from '../../shared/prompt/examples.ts';
import { variablesIn, type Meaning } from '../../shared/prompt/expand.ts';
import type { PromptTest } from '../../shared/prompt/checks.ts';
import {
  cellsOf,
  mostGridCells,
  mostGridColumns,
  mostGridPage,
  mostGridRows,
  type GridAnswer,
  type GridColumn,
  type GridDetail,
  type GridNews,
  type GridPage,
  type GridPreference,
  type GridRow,
  type GridSource,
  type GridSummary,
  type GridTask,
  type GridWish,
} from '../../shared/prompt/grid.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { Context } from '../context.ts';
import { askedModel, askedModelName } from '../remote/doorway.ts';
import { unheard, type Started } from '../work.ts';
import { answerTasks, askedOf, keptText, type Answering } from './answering.ts';
import { keepDraft } from './keep.ts';
import { askedAbout, columnMeaning, type Meanings } from './meaning.ts';
import { filledPrompt, type Rendering } from './rendering.ts';
import { passagesOfRows } from './row-passages.ts';

/** The window hears this often that cells have come. */
const toldEveryMs = 250;

export interface NewGrid extends GridWish {
  rows: readonly GridRow[];
  source: GridSource;
  test?: PromptTest;
  /** Of each row that has none of its own: what its `{{passages}}` stand for. */
  passages?: readonly (string | null)[] | null;
}

/** Prompts × models × settings over rows: every answer is stored as it comes, and what is there is not asked for again. */
export class Grids {
  readonly #context: Context;
  readonly #meanings: Meanings;
  readonly #rendering: Pick<Rendering, 'retrieve'>;
  #closing = false;
  #toldAt = 0;
  #tellTimer: NodeJS.Timeout | null = null;
  /** Of a grid that was made for a test: what becomes of it once it is filled. */
  onFilled: (id: GridId) => void = () => {};

  constructor(context: Context, meanings: Meanings, rendering: Pick<Rendering, 'retrieve'>) {
    this.#context = context;
    this.#meanings = meanings;
    this.#rendering = rendering;
  }

  list(of?: Parameters<typeof rows.listGrids>[1]): GridSummary[] {
    return rows.listGrids(this.#context.store, of).map((one) => this.#withJob(one));
  }
  /** Throws `no_such_grid`. */
  get(id: GridId): GridDetail {
    const { store } = this.#context;
    return { summary: this.#withJob(rows.getGrid(store, id)), names: rows.gridNames(store, id) };
  }
  page(id: GridId, offset: number, limit: number): GridPage {
    const { store } = this.#context;
    return rows.gridPage(store, id, rows.getGrid(store, id).columns.length, offset, Math.min(limit, mostGridPage));
  }
  answer(id: GridId, row: number, column: number): GridAnswer {
    return rows.gridAnswer(this.#context.store, id, row, column);
  }
  /** A job that nobody works on is none. */
  #withJob(summary: GridSummary): GridSummary {
    const active = summary.job !== null && this.#context.queue.active.some(({ id }) => id === summary.job);
    return active ? summary : { ...summary, job: null };
  }

  /** `create`, once the examples are drawn that prompts show, and the passages of rows are found. Errors: those of `passagesOfRows` as well. */
  async make(wish: NewGrid): Promise<GridId> {
    const retrieve: Rendering['retrieve'] = (...asked) => this.#rendering.retrieve(...asked);
    requireSize(wish);
    const passages = await passagesOfRows(this.#context.store, { meanings: this.#meanings, retrieve }, wish);
    return this.#meanings.drawn(() => this.create({ ...wish, passages }));
  }
  /**
   * Nothing is asked yet: `fill` does. Of drafts versions are made. Errors: no_rows, too_large, no_variable, empty_prompt, and those of
   * prompts and models.
   */
  create(wish: NewGrid): GridId {
    const { prompts, models, settings, name, source, test, passages } = wish;
    const { store } = this.#context;
    requireSize(wish);
    const given = wish.rows.map((row, i) => {
      const found = passages?.[i];
      return typeof found === 'string' ? { ...row, [passagesVariable]: found } : row;
    });
    // One that nobody may ask is told before there is a grid.
    for (const model of models) if ('remote' in model) this.#context.remotes.open(model);
    const id = newId('grid');
    store.transaction(() => {
      const now = Date.now();
      const asked = prompts.map(({ prompt, version }) => {
        const draft = this.#meanings.of(prompt, version);
        if (draft.text.trim() === '')
          throw new AtelierError('empty_prompt', 'The prompt is empty. Write what the model is to go on with.');
        const kept = version ?? keepDraft(store, prompt, '', now);
        const meaning = this.#meanings.of(prompt, kept);
        return { prompt, meaning, version: kept, name: promptRows.getPrompt(store, prompt).name };
      });
      const completed = asked.reduce<readonly GridRow[]>(
        (all, one) =>
          completedRows(
            all,
            one.name,
            variablesIn(one.meaning),
            promptRows.getDraft(store, one.prompt).bench.variables,
          ),
        given,
      );
      const columns = asked.flatMap(({ prompt, version, meaning, name: promptName }) =>
        models.flatMap((model) =>
          settings.map((one): GridColumn => ({
            prompt,
            promptName,
            version,
            model,
            modelName: askedModelName(this.#context, model),
            settings: gridSettings(one),
            ...(meaning.examples.length > 0 && {
              meaning: { text: meaning.text, examples: meaning.examples, includes: meaning.includes },
            }),
          })),
        ),
      );
      const leaked = Math.max(...asked.map(({ meaning }) => givenAway(meaning.examples, completed)));
      // What documents say may change from test to test: what is asked is what makes two comparable.
      const compared = completed.map((row, i) =>
        typeof passages?.[i] === 'string' ? { ...row, [passagesVariable]: undefined } : row,
      );
      const sha256 = createHash('sha256').update(JSON.stringify(compared)).digest('hex');
      const usual = asked
        .map((one) => one.name)
        .join(', ')
        .slice(0, 200);
      rows.insertGrid(
        store,
        {
          ...{ id, name: name || usual, columns, rows: completed, sha256, test: test ?? null },
          source: leaked > 0 ? { ...source, leaked } : source,
        },
        now,
      );
    });
    this.#context.events.emit({ type: 'changed', noun: 'prompts' });
    this.#changed();
    return id;
  }

  /** Asks for all cells that have no answer, failed ones again; of only these where some are named. Errors: those of the models. */
  fill(id: GridId, only?: readonly { row: number; column: number }[]): Started<GridSummary> {
    const { store } = this.#context;
    const summary = this.get(id).summary;
    if (summary.job)
      throw new AtelierError('already_filled', 'This grid is being filled already. Wait for that, or cancel it.');
    const isTest = rows.gridTest(store, id) !== null;
    const key = rows.gridKey(store, id);
    const { columns } = summary;
    const values = rows.gridRows(store, id);
    const meanings = columns.map((column) => columnMeaning(store, column));
    const { tasks, settings } = tasksOf(summary, values, meanings, rows.finishedCells(store, id, columns.length), only);
    const models = distinct(columns.map(({ model }) => model));
    const at = (index: number) => ({ row: Math.floor(index / columns.length), column: index % columns.length });
    const variables = meanings.map(variablesIn);
    const askedAt = new Map(tasks.map(({ index, asked }) => [index, asked]));
    const take = (cells: readonly GridNews[]): void => {
      store.relaxed(() => {
        for (const cell of cells) {
          const { row, column } = at(cell.index);
          if ('error' in cell) {
            rows.putCell(store, key, row, column, { error: cell.error });
            continue;
          }
          const { prompt, version, model, modelName, settings } = columns[column];
          const asked = askedAt.get(cell.index)!;
          const known = keyOfAnswer(store, asked, cell.model);
          const completion =
            known ??
            insertAnswer(
              store,
              {
                id: newId('completion'),
                grid: id,
                ...{ prompt, version, asked, model: cell.model },
                request: {
                  ...{ model, modelName, settings, branch: null },
                  variables: Object.fromEntries(variables[column].map((name) => [name, values[row][name]])),
                  ...askedAbout(meanings[column]),
                },
                given: cell.answer!.given,
                text: keptText(cell.answer!.text, cell.answer!.facts),
                facts: cell.answer!.facts,
              },
              Date.now(),
            );
          rows.putCell(store, key, row, column, { completion, cached: known !== null });
        }
      });
      this.#changedSoon();
    };
    const settle = (): void => {
      // One that is closed, or dies, is gone on with; one that was made for a test is not done before it is judged.
      if (!this.#closing) rows.setGridJob(store, id, null);
    };
    const answering: Answering = {
      title: summary.name,
      request: { grid: id },
      models: models.map((ref) => askedModel(this.#context, ref)),
      settings,
      tasks: tasks.sort((a, b) => a.model - b.model || a.index - b.index),
      known: modelsAsked(
        store,
        tasks.map(({ asked }) => asked),
      ),
      threads: defaultThreads(availableParallelism()),
      take,
      submitted: (job) => rows.setGridJob(store, id, job),
      finished: isTest ? () => {} : settle,
      ended: settle,
      settled: (status) => {
        // How many answers a prompt has is told in its list.
        this.#context.events.emit({ type: 'changed', noun: 'prompts' });
        this.#changed();
        if (status === 'finished' && isTest) this.onFilled(id);
      },
    };
    const { job, result } = answerTasks(this.#context.queue, answering);
    this.#changed();
    return { job, result: unheard(result.then(() => this.get(id).summary)) };
  }

  /** Goes on with what a job was to fill. */
  fillAgain(job: JobId): Started<GridSummary> {
    return this.fill((getJobRequest(this.#context.store, job) as { grid: GridId }).grid);
  }

  /** Its test has been judged, or cannot be. */
  tested(id: GridId): void {
    rows.setGridJob(this.#context.store, id, null);
    this.#changed();
  }

  /** Goes on with those that were being filled when the workspace was last let go. */
  restore(): void {
    const { store } = this.#context;
    for (const { id, job } of rows.unfilledGrids(store)) {
      try {
        this.fill(id);
        // The one that goes on stands in its place.
        store.transaction(() => dismissJob(store, job));
      } catch {
        // A model that is gone, say: its cells wait, and asking for them tells why not.
        rows.setGridJob(store, id, null);
      }
    }
  }
  close(): void {
    this.#closing = true;
    if (this.#tellTimer) clearTimeout(this.#tellTimer);
  }

  set(id: GridId, change: { name?: string; archived?: boolean }): void {
    rows.setGrid(this.#context.store, id, change);
    this.#changed();
  }
  /** From 1 (bad) to 5 (excellent); null takes it back. Throws `no_answer`. */
  rate(id: GridId, row: number, column: number, rating: number | null): void {
    rows.rateCell(this.#context.store, id, row, column, rating);
    this.#changedSoon();
  }
  /** Which of two answers to a row is better; null takes it back. Throws `no_answer`. */
  prefer(
    id: GridId,
    row: number,
    preference: Omit<GridPreference, 'choice'> & { choice: GridPreference['choice'] | null },
  ): void {
    rows.putPreference(this.#context.store, id, row, preference);
    this.#changedSoon();
  }

  #changed(): void {
    this.#context.events.emit({ type: 'changed', noun: 'grids' });
  }
  /** The last of a burst is not lost. */
  #changedSoon(): void {
    if (this.#tellTimer || this.#closing) return;
    const wait = Math.max(0, this.#toldAt + toldEveryMs - Date.now());
    this.#tellTimer = setTimeout(() => {
      this.#tellTimer = null;
      this.#toldAt = Date.now();
      this.#changed();
    }, wait);
    this.#tellTimer.unref();
  }
}

/** Errors: no_rows, too_large. */
function requireSize({ prompts, models, settings, rows }: NewGrid): void {
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

const distinct = <T>(all: readonly T[]): T[] => [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];

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

function tasksOf(
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
