import type { DatasetSummary, DatasetVersion, OriginalsReport } from '../../src-main/shared/dataset.ts';
import type { JobId, VersionId } from '../../src-main/shared/ids.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { importing } from './importing.svelte.ts';
import { Resource } from './resource.svelte.ts';

/** How the image files of one version stand that were left where they are; nothing is asked of versions without any. */
export class Originals {
  #report = new Resource<OriginalsReport | null>();
  #of = $state.raw<VersionId | null>(null);
  readonly #studio: Studio;

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  /** Looks once a version, and each time that `again` says so. */
  want({ id, manifest }: DatasetVersion, again = false): void {
    if (id === this.#of && !again) return;
    if (id !== this.#of) this.#report.set(null);
    this.#of = id;
    if (manifest.blobs.references)
      void this.#report.load(() => this.#studio.call('datasets.originals', { version: id }));
  }

  /** Null while it is not known, and where there is none. */
  of(version: VersionId): OriginalsReport | null {
    return version === this.#of ? this.#report.value : null;
  }
  get pending(): boolean {
    return this.#report.pending;
  }
  get error() {
    return this.#report.error;
  }
}

/** Looks for a dataset's files in the folder that the person shows; null when they show none. */
export async function relink(dataset: DatasetSummary): Promise<JobId | null> {
  const job = await studio.call('datasets.relink', { dataset: dataset.id });
  if (job) importing.follow(job, dataset.latestVersion);
  return job;
}
