import type { OptimizerSpec } from '../types.ts';
import { adam } from './adam.ts';
import { momentum } from './momentum.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

export function optimizerOf(spec: OptimizerSpec): Optimizer {
  switch (spec.kind) {
    case 'sgd':
      return sgd(spec);
    case 'momentum':
      return momentum(spec);
    case 'adam':
    case 'adamw':
      return adam(spec);
  }
}
