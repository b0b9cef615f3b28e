import type { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { Params, ParamValue } from '../space/parameter.ts';
import type { Space } from '../space/space.ts';
import { failedByItself, type TrialRecord } from '../trial.ts';
import { ParzenEstimator } from './parzen.ts';
import type { Sampler, Suggestion } from './sampler.ts';
import { goodCount, splitTrials } from './split.ts';

export const tpeOptions = {
  /** Random trials before the first that is chosen. */
  startup: { kind: 'integer', low: 1, high: 10_000, default: 10 },
  /** How many draws from the good ones' density the best is taken of. */
  candidates: { kind: 'integer', low: 1, high: 10_000, default: 24 },
} as const;

/** Values so far, and the logarithm of how much likelier they are among the good trials than among the others. */
interface Chosen {
  params: Record<string, ParamValue>;
  score: number;
}

/** What a setting that was tried already loses in score: it is taken where there is no other. */
const TRIED = 1e6;

/** More kernels than this make the density no better, only slower. */
const MOST_BAD = 1000;

/**
 * Tree-structured Parzen estimator: draws from the density of the good trials and takes the draw that is likeliest there compared with
 * the density of the others (Bergstra et al., 2011). Parameters that exist under the same condition are one multivariate density;
 * running trials count as bad ones, which keeps parallel asks apart ("constant liar"), and so do those that failed by themselves:
 * Optuna leaves them out, and goes on trying settings that crash.
 */
export class TpeSampler implements Sampler {
  readonly #options: OptionsOf<typeof tpeOptions>;

  constructor(options: OptionsOf<typeof tpeOptions>) {
    this.#options = options;
  }

  suggest(history: History, _number: number, random: Random): Suggestion {
    const { space } = history;
    const { startup } = this.#options;
    const informed: TrialRecord[] = [];
    const avoided: TrialRecord[] = [];
    for (const trial of history.trials) {
      // Ended before it had told anything, as the last ones of a search whose time is up, it says nothing.
      if (trial.state === 'complete' || (trial.state === 'pruned' && trial.reports.length > 0)) informed.push(trial);
      else if (trial.state === 'running' || failedByItself(trial)) avoided.push(trial);
    }
    if (informed.length < startup) {
      return { params: untried(history, random), why: { code: 'startup', of: startup } };
    }
    const good = goodCount(informed.length);
    let chosen: Chosen | null = { params: {}, score: 0 };
    for (const { members } of space.groups) {
      if (chosen && space.active(members[0], chosen.params))
        chosen = this.#extend(chosen, members, history, informed, avoided, random);
    }
    if (chosen) {
      // Expected improvement rises with this ratio of densities, and with nothing else (Bergstra et al., 2011, equation 6).
      const odds = Math.exp(Math.min(chosen.score, 100));
      return {
        params: inOrder(space, chosen.params),
        why: { code: 'tpe', good, others: informed.length - good, odds: Number(odds.toPrecision(3)) },
      };
    }
    return { params: space.randomFeasible(random), why: { code: 'constraints_random' } };
  }

  /** Values for one group beside those chosen already; null where no draw keeps the constraints. */
  #extend(
    chosen: Chosen,
    members: readonly number[],
    history: History,
    informed: readonly TrialRecord[],
    avoided: readonly TrialRecord[],
    random: Random,
  ): Chosen | null {
    const { space } = history;
    const fixed = members.filter((index) => space.dimensions[index].levels === 1);
    const free = members.filter((index) => space.dimensions[index].levels > 1);
    const dimensions = free.map((index) => space.dimensions[index]);
    const base: Record<string, ParamValue> = { ...chosen.params };
    for (const index of fixed) base[space.dimensions[index].name] = space.dimensions[index].value(0);
    if (free.length === 0) return { params: base, score: chosen.score };

    const isAlways = dimensions[0].spec.when === undefined;
    const having = (trials: readonly TrialRecord[]) =>
      isAlways ? trials : trials.filter(({ params }) => params[dimensions[0].name] !== undefined);
    const own = having(informed);
    const { good, bad } = splitTrials(history, own, goodCount(own.length));
    const others = having(avoided);
    const { trials, weights } = thin(others.length > 0 ? [...bad, ...others].sort(byNumber) : bad);
    const density = (of: readonly TrialRecord[], weights: Float64Array) => {
      const rows = of.map((trial) => history.units(trial));
      return new ParzenEstimator(dimensions, rows, weights, free);
    };
    const ofGood = density(good, new Float64Array(good.length).fill(1));
    const ofBad = density(trials, weights);
    for (let round = 0; round < 20; round++) {
      const points = ofGood.sample(random, this.#options.candidates);
      const [likely, unlikely] = [ofGood.logDensity(points), ofBad.logDensity(points)];
      let best: (Chosen & { ratio: number }) | null = null;
      points.forEach((point, i) => {
        const ratio = likely[i] - unlikely[i];
        let score = ratio;
        if (best && score <= best.score) return;
        const params = { ...base };
        dimensions.forEach((dimension, axis) => (params[dimension.name] = dimension.decode(point[axis])));
        // Then the next best tells more.
        if (history.isTried(params)) score -= TRIED;
        if ((!best || score > best.score) && space.feasible(params)) best = { params, score, ratio };
      });
      if (best) {
        const { params, ratio } = best as Chosen & { ratio: number };
        return { params, score: chosen.score + ratio };
      }
    }
    return null;
  }
}

/** At random; of few settings one that was not tried, where some draws find any. */
function untried(history: History, random: Random): Params {
  let params = history.space.randomFeasible(random);
  for (let draw = 1; draw < 20 && history.isTried(params); draw++) params = history.space.randomFeasible(random);
  return params;
}

const byNumber = (a: TrialRecord, b: TrialRecord) => a.number - b.number;

/** Older trials weigh less: from 1/n up to 1 for the last 25 (Optuna's default weights). Of very many the old ones stand for their neighbours. */
function thin(trials: readonly TrialRecord[]): { trials: readonly TrialRecord[]; weights: Float64Array } {
  const n = trials.length;
  const weight = (i: number) => (n < 25 || i >= n - 25 ? 1 : n === 26 ? 1 / n : 1 / n + ((1 - 1 / n) * i) / (n - 26));
  const weights = new Float64Array(Math.min(n, MOST_BAD));
  if (n <= MOST_BAD) {
    for (let i = 0; i < n; i++) weights[i] = weight(i);
    return { trials, weights };
  }
  const recent = MOST_BAD / 2;
  const old = n - recent;
  const picked: TrialRecord[] = [];
  for (let k = 0; k < MOST_BAD; k++) {
    const i = k < recent ? Math.floor(((k + 0.5) * old) / recent) : old + k - recent;
    picked.push(trials[i]);
    weights[k] = k < recent ? (weight(i) * old) / recent : weight(i);
  }
  return { trials: picked, weights };
}

/** In the order of the space, as all params are. */
function inOrder(space: Space, params: Params): Params {
  return space.fill(({ name }) => params[name]);
}
