import type { ExportId, JobId, RunId } from '../../src-main/shared/ids.ts';
import type { ModelUse } from '../../src-main/shared/model-use.ts';
import type { ExportRecord } from '../../src-main/shared/run.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';

/** The exported models of the workspace, newest first. */
export class Exports {
  #studio: Studio;
  #list = new Resource<ExportRecord[]>();

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get list(): ExportRecord[] {
    return this.#list.value ?? [];
  }
  get loaded(): boolean {
    return this.#list.value !== null;
  }
  get error() {
    return this.#list.error;
  }
  byId(id: ExportId | undefined): ExportRecord | undefined {
    return this.list.find((record) => record.id === id);
  }
  ofRun(run: RunId): ExportRecord[] {
    return this.list.filter((record) => record.run === run);
  }

  async load(): Promise<void> {
    await this.#list.load(async () =>
      (await this.#studio.call('exports.list')).toSorted((a, b) => b.createdAt - a.createdAt),
    );
  }
  start(run: RunId, calibrate?: boolean): Promise<JobId> {
    return this.#studio.call('exports.start', { run, calibrate });
  }
  use(id: ExportId): Promise<ModelUse> {
    return this.#studio.call('exports.use', { id });
  }
  reveal(id: ExportId): Promise<null> {
    return this.#studio.call('exports.reveal', { id });
  }
  saveAs(id: ExportId): Promise<{ path: string } | null> {
    return this.#studio.call('exports.saveAs', { id });
  }
}

export const exports = new Exports();
