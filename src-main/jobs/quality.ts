import { availableParallelism } from 'node:os';
import { getVersion, getDataset } from '../db/datasets.ts';
import type { Readable } from '../db/connection.ts';
import { listRuns } from '../db/runs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { DatasetVersion, Manifest, SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId, VersionId } from '../shared/ids.ts';
import type { LeakParams, QualityParams } from '../shared/work/judge.ts';
import type { LeakQuestion } from '../shared/leaks.ts';
import type { TrainedRun, TrainSettings } from '../shared/run.ts';
import { defaultThreads } from '../shared/training-defaults.ts';
import { trainedRun } from './models.ts';

export function leakParams(db: Readable, folder: string, version: VersionId, question: LeakQuestion): LeakParams {
  return { blobs: workspaceFiles.blobs(folder), manifest: getVersion(db, version).manifest, question };
}

export interface QualityRequest {
  run: RunId;
  /** Its training split is judged as well, by probabilities that are in-sample. */
  train?: boolean;
}

/**
 * By which runs a run's dataset is judged. Of a version in folds these are all finished runs with the same settings on the other folds too: each sample
 * is then judged by the run that had it in its test fold. Else it is the run's own validation and test splits.
 */
export function qualityParams(db: Readable, folder: string, { run: id, train = false }: QualityRequest): QualityParams {
  const run = trainedRun(db, id);
  if (run.task !== 'classification') {
    throw new AtelierError(
      'not_a_classifier',
      `The run "${run.name}" tells no classes apart: labels, hard and ambiguous samples can be judged by a classifier only.`,
    );
  }
  const version = getVersion(db, run.version);
  const part = (of: TrainedRun, manifest: Manifest, splits: SplitName[]) => ({
    runFolder: workspaceFiles.run(folder, of.id),
    settings: of.settings,
    manifest,
    splits,
  });
  const common = { blobs: workspaceFiles.blobs(folder), threads: defaultThreads(availableParallelism()) };
  const { folds } = version.manifest.split ?? {};
  const covered = train ? [] : runsOfFolds(db, run, version);
  if (folds !== undefined && covered.length > 1) {
    return {
      ...common,
      basis: 'folds',
      folds: { covered: covered.length, of: folds },
      runs: covered.map(({ run: each, manifest }) => part(each, manifest, ['test'])),
    };
  }
  return {
    ...common,
    basis: train ? 'all' : 'held',
    folds: folds === undefined ? null : { covered: 1, of: folds },
    runs: [part(run, version.manifest, train ? ['train', 'validation', 'test'] : ['validation', 'test'])],
  };
}

/** For each fold the newest run with the same settings that tested on it; this run for its own. */
function runsOfFolds(
  db: Readable,
  run: TrainedRun,
  version: DatasetVersion,
): { run: TrainedRun; manifest: Manifest }[] {
  const { blobs, split, target } = version.manifest;
  if (!blobs.folds || split?.fold === undefined) return [];
  const found = new Map([[split.fold, { run, manifest: version.manifest }]]);
  for (const { id } of getDataset(db, version.dataset).versions) {
    const { manifest } = getVersion(db, id);
    const fold = manifest.split?.fold;
    if (manifest.blobs.folds !== blobs.folds || manifest.target !== target || fold === undefined) continue;
    for (const other of listRuns(db, { version: id, metrics: [] })) {
      const fits =
        other.origin === null &&
        other.bestEpoch !== null &&
        other.status === 'finished' &&
        sameSettings(other.settings, run.settings);
      if (fits && !found.has(fold)) found.set(fold, { run: other, manifest });
    }
  }
  return [...found.values()];
}

/** What decides what is learnt; where it was computed does not. */
function sameSettings(a: TrainSettings, b: TrainSettings): boolean {
  const learnt = ({ device: _device, threads: _threads, ...rest }: TrainSettings) =>
    JSON.stringify(Object.entries(rest).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  return learnt(a) === learnt(b);
}
