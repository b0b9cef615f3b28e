import type { EndpointId } from '../../src-main/shared/ids.ts';
import type { LanguageModelRef } from '../../src-main/shared/prompt/prompt.ts';
import type { EndpointWish, RemoteEndpoint, RemoteModels, RemoteState } from '../../src-main/shared/remote.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';

/** Endpoints of models elsewhere, and whether prompts may go there. */
export class Remotes {
  readonly #studio: Studio;
  readonly #state = new Resource<RemoteState>();
  /** The one that somebody is asked about. */
  #asking = $state.raw<{ endpoint: RemoteEndpoint; answer: (yes: boolean) => void } | null>(null);

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get value(): RemoteState | null {
    return this.#state.value;
  }
  get error() {
    return this.#state.error;
  }
  get asking(): RemoteEndpoint | null {
    return this.#asking?.endpoint ?? null;
  }

  async load(): Promise<void> {
    await this.#state.load(() => this.#studio.call('remotes.get'));
  }
  async enable(enabled: boolean): Promise<void> {
    await this.#studio.call('remotes.enable', { enabled });
    await this.load();
  }
  async put(wish: EndpointWish, id: EndpointId | undefined): Promise<EndpointId> {
    const made = await this.#studio.call('remotes.put', { ...wish, ...(id && { id }) });
    await this.load();
    return made;
  }
  async remove(id: EndpointId): Promise<void> {
    await this.#studio.call('remotes.remove', { id });
    await this.load();
  }
  async setKey(id: EndpointId, key: string, plain: boolean): Promise<void> {
    await this.#studio.call('remotes.setKey', { id, key, plain });
    await this.load();
  }
  async forgetKey(id: EndpointId): Promise<void> {
    await this.#studio.call('remotes.forgetKey', { id });
    await this.load();
  }
  models(id: EndpointId): Promise<RemoteModels> {
    return this.#studio.call('remotes.models', { id });
  }

  /** Whether these models may be asked: of an endpoint that was never asked before, somebody says so first. */
  async allowed(models: readonly LanguageModelRef[]): Promise<boolean> {
    const ids = new Set(models.flatMap((ref) => ('remote' in ref ? [ref.remote] : [])));
    if (ids.size === 0) return true;
    await this.load();
    for (const endpoint of this.value?.endpoints ?? []) {
      if (!ids.has(endpoint.id) || endpoint.agreed) continue;
      const yes = await new Promise<boolean>((answer) => (this.#asking = { endpoint, answer }));
      this.#asking = null;
      if (!yes) return false;
      await this.#studio.call('remotes.agree', { id: endpoint.id });
    }
    return true;
  }
  answer(yes: boolean): void {
    this.#asking?.answer(yes);
  }
}

export const remotes = new Remotes();
