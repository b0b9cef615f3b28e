import * as rows from '../../db/runs.ts';
import type { TrainRequest } from '../../shared/contract.ts';
import type { RunId, VersionId } from '../../shared/ids.ts';
import type { QueueMove } from '../../shared/job.ts';
import type { ExportRunsResult, ImportedRuns } from '../../shared/run-exchange.ts';
import type { AddedEpochs, RunListing, RunSummary, TrainedRun } from '../../shared/run.ts';
import { addEpochs } from '../add-epochs.ts';
import type { Context } from '../context.ts';
import { crossValidate, type CrossValidation, type FoldsWish } from '../cross-validate.ts';
import { exportRuns, type ExportRunsRequest } from '../export-runs.ts';
import type { Forecasts } from '../forecasts.ts';
import { importRuns } from '../import-runs.ts';
import * as marks from '../mark-runs.ts';
import * as reading from '../read-runs.ts';
import * as acts from '../runs.ts';
import type { Queueing, Resuming, StartedRun } from '../runs.ts';
import type { Started } from '../work.ts';

/** The runs of a workspace: begun, held, gone on with, and as lists show them. */
export class StudioRuns {
  readonly #context: Context;
  readonly #forecasts: Forecasts;

  constructor(context: Context, forecasts: Forecasts) {
    this.#context = context;
    this.#forecasts = forecasts;
  }

  start(request: TrainRequest, how?: Queueing): StartedRun {
    this.#forecasts.cancel();
    return acts.startRun(this.#context, request, how);
  }
  /** A run for each fold, tested on it. */
  crossValidate(request: TrainRequest, folds: FoldsWish): Promise<CrossValidation> {
    this.#forecasts.cancel();
    return crossValidate(this.#context, request, folds);
  }
  pause(id: RunId): void {
    acts.pauseRun(this.#context, id);
  }
  /** Whatever keeps it from going on: a run that waits or is paused begins when there is room, one that has ended is queued once more. */
  resume(id: RunId, how: Resuming = {}): StartedRun {
    return acts.resumeRun(this.#context, id, how);
  }
  /** A run that ended without finishing goes on, from its last checkpoint where there is one and `anew` does not say otherwise. */
  continue(id: RunId, how?: Resuming): StartedRun {
    return acts.continueRun(this.#context, id, how);
  }
  /** Those that failed or were cut short, oldest first; those that diverged would again. */
  failed(): { again: RunId[]; diverged: RunId[] } {
    return acts.failedRuns(this.#context);
  }
  /** Queues all of these but those that diverged. */
  continueFailed(how?: Queueing): StartedRun[] {
    return this.failed().again.map((id) => acts.continueRun(this.#context, id, how));
  }
  /** A run that has ended trains on, as a new stretch. */
  addEpochs(id: RunId, added: AddedEpochs, how?: Queueing): StartedRun {
    return addEpochs(this.#context, id, added, how);
  }
  move(id: RunId, to: QueueMove): void {
    acts.moveRun(this.#context, id, to);
  }
  stopEarly(id: RunId): void {
    acts.stopEarly(this.#context, id);
  }
  cancel(id: RunId): void {
    acts.cancelRun(this.#context, id);
  }

  rename(id: RunId, name: string): void {
    marks.renameRun(this.#context, id, name);
  }
  note(id: RunId, notes: string): void {
    marks.noteRun(this.#context, id, notes);
  }
  /** Puts tags on runs and takes others off. */
  tag(ids: readonly RunId[], add: readonly string[], remove: readonly string[] = []): Promise<void> {
    return marks.tagRuns(this.#context, ids, add, remove);
  }
  archive(ids: readonly RunId[], archived: boolean): Promise<void> {
    return marks.archiveRuns(this.#context, ids, archived);
  }

  list(options?: { archived?: boolean; version?: VersionId }): RunSummary[] {
    return rows.listRuns(this.#context.store, options);
  }
  /** As lists need them; this and what else is read of many runs lets other work of this thread go on in between. */
  listings(olderThan?: RunId): Promise<RunListing[]> {
    return reading.listings(this.#context.store, olderThan);
  }
  /** These of the list, archived ones as well, with these metrics besides the usual ones. */
  listingsOf(ids: readonly RunId[], metrics: readonly string[] = []): Promise<RunListing[]> {
    return reading.listingsOf(this.#context.store, ids, metrics);
  }
  get(id: RunId): RunSummary {
    return rows.getRun(this.#context.store, id);
  }
  /** One that was not imported. */
  getTrained(id: RunId): TrainedRun {
    return rows.getTrainedRun(this.#context.store, id);
  }

  /** Runs of other programs: MLflow's folders, JSON Lines, TensorBoard's event files. */
  import(paths: readonly string[]): Started<ImportedRuns> {
    return importRuns(this.#context, paths);
  }
  export(request: ExportRunsRequest): Started<ExportRunsResult> {
    return exportRuns(this.#context, request);
  }
}
