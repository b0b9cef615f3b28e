import { availableParallelism } from 'node:os';
import * as rows from '../../db/evaluations.ts';
import { columnAnswers } from '../../db/grid-cells.ts';
import * as gridRows from '../../db/grids.ts';
import { listPrompts } from '../../db/prompts.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { GenerationSettings } from '../../shared/generation.ts';
import { newId, type EvaluationId, type GridId, type JobId, type PromptId } from '../../shared/ids.ts';
import type { GridNews, GridRow, GridSource } from '../../shared/prompt/grid.ts';
import { passesGate, wantedOf, type PromptCheck, type PromptTest } from '../../shared/prompt/checks.ts';
import type { Said, ScriptVerdict } from '../../shared/prompt/assess.ts';
import { usualSettings, type LanguageModelRef } from '../../shared/prompt/prompt.ts';
import type { WriterPrompt } from '../../shared/prompt/writer.ts';
import type { Evaluation, EvaluationComparison, EvaluationSummary } from '../../shared/prompt/grid.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { Context } from '../context.ts';
import { predictParams } from '../models.ts';
import type { Reader } from '../reader.ts';
import { askedModel, requireAskable } from '../remote/doorway.ts';
import { answerTasks, askedOf } from './answering.ts';
import type { Grids } from './grids.ts';
import { languageModelName, openedModel, requireKind } from './language-models.ts';

export interface TestWish {
  prompt: PromptId;
  /** Without it the draft, of which one is made. */
  version?: number;
  model: LanguageModelRef;
  settings: GenerationSettings;
  rows: readonly GridRow[];
  source: GridSource;
  test: PromptTest;
}
export interface StartedTest {
  grid: GridId;
  job: JobId;
  /** Rejects with the first job's error. May be left unheard. */
  result: Promise<Evaluation>;
}

interface Waiting {
  resolve(evaluation: Evaluation): void;
  reject(error: unknown): void;
}

/** Tests of prompts: the answers are a grid of one column, what checks say of them is kept with the prompt's version. */
export class Evaluations {
  readonly #context: Context;
  readonly #grids: Grids;
  readonly #reader: Pick<Reader, 'compareTests'>;
  readonly #waiting = new Map<GridId, Waiting>();
  #closing = false;

  constructor(context: Context, grids: Grids, reader: Pick<Reader, 'compareTests'>) {
    this.#reader = reader;
    this.#context = context;
    this.#grids = grids;
    grids.onFilled = (id) => void this.#judge(id);
  }

  test(prompt: PromptId): PromptTest {
    return rows.getTest(this.#context.store, prompt);
  }
  setTest(prompt: PromptId, test: PromptTest): void {
    rows.putTest(this.#context.store, prompt, test);
    this.#context.events.emit({ type: 'changed', noun: 'grids' });
  }
  list(prompt: PromptId): EvaluationSummary[] {
    return rows.listEvaluations(this.#context.store, prompt).map(({ scores, ...rest }) => ({
      ...rest,
      scores: scores.map(({ kind, score, problems }) => ({ kind, score, problems })),
    }));
  }
  get(id: EvaluationId): Evaluation {
    return rows.getEvaluation(this.#context.store, id);
  }
  /** Of all prompts, for resolving what people type. */
  all(): { id: EvaluationId; prompt: PromptId }[] {
    const { store } = this.#context;
    return listPrompts(store, { archived: true }).flatMap(({ id: prompt }) =>
      rows.listEvaluations(store, prompt).map(({ id }) => ({ id, prompt })),
    );
  }
  /** Whether two versions differ by more than luck. Errors: other_rows, no_common_check. */
  compare(first: EvaluationId, second: EvaluationId): Promise<EvaluationComparison> {
    return this.#reader.compareTests(this.get(first), this.get(second));
  }

  /** What cannot be checked is said before anything is asked. Errors: no_checks, no_expected, bad_pattern, bad_script, those of schemas, and of `Grids.create`. */
  async start({ prompt, version, model, settings, test, ...rest }: TestWish): Promise<StartedTest> {
    const { store } = this.#context;
    if (test.checks.length === 0) throw new AtelierError('no_checks', 'There is nothing to check. Add a check first.');
    for (const check of test.checks) this.#require(check);
    await this.#assess(test.checks, [...rest.rows], null, []);
    const grid = await this.#grids.make({
      prompts: [{ prompt, version }],
      models: [model],
      settings: [settings],
      test,
      ...rest,
    });
    const result = new Promise<Evaluation>((resolve, reject) => this.#waiting.set(grid, { resolve, reject }));
    result.catch(() => {});
    try {
      const { job, result: filled } = this.#grids.fill(grid);
      filled.catch((error: unknown) => this.#failed(grid, error));
      return { grid, job, result };
    } catch (error) {
      this.#waiting.delete(grid);
      gridRows.setGrid(store, grid, { archived: true });
      throw error;
    }
  }

  close(): void {
    this.#closing = true;
  }

  /** What it asks of others is there. Errors: those of opening models and runs. */
  #require(check: PromptCheck): void {
    const { store } = this.#context;
    switch (check.kind) {
      case 'judge':
        requireAskable(this.#context, check.model, 'writes', 'judging');
        break;
      case 'classifier':
        if ('folder' in check) requireKind(store, check, 'classifies', 'the check of a class');
        else predictParams(store, store.folder, { model: { run: check.run }, paths: [], texts: [''] });
        break;
      case 'embedding':
        requireKind(store, check, 'embeds', 'the check of meaning');
    }
  }

  async #judge(grid: GridId): Promise<void> {
    const { store } = this.#context;
    try {
      const test = gridRows.gridTest(store, grid)!;
      const { columns, rows: height } = gridRows.getGrid(store, grid);
      const [{ prompt, version }] = columns;
      const values = gridRows.gridRows(store, grid);
      const answers = columnAnswers(store, grid, 0, height);
      const said: (Said[] | null)[] = [];
      for (const check of test.checks) said.push(await this.#said(check, answers, values));
      const scores = await this.#assess(test.checks, values, answers, said);
      const passed = passesGate(scores, test.gate);
      const id = newId('evaluation');
      store.transaction(() =>
        rows.insertEvaluation(store, { id, prompt, version, grid, test, scores, passed }, Date.now()),
      );
      this.#grids.tested(grid);
      this.#waiting.get(grid)?.resolve(this.get(id));
      this.#waiting.delete(grid);
    } catch (error) {
      this.#failed(grid, error);
    }
  }

  #failed(grid: GridId, error: unknown): void {
    // Whoever goes on with the queue goes on with it.
    if (!this.#closing) this.#grids.tested(grid);
    this.#waiting.get(grid)?.reject(error);
    this.#waiting.delete(grid);
  }

  async #assess(checks: PromptCheck[], values: GridRow[], answers: (string | null)[] | null, said: (Said[] | null)[]) {
    const title = checks.map(({ kind }) => kind).join(', ');
    const params = { checks, rows: values, answers, said };
    const verdicts = checks.map((): ScriptVerdict[] => []);
    const { result } = this.#context.queue.submit({
      kind: 'assess',
      title,
      params,
      message(told) {
        if (told.type === 'verdict') verdicts[told.check].push(told.verdict);
      },
      // An assertion took the process along.
      next(outcome) {
        const at = checks.findIndex(
          ({ kind }, i) =>
            kind === 'javascript' && verdicts[i].length < (answers ?? []).filter((one) => one !== null).length,
        );
        if (outcome.status !== 'failed' || !outcome.exit || at < 0) return outcome;
        verdicts[at].push({ error: 'It took all memory and was ended.' });
        return { params: { ...params, verdicts } };
      },
    });
    return (await result).scores;
  }

  /** What another model says of each answer. */
  async #said(
    check: PromptCheck,
    answers: readonly (string | null)[],
    values: readonly GridRow[],
  ): Promise<Said[] | null> {
    const { store, queue } = this.#context;
    const there = answers.flatMap((answer, row) => (answer === null ? [] : [row]));
    const said = new Array<Said>(answers.length).fill(null);
    if (there.length === 0) return said;
    const threads = defaultThreads(availableParallelism());
    if (check.kind === 'classifier' && 'run' in check) {
      const texts = there.map((row) => answers[row]!);
      const params = predictParams(store, store.folder, { model: { run: check.run }, paths: [], texts });
      const { predictions } = await queue.submit({ kind: 'predict', title: 'classifier', run: check.run, params })
        .result;
      there.forEach((row, i) => (said[row] = { text: predictions[i]?.label ?? '' }));
      return said;
    }
    if (check.kind === 'embedding') {
      const pairs = there.map((row): [string, string] => [answers[row]!, wantedOf(check.wanted, values[row])]);
      const model = openedModel(store, store.folder, { folder: check.folder });
      const { cosines } = await queue.submit({
        kind: 'similarity',
        title: languageModelName(store, { folder: check.folder }),
        params: { model, pairs, threads },
      }).result;
      there.forEach((row, i) => (said[row] = { score: Math.max(0, cosines[i]) }));
      return said;
    }
    if (check.kind === 'classifier') {
      await this.#ask(
        check.kind,
        check,
        there.map((row) => ({ row, prompt: answers[row]! })),
        verdicts,
        said,
      );
      return said;
    }
    if (check.kind !== 'judge') return null;
    await this.#ask(
      check.kind,
      check.model,
      there.map((row) => ({ row, prompt: judgement(check.rubric, values[row], answers[row]!) })),
      'remote' in check.model ? judgingElsewhere : judging,
      said,
      'remote' in check.model ? judged : undefined,
    );
    return said;
  }

  /** Has a model asked of rows; what it says is put there. */
  async #ask(
    title: string,
    model: LanguageModelRef,
    asked: readonly { row: number; prompt: WriterPrompt }[],
    settings: GenerationSettings,
    said: Said[],
    read: (text: string) => Said = (text) => ({ text }),
  ): Promise<void> {
    const { queue } = this.#context;
    const tasks = asked.map(({ row, prompt }) => ({
      index: row,
      model: 0,
      settings: 0,
      prompt,
      asked: askedOf(prompt, settings),
    }));
    const askedAt = new Map(tasks.map(({ index, asked }) => [index, asked]));
    const known = new Map<string, string>();
    const { result } = answerTasks(queue, {
      title,
      models: [askedModel(this.#context, model)],
      settings: [settings],
      tasks,
      known: {},
      threads: defaultThreads(availableParallelism()),
      take(cells: readonly GridNews[]) {
        for (const cell of cells) {
          if ('error' in cell) {
            said[cell.index] = { error: cell.error.message };
            continue;
          }
          const asked = askedAt.get(cell.index)!;
          if (cell.answer) known.set(asked, cell.answer.text.text);
          // Without an answer the same was asked a moment ago.
          said[cell.index] = read(known.get(asked) ?? '');
        }
      },
    });
    await result;
  }
}

/** Nothing of it matters to what a classifier says. */
const verdicts: GenerationSettings = { ...usualSettings, temperature: 0, logprobs: 0 };

/** A judge is held to one number, and leaves nothing to chance. */
const judging: GenerationSettings = {
  ...usualSettings,
  ...{ temperature: 0, maxTokens: 4, logprobs: 0 },
  form: { kind: 'regex', pattern: '[1-5]' },
};

/** One elsewhere cannot be held to it, and may think before. */
const judgingElsewhere: GenerationSettings = { ...judging, maxTokens: 2048, form: null };

/** The number that a judge says in its last line, among whatever else; none where there are several. */
function judged(text: string): Said {
  const last = text.trim().split('\n').at(-1)!;
  const numbers = new Set(last.replace(/\s*(?:\/|out of)\s*5\b/g, '').match(/(?<![\d.,])[1-5](?![\d.,]*\d)/g));
  if (numbers.size === 1) return { text: [...numbers][0] };
  return { error: `The judge said no number from 1 to 5 but "${last.slice(-80)}".` };
}

const judgement = (rubric: string, values: GridRow, answer: string) => [
  {
    role: 'system' as const,
    text: 'You judge answers. Say only a number from 1 (does not do at all what the rubric asks) to 5 (does it fully).',
  },
  {
    role: 'user' as const,
    text: `Rubric:\n${rubric}\n\nValues:\n${JSON.stringify(values)}\n\nAnswer:\n${answer}\n\nYour number:`,
  },
];
