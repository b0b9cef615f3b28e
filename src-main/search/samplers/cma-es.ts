import { Random } from '../../shared/random.ts';
import { bestTrial } from '../best.ts';
import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { Dimension, Params } from '../space/parameter.ts';
import { randomValue, type Space } from '../space/space.ts';
import { isFinished, type TrialRecord } from '../trial.ts';
import { Cma } from './cma.ts';
import { Generations } from './generations.ts';
import { keepMargin } from './margin.ts';
import { Restarts } from './restarts.ts';
import type { Sampler, Suggestion } from './sampler.ts';
import { byValue } from './split.ts';
import { TpeSampler } from './tpe.ts';

export const cmaOptions = {
  /** What follows when a descent has come to rest: larger populations, or by turns larger and smaller ones. */
  restarts: { kind: 'choice', choices: ['none', 'ipop', 'bipop'], default: 'ipop' },
  /** Points a generation; 4 + 3 ln n where none is given. */
  population: { kind: 'integer', low: 4, high: 10_000, default: null },
  /** The first standard deviation, as a share of each range. */
  sigma: { kind: 'number', low: 1e-4, high: 1, default: 1 / 6 },
} as const;

const STREAM = 0x636d6165;
/** So many trials of others make a warm start. */
const WARM = 10;

/**
 * CMA-ES over the numbers that are always active, on their axes from 0 to 1; discrete ones keep a margin, the rest is chosen by TPE.
 * It starts in the middle, or where earlier trials were best. Failed trials are replaced, values that are no numbers count as the worst.
 */
export class CmaEsSampler implements Sampler {
  readonly #options: OptionsOf<typeof cmaOptions>;
  readonly #tpe = new TpeSampler({ startup: 10, candidates: 24 });
  readonly #generations = new Generations();
  readonly #axes: readonly number[];
  readonly #dimensions: readonly Dimension[];
  #generation = 0;
  #parents: readonly TrialRecord[] = [];
  #cma: Cma | null = null;
  #restarts: Restarts | null = null;

  constructor(options: OptionsOf<typeof cmaOptions>, space: Space) {
    this.#options = options;
    this.#axes = cmaAxes(space);
    this.#dimensions = this.#axes.map((index) => space.dimensions[index]);
  }

  suggest(history: History, number: number, random: Random): Suggestion {
    const cma = this.#advance(history);
    const { space } = history;
    const others = this.#axes.length < space.dimensions.length ? this.#tpe.suggest(history, number, random).params : {};
    const notes = this.#generations.notes(this.#generation, this.#parents);
    for (let attempt = 0; attempt < 100; attempt++) {
      const x = this.#inside(cma, random);
      const params = this.#compose(space, x, others, random);
      if (!space.feasible(params)) continue;
      const why = { code: 'cma', generation: this.#generation, sigma: cma.sigma };
      return { params, why, notes: { ...notes, x: [...x] } };
    }
    return { params: space.randomFeasible(random), why: { code: 'constraints_random' } };
  }

  #compose(space: Space, x: Float64Array, others: Params, random: Random): Params {
    return space.fill((dimension, index) => {
      const axis = this.#axes.indexOf(index);
      return axis >= 0 ? dimension.decode(x[axis]) : (others[dimension.name] ?? randomValue(dimension, random));
    });
  }

  /** A draw inside of the ranges: drawn again where it is not, in the end moved to the border. */
  #inside(cma: Cma, random: Random): Float64Array {
    for (let attempt = 0; ; attempt++) {
      const x = cma.sample(Float64Array.from({ length: cma.n }, () => random.normal()));
      if (x.every((value) => value >= 0 && value <= 1)) return x;
      if (attempt >= 10 * cma.n) return x.map((value) => Math.min(1, Math.max(0, value)));
    }
  }

  /** Takes in every generation that is done by now. */
  #advance(history: History): Cma {
    this.#generations.read(history);
    this.#cma ??= this.#first(history);
    for (;;) {
      const cma: Cma = this.#cma;
      const done = this.#generations.finished(history, this.#generation, cma.lambda);
      if (!done) return cma;
      const ranked = byValue(history, done, done.length);
      cma.tell(ranked.map(({ notes }) => notes!.x as readonly number[]));
      keepMargin(cma, this.#dimensions);
      this.#parents = done;
      this.#generation++;
      this.#cma = this.#restarts!.next(
        cma,
        ranked.map((trial) => (trial.values ? history.loss(trial.values[0]) : Infinity)),
      );
    }
  }

  #first(history: History): Cma {
    const { population, restarts, sigma } = this.#options;
    const n = this.#axes.length;
    const lambda = population ?? 4 + Math.floor(3 * Math.log(n));
    const draw = (restart: number) => new Random(history.seed, STREAM, restart);
    this.#restarts = new Restarts({ kind: restarts, n, lambda, sigma, draw });
    const warm = this.#warmStart(history);
    return warm ? new Cma(warm, Math.min(sigma, 0.1), lambda) : new Cma(new Float64Array(n).fill(0.5), sigma, lambda);
  }

  /** The place of the best trial that others had found before the first of these. */
  #warmStart(history: History): number[] | null {
    const recorded = this.#generations.parentsOf(0);
    const before = this.#generations.begun ? [] : history.trials.filter(isFinished);
    const best = recorded ? history.trials[recorded[0]] : before.length >= WARM ? bestTrial(history, before) : null;
    if (!best) return null;
    this.#parents = [best];
    const units = history.units(best);
    return this.#axes.map((index) => units[index]);
  }
}

/** The dimensions that CMA-ES moves: numbers with more than one value that exist under no condition. */
export const cmaAxes = ({ dimensions }: Space) =>
  dimensions.flatMap(({ categorical, levels, spec }, index) =>
    categorical || levels === 1 || spec.when ? [] : [index],
  );
