import { type Chosen, parseChosen } from '../options.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Direction } from '../trial.ts';
import { HalvingPruner, halvingOptions } from './halving.ts';
import { HyperbandPruner, hyperbandOptions } from './hyperband.ts';
import { PatientPruner, patientOptions } from './patient.ts';
import { medianOptions, percentileOptions, PercentilePruner } from './percentile.ts';
import { goOn, type Pruner } from './pruner.ts';
import { ThresholdPruner, thresholdOptions } from './threshold.ts';

/** Every pruner with its options. */
export const prunerTable = {
  none: {},
  median: medianOptions,
  percentile: percentileOptions,
  patient: patientOptions,
  threshold: thresholdOptions,
  halving: halvingOptions,
  hyperband: hyperbandOptions,
} as const;

const otherNames = { nop: 'none', successivehalving: 'halving', asha: 'halving' } as const;

export type PrunerOptions = Chosen<typeof prunerTable>;

interface Task {
  readonly directions: readonly Direction[];
}

/** Throws pruner_unsuitable where there are several objectives: a report is one number. */
export function parsePruner(written: unknown, { directions }: Task): PrunerOptions {
  const options = parseChosen(prunerTable, written, 'pruner', otherNames);
  if (options.type !== 'none' && directions.length > 1) {
    throw new AtelierError('pruner_unsuitable', `Pruning takes one objective; the study has ${directions.length}.`);
  }
  if (options.type === 'threshold' && options.low === null && options.high === null) {
    throw new AtelierError('invalid_study', 'pruner: threshold needs "low" or "high".');
  }
  return options;
}

export function makePruner(options: PrunerOptions): Pruner {
  switch (options.type) {
    case 'none':
      return { judge: () => goOn('no_pruner') };
    case 'median':
      return new PercentilePruner({ ...options, percentile: 50 });
    case 'percentile':
      return new PercentilePruner(options);
    case 'patient':
      return new PatientPruner(options);
    case 'threshold':
      return new ThresholdPruner(options);
    case 'halving':
      return new HalvingPruner(options);
    case 'hyperband':
      return new HyperbandPruner(options);
  }
}
