import type { Random } from '../../shared/random.ts';
import { Cma } from './cma.ts';

export interface RestartPlan {
  readonly kind: 'none' | 'ipop' | 'bipop';
  readonly n: number;
  readonly lambda: number;
  readonly sigma: number;
  /** Random numbers of a restart. */
  readonly draw: (restart: number) => Random;
}

/**
 * Begins anew from a random place when a descent has come to rest: with a population twice as large (IPOP: Auger and Hansen, 2005), or
 * by turns so and with small ones, whichever has had fewer trials (BIPOP: Hansen, 2009).
 */
export class Restarts {
  readonly #plan: RestartPlan;
  #count = 0;
  #large: number;
  #inLarge = true;
  readonly #spent = { large: 0, small: 0 };
  /** The best of recent generations, and what the descent's end is told by. */
  #recent: number[] = [];

  constructor(plan: RestartPlan) {
    this.#plan = plan;
    this.#large = plan.lambda;
  }

  /** The strategy for the next generation: the same, or a new one. `losses`: of the generation that has just ended, best first. */
  next(cma: Cma, losses: readonly number[]): Cma {
    this.#spent[this.#inLarge ? 'large' : 'small'] += losses.length;
    if (this.#plan.kind === 'none' || !this.#atRest(cma, losses)) return cma;
    this.#recent = [];
    const { n, lambda, sigma, kind, draw } = this.#plan;
    const random = draw(++this.#count);
    const mean = Float64Array.from({ length: n }, () => random.uniform());
    this.#inLarge = kind === 'ipop' || this.#spent.large <= this.#spent.small;
    if (this.#inLarge) return new Cma(mean, sigma, (this.#large *= 2));
    const small = Math.floor(lambda * (this.#large / lambda / 2) ** (random.uniform() ** 2));
    return new Cma(mean, sigma * 10 ** (-2 * random.uniform()), Math.max(lambda, small));
  }

  /** The tutorial's ends: nothing changes any more (TolFun), the distribution has shrunk to a point (TolX), or it is degenerate. */
  #atRest(cma: Cma, losses: readonly number[]): boolean {
    const span = 10 + Math.ceil((30 * cma.n) / cma.lambda);
    this.#recent = [...this.#recent, losses[0]].slice(-span);
    const [least, most] = [Math.min(...this.#recent), Math.max(...this.#recent)];
    const flat = (a: number, b: number) => b - a <= 1e-12 * Math.max(1, Math.abs(a));
    if (this.#recent.length === span && flat(least, most) && flat(losses[0], losses.at(-1)!)) return true;
    let widest = 0;
    for (let i = 0; i < cma.n; i++) widest = Math.max(widest, cma.deviation(i));
    return widest < 1e-11 || cma.degenerate;
  }
}
