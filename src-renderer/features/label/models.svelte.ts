import type { ChosenModel, MarkerFacts, MarkerWish, SuggestedMarks } from '../../../src-main/shared/marker.ts';
import { studio, type Studio } from '../../bridge/studio.ts';
import { label as labelPlace, type LabelPlace } from './label.svelte.ts';

/** Models made elsewhere that were chosen since the window opened, and what they are asked. */
export class Models {
  readonly #label: LabelPlace;
  readonly #studio: Studio;
  /** The one chosen last comes first. */
  #chosen = $state.raw<readonly ChosenModel[]>([]);
  /** What makes masks of clicks. */
  #pair = $state.raw<ChosenModel | null>(null);

  constructor(place: LabelPlace = labelPlace, through: Studio = studio) {
    this.#label = place;
    this.#studio = through;
  }

  get chosen(): readonly ChosenModel[] {
    return this.#chosen;
  }
  get pair(): ChosenModel | null {
    return this.#pair;
  }

  /** Null where the system's dialog is dismissed. */
  async choose(): Promise<ChosenModel | null> {
    const chosen = await this.#studio.call('labels.chooseModel', { pair: false });
    if (chosen) this.#chosen = [chosen, ...this.#chosen.filter(({ name }) => name !== chosen.name)].slice(0, 5);
    return chosen;
  }

  /** The pair is opened at once: what is wrong with it is told where it is chosen. */
  async choosePair(): Promise<ChosenModel | null> {
    const chosen = await this.#studio.call('labels.chooseModel', { pair: true });
    const version = this.#label.detail?.version.id;
    if (!chosen || !version) return null;
    await this.#studio.call('labels.clickMask', { version, sample: 0, file: chosen.file, clicks: [] });
    this.#pair = chosen;
    return chosen;
  }

  async facts(file: string, wish: MarkerWish): Promise<MarkerFacts | null> {
    const labelling = this.#label.state?.labelling;
    return labelling ? this.#studio.call('labels.modelFacts', { labelling, file, wish }) : null;
  }

  /** What it suggests is there when it is answered, and gone through next. */
  async suggest(
    file: string,
    how: { wish: MarkerWish; make: boolean; all: boolean },
  ): Promise<Omit<SuggestedMarks, 'samples' | 'marks'> | null> {
    const labelling = this.#label.state?.labelling;
    const version = this.#label.detail?.version.id;
    if (!labelling || !version) return null;
    const found = await this.#studio.call('labels.suggestMarks', { labelling, version, file, ...how });
    if (this.#label.state?.labelling !== labelling) return null;
    this.#label.heard(found);
    if (found.suggestions > 0 && !how.all) this.#label.requeue({ filter: 'todo' });
    return found;
  }
}

export const models = new Models();
