import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from '../db/connection.ts';
import { getVersion } from '../db/datasets.ts';
import { getTrainedRun } from '../db/runs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import { newId, type RunId } from '../shared/ids.ts';
import type { WeightReport } from '../shared/weights.ts';
import { JobLog } from './job-log.ts';
import { runUtility } from './run-utility.ts';
import type { SpawnUtility } from './utility.ts';

export interface GradientsAsked {
  result: Promise<WeightReport>;
  /** Within 2 s; the result then fails with `cancelled`. */
  cancel(): void;
}

/** How the gradient of a run's loss is spread at a checkpoint, worked out in a process of its own. Nothing is stored. */
export function askGradients(
  db: Readable,
  folder: string,
  spawn: SpawnUtility,
  id: RunId,
  checkpoint: string,
): GradientsAsked {
  const run = getTrainedRun(db, id);
  const params = {
    blobs: workspaceFiles.blobs(folder),
    runFolder: workspaceFiles.run(folder, id),
    run: id,
    manifest: getVersion(db, run.version).manifest,
    settings: run.settings,
    checkpoint,
  };
  const job = newId('job');
  const path = join(tmpdir(), `atelier-${job}.log`);
  const work = runUtility(spawn('gradients'), { job, kind: 'gradients', params }, { log: new JobLog(path) });
  const result = work.outcome.then((outcome) => {
    rmSync(path, { force: true });
    if (outcome.status === 'finished') return outcome.value;
    throw outcome.status === 'failed' ? errorFromFacts(outcome.error) : new AtelierError('cancelled', 'Cancelled.');
  });
  return { result, cancel: () => work.cancel() };
}
