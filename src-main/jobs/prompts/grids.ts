import { availableParallelism } from 'node:os';
import { insertAnswer, keyOfAnswer, modelsAsked } from '../../db/asked.ts';
import * as cells from '../../db/grid-cells.ts';
import * as judgements from '../../db/grid-judgements.ts';
import * as rows from '../../db/grids.ts';
import { dismissJob, getJobRequest } from '../../db/jobs.ts';
import { newId, type GridId, type JobId } from '../../shared/ids.ts';
import { variablesIn } from '../../shared/prompt/expand.ts';
import {
  mostGridPage,
  type GridAnswer,
  type GridDetail,
  type GridNews,
  type GridPage,
  type GridPreference,
  type GridSummary,
} from '../../shared/prompt/grid.ts';
import { AtelierError } from '../../shared/errors.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { Context } from '../context.ts';
import { askedModel } from '../remote/doorway.ts';
import { unheard, type Started } from '../work.ts';
import { answerTasks, keptText, type Answering } from './answering.ts';
import { distinct, plannedGrid, requireSize, tasksOf, type NewGrid } from './grid-plan.ts';
import { askedAbout, columnMeaning, type Meanings } from './meaning.ts';
import type { Rendering } from './rendering.ts';
import { passagesOfRows } from './row-passages.ts';

/** The window hears this often that cells have come. */
const toldEveryMs = 250;

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
    return cells.gridPage(store, id, rows.getGrid(store, id).columns.length, offset, Math.min(limit, mostGridPage));
  }
  answer(id: GridId, row: number, column: number): GridAnswer {
    return cells.gridAnswer(this.#context.store, id, row, column);
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
    const { store } = this.#context;
    requireSize(wish);
    // One that nobody may ask is told before there is a grid.
    for (const model of wish.models) if ('remote' in model) this.#context.remotes.open(model);
    const id = newId('grid');
    store.transaction(() => {
      const now = Date.now();
      rows.insertGrid(store, { id, ...plannedGrid(this.#context, this.#meanings, { ...wish, now }) }, now);
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
    const { tasks, settings } = tasksOf(
      summary,
      values,
      meanings,
      cells.finishedCells(store, id, columns.length),
      only,
    );
    const models = distinct(columns.map(({ model }) => model));
    const at = (index: number) => ({ row: Math.floor(index / columns.length), column: index % columns.length });
    const variables = meanings.map(variablesIn);
    const askedAt = new Map(tasks.map(({ index, asked }) => [index, asked]));
    const take = (news: readonly GridNews[]): void => {
      store.relaxed(() => {
        for (const cell of news) {
          const { row, column } = at(cell.index);
          if ('error' in cell) {
            cells.putCell(store, key, row, column, { error: cell.error });
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
          cells.putCell(store, key, row, column, { completion, cached: known !== null });
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
    judgements.rateCell(this.#context.store, id, row, column, rating);
    this.#changedSoon();
  }
  /** Which of two answers to a row is better; null takes it back. Throws `no_answer`. */
  prefer(
    id: GridId,
    row: number,
    preference: Omit<GridPreference, 'choice'> & { choice: GridPreference['choice'] | null },
  ): void {
    judgements.putPreference(this.#context.store, id, row, preference);
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
