import { exportMetrics, runFactMetrics } from './study.ts';
import type { Task } from './task.ts';

/** What a validation tells at the end; those told after each epoch, by which trials can be pruned, come first. */
export const validationMetrics: Readonly<Record<Task, readonly string[]>> = {
  classification: ['accuracy', 'loss', 'balanced_accuracy', 'precision', 'recall', 'f1', 'log_loss'],
  'multi-label': ['loss', 'accuracy', 'f1', 'micro_f1', 'precision', 'recall', 'subset_accuracy', 'average_precision'],
  regression: ['loss', 'rmse', 'mae', 'r2'],
  reconstruction: ['loss', 'mse', 'psnr'],
  generation: [],
  language: ['loss', 'perplexity', 'bits_per_character', 'bits_per_byte', 'accuracy'],
};

/** Settings under which one trial's loss is another measure than the next one's. */
export const changesLoss: readonly string[] = ['loss', 'focal_gamma', 'huber_delta', 'class_weights', 'set.loss'];

/** All that a study of such a task can go by, or hold within limits, by its whole name. */
export function studyMetrics(task: Task): string[] {
  return [
    ...validationMetrics[task].map((name) => `validation/${name}`),
    ...runFactMetrics,
    // A language model is exported as a folder with two files of one net.
    ...(task === 'language' ? [] : exportMetrics),
  ];
}
