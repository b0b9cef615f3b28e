import type { ArchitectureInfo } from './run.ts';

/** An optimizer needs about this many steps before a run says anything about a model. */
const enoughSteps = 1_000;
/** Past this a tiny dataset is only learnt by heart. */
const mostEpochs = 100;

/** What a run is given where people chose nothing: an architecture's own defaults, with more epochs where an epoch is only a few steps. */
export function trainingDefaults(
  architecture: Pick<ArchitectureInfo, 'training'>,
  trainSamples: number,
): ArchitectureInfo['training'] {
  const { training } = architecture;
  const stepsPerEpoch = Math.max(1, Math.ceil(trainSamples / training.batchSize));
  const epochs = Math.min(mostEpochs, Math.ceil(enoughSteps / stepsPerEpoch));
  return { ...training, epochs: Math.max(training.epochs, epochs) };
}
