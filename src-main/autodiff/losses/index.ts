import type { LossSpec } from '../types.ts';
import { crossEntropy } from './cross-entropy.ts';
import type { Loss } from './loss.ts';
import { meanSquaredError } from './mean-squared-error.ts';

export function lossOf(spec: LossSpec): Loss {
  switch (spec.kind) {
    case 'cross-entropy':
      return crossEntropy(spec.classWeights);
    case 'mean-squared-error':
      return meanSquaredError;
  }
}
