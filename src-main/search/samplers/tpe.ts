import type { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { Params, ParamValue } from '../space/parameter.ts';
import type { Space } from '../space/space.ts';
import type { TrialRecord } from '../trial.ts';
import { ParzenEstimator } from './parzen.ts';
import type { Sampler, Suggestion } from './sampler.ts';
import { goodCount, splitTrials } from './split.ts';

export const tpeOptions = {
  /** Random trials before the first that is chosen. */
  startup: { kind: 'integer', low: 1, high: 10_000, default: 10 },
  /** How many draws from the good ones' density the best is taken of. */
  candidates: { kind: 'integer', low: 1, high: 10_000, default: 24 },
} as const;

/** What a setting that was tried already loses in score: it is taken where there is no other. */
const TRIED = 1e6;

/** More kernels than this make the density no better, only slower. */
const MOST_BAD = 1000;

/**
 * Tree-structured Parzen estimator: draws from the density of the good trials and takes the draw that is likeliest there compared with
 * the density of the others (Bergstra et al., 2011). Parameters that exist under the same condition are one multivariate density;
 * running trials count as bad ones, which keeps parallel asks apart ("constant liar").
 */
export class TpeSampler implements Sampler {
  readonly #options: OptionsOf<typeof tpeOptions>;

  constructor(options: OptionsOf<typeof tpeOptions>) {
    this.#options = options;
  }

  suggest(history: History, _number: number, random: Random): Suggestion {
    const { space } = history;
    const { startup } = this.#options;
    const informed = history.trials.filter(isInformative);
    if (informed.length < startup) {
      return { params: space.randomFeasible(random), why: { code: 'startup', of: startup } };
    }
    const avoided = history.trials.filter(isToAvoid);
    const good = goodCount(informed.length);
    let params: Record<string, ParamValue> | null = {};
    for (const { members } of space.groups) {
      if (params && space.active(members[0], params))
        params = this.#extend(params, members, history, informed, avoided, random);
    }
    if (params) return { params: inOrder(space, params), why: { code: 'tpe', good, others: informed.length - good } };
    return { params: space.randomFeasible(random), why: { code: 'constraints_random' } };
  }

  /** Values for one group beside those chosen already; null where no draw keeps the constraints. */
  #extend(
    chosen: Params,
    members: readonly number[],
    history: History,
    informed: readonly TrialRecord[],
    avoided: readonly TrialRecord[],
    random: Random,
  ): Record<string, ParamValue> | null {
    const { space } = history;
    const fixed = members.filter((index) => space.dimensions[index].levels === 1);
    const free = members.filter((index) => space.dimensions[index].levels > 1);
    const dimensions = free.map((index) => space.dimensions[index]);
    const base: Record<string, ParamValue> = { ...chosen };
    for (const index of fixed) base[space.dimensions[index].name] = space.dimensions[index].value(0);
    if (free.length === 0) return base;

    const has = ({ params }: TrialRecord) => params[dimensions[0].name] !== undefined;
    const own = informed.filter(has);
    const { good, bad } = splitTrials(history, own, goodCount(own.length));
    const rows = (trials: readonly TrialRecord[]) =>
      trials.map((trial) => {
        const units = history.units(trial);
        return free.map((index) => units[index]);
      });
    const thinned = thin([...bad, ...avoided.filter(has)]);
    const good_ = new ParzenEstimator(dimensions, rows(good), new Float64Array(good.length).fill(1), 'neighbours');
    const bad_ = new ParzenEstimator(dimensions, rows(thinned.trials), thinned.weights, 'neighbours');
    // Where nothing is continuous a draw may be a setting that was tried: then the next best tells more.
    const countable = !space.conditional && dimensions.every(({ continuous }) => !continuous);
    const tried = new Set(countable ? rows([...own, ...avoided]).map(String) : []);
    for (let round = 0; round < 20; round++) {
      const points = good_.sample(random, this.#options.candidates);
      const [likely, unlikely] = [good_.logDensity(points), bad_.logDensity(points)];
      let best: { params: Record<string, ParamValue>; score: number } | null = null;
      points.forEach((point, i) => {
        const score = likely[i] - unlikely[i] - (tried.has(String(point)) ? TRIED : 0);
        if (best && score <= best.score) return;
        const params = { ...base };
        dimensions.forEach((dimension, axis) => (params[dimension.name] = dimension.decode(point[axis])));
        if (space.feasible(params)) best = { params, score };
      });
      if (best) return (best as { params: Record<string, ParamValue> }).params;
    }
    return null;
  }
}

const isInformative = ({ state }: TrialRecord) => state === 'complete' || state === 'pruned';

const isToAvoid = ({ state, ended }: TrialRecord) =>
  state === 'running' || (state === 'failed' && ended?.code === 'not_finite');

/** Older trials weigh less: from 1/n up to 1 for the last 25 (Optuna's default weights). Of very many the old ones stand for their neighbours. */
function thin(trials: readonly TrialRecord[]): { trials: readonly TrialRecord[]; weights: Float64Array } {
  const n = trials.length;
  const weight = (i: number) => (n < 25 || i >= n - 25 ? 1 : n === 26 ? 1 / n : 1 / n + ((1 - 1 / n) * i) / (n - 26));
  if (n <= MOST_BAD) return { trials, weights: Float64Array.from(trials, (_, i) => weight(i)) };
  const recent = MOST_BAD / 2;
  const old = n - recent;
  const picked = Array.from({ length: recent }, (_, k) => Math.floor(((k + 0.5) * old) / recent));
  const indices = [...picked, ...Array.from({ length: recent }, (_, k) => old + k)];
  return {
    trials: indices.map((i) => trials[i]),
    weights: Float64Array.from(indices, (i) => (i < old ? (weight(i) * old) / recent : weight(i))),
  };
}

/** In the order of the space, as all params are. */
function inOrder(space: Space, params: Params): Params {
  return space.fill(({ name }) => params[name]);
}
