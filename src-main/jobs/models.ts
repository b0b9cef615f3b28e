import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { getVersion } from '../db/datasets.ts';
import type { Readable } from '../db/connection.ts';
import { getTrainedRun } from '../db/runs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId, VersionId } from '../shared/ids.ts';
import type { EvaluateParams } from '../shared/work/evaluate.ts';
import type { PredictionsFile, PredictParams, Sampling } from '../shared/work/predict.ts';
import type { TrainedRun } from '../shared/run.ts';
import { defaultThreads } from '../shared/training-defaults.ts';

/** A run's best checkpoint, or an exported file (absolute path). */
export type ModelRef = { run: RunId } | { onnx: string };

export interface EvaluateRequest {
  model: ModelRef;
  /** The run's own data when absent; a file needs it said. */
  version?: VersionId;
  split: SplitName | 'all';
  threads?: number;
  /** All that can be said of a run, not its metrics alone; its look at the test split is then counted. */
  report?: boolean;
  /** Another run, to be held against this one on the same samples. */
  against?: RunId;
}

export interface PredictRequest {
  model: ModelRef;
  /** Absolute. CSV, image or text files. */
  paths: string[];
  texts?: string[];
  sampling?: Sampling;
  file?: PredictionsFile;
  threads?: number;
}

/** What the evaluate utility needs; reads only, so that it can be asked while another process owns the workspace. */
export function evaluateParams(db: Readable, folder: string, request: EvaluateRequest): EvaluateParams {
  const run = 'run' in request.model ? trainedRun(db, request.model.run) : null;
  const version = request.version ?? run?.version;
  if (!version) {
    throw new AtelierError('no_data', 'Say which dataset to evaluate the file on (--data NAME).');
  }
  return {
    blobs: workspaceFiles.blobs(folder),
    model: run
      ? { runFolder: workspaceFiles.run(folder, run.id), settings: run.settings }
      : { onnx: existingFile((request.model as { onnx: string }).onnx) },
    manifest: getVersion(db, version).manifest,
    split: request.split,
    threads: request.threads || defaultThreads(availableParallelism()),
    report: request.report,
    ...(request.against ? { against: rival(db, folder, run, request.against) } : {}),
    version,
  };
}

/** Errors: no_such_run, no_checkpoint, not_comparable. */
function rival(
  db: Readable,
  folder: string,
  run: TrainedRun | null,
  id: RunId,
): NonNullable<EvaluateParams['against']> {
  const other = trainedRun(db, id);
  if (!run) {
    throw new AtelierError('not_comparable', 'Only runs are compared with runs: name a run in the place of the file.');
  }
  if (run.id === other.id) {
    throw new AtelierError('not_comparable', `"${run.name}" is the same run. Name another one to compare it with.`);
  }
  if (run.task !== other.task) {
    throw new AtelierError(
      'not_comparable',
      `"${run.name}" is for ${run.task}, "${other.name}" for ${other.task}: sample by sample only runs for the same can be compared.`,
    );
  }
  return {
    runFolder: workspaceFiles.run(folder, other.id),
    settings: other.settings,
    manifest: getVersion(db, other.version).manifest,
  };
}

export function predictParams(db: Readable | null, folder: string, request: PredictRequest): PredictParams {
  const { paths, texts, sampling, file } = request;
  for (const path of paths) existingFile(path);
  const threads = request.threads || defaultThreads(availableParallelism());
  const blobs = workspaceFiles.blobs(folder);
  if ('onnx' in request.model) {
    return { blobs, model: { onnx: existingFile(request.model.onnx) }, paths, texts, sampling, file, threads };
  }
  if (!db) throw new AtelierError('no_such_run', `There is no run "${request.model.run}" in ${folder}.`);
  const run = trainedRun(db, request.model.run);
  const model = {
    runFolder: workspaceFiles.run(folder, run.id),
    settings: run.settings,
    manifest: getVersion(db, run.version).manifest,
  };
  return { blobs, model, paths, texts, sampling, file, threads };
}

/** A run that has a checkpoint to work with, whether or not it ran to its end. */
export function trainedRun(db: Readable, id: RunId): TrainedRun {
  const run = getTrainedRun(db, id);
  if (run.bestEpoch !== null) return run;
  const why =
    run.status === 'queued' || run.status === 'running'
      ? 'it has not finished its first epoch yet: wait for that'
      : `it ended (${run.status}) before its first epoch did: train it again`;
  throw new AtelierError('no_checkpoint', `The run "${run.name}" has no checkpoint: ${why}.`);
}

function existingFile(path: string): string {
  if (existsSync(path)) return path;
  throw new AtelierError('no_such_file', `There is no file ${path}. Check its name.`);
}
