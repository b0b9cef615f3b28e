import type { History } from '../history.ts';
import { failedByItself, isFinished, type SamplerNotes, type TrialRecord } from '../trial.ts';

/**
 * Which trials belong to which generation of an evolving sampler, and which of them made the next one: read from the trials' notes, so that
 * a study that is opened again goes on from the same generations, whatever finished in the meantime.
 */
export class Generations {
  readonly #members = new Map<number, number[]>();
  readonly #parents = new Map<number, readonly number[]>();
  #seen = 0;

  /** Takes in what is new. */
  read({ trials }: History): void {
    for (; this.#seen < trials.length && trials[this.#seen].state !== 'waiting'; this.#seen++) {
      const { notes, number } = trials[this.#seen];
      if (typeof notes?.generation !== 'number') continue;
      const members = this.#members.get(notes.generation);
      if (members) members.push(number);
      else this.#members.set(notes.generation, [number]);
      if (Array.isArray(notes.parents)) this.#parents.set(notes.generation, notes.parents as readonly number[]);
    }
  }

  /** Whether any trial belongs to one. */
  get begun(): boolean {
    return this.#members.size > 0;
  }

  /** What a generation was made of, where its first trial says so. */
  parentsOf(generation: number): readonly number[] | undefined {
    return this.#parents.get(generation);
  }

  /** The trials that a generation ends with, or null while there are fewer than `size`. */
  finished(history: History, generation: number, size: number): TrialRecord[] | null {
    const recorded = this.#parents.get(generation + 1);
    if (recorded) return recorded.map((number) => history.trials[number]);
    const members = (this.#members.get(generation) ?? [])
      .map((number) => history.trials[number])
      .filter(countsForGeneration);
    return members.length >= size ? members.slice(0, size) : null;
  }

  /** The notes of a trial that is asked for in a generation; its first says what it was made of. */
  notes(generation: number, parents: readonly TrialRecord[]): SamplerNotes {
    const first = !this.#members.has(generation) && parents.length > 0;
    return first ? { generation, parents: parents.map(({ number }) => number) } : { generation };
  }
}

/** Failed ones too: among the worst. Not those that were ended from outside, which say nothing. */
const countsForGeneration = (trial: TrialRecord) =>
  isFinished(trial) && (trial.state !== 'failed' || failedByItself(trial));
