import { createHash } from 'node:crypto';
import { noRules } from '../../../generation/rules.ts';
import { errorFacts } from '../../../shared/errors.ts';
import type { GenerateParams, GridParams } from '../../../shared/work/generate.ts';
import type { GridNews, GridResult, GridTask } from '../../../shared/prompt/grid.ts';
import type { WriterResult } from '../../../shared/prompt/writer.ts';
import { Cancelled, type JobContext } from '../../port/job-port.ts';
import { Bench, digestOf } from './bench.ts';
import { partsOf } from './open.ts';
import { weightsOf } from './parts.ts';
import { RemoteCells } from './remote-cells.ts';

/** Writes the cells of a grid, model by model, and tells each as it comes. What was asked before is not asked again. */
export async function fillGrid(
  { models, settings, tasks, known, threads }: GridParams,
  context: JobContext,
): Promise<GridResult> {
  const bench = new Bench();
  const remote = new RemoteCells(context);
  const asked = new Map(Object.entries(known).map(([key, of]) => [key, new Set(of)]));
  let [done, written] = [0, 0];
  const at = (stage: string): void => context.progress({ stage, unit: 'answers', done, total: tasks.length });
  const tell = (...cells: GridNews[]): void => {
    context.post({ type: 'cells', cells });
    done += cells.length;
    at('answering');
  };
  const write = async (task: GridTask, model: string, ask: () => Promise<WriterResult>): Promise<GridNews> => {
    const had = asked.get(task.asked) ?? new Set();
    if (had.has(model)) return { index: task.index, model, answer: null };
    const result = await ask();
    if (result.stopped) throw new Cancelled();
    asked.set(task.asked, had.add(model));
    written++;
    const { given, texts, facts } = result;
    return { index: task.index, model, answer: { given, text: { ...texts[0], choices: null }, facts } };
  };
  const hooks = {
    given: () => {},
    told: () => {},
    pause: () => context.pause(),
    stopRequested: () => context.cancelled(),
  };
  try {
    for (const [place, model] of models.entries()) {
      const own = tasks.filter((task) => task.model === place);
      if (own.length === 0) continue;
      at('reading');
      await context.pause();
      if ('remote' in model) {
        await remote.fill(model, own, settings, tell, write, (waiting) => at(waiting ? 'waiting' : 'answering'));
        continue;
      }
      let identity: string;
      try {
        identity = identityOf(model);
      } catch (error) {
        const facts = errorFacts(error);
        tell(...own.map(({ index }) => ({ index, error: facts })));
        continue;
      }
      for (const task of own) {
        try {
          const request = { model, prompt: task.prompt, settings: settings[task.settings], threads, begun: [] };
          tell(await write(task, identity, () => bench.write({ id: 0, type: 'write', ...request }, hooks)));
        } catch (error) {
          // Its cell waits as those after it do.
          if (context.cancelled()) throw error;
          tell({ index: task.index, error: errorFacts(error) });
        }
        await context.pause();
      }
    }
    return { written };
  } finally {
    await bench.close();
  }
}

/** SHA-256 of all that an answer comes of but what is asked: the weights, how texts become tokens, how turns are laid out. */
export function identityOf(model: GenerateParams['model']): string {
  const parts = partsOf(model);
  const { file, template, begin = null, ends, context, head = null, rewriting, rules } = parts;
  const more = [head, rewriting?.start, rules && rules !== noRules && rules].filter((one) => one);
  const rest = JSON.stringify([file, template, begin, ends, context, ...more]);
  return createHash('sha256')
    .update(digestOf(weightsOf(parts)))
    .update(rest)
    .digest('hex');
}
