import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { TrialRecord } from '../trial.ts';
import { HalvingPruner } from './halving.ts';
import type { Pruner, Verdict } from './pruner.ts';

export const hyperbandOptions = {
  /** The step of the first rung of the hastiest bracket. */
  resource: { kind: 'integer', low: 1, high: 1e9, default: 1 },
  /** The last step of a whole trial. */
  whole: { kind: 'integer', low: 1, high: 1e9, default: 27 },
  factor: { kind: 'integer', low: 2, high: 100, default: 3 },
} as const;

/**
 * Hyperband (Li et al., 2018): successive halving in several brackets that begin to prune earlier or later, as nobody knows how soon
 * reports tell the end. A trial's bracket follows from its number, in shares that give each bracket about the same to do.
 *
 * A bracket says where pruning begins; at a rung a trial is held against all that came there, whatever their bracket. Brackets that know
 * nothing of each other would each let their first trials go on, and in a search of some tens of trials those are a good part of all.
 *
 * Hyperband compares settings that were drawn together; BOHB, which draws them by TPE, does so too, round by round (Falkner et al., 2018).
 * As here nobody waits for a round to be full, a trial has to be among the best of the later half, too: a sampler that learns draws
 * better and better ones, and each would be among the best of all.
 */
export class HyperbandPruner implements Pruner {
  readonly #brackets: readonly HalvingPruner[];
  readonly #turns: readonly number[];

  constructor({ resource, whole, factor }: OptionsOf<typeof hyperbandOptions>) {
    let last = 0;
    while (resource * factor ** (last + 1) <= whole) last++;
    this.#brackets = Array.from({ length: last + 1 }, (_, skip) => {
      return new HalvingPruner({ resource, factor, skip }, { end: whole, batch: factor ** 2 });
    });
    this.#turns = turns(
      Array.from({ length: last + 1 }, (_, skip) =>
        Math.ceil(((last + 1) * factor ** (last - skip)) / (last - skip + 1)),
      ),
    );
  }

  bracketOf(number: number): number {
    return this.#turns[number % this.#turns.length];
  }

  judge(history: History, trial: TrialRecord): Verdict {
    const bracket = this.bracketOf(trial.number);
    const { prune, reason } = this.#brackets[bracket].judge(history, trial);
    return { prune, reason: { ...reason, bracket } };
  }
}

/** Brackets in turn, each as often as its share says and as evenly spread as can be. */
function turns(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const owed = shares.map(() => 0);
  return Array.from({ length: total }, () => {
    shares.forEach((share, i) => (owed[i] += share));
    const most = owed.indexOf(Math.max(...owed));
    owed[most] -= total;
    return most;
  });
}
