import type { AnnotationFlag } from '../../../src-main/shared/annotation.ts';
import type { DatasetDetail, Manifest, SplitName } from '../../../src-main/shared/dataset.ts';
import type { DatasetId, JobId, VersionId } from '../../../src-main/shared/ids.ts';
import type { Input } from '../../../src-main/shared/contract.ts';
import { studio } from '../../bridge/studio.ts';
import { datasets } from '../../state/datasets.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { SamplePages } from './sample-pages.svelte.ts';
import type { Sample } from './sample-pages.svelte.ts';

export type Revision = Omit<Input<'datasets.revise'>, 'version'>;

/** The dataset in front: its version, what of its samples is shown, and which one is looked at. */
export class DataPlace {
  #detail = new Resource<DatasetDetail>();
  #opened: DatasetId | null = null;
  readonly pages = new SamplePages();
  listFilter = $state('');
  split = $state<SplitName | null>(null);
  class = $state<string | null>(null);
  /** Only samples with an annotation that is flagged so. */
  flag = $state<AnnotationFlag | null>(null);
  /** Thumbnail size, in pixels. */
  zoom = $state(72);
  /** The place in the list of the sample looked at; -1 none. */
  at = $state(-1);

  get detail(): DatasetDetail | null {
    return this.#detail.value;
  }
  get error() {
    return this.#detail.error;
  }
  get manifest(): Manifest | null {
    return this.detail?.version.manifest ?? null;
  }
  get sample(): Sample | undefined {
    return this.at < 0 ? undefined : this.pages.at(this.at);
  }
  get bytesEach(): number {
    const image = this.manifest?.image;
    return image ? image.height * image.width * image.channels : 0;
  }

  async open(id: DatasetId, version?: VersionId): Promise<void> {
    if (id !== this.#opened) {
      this.#opened = id;
      this.#detail.set(null);
      this.clearFilters();
      this.at = -1;
    }
    await this.#detail.load(() => datasets.get(id, version));
  }

  classIndex(name: string | null): number {
    return name === null ? -1 : (this.manifest?.classes.findIndex((one) => one.name === name) ?? -1);
  }

  clearFilters(): void {
    this.split = null;
    this.class = null;
    this.flag = null;
  }

  async revise(change: Revision): Promise<JobId | null> {
    const version = this.detail?.version.id;
    return version ? studio.call('datasets.revise', { version, ...change }) : null;
  }
}

export const data = new DataPlace();
