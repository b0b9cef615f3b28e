import type { Task } from '../shared/task.ts';
import type { OutputSpec } from './architecture.ts';

/** What a net for this task gives; `classes`: how many there are to tell apart. */
export function outputOf(task: Task, classes: number): OutputSpec {
  switch (task) {
    case 'classification':
    case 'multi-label':
      return { kind: 'classes', count: Math.max(1, classes) };
    case 'regression':
      return { kind: 'value' };
    case 'reconstruction':
    case 'generation':
      return { kind: 'samples' };
    case 'language':
      return { kind: 'tokens' };
  }
}
