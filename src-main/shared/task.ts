import type { Manifest } from './dataset.ts';

/** What a template learns of the data: to tell its target, to give its samples back, to make new ones, or the language of its texts. */
export type Learning = 'target' | 'reconstruction' | 'generation' | 'language';

/** What a run is for. A target that is a class is told by classification, any number of classes by `multi-label`, a number by regression. */
export const tasks = [
  'classification',
  'multi-label',
  'regression',
  'reconstruction',
  'generation',
  'language',
] as const;
export type Task = (typeof tasks)[number];

/** Null where a target is wanted that nobody has chosen yet. */
export const taskOf = ({ learns }: { readonly learns: Learning }, { task }: Pick<Manifest, 'task'>): Task | null =>
  learns === 'target' ? task : learns;

/** Whether such a run tells something of each sample that is right or wrong, near or far. */
export const tellsTarget = (task: Task | null): boolean =>
  task === 'classification' || task === 'multi-label' || task === 'regression';

export interface TaskFacts {
  /** The metrics that say most, best first: what tables and lines of text show. */
  readonly metrics: readonly string[];
  /**
   * Whether a validation split says that one checkpoint is better than another. Where it does not, the latest counts as the best,
   * and nothing can wait for a better one.
   */
  readonly compares: boolean;
  /** Images: each epoch leaves a picture of what the model makes. */
  readonly pictures: boolean;
  /** Each epoch leaves a text that the model wrote, or its guesses. */
  readonly writes: boolean;
}

export const taskFacts: Readonly<Record<Task, TaskFacts>> = {
  classification: { metrics: ['accuracy', 'loss'], compares: true, pictures: false, writes: false },
  'multi-label': { metrics: ['f1', 'subset_accuracy', 'loss'], compares: true, pictures: false, writes: false },
  regression: { metrics: ['rmse', 'r2', 'loss'], compares: true, pictures: false, writes: false },
  reconstruction: { metrics: ['loss', 'mse', 'psnr'], compares: true, pictures: true, writes: false },
  // Each player's loss is measured against the other, who changes.
  generation: {
    metrics: ['d_loss', 'g_loss', 'd_accuracy_real', 'd_accuracy_generated'],
    compares: false,
    pictures: true,
    writes: false,
  },
  language: {
    metrics: ['loss', 'perplexity', 'bits_per_character', 'bits_per_byte', 'accuracy'],
    compares: true,
    pictures: false,
    writes: true,
  },
};

/** Metrics that lists have at hand for every run, whatever it is for. */
export const usualMetrics: readonly string[] = [
  ...new Set(Object.values(taskFacts).flatMap(({ metrics }) => metrics)),
].flatMap((metric) => ['test', 'validation', 'train'].map((split) => `${split}/${metric}`));
