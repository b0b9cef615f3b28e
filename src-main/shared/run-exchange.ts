import type { RunId } from './ids.ts';
import type { RunSourceFormat, RunStatus, SettingValue } from './run.ts';

/** Runs on their way out of a workspace and into it. */

export const runFormats = ['mlflow', 'jsonl', 'csv'] as const;
export type RunFormat = (typeof runFormats)[number];

/** A run as other programs can say it: all but its curves. */
export interface ExchangedRun {
  /** The same for the same run, whatever it is written as; `atelier:<id>` where it was trained in a workspace. */
  identity: string;
  name: string;
  status: RunStatus;
  /** Of the group that its source keeps it in; '' for none. */
  experiment: string;
  /** What it was trained on, in words; '' where that is not known. */
  dataset: string;
  settings: Record<string, SettingValue>;
  /** The one number per metric that tables show. */
  metrics: Record<string, number>;
  tags: string[];
  notes: string;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  parameterCount: number | null;
  samplesPerSecond: number | null;
  bestEpoch: number | null;
  stoppedEarly: boolean;
  error: { code: string; message: string } | null;
}

/** A stretch of one curve. `epochs` are NaN where they are not known; `times` are seconds since the run began. */
export interface CurveBlock {
  key: string;
  steps: number[];
  epochs: number[];
  times: number[];
  values: number[];
}

/** What was imported of a run so far. */
export interface KnownRun {
  format: RunSourceFormat;
  /** Of everything that was ever read of it. */
  digests: string[];
  /** Null where it was not read whole. */
  points: number | null;
}

export interface ImportRunsParams {
  /** Absolute: files and folders. */
  paths: string[];
  /** An empty folder of the workspace: what is read goes there, and the owner takes it over. */
  staging: string;
  /** What is here already, by identity: only what has come to it since is staged. `null`: trained here, never touched. */
  known: Record<string, KnownRun | null>;
}

/** A run that was read whole: `<staging>/<folder>/` holds `imported.json` (see `StagedFile`) and `run.jsonl`, its curves. */
export interface StagedRun {
  folder: string;
  identity: string;
  points: number;
}
export interface StagedFile {
  run: ExchangedRun;
  format: RunSourceFormat;
  path: string;
  /** Of all that was read of it, but for what a person may write on it here. */
  digest: string;
  points: number;
}

/** A run that could not be read; the others were. */
export interface RefusedRun {
  path: string;
  code: string;
  message: string;
}

export interface ImportRunsResult {
  /** Here already, and nothing has come to them. */
  unchanged: number;
  refused: RefusedRun[];
  /** What was read otherwise than it stands there, in words, each once. */
  remarks: string[];
}

export interface ExportRunsParams {
  format: RunFormat;
  /** mlflow: a folder that is absent or empty; else a file, which is replaced. */
  out: string;
  /** Each with its folder, which holds its curves. */
  runs: { folder: string; run: ExchangedRun }[];
}
export interface ExportRunsResult {
  path: string;
  runs: number;
  points: number;
  files: number;
  bytes: number;
}

/** What an import came to. */
export interface ImportedRuns {
  /** In the order in which they were read. */
  runs: RunId[];
  added: number;
  /** Here before, with more to them now. */
  grown: number;
  unchanged: number;
  points: number;
  refused: RefusedRun[];
  remarks: string[];
}
