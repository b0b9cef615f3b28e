import type { EpochPredictions } from '../../../src-main/shared/epoch-predictions.ts';
import type { RunSummary } from '../../../src-main/shared/run.ts';

export const predictionEpochs = ({ task, settings }: RunSummary): number[] =>
  task === 'classification' ? Array.from({ length: settings.epochs }, (_, i) => i + 1) : [];

/** More of them come out right with every epoch. */
export const predictionsOf = (
  { settings }: RunSummary,
  classes: readonly { name: string }[],
  epoch: number,
): EpochPredictions => ({
  split: 'validation',
  samples: Array.from({ length: 24 }, (_, i) => {
    const right = (i * 7) % 24 < 24 * (0.4 + (0.6 * epoch) / Math.max(1, Number(settings.epochs)));
    return {
      sample: i * 11,
      actual: classes[i % classes.length].name,
      predicted: classes[(i + (right ? 0 : 1)) % classes.length].name,
      probability: 0.5 + (0.5 * ((i * 5) % 24)) / 24,
    };
  }),
});
