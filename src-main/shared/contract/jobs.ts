import * as v from 'valibot';
import { exportId, jobId, nothing, runId } from './fields.ts';
import type { JobId } from '../ids.ts';
import type { Job } from '../job.ts';
import type { ModelUse } from '../model-use.ts';
import type { ExportRecord } from '../run.ts';

/** Calls about exports and jobs. */
export const jobsInputs = {
  'exports.list': nothing,
  /** A job; the file lands in the workspace's exports folder. */
  'exports.start': v.object({ run: runId, calibrate: v.optional(v.boolean()) }),
  /** What the file takes and gives, read out of it, and programs that use it. */
  'exports.use': v.object({ id: exportId }),
  'exports.reveal': v.object({ id: exportId }),
  /** Copies it where the person says, through the system's save dialog; null when dismissed. */
  'exports.saveAs': v.object({ id: exportId }),
  'jobs.list': nothing,
  'jobs.cancel': v.object({ id: jobId }),
  /** Does an import or a training once more that failed or was cut short; another job. */
  'jobs.again': v.object({ id: jobId }),
  'jobs.log': v.object({ id: jobId }),
  /** Takes finished, failed and cancelled ones out of the tray. */
  'jobs.dismiss': v.object({ ids: v.array(jobId) }),
} as const;

export interface JobOutputs {
  'exports.list': ExportRecord[];
  'exports.start': JobId;
  'exports.use': ModelUse;
  'exports.reveal': null;
  'exports.saveAs': { path: string } | null;
  'jobs.list': Job[];
  'jobs.cancel': null;
  'jobs.again': JobId;
  'jobs.log': string;
  'jobs.dismiss': null;
}
