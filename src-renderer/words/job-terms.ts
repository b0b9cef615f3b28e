import { deviceTitles } from '../../src-main/shared/device.ts';
import type { JobKind, JobStatus, Progress } from '../../src-main/shared/job.ts';
import type { DeviceName } from '../../src-main/shared/run.ts';
import { format } from './format.ts';
import { look, type Words } from './keyed.ts';
import { m } from './messages.ts';

const statuses: Record<JobStatus, () => string> = {
  queued: m.status_queued,
  paused: m.status_paused,
  running: m.status_running,
  finished: m.status_finished,
  failed: m.status_failed,
  cancelled: m.status_cancelled,
  interrupted: m.status_interrupted,
};
/** A file in a run's checkpoints: `last`, `best`, `best-000120` (one of the next best, by its step), `epoch-000010`. */
export function checkpointWord(name: string): string {
  if (name === 'last') return m.checkpoint_last();
  if (name === 'best') return m.checkpoint_best();
  const [, kind, number] = /^(best|epoch)-(\d+)$/.exec(name) ?? [];
  if (kind === undefined) return name;
  return kind === 'best' ? m.checkpoint_next_best() : m.epoch_n({ n: format.integer(Number(number)) });
}
export const statusWord = (status: JobStatus) => statuses[status]();

const jobKinds: Record<JobKind, () => string> = {
  import: m.job_import,
  revise: m.job_revise,
  relink: m.job_relink,
  leaks: m.job_leaks,
  quality: m.job_quality,
  prelabel: m.job_prelabel,
  'suggest-marks': m.job_prelabel,
  train: m.job_train,
  evaluate: m.job_evaluate,
  predict: m.job_predict,
  generate: m.job_generate,
  grid: m.job_grid,
  assess: m.job_assess,
  similarity: m.job_similarity,
  score: m.job_score,
  export: m.job_export,
  'export-data': m.job_export_data,
  'import-runs': m.job_import_runs,
  'export-runs': m.job_export_runs,
  selftest: m.job_selftest,
  provider: m.job_provider,
  download: m.job_download,
  documents: m.job_documents,
  embed: m.job_embed,
};
export const jobKindWord = (kind: JobKind) => jobKinds[kind]();

const stages: Words = {
  listing: m.stage_listing,
  unpacking: m.stage_unpacking,
  reading: m.stage_reading,
  waiting: m.stage_waiting,
  converting: m.stage_converting,
  profiling: m.stage_profiling,
  decoding: m.stage_decoding,
  scanning: m.stage_scanning,
  writing: m.stage_writing,
  splitting: m.stage_splitting,
  encoding: m.stage_encoding,
  compiling: m.stage_compiling,
  training: m.stage_training,
  tokenizing: m.stage_tokenizing,
  evaluating: m.stage_evaluating,
  exporting: m.stage_exporting,
  checking: m.stage_checking,
  downloading: m.stage_downloading,
  predicting: m.stage_predicting,
  answering: m.stage_answering,
  embedding: m.stage_embedding,
};
export function stageWord(stage: string): string {
  const device = /^testing (\w+)$/.exec(stage)?.[1];
  return device ? m.stage_testing({ device: deviceTitles[device as DeviceName] ?? device }) : look(stages, stage);
}

const units: Record<Progress['unit'], (n: { n: string }) => string> = {
  samples: m.rate_samples,
  rows: m.rate_rows,
  files: m.rate_files,
  bytes: m.rate_bytes,
  steps: m.rate_steps,
  answers: m.rate_answers,
  passages: m.rate_passages,
};
/** "12.4 k samples/s", "3.1 MB/s". */
export const rateWords = (rate: number, unit: Progress['unit']) =>
  units[unit]({ n: unit === 'bytes' ? format.bytes(rate) : format.compact(rate) });
