import type { DatasetDetail, DatasetSummary } from '../../src-main/shared/dataset.ts';
import type { DatasetId, VersionId } from '../../src-main/shared/ids.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';

/** The datasets of the workspace, newest first, without the archived ones. */
export class Datasets {
  #studio: Studio;
  #list = new Resource<DatasetSummary[]>();
  /** Goes up whenever something about datasets changed, so that open details ask again. */
  #revision = $state(0);

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get list(): DatasetSummary[] {
    return (this.#list.value ?? []).filter((dataset) => !dataset.archived);
  }
  get loaded(): boolean {
    return this.#list.value !== null;
  }
  get error() {
    return this.#list.error;
  }
  get revision(): number {
    return this.#revision;
  }

  byId(id: DatasetId | undefined): DatasetSummary | undefined {
    return this.#list.value?.find((dataset) => dataset.id === id);
  }

  async load(): Promise<void> {
    await this.#list.load(async () =>
      (await this.#studio.call('datasets.list')).toSorted((a, b) => b.createdAt - a.createdAt),
    );
    this.#revision++;
  }

  get(id: DatasetId, version?: VersionId): Promise<DatasetDetail> {
    return this.#studio.call('datasets.get', { id, version });
  }

  async rename(id: DatasetId, name: string): Promise<void> {
    await this.#studio.call('datasets.rename', { id, name });
    await this.load();
  }

  async archive(id: DatasetId, archived: boolean): Promise<void> {
    await this.#studio.call('datasets.archive', { id, archived });
    await this.load();
  }
}

export const datasets = new Datasets();
