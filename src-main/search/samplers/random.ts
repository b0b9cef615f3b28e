import type { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import type { Sampler, Suggestion } from './sampler.ts';

/** Uniform draws (of logarithmic ranges uniform in the logarithm), each trial for itself. */
export class RandomSampler implements Sampler {
  suggest({ space }: History, _number: number, random: Random): Suggestion {
    return { params: space.randomFeasible(random), why: { code: 'random' } };
  }
}
