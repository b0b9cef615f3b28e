import { createHash } from 'node:crypto';
import { AtelierError, type ErrorFacts } from '../../shared/errors.ts';
import type { GenerationSettings, WrittenText } from '../../shared/generation.ts';
import type { GridParams } from '../../shared/work/generate.ts';
import type { GridNews, GridResult, GridTask } from '../../shared/prompt/grid.ts';
import type { CompletionFacts, CompletionText } from '../../shared/prompt/prompt.ts';
import type { WriterPrompt } from '../../shared/prompt/writer.ts';
import type { JobQueue } from '../queue.ts';
import type { Started, Work } from '../work.ts';

/** SHA-256 of what is asked, whichever model is. */
export const askedOf = (prompt: WriterPrompt, settings: GenerationSettings): string =>
  createHash('sha256')
    .update(JSON.stringify([prompt, settings]))
    .digest('hex');

/** What is stored of a text that was written. One of a model elsewhere has no tokens that would mean anything here. */
export const keptText = (
  { text, tokens, finish, verdict }: WrittenText,
  { remote }: Pick<CompletionFacts, 'remote'>,
): CompletionText => ({ text, ...(!remote && { tokens }), finish, verdict });

export interface Answering
  extends GridParams, Pick<Work<'grid'>, 'title' | 'request' | 'submitted' | 'ended' | 'settled'> {
  /** Stores what came; all or nothing. */
  take(cells: readonly GridNews[]): void;
  finished?(): void;
}

/**
 * Has tasks answered, by one process after another where one dies: what it died of is told of the task that it was at, and the others are
 * answered all the same. A model that takes the process along before its first answer is not tried again.
 */
export function answerTasks(
  queue: JobQueue,
  { title, request, submitted, ended, settled, take, finished, ...params }: Answering,
): Started<GridResult> {
  let left: readonly GridTask[] = params.tasks;
  let unstored: unknown = null;
  let written = 0;
  const answered = new Set<number>();
  const taken = (cells: readonly GridNews[]): void => {
    try {
      take(cells);
    } catch (error) {
      unstored = error;
      throw error;
    }
    const told = new Set(cells.map(({ index }) => index));
    for (const { index, model } of left) if (told.has(index)) answered.add(model);
    for (const cell of cells) if ('answer' in cell && cell.answer) written++;
    left = left.filter(({ index }) => !told.has(index));
  };
  const died = (error: ErrorFacts): void => {
    const [at] = left;
    const lost = answered.has(at.model) ? [at] : left.filter(({ model }) => model === at.model);
    taken(lost.map(({ index }) => ({ index, error })));
  };
  return queue.submit({
    kind: 'grid',
    title,
    request,
    params,
    submitted,
    message(message) {
      if (message.type === 'cells') taken(message.cells);
    },
    progress: (progress) => ({ ...progress, done: params.tasks.length - left.length, total: params.tasks.length }),
    next(outcome) {
      if (outcome.status !== 'failed' || !outcome.exit || left.length === 0) return outcome;
      died(outcome.error);
      return left.length > 0 ? { params: { ...params, tasks: [...left] } } : { status: 'finished', value: { written } };
    },
    finished() {
      if (unstored !== null) throw unstored as Error;
      if (left.length > 0) throw new AtelierError('internal', `${left.length} cells were left without a word.`);
      finished?.();
    },
    ended,
    settled,
  });
}
