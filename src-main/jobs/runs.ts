import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { getDataset, getVersion } from '../db/datasets.ts';
import { storeError } from '../db/errors.ts';
import { setRunMetrics } from '../db/metrics.ts';
import * as runs from '../db/runs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { TrainRequest } from '../shared/contract.ts';
import { deviceTitles } from '../shared/device.ts';
import type { ErrorFacts } from '../shared/errors.ts';
import { newId, type RunId } from '../shared/ids.ts';
import type { TrainParams } from '../shared/job.ts';
import type { DeviceName, FoldOf, RunSummary, TrainSettings } from '../shared/run.ts';
import { taskOf } from '../shared/task.ts';
import { runChanged, type Context } from './context.ts';
import { JobLog } from './job-log.ts';
import { MetricWriter } from './metric-writer.ts';
import type { Outcome } from './run-utility.ts';
import { completeSettings, findArchitecture } from './train-settings.ts';
import { unheard, type Started } from './work.ts';

export interface StartedRun extends Started<RunSummary> {
  run: RunId;
}

/** Checks what is asked for, makes the run and its folder, and queues the training. `part`: which run of a cross-validation it is. */
export function startRun(context: Context, request: TrainRequest, part?: FoldOf): StartedRun {
  const { store, events } = context;
  const version = getVersion(store, request.version);
  const settings: TrainSettings = {
    ...completeSettings(request, context.architectures, version.manifest, context.chooseDevice),
    ...(part && { part }),
  };
  const dataset = getDataset(store, version.dataset).summary;
  const id = newId('run');
  const name = runs.freeRunName(store, request.name?.trim() || `${dataset.name} · ${settings.architecture}`);
  const folder = workspaceFiles.run(store.folder, id);
  try {
    mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  } catch (error) {
    throw storeError(error, store.folder);
  }
  const writer = new MetricWriter(store, id);
  const params: TrainParams = {
    blobs: workspaceFiles.blobs(store.folder),
    runFolder: folder,
    run: id,
    manifest: version.manifest,
    settings,
  };
  let fallenBack = false;

  const { job, result } = context.queue.submit({
    kind: 'train',
    title: name,
    dataset: version.dataset,
    run: id,
    log: runLog(store.folder, id),
    params,
    submitted(jobId) {
      runs.insertRun(store, {
        id,
        name,
        version: version.id,
        task: taskOf(findArchitecture(settings.architecture, context.architectures), version.manifest)!,
        settings,
        createdAt: Date.now(),
      });
      runs.setRunJob(store, id, jobId);
    },
    started(now) {
      runs.setRunRunning(store, id, now);
      events.emit({ type: 'changed', noun: 'runs' });
    },
    message(message) {
      if (message.type === 'metrics') {
        writer.add(message.points);
        events.emit({ type: 'metrics', run: id, points: message.points });
      } else {
        runs.setRunBest(store, id, message);
        events.emit({ type: 'changed', noun: 'runs' });
      }
    },
    next(outcome) {
      const reason = deviceFailure(outcome, settings.device, request.device === 'auto');
      if (!reason || fallenBack) return outcome;
      fallenBack = true;
      return { params: fallBack(context, { ...params, resume: true }, name, reason) };
    },
    drain: () => writer.drain(),
    finished(value, now) {
      writer.storeRest();
      runs.setRunFinished(store, id, value, now);
      setRunMetrics(store, id, value.metrics);
      return { run: id };
    },
    ended(status, error, now) {
      writer.storeRest();
      runs.setRunEnded(store, id, status, error, now);
    },
    settled() {
      writer.close();
      runChanged(context, id);
    },
  });
  runChanged(context, id, version);
  return { run: id, job, result: unheard(result.then(() => runs.getRun(store, id))) };
}

/** What the device is to blame for; null where another would fail as well. */
function deviceFailure(outcome: Outcome<'train'>, device: DeviceName, chosenForThem: boolean): ErrorFacts | null {
  if (outcome.status !== 'failed' || device === 'cpu') return null;
  // One that a person asked for and that does not even open is told at once; it may be named wrongly.
  const codes = ['run_failed', 'process_died', ...(chosenForThem ? ['session_failed'] : [])];
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
  store.transaction(() => runs.setRunFallback(store, run, { from: settings.device, reason: { code, message } }));
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

export function renameRun(context: Context, id: RunId, name: string): void {
  context.store.transaction(() => runs.renameRun(context.store, id, name));
  runChanged(context, id);
}

export function noteRun(context: Context, id: RunId, notes: string): void {
  context.store.transaction(() => runs.setRunNotes(context.store, id, notes));
  runChanged(context, id);
}

/** Hides runs, or shows them again. Nothing is deleted. */
export function archiveRuns(context: Context, ids: readonly RunId[], archived: boolean): void {
  context.store.transaction(() => ids.forEach((id) => runs.archiveRun(context.store, id, archived)));
  for (const id of ids) runChanged(context, id);
}

export function runLog(folder: string, id: RunId): string {
  return join(workspaceFiles.run(folder, id), 'log.txt');
}
