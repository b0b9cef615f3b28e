// The tasks that runs are trained for.

import { AtelierError } from '../../../shared/errors.ts';
import type { Task } from '../../../shared/task.ts';
import { classification } from './classification.ts';
import { generation } from './generation.ts';
import { language } from './language.ts';
import { multiLabel } from './multi-label.ts';
import { reconstruction } from './reconstruction.ts';
import { regression } from './regression.ts';
import type { RawWork, TaskWork } from './task-work.ts';

const works: Readonly<Record<Task, TaskWork>> = {
  classification,
  'multi-label': multiLabel,
  regression,
  reconstruction,
  generation,
  language,
};

export const workOf = (task: Task): TaskWork => works[task];

/** Errors: takes_no_samples. */
export function rawWorkOf(task: Task): RawWork {
  const { raw } = workOf(task);
  if (raw) return raw;
  throw new AtelierError(
    'takes_no_samples',
    'The model makes pictures of noise; it takes none to say something of. What it makes lies in the run’s folder, under "pictures"; an exported file makes more.',
  );
}
