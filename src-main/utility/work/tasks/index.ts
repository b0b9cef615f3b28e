// The tasks that runs are trained for.

import { AtelierError } from '../../../shared/errors.ts';
import type { Task } from '../../../shared/task.ts';
import { classification } from './classification.ts';
import { generation } from './generation.ts';
import { reconstruction } from './reconstruction.ts';
import { regression } from './regression.ts';
import type { RawWork, TaskWork } from './task-work.ts';

const works: Readonly<Record<Exclude<Task, 'language'>, TaskWork>> = {
  classification,
  regression,
  reconstruction,
  generation,
};

export function workOf(task: Task): TaskWork {
  if (task === 'language') throw new AtelierError('internal', 'No run learns a language yet.');
  return works[task];
}

/** Errors: takes_no_samples. */
export function rawWorkOf(task: Task): RawWork {
  const { raw } = workOf(task);
  if (raw) return raw;
  throw new AtelierError(
    'takes_no_samples',
    'The model makes pictures of noise; it takes none to say something of. What it makes lies in the run’s folder, under "pictures"; an exported file makes more.',
  );
}
