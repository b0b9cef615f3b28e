import type { RunSummary } from '../../src-main/shared/run.ts';
import { taskFacts } from '../../src-main/shared/task.ts';

/** The metric that says most about a run; undefined where it has none yet, or none that could be held against another run's. */
export function headlineOf({ task, metrics }: Pick<RunSummary, 'task' | 'metrics'>): string | undefined {
  if (task === null) return undefined;
  const facts = taskFacts[task];
  if (!facts.compares) return undefined;
  const keys = facts.metrics.flatMap((metric) => [`test/${metric}`, `validation/${metric}`]);
  return keys.find((key) => metrics[key] !== undefined);
}
