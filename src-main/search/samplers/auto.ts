import type { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import { CmaEsSampler } from './cma-es.ts';
import { GpSampler } from './gp.ts';
import { Nsga2Sampler } from './nsga2.ts';
import type { Sampler, Suggestion } from './sampler.ts';
import { TpeSampler } from './tpe.ts';

/** Finished trials from which on evolution has enough to work with, and a process becomes slow (OptunaHub's AutoSampler). */
const MANY = 250;

/**
 * Chooses as OptunaHub's AutoSampler does. One objective: TPE where there are categories or conditions, else a Gaussian process, and CMA-ES
 * once trials are many. Several objectives: TPE, then NSGA-II. Each goes on from what the one before found.
 */
export class AutoSampler implements Sampler {
  readonly #tpe = new TpeSampler({ startup: 10, candidates: 24 });
  readonly #gp = new GpSampler({ startup: 10, until: 2 * MANY });
  #cma: CmaEsSampler | null = null;
  #nsga2: Nsga2Sampler | null = null;

  suggest(history: History, number: number, random: Random): Suggestion | null {
    return this.#choose(history).suggest(history, number, random);
  }

  #choose(history: History): Sampler {
    const { space, directions, counts } = history;
    const many = counts.complete + counts.pruned >= MANY;
    if (directions.length > 1) {
      return many ? (this.#nsga2 ??= new Nsga2Sampler({ population: 50, crossover: 0.9 })) : this.#tpe;
    }
    const plain = !space.conditional && space.dimensions.every(({ categorical }) => !categorical);
    if (!plain || space.dimensions.every(({ levels }) => levels === 1)) return this.#tpe;
    if (!many) return this.#gp;
    return (this.#cma ??= new CmaEsSampler({ restarts: 'ipop', population: null, sigma: 1 / 6 }, space));
  }
}
