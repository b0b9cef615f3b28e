import type { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import { failedByItself, type TrialRecord } from '../trial.ts';
import { maximizeImprovement } from './acquisition.ts';
import {
  defaultHyperparameters,
  fitHyperparameters,
  GaussianProcess,
  roughHyperparameters,
} from './gaussian-process.ts';
import type { Sampler, Suggestion } from './sampler.ts';
import { SobolSampler } from './sobol.ts';
import { TpeSampler } from './tpe.ts';
import { byValue } from './split.ts';
import { normalized } from './normalize.ts';

export const gpOptions = {
  /** Quasi-random trials before the first that is chosen. */
  startup: { kind: 'integer', low: 2, high: 10_000, default: 10 },
  /** From so many finished trials on TPE takes over: a process over n trials costs n³. */
  until: { kind: 'integer', low: 10, high: 1000, default: 300 },
} as const;

/**
 * Gaussian process with expected improvement, for few and dear trials: fits a process to what is known and goes where it promises the
 * most. Running trials count as if they had ended as foretold, so that parallel asks spread out; those that failed by themselves as the
 * worst, or it would go there for ever.
 */
export class GpSampler implements Sampler {
  readonly #options: OptionsOf<typeof gpOptions>;
  readonly #sobol = new SobolSampler();
  readonly #tpe = new TpeSampler({ startup: 10, candidates: 24 });

  constructor(options: OptionsOf<typeof gpOptions>) {
    this.#options = options;
  }

  suggest(history: History, number: number, random: Random): Suggestion {
    const { startup, until } = this.#options;
    if (history.trials.filter(isKnown).length < startup) {
      const { params } = this.#sobol.suggest(history, number, random);
      return { params, why: { code: 'startup', of: startup } };
    }
    const known = history.trials.filter((trial) => isKnown(trial) || failedByItself(trial));
    if (known.length > until) return this.#tpe.suggest(history, number, random);

    const { space } = history;
    const categorical = space.dimensions.map((dimension) => dimension.categorical);
    const points = known.map((trial) => history.units(trial));
    const values = normalized(lossesOf(history, known));
    const { kernel, fitted } = this.#kernel(history, points, values, categorical);
    let process = new GaussianProcess(points, values, categorical, kernel);
    const running = history.running.map((trial) => history.units(trial));
    if (running.length > 0) {
      const foretold = running.map((point) => process.predict(point).mean);
      process = new GaussianProcess([...points, ...running], [...values, ...foretold], categorical, kernel);
    }
    // What the process holds for the best, as a single lucky value would make everything near it look worse than the unknown.
    const fit = process;
    const best = Math.min(...points.map((point) => fit.predict(point).mean));
    const near = byValue(
      history,
      known.filter(({ state }) => state === 'complete'),
      3,
    ).slice(0, 3);
    const { params, score } = maximizeImprovement(
      space,
      process,
      best,
      near.map((trial) => trial.params),
      random,
    );
    return {
      params,
      why: { code: 'gp', improvement: Math.exp(score), known: known.length },
      notes: { kernel: [...kernel], fitted },
    };
  }

  /** Fitted anew from the last trial's, but of many trials not for each one. */
  #kernel(
    history: History,
    points: readonly Float64Array[],
    values: readonly number[],
    categorical: readonly boolean[],
  ) {
    const n = points.length;
    const d = categorical.length;
    const last = history.trials.findLast(({ notes }) => Array.isArray(notes?.kernel))?.notes as
      { kernel: readonly number[]; fitted: number } | undefined;
    if (last && n - last.fitted < n / 30) return { kernel: last.kernel, fitted: last.fitted };
    const starts = [defaultHyperparameters(d), roughHyperparameters(d), ...(last ? [last.kernel] : [])];
    return { kernel: [...fitHyperparameters(points, values, categorical, starts, last ? 20 : 50)], fitted: n };
  }
}

const isKnown = ({ state, values }: TrialRecord) => (state === 'complete' || state === 'pruned') && values !== null;

/** What exceeds a limit is worse than anything that does not, and what failed is worse still. */
function lossesOf(history: History, trials: readonly TrialRecord[]): number[] {
  const valued = trials.filter(isKnown);
  const losses = valued.map((trial) => history.loss(trial.values![0]));
  const kept = losses.filter((_, i) => history.violation(valued[i]) === 0);
  const [least, most] = kept.length > 0 ? [Math.min(...kept), Math.max(...kept)] : [0, 1];
  const worst = Math.max(...valued.map((trial) => history.violation(trial)));
  // The farthest over the limits is a range above the worst that keeps them.
  const above = (share: number) => most + (most - least || 1) * (0.1 + 0.9 * share);
  return trials.map((trial) => {
    if (!isKnown(trial)) return above(worst > 0 ? 1 : 0);
    const over = history.violation(trial);
    return over === 0 ? history.loss(trial.values![0]) : above(over / worst);
  });
}
