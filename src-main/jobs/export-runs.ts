import type { Readable } from '../db/connection.ts';
import { getRun } from '../db/runs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { RunId } from '../shared/ids.ts';
import type { ExchangedRun, ExportRunsParams, ExportRunsResult, RunFormat } from '../shared/run-exchange.ts';
import { allSettings } from '../shared/run-fields.ts';
import type { RunSummary } from '../shared/run.ts';
import type { Context } from './context.ts';
import type { Started } from './work.ts';

export interface ExportRunsRequest {
  runs: readonly RunId[];
  format: RunFormat;
  /** Absolute. mlflow: a folder that is absent or empty; else a file. */
  out: string;
}

/** What the utility needs; reads only, so that it can be asked while another process owns the workspace. */
export function exportRunsParams(
  db: Readable,
  folder: string,
  { runs, format, out }: ExportRunsRequest,
): ExportRunsParams {
  return {
    format,
    out,
    runs: runs.map((id) => ({ folder: workspaceFiles.run(folder, id), run: exchanged(getRun(db, id)) })),
  };
}

/** Writes runs with all their points as other programs read them. */
export function exportRuns({ store, queue }: Context, request: ExportRunsRequest): Started<ExportRunsResult> {
  const params = exportRunsParams(store, store.folder, request);
  const [first] = params.runs;
  return queue.submit({
    kind: 'export-runs',
    title: params.runs.length === 1 ? first.run.name : `${params.runs.length} × ${request.format}`,
    params,
  });
}

function exchanged(run: RunSummary): ExchangedRun {
  const { name, status, metrics, tags, notes, createdAt, startedAt, finishedAt, error } = run;
  const { parameterCount, samplesPerSecond, bestEpoch, stoppedEarly } = run;
  return {
    identity: run.origin?.identity ?? `atelier:${run.id}`,
    experiment: run.origin?.experiment ?? '',
    dataset: run.datasetName,
    settings: allSettings(run.settings),
    ...{ name, status, metrics, tags, notes, createdAt, startedAt, finishedAt, error },
    ...{ parameterCount, samplesPerSecond, bestEpoch, stoppedEarly },
  };
}
