import { Random, streams } from '../../shared/random.ts';
import { test, train, validation } from '../splits.ts';
import { assignGroups, type Groups } from './groups.ts';

/**
 * The fold of each sample, 0 … folds-1. Without groups the folds' sizes differ by at most one, and so do each class's numbers in them;
 * with groups each stays in one fold, and that holds as nearly as whole groups allow.
 */
export function drawFolds(
  samples: number,
  labels: Int32Array | null,
  groups: Groups | null,
  folds: number,
  seed: number,
): Uint8Array {
  if (groups) {
    const shares = Array.from({ length: folds }, () => 1 / folds);
    return assignGroups(groups, labels, shares, seed);
  }
  // By lot, then class by class (stable), then dealt out in turn.
  const order = new Int32Array(samples).map((_, i) => i);
  new Random(seed, streams.split).shuffle(order);
  if (labels) order.sort((a, b) => labels[a] - labels[b]);
  const result = new Uint8Array(samples);
  order.forEach((sample, turn) => (result[sample] = turn % folds));
  return result;
}

/** One fold is for testing, the next one (the first after the last) for validation, the others are for training: over all k each sample is tested once. */
export function splitOfFold(assigned: Uint8Array, folds: number, fold: number): Uint8Array {
  const next = (fold + 1) % folds;
  return assigned.map((each) => (each === fold ? test : each === next ? validation : train));
}
