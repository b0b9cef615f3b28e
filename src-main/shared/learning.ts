import { AtelierError } from './errors.ts';
import type { Task } from './task.ts';

// What a run makes smaller, and what becomes of its gradients: chosen for each run, beside the optimizer. What is not said is as
// usual, so that settings of runs with and without are told apart by what is in them.

/** Cross-entropy and focal for classes; the others for numbers, in standard deviations of the target. */
export const lossNames = ['cross-entropy', 'focal', 'mse', 'mae', 'huber'] as const;
export type LossName = (typeof lossNames)[number];

/** `mixed`: products of matrices and convolutions on numbers of 16 bits, the rest on 32. */
export const precisions = ['single', 'mixed'] as const;
export type Precision = (typeof precisions)[number];

/**
 * By the class's name; what is not in it counts 1. `balanced`: samples / (classes · those of the class), of the training split. Multi-label: what
 * a sample of the class counts beside one that is not; `balanced`: those without / those with.
 */
export type ClassWeights = 'balanced' | Readonly<Record<string, number>>;

export interface LearningSettings {
  loss?: LossName;
  /** How much the focal loss plays down what is easy. */
  focalGamma?: number;
  /** Up to this far from the target Huber's loss is squared, beyond it straight. */
  huberDelta?: number;
  /** The share of a target that is spread over all classes. */
  labelSmoothing?: number;
  classWeights?: ClassWeights;
  /** The gradient's norm goes no higher; 0: as it comes. */
  clipNorm?: number;
  /** Batches whose gradients make one update. */
  accumulate?: number;
  /** How slowly the moving average of the weights forgets, which then is what is validated, kept and exported; 0: there is none. */
  average?: number;
  /** The share of the run over which the learning rate grows to its height. */
  warmup?: number;
  precision?: Precision;
}

export type LearningNumber = Exclude<keyof LearningSettings, 'loss' | 'classWeights' | 'precision'>;

export interface LearningField {
  min: number;
  max: number;
  /** As good as not said. Of the warm-up: `usualWarmup`. */
  usual: number;
  whole?: boolean;
}

export const learningFields: Readonly<Record<LearningNumber, LearningField>> = {
  focalGamma: { min: 0, max: 10, usual: 2 },
  huberDelta: { min: 0.01, max: 100, usual: 1 },
  labelSmoothing: { min: 0, max: 0.9, usual: 0 },
  clipNorm: { min: 0, max: 1e6, usual: 0 },
  accumulate: { min: 1, max: 1024, usual: 1, whole: true },
  average: { min: 0, max: 0.9999, usual: 0 },
  warmup: { min: 0, max: 0.5, usual: 0 },
};
export const learningNumbers = Object.keys(learningFields) as LearningNumber[];

/** No class can count nothing: a batch of it alone would have no mean. */
export const classWeightRange = { min: 0.001, max: 1000 };

/** Those that a task can be trained by, the usual one first; none where there is no choice. */
export function lossesFor(task: Task | null): readonly LossName[] {
  if (task === 'classification') return ['cross-entropy', 'focal'];
  return task === 'regression' ? ['mse', 'mae', 'huber'] : [];
}

export const usualWarmup = (schedule: string): number => (schedule === 'linear' ? 0.05 : 0);

/** Those that end low by steps; the others have a growth of their own, or follow the validation loss. */
const warmsUp = (schedule: string): boolean => schedule !== 'one-cycle' && schedule !== 'plateau';

export interface LearningContext {
  task: Task | null;
  schedule: string;
  loss: LossName | undefined;
  /** Whether it will run on a graphics card; false where that is not known yet. */
  onCard: boolean;
}

/** Whether a setting does anything to a run like this. */
export function learns(
  key: LearningNumber | 'classWeights' | 'precision',
  { task, schedule, loss, onCard }: LearningContext,
): boolean {
  switch (key) {
    case 'focalGamma':
      return task === 'classification' && loss === 'focal';
    case 'huberDelta':
      return task === 'regression' && loss === 'huber';
    case 'labelSmoothing':
      return task === 'classification' && loss !== 'focal';
    case 'classWeights':
      return task === 'classification' || task === 'multi-label';
    case 'warmup':
      return warmsUp(schedule);
    // Two nets in turn have an update each, and what is evaluated is the one that judges.
    case 'accumulate':
    case 'average':
      return task !== 'generation';
    case 'clipNorm':
      return true;
    // Processors have no arithmetic of their own for 16 bits.
    case 'precision':
      return task !== 'generation' && onCard;
  }
}

const why: Readonly<Record<LearningNumber | 'classWeights' | 'precision', string>> = {
  focalGamma: 'is the focal loss’s alone (loss=focal, for classes)',
  huberDelta: 'is Huber’s loss’s alone (loss=huber, for a number)',
  labelSmoothing: 'goes with classes and the loss cross-entropy',
  classWeights: 'go with classes, and there are none to be told apart',
  warmup:
    'does not go with the schedules one-cycle, which grows by itself, and plateau, which follows the validation loss',
  accumulate: 'does not go with two nets that train each other',
  average: 'does not go with two nets that train each other',
  clipNorm: '',
  precision: 'does not go with two nets that train each other',
};

/**
 * One factor a class for what is of it: PyTorch's `pos_weight`. Balanced: samples without / samples with; a class that none or all have counts 1.
 * `targets`: samples × classes, 0 or 1, the training split's.
 */
export function resolvedPositiveWeights(
  weights: ClassWeights,
  classes: readonly string[],
  targets: ArrayLike<number>,
): number[] {
  if (weights !== 'balanced') return resolvedWeights(weights, classes, []);
  const width = classes.length;
  const samples = targets.length / width;
  return classes.map((_, c) => {
    let having = 0;
    for (let i = 0; i < samples; i++) having += targets[i * width + c];
    return having === 0 || having === samples ? 1 : (samples - having) / having;
  });
}

const refused = (message: string): AtelierError => new AtelierError('invalid_settings', message);

/**
 * What is worth naming, in the order of the interface. `classes`: the dataset's. Throws `invalid_settings` for what is out of range,
 * and for what would do nothing.
 */
export function checkedLearning(
  given: LearningSettings,
  about: Omit<LearningContext, 'loss'> & { classes: readonly string[] },
): LearningSettings {
  const losses = lossesFor(about.task);
  if (given.loss !== undefined && !losses.includes(given.loss)) {
    const instead = losses.length > 0 ? `Choose of: ${losses.join(', ')}.` : 'Leave it out.';
    throw refused(`loss=${given.loss}: such a model is not trained by it. ${instead}`);
  }
  const context = { ...about, loss: given.loss };
  const told: LearningSettings = {};
  if (given.loss !== undefined && given.loss !== losses[0]) told.loss = given.loss;
  for (const key of learningNumbers) {
    const value = given[key];
    if (value === undefined) continue;
    const { min, max, whole } = learningFields[key];
    if (!(value >= min && value <= max) || (whole && !Number.isInteger(value)))
      throw refused(`${key}=${value}: it is a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`);
    const usual = key === 'warmup' ? usualWarmup(about.schedule) : learningFields[key].usual;
    if (value === usual) continue;
    if (learns(key, context)) told[key] = value;
    else if (value !== learningFields[key].usual) throw refused(`${key}=${value}: it ${why[key]}.`);
  }
  if (given.precision === 'mixed') {
    if (!learns('precision', context))
      throw refused(
        about.task === 'generation'
          ? `precision=mixed: it ${why.precision}.`
          : 'precision=mixed: it is for graphics cards, and this would run on the processor. Choose --device webgpu or cuda, or leave it out.',
      );
    told.precision = 'mixed';
  }
  const weights = checkedWeights(given.classWeights, about.classes);
  if (weights === undefined) return told;
  if (!learns('classWeights', context)) throw refused(`Class weights ${why.classWeights}. Leave them out.`);
  return { ...told, classWeights: weights };
}

/** Those that are not 1; undefined where all are. */
function checkedWeights(given: ClassWeights | undefined, classes: readonly string[]): ClassWeights | undefined {
  if (given === undefined || given === 'balanced') return given;
  const known = new Set(classes);
  const { min, max } = classWeightRange;
  const entries = Object.entries(given);
  for (const [name, weight] of entries) {
    if (!known.has(name)) {
      const some = classes.slice(0, 20).join(', ') + (classes.length > 20 ? ' …' : '');
      throw refused(`There is no class "${name}" to be weighed. The classes are: ${some || 'none'}.`);
    }
    if (!(weight >= min && weight <= max))
      throw refused(`The class weight ${name}=${weight} is out of range: from ${min} to ${max}.`);
  }
  const telling = entries.filter(([, weight]) => weight !== 1);
  return telling.length > 0 ? Object.fromEntries(telling) : undefined;
}

/**
 * One factor a class, in the classes' order. Balanced: n_samples / (n_classes · count), as scikit-learn's `compute_class_weight`,
 * over the classes that occur; one that does not counts 1. `labels`: the training split's.
 */
export function resolvedWeights(
  weights: ClassWeights,
  classes: readonly string[],
  labels: ArrayLike<number>,
): number[] {
  if (weights !== 'balanced') return classes.map((name) => (Object.hasOwn(weights, name) ? weights[name] : 1));
  const counts = new Array<number>(classes.length).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : labels.length / (present * count)));
}
