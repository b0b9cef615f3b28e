import type { ErrorFacts } from '../../src-main/shared/errors.ts';
import { locale } from './locale.svelte.ts';
import { m } from './messages.ts';

/** What went wrong, by code. The main process writes its messages in English, with names and places in them. */
const headlines: Record<string, () => string> = {
  internal: m.error_internal,
  no_bridge: m.error_no_bridge,
  cancelled: m.error_cancelled,
  closing: m.error_closing,
  process_died: m.error_process_died,
  process_not_started: m.error_process_died,
  reader_silent: m.error_reader_silent,
  interrupted: m.error_interrupted,
  run_failed: m.error_run_failed,
  workspace_damaged: m.error_workspace_damaged,
  workspace_newer: m.error_workspace_newer,
  workspace_locked: m.error_workspace_locked,
  not_writable: m.error_not_writable,
  disk_error: m.error_disk,
  disk_full: m.error_disk_full,
  enospc: m.error_disk_full,
  eacces: m.error_not_readable,
  enoent: m.error_no_such_file,
  backup_failed: m.error_backup_failed,
  no_such_file: m.error_no_such_file,
  not_readable: m.error_not_readable,
  not_a_file: m.error_no_such_file,
  no_data: m.error_no_data,
  no_paths: m.error_no_data,
  no_samples: m.error_no_samples,
  empty_file: m.error_empty_file,
  not_text: m.error_not_text,
  ragged_row: m.error_ragged_row,
  too_many_files: m.error_too_many_files,
  too_deep: m.error_too_many_files,
  link_refused: m.error_link_refused,
  unsupported_type: m.error_unsupported_type,
  image_empty: m.error_image_empty,
  image_truncated: m.error_image_damaged,
  image_damaged: m.error_image_damaged,
  image_too_large: m.error_image_too_large,
  not_an_image: m.error_not_an_image,
  no_target: m.error_no_target,
  single_class: m.error_single_class,
  unknown_column: m.error_unknown_column,
  missing_columns: m.error_missing_columns,
  bad_setting: m.error_bad_setting,
  invalid_input: m.error_bad_setting,
  unknown_setting: m.error_bad_setting,
  no_such_dataset: m.error_gone,
  no_such_run: m.error_gone,
  no_such_job: m.error_gone,
  no_such_export: m.error_gone,
  no_sample: m.error_no_sample,
  name_taken: m.error_name_taken,
  no_checkpoint: m.error_no_checkpoint,
  broken_checkpoint: m.error_broken_checkpoint,
  blob_damaged: m.error_blob,
  blob_missing: m.error_blob,
  invalid_model: m.error_model,
  unsupported_model: m.error_model,
  model_too_large: m.error_model,
  parity_failed: m.error_parity,
  diverged: m.error_diverged,
  out_of_memory: m.error_out_of_memory,
};

export interface ErrorWords {
  headline: string;
  details: readonly string[];
}

/** In English the message itself, which names what and where; in other languages its kind, with the message among the details. */
export function errorText(error: ErrorFacts): ErrorWords {
  const translated = headlines[error.code];
  if (locale.current === 'en' && error.message) return { headline: error.message, details: error.details };
  if (!translated) return { headline: error.message || m.error_internal(), details: error.details };
  return { headline: translated(), details: error.message ? [error.message, ...error.details] : error.details };
}
