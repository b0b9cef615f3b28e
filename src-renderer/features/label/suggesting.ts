import type { DatasetDetail } from '../../../src-main/shared/dataset.ts';
import type { RunId } from '../../../src-main/shared/ids.ts';
import {
  labelStates,
  type LabellingState,
  type LabelOutcome,
  type LabelRule,
} from '../../../src-main/shared/labels.ts';
import type { MarkSuggestions } from '../../../src-main/shared/marks.ts';
import type { Studio } from '../../bridge/studio.ts';
import { doubtsOfRun, type Doubts } from './doubts.ts';
import type { StateFilter } from './label-queue.ts';

/** The labelling in front, as far as suggestions are concerned. */
interface Front {
  readonly state: LabellingState | null;
  readonly detail: DatasetDetail | null;
  readonly marked: boolean;
  readonly marks: { settled(): Promise<void> };
  readonly learning: { labelled(count: number): void };
  heard(outcome: LabelOutcome): void;
  doubtBy(doubts: Doubts): void;
  requeue(change: { filter: StateFilter }): void;
}

/** What runs and rules suggest, and what becomes of it. */
export class Suggesting {
  readonly #studio: Studio;
  readonly #place: Front;

  constructor(through: Studio, place: Front) {
    this.#studio = through;
    this.#place = place;
  }

  /** What a run suggests for samples that nobody has looked at; they are gone through by its doubts from then on. */
  async byRun(run: RunId): Promise<{ count: number; unknown: string[] } | null> {
    const { state, detail } = this.#place;
    if (!state || !detail) return null;
    const { labelling } = state;
    const found = await this.#studio.call('labels.suggest', { labelling, version: detail.version.id, run });
    if (this.#place.state?.labelling !== labelling) return null;
    this.#place.heard(found);
    this.#place.doubtBy(doubtsOfRun(found, state.states.length));
    return { count: found.samples.length, unknown: found.unknown };
  }

  /** Suggests a class for the texts that a rule fits; for how many. */
  async byRule(rule: LabelRule): Promise<number> {
    const { state, detail } = this.#place;
    if (!state || !detail) return 0;
    const { labelling } = state;
    const outcome = await this.#studio.call('labels.rule', { labelling, version: detail.version.id, rule });
    if (this.#place.state?.labelling !== labelling) return 0;
    this.#place.heard(outcome);
    if (outcome.samples.length > 0) this.#place.requeue({ filter: 'suggested' });
    return outcome.samples.length;
  }

  /** How many suggestions are at least so sure. */
  sureAt(atLeast: number): number {
    const { state } = this.#place;
    const suggested = labelStates.indexOf('suggested');
    if (!state) return 0;
    let count = 0;
    state.states.forEach((each, i) => {
      const sure = state.confidences[i];
      if (each === suggested && (Number.isNaN(sure) ? 0 : sure) >= atLeast) count++;
    });
    return count;
  }

  /** Suggested marks that can be accepted. */
  async marks(): Promise<MarkSuggestions | null> {
    const { state, marks } = this.#place;
    await marks.settled();
    return state && this.#studio.call('labels.suggestions', { labelling: state.labelling });
  }

  /** Takes suggestions for labels that are at least so sure; of how many samples. */
  async accept(atLeast: number): Promise<number> {
    const { state, marks, marked } = this.#place;
    if (!state) return 0;
    await marks.settled();
    const channel = marked ? 'labels.acceptMarks' : 'labels.accept';
    const outcome = await this.#studio.call(channel, { labelling: state.labelling, atLeast });
    if (this.#place.state?.labelling !== state.labelling) return 0;
    this.#place.heard(outcome);
    this.#place.learning.labelled(outcome.samples.length);
    return outcome.samples.length;
  }
}
