import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { getDataset, getVersion } from '../db/datasets.ts';
import { dismissJob, getJobRequest, setJobRequest, waitingTrainings } from '../db/jobs.ts';
import { recordAgain } from '../db/records.ts';
import { storeError } from '../db/errors.ts';
import { setRunMetrics } from '../db/metrics.ts';
import * as data from '../db/run-data.ts';
import * as marks from '../db/run-marks.ts';
import * as states from '../db/run-states.ts';
import * as runs from '../db/runs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { TrainRequest } from '../shared/contract.ts';
import { deviceTitles } from '../shared/device.ts';
import type { DatasetVersion } from '../shared/dataset.ts';
import { AtelierError, type ErrorFacts } from '../shared/errors.ts';
import { newId, type JobId, type RunId } from '../shared/ids.ts';
import { isActive, type QueueMove } from '../shared/job.ts';
import type { TrainParams } from '../shared/work/train.ts';
import { hasDiverged, type DeviceName, type FoldOf, type TrainedRun, type TrainSettings } from '../shared/run.ts';
import { taskOf } from '../shared/task.ts';
import { runChanged, type Context } from './context.ts';
import { JobLog } from './job-log.ts';
import { MetricWriter } from './metric-writer.ts';
import type { Outcome } from './run-utility.ts';
import { completeSettings, findArchitecture } from './train-settings.ts';
import { unheard, type Started, type Work } from './work.ts';

export interface StartedRun extends Started<TrainedRun> {
  run: RunId;
}

/** What a run is made for besides itself. */
export interface MadeFor {
  /** Which run of a cross-validation it is. */
  part?: FoldOf;
  tags?: readonly string[];
  /** In the transaction that makes it. */
  submitted?(run: RunId): void;
}

/** Checks what is asked for, makes the run and its folder, and queues the training. */
export function startRun(
  context: Context,
  request: TrainRequest,
  how: Queueing = {},
  { part, tags = [], submitted }: MadeFor = {},
): StartedRun {
  const { store } = context;
  const version = getVersion(store, request.version);
  const settings: TrainSettings = {
    ...completeSettings(request, context.architectures, version.manifest, context.chooseDevice),
    ...(part && { part }),
  };
  const dataset = getDataset(store, version.dataset).summary;
  const id = newId('run');
  const name = marks.freeRunName(store, request.name?.trim() || `${dataset.name} · ${settings.architecture}`);
  try {
    mkdirSync(join(workspaceFiles.run(store.folder, id), 'checkpoints'), { recursive: true });
  } catch (error) {
    throw storeError(error, store.folder);
  }
  const { job, result } = context.queue.submit(
    {
      ...trainWork(context, { id, name, settings }, version, { auto: request.device === 'auto', anew: true }),
      submitted(jobId) {
        runs.insertRun(store, {
          id,
          name,
          version: version.id,
          task: taskOf(findArchitecture(settings.architecture, context.architectures), version.manifest)!,
          settings,
          createdAt: Date.now(),
        });
        states.setRunJob(store, id, jobId);
        if (tags.length > 0) marks.setRunTags(store, id, tags);
        submitted?.(id);
      },
    },
    how,
  );
  runChanged(context, id, version);
  return { run: id, job, result: unheard(result.then(() => runs.getTrainedRun(store, id))) };
}

/** `later`: queued for an owner that goes on with the queue. `first`: before all that wait. */
export interface Queueing {
  later?: boolean;
  first?: boolean;
}

/** Of a run that has ended: from its beginning, or from another checkpoint than the last. */
export interface Resuming extends Queueing {
  anew?: boolean;
  from?: string;
}

/**
 * Queues a run once more that failed, was cancelled or cut short, or was given more epochs: it goes on from its last checkpoint, or from
 * its beginning where there is none or `anew` says so. Its job is another one.
 */
export function continueRun(
  context: Context,
  id: RunId,
  { anew = false, from, settings, ...how }: Resuming & { settings?: TrainSettings } = {},
): StartedRun {
  const { store, queue } = context;
  const run = runs.getTrainedRun(store, id);
  if (run.job && queue.active.some((job) => job.id === run.job)) {
    throw new AtelierError('run_waits', `The run "${run.name}" is ${run.status} already.`);
  }
  if (run.status === 'finished' && !settings) {
    throw new AtelierError(
      'run_finished',
      `The run "${run.name}" has finished: there is nothing to resume. Add epochs to it (atelier runs add-epochs), or train again with other settings.`,
    );
  }
  if (hasDiverged(run) && !settings) {
    throw new AtelierError(
      'run_diverged',
      `The run "${run.name}" diverged, and would again: a run repeats what it did. Train again at a lower learning rate (atelier train --like RUN --lr RATE), or add epochs at one (atelier runs add-epochs RUN EPOCHS --lr RATE): they go on from its best checkpoint.`,
    );
  }
  const version = getVersion(store, run.version);
  const before = run.job;
  recordAgain(store.folder, id);
  const wish = { auto: before !== null && wishOf(getJobRequest(store, before)).auto, anew, from };
  const { job, result } = queue.submit(
    {
      ...trainWork(context, { ...run, settings: settings ?? run.settings }, version, wish),
      submitted(jobId) {
        if (settings) states.setRunSettings(store, id, settings);
        states.setRunQueued(store, id);
        states.setRunJob(store, id, jobId);
        if (before) dismissJob(store, before);
      },
    },
    how,
  );
  runChanged(context, id);
  return { run: id, job, result: unheard(result.then(() => runs.getTrainedRun(store, id))) };
}

/** At opening: trainings that waited wait again, in their order. Those whose data or run is not what it was fail when they begin. */
export function restoreWaiting(context: Context): void {
  const { store } = context;
  for (const job of waitingTrainings(store)) {
    const run = runs.getTrainedRun(store, job.run!);
    const wish = wishOf(getJobRequest(store, job.id));
    context.queue.restore(trainWork(context, run, getVersion(store, run.version), wish), job);
  }
}

/** What is kept of a training's request besides its run's settings. */
interface Wish {
  /** Its device was chosen for the person. */
  auto: boolean;
  /** From the beginning, or from another checkpoint than the last: until it has begun. */
  anew: boolean;
  from?: string;
}

function wishOf(request: unknown): Wish {
  const { auto, anew, from } = (request ?? {}) as Partial<Wish>;
  return { auto: auto === true, anew: anew === true, ...(typeof from === 'string' && { from }) };
}

/** The training of a run, from its beginning or from its last checkpoint on. */
function trainWork(
  context: Context,
  { id, name, settings }: Pick<TrainedRun, 'id' | 'name' | 'settings'>,
  version: DatasetVersion,
  wish: Wish,
): Work<'train'> {
  const { auto, anew, from } = wish;
  const { store, events, watches } = context;
  const writer = new MetricWriter(store, id);
  const params: TrainParams = {
    blobs: workspaceFiles.blobs(store.folder),
    runFolder: workspaceFiles.run(store.folder, id),
    run: id,
    manifest: version.manifest,
    settings,
    resume: !anew,
    version: version.id,
    appVersion: context.appVersion,
  };
  const fallenBack = (): boolean => runs.getRun(store, id).fallback !== null;
  /** A device that has failed this run is not tried again. */
  const goOn = (): TrainParams => ({
    ...params,
    resume: true,
    settings: fallenBack() ? { ...settings, device: 'cpu' } : settings,
  });
  return {
    kind: 'train',
    title: name,
    dataset: version.dataset,
    run: id,
    log: runLog(store.folder, id),
    request: wish,
    params: anew ? params : { ...goOn(), from },
    needs: {
      device: settings.device,
      threads: settings.threads,
      memory: data.peakMemoryOf(store, version.id, settings.architecture),
    },
    goOn,
    started(now) {
      states.setRunRunning(store, id, now);
      const { job } = runs.getRun(store, id);
      // From here on it goes on from what it has done itself.
      if (job && (anew || from !== undefined)) setJobRequest(store, job, { auto, anew: false } satisfies Wish);
      events.emit({ type: 'changed', noun: 'runs', runs: [id] });
      for (const watch of watches) watch.began(id);
    },
    message(message) {
      if (message.type === 'metrics') {
        writer.add(message.points);
        events.emit({ type: 'metrics', run: id, points: message.points });
        for (const watch of watches) watch.measured(id, message.points);
      } else if (message.type === 'warning') {
        const log = new JobLog(runLog(store.folder, id));
        log.line(message.warning.message);
        log.flush();
        events.emit({ type: 'run-warning', run: id, name, warning: message.warning });
      } else if (message.type === 'best') {
        states.setRunBest(store, id, message);
        events.emit({ type: 'changed', noun: 'runs', runs: [id] });
      }
    },
    next(outcome) {
      const reason = deviceFailure(outcome, settings.device, auto);
      if (!reason || fallenBack()) return outcome;
      return { params: fallBack(context, { ...params, resume: true }, name, reason) };
    },
    drain: () => writer.drain(),
    finished(value, now) {
      writer.storeRest();
      states.setRunFinished(store, id, value, now);
      setRunMetrics(store, id, value.metrics);
      for (const watch of watches) watch.finished(id, value, now);
      return { run: id };
    },
    ended(status, error, now) {
      writer.storeRest();
      states.setRunEnded(store, id, status, error, now);
      for (const watch of watches) watch.ended(id, status, error);
    },
    paused() {
      writer.storeRest();
      states.setRunQueued(store, id);
    },
    waits() {
      writer.close();
      runChanged(context, id);
    },
    settled() {
      writer.close();
      runChanged(context, id);
      for (const watch of watches) watch.settled(id);
    },
  };
}

/** What the device is to blame for; null where another would fail as well. */
function deviceFailure(outcome: Outcome<'train'>, device: DeviceName, chosenForThem: boolean): ErrorFacts | null {
  if (outcome.status !== 'failed' || device === 'cpu') return null;
  // One that a person asked for and that does not even open is told at once; it may be named wrongly.
  const codes = ['run_failed', 'process_died', 'out_of_memory', ...(chosenForThem ? ['session_failed'] : [])];
  return codes.includes(outcome.error.code) ? outcome.error : null;
}

/** The training goes on from its last checkpoint on the processor: written into the run's log and row, and told. */
function fallBack(context: Context, params: TrainParams, name: string, reason: ErrorFacts): TrainParams {
  const { store, events } = context;
  const { run, settings } = params;
  const log = new JobLog(runLog(store.folder, run));
  log.line(`${deviceTitles[settings.device]} failed: ${reason.message}`);
  for (const line of reason.details) log.line(`  ${line}`);
  log.line('The run goes on from its last checkpoint on the CPU.');
  log.flush();
  const { code, message } = reason;
  store.transaction(() => states.setRunFallback(store, run, { from: settings.device, reason: { code, message } }));
  runChanged(context, run);
  events.emit({ type: 'device-failed', run, name, device: settings.device, reason });
  return { ...params, settings: { ...settings, device: 'cpu' } };
}

/** Ends the training now, keeps its best checkpoint, and counts it as finished. */
export function stopEarly(context: Context, id: RunId): void {
  const { job } = runs.getRun(context.store, id);
  if (job) context.queue.stopEarly(job);
}

export function cancelRun(context: Context, id: RunId): void {
  const { job } = runs.getRun(context.store, id);
  if (job) context.queue.cancel(job);
}

/** Saves a checkpoint and gives its process free; where it waits it does not begin. Until it is resumed. */
export function pauseRun(context: Context, id: RunId): void {
  context.queue.pause(jobOf(context, id));
}

/** A run that waits or is paused is let begin when there is room; one that has ended is queued once more. */
export function resumeRun(context: Context, id: RunId, { anew, from, ...how }: Resuming = {}): StartedRun {
  const { store, queue } = context;
  const { status } = runs.getRun(store, id);
  if (!isActive({ status })) return continueRun(context, id, { anew, from, ...how });
  const job = jobOf(context, id);
  const result = queue.resume(job, how);
  return { run: id, job, result: unheard(result.then(() => runs.getTrainedRun(store, id))) };
}

/** Among the trainings that wait. Throws `run_begun`, `run_ended`. */
export function moveRun(context: Context, id: RunId, to: QueueMove): void {
  if (typeof to === 'string') return context.queue.move(jobOf(context, id), to);
  if (to.before !== id) context.queue.move(jobOf(context, id), { before: jobOf(context, to.before) });
}

/**
 * Failed or cut short, oldest first; not those that were cancelled, which somebody wanted. Apart from them those that diverged, which would
 * fail once more.
 */
export function failedRuns({ store }: Context): { again: RunId[]; diverged: RunId[] } {
  const failed = runs
    .listRuns(store)
    .filter(({ status, origin }) => origin === null && (status === 'failed' || status === 'interrupted'))
    .reverse();
  const ids = (diverged: boolean) => failed.filter((run) => hasDiverged(run) === diverged).map(({ id }) => id);
  return { again: ids(false), diverged: ids(true) };
}

function jobOf({ store }: Context, id: RunId): JobId {
  const { job, name, status } = runs.getRun(store, id);
  if (job && isActive({ status })) return job;
  throw new AtelierError('run_ended', `The run "${name}" has ended (${status}): it neither waits nor works.`);
}

export function runLog(folder: string, id: RunId): string {
  return join(workspaceFiles.run(folder, id), 'log.txt');
}
