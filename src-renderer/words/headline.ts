import type { RunSummary } from '../../src-main/shared/run.ts';
import { taskFacts } from '../../src-main/shared/task.ts';

/**
 * The metric that says most about a run; undefined where it has none yet, or none that could be held against another run's. Of what has
 * been chosen by the `test` split, and by `validation` among what is yet to be chosen from.
 */
export function headlineOf(
  { task, metrics }: Pick<RunSummary, 'task' | 'metrics'>,
  first: 'test' | 'validation' = 'test',
): string | undefined {
  if (task === null) return undefined;
  const facts = taskFacts[task];
  if (!facts.compares) return undefined;
  const splits = first === 'test' ? ['test', 'validation'] : ['validation', 'test'];
  const keys = facts.metrics.flatMap((metric) => splits.map((split) => `${split}/${metric}`));
  return keys.find((key) => metrics[key] !== undefined);
}
