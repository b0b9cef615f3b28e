import { untrack } from 'svelte';
import type { DatasetDetail, Manifest } from '../../../src-main/shared/dataset.ts';
import { extended, fits, toggled } from '../../../src-main/shared/filter.ts';
import type { Condition, Filter } from '../../../src-main/shared/filter.ts';
import type { DatasetId, JobId, VersionId } from '../../../src-main/shared/ids.ts';
import type { Input } from '../../../src-main/shared/contract.ts';
import type { Profile, StepsDone } from '../../../src-main/shared/profile.ts';
import { studio } from '../../bridge/studio.ts';
import { datasets } from '../../state/datasets.svelte.ts';
import { Originals } from '../../state/originals.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { barsOf } from './strip-bars.ts';
import { outlineBytes, SamplePages } from './sample-pages.svelte.ts';
import type { Sample } from './sample-pages.svelte.ts';

export type Revision = Omit<Input<'datasets.revise'>, 'version'>;

/** The dataset in front: its version, what of its samples is shown, and which one is looked at. */
export class DataPlace {
  #detail = new Resource<DatasetDetail>();
  #profile = new Resource<Profile>();
  #profiled: VersionId | null = null;
  #profileSteps = $state.raw<StepsDone | null>(null);
  /** Stopped by hand: not begun again until that is asked for. */
  #profileStopped = $state.raw<VersionId | null>(null);
  /** Whose profile was given up before it was there. */
  #unprofiled: VersionId | null = null;
  #opened: DatasetId | null = null;
  #shown = new Resource<ReadonlyMap<string, number[]>>();
  #shownOf = '';
  readonly pages = new SamplePages();
  readonly originals = new Originals();
  listFilter = $state('');
  #filter = $state.raw<Filter>([]);
  /** Thumbnail size, in pixels. */
  zoom = $state(72);
  /** Of a sound's waveform, at least; in pixels. */
  waveWidth = $state(260);
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
  /** What its columns hold; null until `wantProfile` has brought it. */
  get profile(): Profile | null {
    return this.#profiled === this.detail?.version.id ? this.#profile.value : null;
  }
  /** By column, how many of the samples that the filter lets through are in each of its bars; null where none is set, or it is not known yet. */
  get shown(): ReadonlyMap<string, number[]> | null {
    return this.#filter.length > 0 ? this.#shown.value : null;
  }
  get profileError() {
    return this.#profile.error;
  }
  /** 0 to 1; null where that is not known. */
  get profileShare(): number | null {
    const steps = this.#profileSteps;
    return steps && steps.total > 0 ? steps.done / steps.total : null;
  }
  get profileStopped(): boolean {
    return this.#profileStopped !== null && this.#profileStopped === this.detail?.version.id;
  }
  /** Which samples are shown: of every tab the same. */
  get filter(): Filter {
    return this.#filter;
  }
  get sample(): Sample | undefined {
    return this.at < 0 ? undefined : this.pages.at(this.at);
  }
  get bytesEach(): number {
    const image = this.manifest?.image;
    if (this.manifest?.kind === 'audio') return outlineBytes;
    return image ? image.height * image.width * image.channels : 0;
  }

  async open(id: DatasetId, version?: VersionId): Promise<void> {
    if (id !== this.#opened) {
      this.#opened = id;
      this.#detail.set(null);
      this.clearFilters();
      this.at = -1;
    }
    const opened = await this.#detail.load(() => datasets.get(id, version));
    if (!opened) return;
    this.originals.want(opened.version, true);
    // Another version may lack a column that was filtered by.
    const columns = new Set(opened.version.manifest.columns.map(({ name }) => name));
    if (!this.#filter.every((one) => fits(one, columns)))
      this.#filter = this.#filter.filter((one) => fits(one, columns));
  }

  classIndex(name: string | null): number {
    return name === null ? -1 : (this.manifest?.classes.findIndex((one) => one.name === name) ?? -1);
  }

  /** Asks for what the columns hold, once a version. */
  wantProfile(again = false): void {
    const version = this.detail?.version.id;
    if (!version || (version === this.#profiled && !again)) return;
    if (!again && version === untrack(() => this.#profileStopped)) return;
    this.leaveProfile();
    this.#profiled = version;
    this.#profile.set(null);
    this.#profileSteps = null;
    this.#profileStopped = null;
    const deaf = studio.onEvents((event) => {
      if (event.type === 'profile' && event.version === version)
        this.#profileSteps = { done: event.done, total: event.total };
    });
    void this.#profile.load(() => studio.call('datasets.profile', { version })).finally(deaf);
  }

  /** Asks how what is shown lies in the bars above the columns, once a filter. */
  wantShown(): void {
    const version = this.detail?.version;
    const { profile } = this;
    const filter = [...this.#filter];
    const asked = version && profile && filter.length > 0 ? barsOf(version.manifest, profile) : [];
    const of = asked.length > 0 ? JSON.stringify([version!.id, filter]) : '';
    if (of === this.#shownOf) return;
    this.#shownOf = of;
    this.#shown.set(null);
    if (of === '') return;
    void this.#shown.load(async () => {
      const counts = await studio.call('datasets.bars', { version: version!.id, filter, bars: asked });
      return new Map(counts.map((each, i) => [asked[i].column, each]));
    });
  }

  /** Nobody waits any more for what the columns hold: if that is still being worked out, it is stopped. */
  leaveProfile(): void {
    const version = this.#profiled;
    if (version === null || !untrack(() => this.#profile.waiting)) return;
    this.#profiled = null;
    this.#unprofiled = version;
    this.#profile.set(null);
    void studio.call('datasets.stopProfile', { version }).catch(() => {});
  }

  stopProfile(): void {
    this.leaveProfile();
    this.#profileStopped = this.#unprofiled;
    this.#unprofiled = null;
  }

  /** Waits again for what was given up. */
  returnToProfile(): void {
    const version = untrack(() => this.detail?.version.id);
    if (version === this.#unprofiled) untrack(() => this.wantProfile());
  }

  /** Filters by this too, in the place of what was said of the same thing; once more takes it back. `add`: joins what was said. */
  toggle(condition: Condition, add = false): void {
    this.#filter = add ? extended(this.#filter, condition) : toggled(this.#filter, condition);
  }

  /** Filters by these and nothing else. */
  only(...conditions: Condition[]): void {
    this.#filter = conditions;
  }

  remove(condition: Condition): void {
    this.#filter = this.#filter.filter((one) => one !== condition);
  }

  clearFilters(): void {
    this.#filter = [];
  }

  /** Filters by an expression of SQL if it is one; rejects with what is wrong with it. */
  async filterBy(expression: string): Promise<void> {
    const version = this.detail?.version.id;
    if (!version) return;
    const condition: Condition = { kind: 'sql', expression };
    const filter = [...this.#filter.filter((one) => one.kind !== 'sql' || one.expression !== expression), condition];
    await studio.call('datasets.samples', { version, offset: 0, limit: 1, filter });
    this.#filter = filter;
  }

  async revise(change: Revision): Promise<JobId | null> {
    const version = this.detail?.version.id;
    return version ? studio.call('datasets.revise', { version, ...change }) : null;
  }
}

export const data = new DataPlace();
