import type { WriteStore } from '../db/open.ts';
import { getRun } from '../db/runs.ts';
import { recordDataset, recordRun, type DatasetLine, type RunLine } from '../db/records.ts';
import { recordChange, recordNewStudy } from '../db/study-records.ts';
import type { ErrorFacts } from '../shared/errors.ts';
import type { DatasetId, RunId, StudyId } from '../shared/ids.ts';
import type { TrainResult } from '../shared/work/train.ts';
import type { ArchitectureInfo, MetricPoint } from '../shared/run.ts';
import type { StoredTrial } from '../shared/study.ts';
import type { Events } from './events.ts';
import type { JobQueue } from './queue.ts';
import type { Remotes } from './remote/remotes.ts';
import type { DeviceChooser } from './train-settings.ts';

/** What every act of the workspace's owner works with. */
export interface Context {
  readonly store: WriteStore;
  readonly queue: JobQueue;
  readonly events: Events;
  readonly architectures: readonly ArchitectureInfo[];
  /** Atelier's own, which goes into what it makes. */
  readonly appVersion: string;
  readonly chooseDevice: DeviceChooser;
  readonly remotes: Remotes;
  /** Who wants to know how runs go besides their jobs. */
  readonly watches: RunWatch[];
}

/** Hears of every run. `finished` and `ended` stand inside the transaction that stores the end, `settled` comes after it. */
export interface RunWatch {
  began(run: RunId): void;
  measured(run: RunId, points: readonly MetricPoint[]): void;
  finished(run: RunId, result: TrainResult, now: number): void;
  ended(run: RunId, status: 'failed' | 'cancelled', error: ErrorFacts): void;
  settled(run: RunId): void;
}

/** After a run's row has changed: into its folder as well, and told to whoever watches. */
export function runChanged(context: Context, id: RunId, version?: RunLine['version']): void {
  recordRunAgain(context, id, version);
  context.events.emit({ type: 'changed', noun: 'runs', runs: [id] });
}

/** The first half of it: for who tells of many runs at once. */
export function recordRunAgain({ store }: Pick<Context, 'store'>, id: RunId, version?: RunLine['version']): void {
  leniently(() => recordRun(store.folder, { run: getRun(store, id), version }));
}

/** After a study's row, or one of its trials, has changed. */
export function studyChanged(context: Context, id: StudyId, trial?: StoredTrial): void {
  leniently(() => recordChange(context.store, context.store.folder, id, trial));
  if (trial) context.events.emit({ type: 'trial', study: id, trial });
  context.events.emit({ type: 'changed', noun: 'studies' });
}

/** After a study has been made, with what it begins with. */
export function studyMade(context: Context, id: StudyId): void {
  leniently(() => recordNewStudy(context.store, context.store.folder, id));
  context.events.emit({ type: 'changed', noun: 'studies' });
}

/** After a dataset's row or versions have changed. */
export function datasetChanged(context: Context, id: DatasetId, ...lines: DatasetLine[]): void {
  leniently(() => recordDataset(context.store.folder, id, ...lines));
  context.events.emit({ type: 'changed', noun: 'datasets' });
}

/** The database has it already; the second copy is for repairs only and must not turn a success into a failure. */
function leniently(record: () => void): void {
  try {
    record();
  } catch {
    // A full disk: the next change writes the whole row again.
  }
}
