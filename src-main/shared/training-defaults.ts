import type { Sampling } from './work/predict.ts';
import type { ArchitectureInfo } from './run.ts';

/** An optimizer needs about this many steps before a run says anything about a model. */
const enoughSteps = 1_000;
/** Past this a tiny dataset is only learnt by heart. */
const mostEpochs = 250;

/** What a run is given where people chose nothing: an architecture's own defaults, with more epochs where an epoch is only a few steps. */
export function trainingDefaults(
  architecture: Pick<ArchitectureInfo, 'training' | 'learns'>,
  trainSamples: number,
): ArchitectureInfo['training'] {
  const { training } = architecture;
  // A text is many samples, and how many is not known before it is cut into tokens.
  if (architecture.learns === 'language') return training;
  const stepsPerEpoch = Math.max(1, Math.ceil(trainSamples / training.batchSize));
  const epochs = Math.min(mostEpochs, Math.ceil(enoughSteps / stepsPerEpoch));
  return { ...training, epochs: Math.max(training.epochs, epochs) };
}

/**
 * ONNX Runtime's threads for a new run. Small models gain nothing from a second one (an MLP's step took 0.76 ms with one and 0.78 with two)
 * and lose to whatever else runs, since the threads wait for each other by spinning; so one core is left to the window and the system.
 */
export function defaultThreads(cores: number): number {
  return Math.max(1, Math.min(4, cores - 1));
}

/** How a language model goes on with a text where nobody chose. */
export const usualSampling: Sampling = { tokens: 100, temperature: 0.8, seed: 1 };
