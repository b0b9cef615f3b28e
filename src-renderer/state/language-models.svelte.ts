import type { Input } from '../../src-main/shared/contract.ts';
import type { LanguageModelId } from '../../src-main/shared/ids.ts';
import type { LanguageModel, LanguageModelRef } from '../../src-main/shared/prompt/prompt.ts';
import type { HubOffer } from '../../src-main/shared/work/hub.ts';
import type { Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';

export const sameModel = (a: LanguageModelRef | null, b: LanguageModelRef | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** The models that prompts can be asked of. */
export class LanguageModels {
  readonly #studio: Studio;
  readonly #list = new Resource<LanguageModel[]>();

  constructor(through: Studio) {
    this.#studio = through;
  }

  get list(): LanguageModel[] {
    return this.#list.value ?? [];
  }
  find(ref: LanguageModelRef | null): LanguageModel | null {
    return this.list.find((one) => sameModel(one.ref, ref)) ?? null;
  }
  load(): Promise<unknown> {
    return this.#list.load(() => this.#studio.call('languageModels.list'));
  }

  /** The folder that the system's dialog asks for; null when dismissed. */
  add(): Promise<LanguageModelRef | null> {
    return this.#studio.call('languageModels.add');
  }
  askHub(wish: Input<'languageModels.ask'>): Promise<HubOffer> {
    return this.#studio.call('languageModels.ask', wish);
  }
  /** As a job, which puts it in the list. */
  async download(wish: Input<'languageModels.download'>): Promise<void> {
    await this.#studio.call('languageModels.download', wish);
  }
  /** Out of the list, until it is put back. */
  remove(id: LanguageModelId): Promise<null> {
    return this.#studio.call('languageModels.remove', { id });
  }
  putBack(id: LanguageModelId): Promise<null> {
    return this.#studio.call('languageModels.putBack', { id });
  }
}
