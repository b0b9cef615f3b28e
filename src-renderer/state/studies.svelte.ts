import type { RunId, StudyId } from '../../src-main/shared/ids.ts';
import { receiveStudy } from '../../src-main/shared/sent-study.ts';
import type { StoredTrial, StudyDetail, StudyImportance, StudySummary } from '../../src-main/shared/study.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';

export interface MoreBudget {
  trials?: number;
  seconds?: number;
  withoutBetter?: number;
  workers?: number;
}

/** How often what is looked at is asked for anew while its trials go. */
const everyMs = 400;

/** The studies of the workspace, newest first, and the one that is looked at. */
export class Studies {
  #studio: Studio;
  #list = new Resource<StudySummary[]>();
  #detail = new Resource<StudyDetail>();
  #importance = new Resource<StudyImportance[]>();
  #open: StudyId | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = -1;
  readonly #runs = new Set<RunId>();

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get list(): StudySummary[] {
    return this.#list.value ?? [];
  }
  get loaded(): boolean {
    return this.#list.value !== null;
  }
  get error() {
    return this.#list.error;
  }
  /** The one that was opened; null while it is on its way. */
  get detail(): StudyDetail | null {
    return this.#detail.value;
  }
  get detailError() {
    return this.#detail.error;
  }
  /** Null where there are too few trials to tell. */
  get importance() {
    return this.#importance;
  }

  /** Whether versions of this dataset may be made for trials: a study that works searches its recipe. */
  prepares(dataset: string): boolean {
    return this.list.some(
      ({ status, datasetName, plan }) =>
        status === 'running' &&
        datasetName === dataset &&
        Object.keys(plan.space).some((name) => name.startsWith('recipe.')),
    );
  }

  async load(): Promise<void> {
    await this.#list.load(() => this.#studio.call('studies.list'));
  }

  async open(id: StudyId): Promise<void> {
    if (this.#open !== id) {
      this.#open = id;
      this.#ended = -1;
      this.#detail.set(null);
      this.#importance.set(null);
    }
    const detail = await this.#detail.load(async () => receiveStudy(await this.#studio.call('studies.get', { id })));
    // Of thousands a few more change next to nothing while it goes on; what it comes to at the end counts.
    const due = detail?.status === 'running' ? Math.ceil(this.#ended * 1.02) : this.#ended + 1;
    if (!detail || detail.counts.complete < due) return;
    this.#ended = detail.counts.complete;
    // Of fewer it would say nothing.
    if (detail.counts.complete >= 4) await this.#importance.load(() => this.#studio.call('studies.importance', { id }));
  }

  /** Something about them has changed: not oftener than one can look. */
  changed(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.load();
      if (this.#open) void this.open(this.#open);
    }, everyMs);
  }

  /** Whether a run is that of a trial under way: its end is the study's matter. */
  isTrial(run: RunId | null): boolean {
    return run !== null && this.#runs.has(run);
  }

  take(study: StudyId, trial: StoredTrial): void {
    // What is trained longer later is a run as any other.
    if (trial.run && trial.state === 'running') this.#runs.add(trial.run);
    else if (trial.run) this.#runs.delete(trial.run);
    if (study !== this.#open) return;
    this.#detail.patch((detail) => {
      const trials = [...detail.trials];
      trials[trial.number] = trial;
      return { ...detail, trials: trials.filter((each) => each !== undefined) };
    });
  }

  start(input: { version: StudySummary['version']; name: string; study: Record<string, unknown> }): Promise<StudyId> {
    return this.#studio.call('studies.start', input);
  }
  pause(id: StudyId): Promise<null> {
    return this.#studio.call('studies.pause', { id });
  }
  /** `more`: what it is granted besides what it had. */
  resume(id: StudyId, more: MoreBudget = {}): Promise<null> {
    return this.#studio.call('studies.resume', { id, ...more });
  }
  finish(id: StudyId): Promise<null> {
    return this.#studio.call('studies.finish', { id });
  }
  saveAs(id: StudyId): Promise<{ path: string } | null> {
    return this.#studio.call('studies.saveAs', { id });
  }
}

export const studies = new Studies();
