import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  classWeightRange,
  learningFields,
  lossNames,
  precisions,
  type ClassWeights,
  type LearningNumber,
  type LearningSettings,
  type LossName,
  type Precision,
} from '../shared/learning.ts';
import { integer, number } from './options.ts';

/** What `atelier train` is told of the loss and of the updates. */
export interface LearningOptions {
  loss?: LossName;
  focalGamma?: number;
  huberDelta?: number;
  labelSmoothing?: number;
  classWeights?: ClassWeights;
  clipNorm?: number;
  accumulate?: number;
  average?: number;
  warmup?: number;
  precision?: Precision;
}

function reader(key: LearningNumber): (text: string) => number {
  const { min, max, whole } = learningFields[key];
  return whole ? integer(min, max) : number(min, max);
}

export function addLearning(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--loss <name>',
        'what is made smaller (default: cross-entropy for classes, mse for a number, in its standard deviations)',
      ).choices(lossNames),
    )
    .option('--focal-gamma <n>', 'how much the focal loss plays down what is easy (default: 2)', reader('focalGamma'))
    .option('--huber-delta <n>', "from where on huber's loss is straight (default: 1)", reader('huberDelta'))
    .option(
      '--label-smoothing <share>',
      'the share of each target that is spread over all classes (default: 0)',
      reader('labelSmoothing'),
    )
    .option(
      '--class-weights <weights>',
      'what classes count in the loss: "balanced", or one class=weight, and again for others; the rest count 1',
      classWeights,
    )
    .option('--clip-norm <n>', "the gradient's norm goes no higher; 0: as it comes (default: 0)", reader('clipNorm'))
    .option('--accumulate <n>', 'batches whose gradients make one update (default: 1)', reader('accumulate'))
    .option(
      '--average <decay>',
      'validate, keep and export a moving average of the weights, e.g. 0.999; 0: the weights themselves (default: 0)',
      reader('average'),
    )
    .option(
      '--warmup <share>',
      'the share of the run over which the learning rate grows (default: 0; schedule linear: 0.05)',
      reader('warmup'),
    )
    .addOption(
      new Option(
        '--precision <name>',
        'mixed: products and convolutions on numbers of 16 bits, for graphics cards that are faster at that (default: single)',
      ).choices(precisions),
    );
}

/** `balanced`, or one `class=weight` more; a class may have a "=" in its name. */
export function classWeights(text: string, before?: ClassWeights): ClassWeights {
  if (text.trim() === 'balanced') {
    if (before !== undefined) throw new InvalidArgumentError('It is "balanced", or a weight for each class.');
    return 'balanced';
  }
  const at = text.lastIndexOf('=');
  const weight = Number(text.slice(at + 1).trim() || NaN);
  const { min, max } = classWeightRange;
  if (at <= 0 || before === 'balanced')
    throw new InvalidArgumentError('It is "balanced", or class=weight, e.g. spam=5.');
  if (!(weight >= min && weight <= max))
    throw new InvalidArgumentError(`A class weight is a number from ${min} to ${max}.`);
  return { ...before, [text.slice(0, at).trim()]: weight };
}

export const learningOf = ({
  loss,
  focalGamma,
  huberDelta,
  labelSmoothing,
  classWeights: weights,
  clipNorm,
  accumulate,
  average,
  warmup,
  precision,
}: LearningOptions): LearningSettings => ({
  loss,
  focalGamma,
  huberDelta,
  labelSmoothing,
  classWeights: weights,
  clipNorm,
  accumulate,
  average,
  warmup,
  precision,
});
