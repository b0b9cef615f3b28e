import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { getVersion } from '../db/datasets.ts';
import { insertExport } from '../db/exports.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { fileNameOf } from '../shared/file-name.ts';
import { newId, type RunId } from '../shared/ids.ts';
import { exportFolder, languageFile, type ExportRecord } from '../shared/run.ts';
import type { Context } from './context.ts';
import { trainedRun } from './models.ts';
import { unheard, type Started } from './work.ts';

export interface ExportRequest {
  run: RunId;
  /** Absolute; a fresh name in the workspace's exports folder when absent. An existing file is replaced. A language model's: a folder. */
  out?: string;
  /** Of a classifier: with the temperature that suits the validation split best, within the graph. */
  calibrate?: boolean;
}

/** Writes a run's best checkpoint as one ONNX file that takes raw input; kept only if it agrees with the run's own predictions. */
export function exportRun(context: Context, request: ExportRequest): Started<ExportRecord> {
  const { store } = context;
  const run = trainedRun(store, request.run);
  const { manifest } = getVersion(store, run.version);
  const [exports, name] = [workspaceFiles.exports(store.folder), fileNameOf(run.name, 'model')];
  let record: ExportRecord | undefined;
  const { job, result } = context.queue.submit({
    kind: 'export',
    title: run.name,
    dataset: run.dataset,
    run: run.id,
    params: {
      blobs: workspaceFiles.blobs(store.folder),
      runFolder: workspaceFiles.run(store.folder, run.id),
      manifest,
      settings: run.settings,
      calibrate: request.calibrate,
      out:
        run.task === 'language'
          ? join(request.out ?? freePath(exports, name, ''), ...languageFile)
          : (request.out ?? freePath(exports, name, '.onnx')),
      metadata: {
        'atelier.run': run.id,
        'atelier.run_name': run.name,
        'atelier.dataset': run.datasetName,
        'atelier.dataset_version': run.version,
        'atelier.settings': JSON.stringify(run.settings),
        'atelier.metrics': JSON.stringify(run.metrics),
      },
    },
    finished({ path, bytes, sha256, tokenizer, stepsBefore, parity }, now) {
      const made = { id: newId('export', now), run: run.id, createdAt: now, path, bytes, sha256, stepsBefore, parity };
      insertExport(store, made);
      const folder = run.task === 'language' ? exportFolder(path) : null;
      record = { ...made, tokenizer, folder, fileName: basename(folder ?? path) };
      return { run: run.id };
    },
    settled(status) {
      if (status === 'finished') context.events.emit({ type: 'changed', noun: 'exports' });
    },
  });
  return { job, result: unheard(result.then(() => record!)) };
}

function freePath(folder: string, name: string, end: string): string {
  let path = join(folder, name + end);
  for (let n = 2; existsSync(path); n++) path = join(folder, `${name}-${n}${end}`);
  return path;
}
