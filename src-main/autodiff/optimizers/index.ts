import { AtelierError } from '../../shared/errors.ts';
import { notNegative, positive, share } from '../options.ts';
import type { OptimizerSpec } from '../types.ts';
import { adagrad } from './adagrad.ts';
import { adam } from './adam.ts';
import { adamax } from './adamax.ts';
import { lamb } from './lamb.ts';
import { lion } from './lion.ts';
import { momentum } from './momentum.ts';
import { nadam } from './nadam.ts';
import type { MoveRule, Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

function ruleOf(spec: OptimizerSpec): MoveRule {
  switch (spec.kind) {
    case 'sgd':
      return sgd;
    case 'momentum':
    case 'nesterov':
      share({ momentum: spec.momentum });
      return momentum(spec);
    case 'adagrad':
      notNegative({ epsilon: spec.epsilon, initial: spec.initial });
      return adagrad(spec);
    case 'rmsprop':
      share({ alpha: spec.alpha, momentum: spec.momentum });
      notNegative({ epsilon: spec.epsilon });
      return rmsprop(spec);
    case 'adam':
    case 'adamw':
      return adam(checkedMoments(spec));
    case 'adamax':
      positive({ epsilon: spec.epsilon });
      return adamax(checkedMoments(spec));
    case 'nadam':
      notNegative({ momentumDecay: spec.momentumDecay });
      return nadam(checkedMoments(spec));
    case 'lamb':
      return lamb(checkedMoments(spec));
    case 'lion':
      return lion(checkedMoments(spec));
  }
}

interface Moments {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

function checkedMoments<Spec extends Moments>(spec: Spec): Spec {
  share({ beta1: spec.beta1, beta2: spec.beta2 });
  notNegative({ epsilon: spec.epsilon });
  return spec;
}

/** Errors: invalid_options. */
export function optimizerOf(spec: OptimizerSpec): Optimizer {
  const { kind, weightDecay = kind === 'adamw' ? 0.01 : 0, l1 = 0, decoupled } = spec;
  notNegative({ weightDecay, l1 });
  if (kind === 'lamb' && decoupled !== undefined) {
    throw new AtelierError('invalid_options', `decoupled=${decoupled}: lamb has weight decay of its own kind`);
  }
  const apart = decoupled ?? (kind === 'adamw' || kind === 'lion');
  return {
    decay: kind === 'lamb' ? 'own' : apart ? 'decoupled' : 'gradient',
    weightDecay,
    l1,
    together: kind !== 'lamb' && kind !== 'sgd',
    rule: ruleOf(spec),
  };
}
