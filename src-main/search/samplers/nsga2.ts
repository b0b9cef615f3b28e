import type { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { Dimension, Params } from '../space/parameter.ts';
import { randomValue } from '../space/space.ts';
import { isFinished, type TrialRecord } from '../trial.ts';
import { Generations } from './generations.ts';
import type { Sampler, Suggestion } from './sampler.ts';
import { byFronts } from './split.ts';

export const nsga2Options = {
  /** Trials a generation. */
  population: { kind: 'integer', low: 4, high: 10_000, default: 50 },
  /** How often children mix two parents rather than take after one. */
  crossover: { kind: 'number', low: 0, high: 1, default: 0.9 },
} as const;

/** Distribution indices of crossover and mutation: how near to the parents children stay. */
const ETA_CROSSOVER = 20;
const ETA_MUTATION = 20;

/**
 * NSGA-II (Deb et al., 2002), for several objectives: from each generation and its forebears the best fronts survive, and children are made
 * of them by simulated binary crossover and polynomial mutation on the axes from 0 to 1. What keeps the limits dominates what does not.
 * Begins at random, or with what other samplers found before.
 */
export class Nsga2Sampler implements Sampler {
  readonly #options: OptionsOf<typeof nsga2Options>;
  readonly #generations = new Generations();
  #generation = 0;
  #population: readonly TrialRecord[] | null = null;
  #parents: readonly TrialRecord[] = [];
  /** Of each in the population: its place when ranked by front, then by crowding. */
  #ranks: readonly number[] = [];

  constructor(options: OptionsOf<typeof nsga2Options>) {
    this.#options = options;
  }

  suggest(history: History, _number: number, random: Random): Suggestion {
    this.#advance(history);
    const notes = this.#generations.notes(this.#generation, this.#parents);
    const population = this.#population!;
    const why = { code: 'nsga2', generation: this.#generation };
    if (population.length < 2) return { params: history.space.randomFeasible(random), why, notes };
    const taken = new Set(population.map(({ params }) => JSON.stringify(params)));
    for (let attempt = 0; attempt < 100; attempt++) {
      const params = this.#child(history, random);
      if (!history.space.feasible(params) || (attempt < 20 && taken.has(JSON.stringify(params)))) continue;
      return { params, why, notes };
    }
    return { params: history.space.randomFeasible(random), why, notes };
  }

  #advance(history: History): void {
    const { population: size } = this.#options;
    this.#generations.read(history);
    if (this.#population === null) {
      const recorded = this.#generations.parentsOf(0)?.map((number) => history.trials[number]);
      const before = history.trials.filter((trial) => isFinished(trial) && trial.notes?.generation === undefined);
      const begun = this.#generations.begun;
      this.#parents =
        recorded ?? (!begun && before.length >= size ? byFronts(history, before, size).slice(0, size) : []);
      this.#settle(history, this.#parents);
    }
    for (;;) {
      const done = this.#generations.finished(history, this.#generation, size);
      if (!done) return;
      this.#settle(history, byFronts(history, [...this.#population!, ...done], size).slice(0, size));
      this.#parents = done;
      this.#generation++;
    }
  }

  #settle(history: History, population: readonly TrialRecord[]): void {
    this.#population = population.filter(({ state }) => state === 'complete');
    const ranked = byFronts(history, this.#population, Infinity);
    this.#ranks = this.#population.map((trial) => ranked.indexOf(trial));
  }

  #tournament(random: Random): TrialRecord {
    const [a, b] = [random.below(this.#population!.length), random.below(this.#population!.length)];
    return this.#population![this.#ranks[a] < this.#ranks[b] ? a : b];
  }

  #child(history: History, random: Random): Params {
    const { dimensions } = history.space;
    const [a, b] = [this.#tournament(random), this.#tournament(random)].map((trial) => history.units(trial));
    const mix = random.uniform() < this.#options.crossover;
    const units = dimensions.map((dimension, i) => {
      const [x, y] = [Number.isNaN(a[i]) ? b[i] : a[i], Number.isNaN(b[i]) ? a[i] : b[i]];
      if (Number.isNaN(x)) return dimension.encode(randomValue(dimension, random));
      const unit = !mix || random.uniform() < 0.5 ? x : dimension.categorical ? y : simulatedBinary(x, y, random);
      return random.uniform() < 1 / dimensions.length ? mutated(dimension, unit, random) : unit;
    });
    return history.space.decode(units);
  }
}

/** One of the two children of simulated binary crossover (Deb and Agrawal, 1995). */
function simulatedBinary(x: number, y: number, random: Random): number {
  const u = random.uniform();
  const power = 1 / (ETA_CROSSOVER + 1);
  const beta = u <= 0.5 ? (2 * u) ** power : (1 / (2 * (1 - u))) ** power;
  const [near, far] = random.uniform() < 0.5 ? [x, y] : [y, x];
  return Math.min(1, Math.max(0, ((1 + beta) * near + (1 - beta) * far) / 2));
}

/** Polynomial mutation (Deb and Goyal, 1996); discrete values move by a step at least, categories to any. */
function mutated(dimension: Dimension, unit: number, random: Random): number {
  if (dimension.categorical) return random.below(dimension.levels);
  const u = random.uniform();
  const power = 1 / (ETA_MUTATION + 1);
  const by = u < 0.5 ? (2 * u) ** power - 1 : 1 - (2 * (1 - u)) ** power;
  const moved = Math.min(1, Math.max(0, unit + by));
  if (dimension.continuous || dimension.level(moved) !== dimension.level(unit)) return moved;
  const level = dimension.level(unit) + (by < 0 ? -1 : 1);
  return dimension.encode(dimension.value(Math.min(dimension.levels - 1, Math.max(0, level))));
}
