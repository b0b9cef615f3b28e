import type { Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import type { Params } from '../space/parameter.ts';
import type { Reason, SamplerNotes } from '../trial.ts';

export interface Suggestion {
  /** Of every active parameter, inside of its range, all constraints kept. */
  readonly params: Params;
  readonly why: Reason;
  /** Kept with the trial, for the sampler to read again. */
  readonly notes?: SamplerNotes;
}

/**
 * Chooses what to try next: a function of the history, the trial's number and its random numbers, and of nothing else. An instance may
 * remember what it has worked out, but one made anew must choose the same: that is what makes studies repeatable and resumable.
 */
export interface Sampler {
  /** null: nothing is left to try. */
  suggest(history: History, number: number, random: Random): Suggestion | null;
}
