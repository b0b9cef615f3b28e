import { AtelierError, type ErrorFacts } from '../shared/errors.ts';
import type { DatasetId, JobId, RunId } from '../shared/ids.ts';
import type { Job, JobKind, JobStatus } from '../shared/job.ts';
import type { Readable, Writable } from './connection.ts';

interface JobRow {
  id: JobId;
  kind: JobKind;
  title: string;
  status: JobStatus;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  error: string | null;
  dataset: DatasetId | null;
  run: RunId | null;
  hasRequest: number;
  place: number | null;
  held: number;
}

/** Newest first, without those taken out of the tray; at most `limit`. Progress is not stored: the queue adds it. */
export function listJobs(db: Readable, limit = 200): Job[] {
  return db
    .all<JobRow>(
      `SELECT id, kind, title, status, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
              error, dataset, run, request IS NOT NULL AS hasRequest, place, held
         FROM jobs WHERE dismissed = 0 ORDER BY created_at DESC, id DESC LIMIT ?`,
      [limit],
    )
    .map(job);
}

export function getJob(db: Readable, id: JobId): Job {
  const row = db.get<JobRow>(
    `SELECT id, kind, title, status, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
            error, dataset, run, request IS NOT NULL AS hasRequest, place, held
       FROM jobs WHERE id = ?`,
    [id],
  );
  if (!row) throw new AtelierError('no_such_job', `There is no job "${id}" in this workspace.`);
  return job(row);
}

export function insertJob(
  db: Writable,
  job: Pick<Job, 'id' | 'kind' | 'title' | 'createdAt' | 'dataset' | 'run'> & Partial<Pick<Job, 'place'>>,
  request?: unknown,
): void {
  db.run(
    `INSERT INTO jobs (id, kind, title, status, created_at, dataset, run, request, place)
     VALUES (@id, @kind, @title, 'queued', @createdAt, @dataset, @run, @request, @place)`,
    {
      id: job.id,
      kind: job.kind,
      title: job.title,
      createdAt: job.createdAt,
      dataset: job.dataset,
      run: job.run,
      place: job.place ?? null,
      request: request === undefined ? null : JSON.stringify(request),
    },
  );
}

/** What was asked of a job, as `insertJob` was given it; null where that was not kept. */
export function getJobRequest(db: Readable, id: JobId): unknown {
  const row = db.get<{ request: string | null }>(`SELECT request FROM jobs WHERE id = ?`, [id]);
  return row?.request ? JSON.parse(row.request) : null;
}

/** Those of these jobs that failed or were cut short, and were not dismissed since. */
export function unfinishedJobs(db: Readable, ids: readonly string[]): Set<JobId> {
  const rows = db.all<{ id: JobId }>(
    `SELECT id FROM jobs WHERE id IN (SELECT value FROM json_each(?)) AND status IN ('failed', 'interrupted') AND dismissed = 0`,
    [JSON.stringify(ids)],
  );
  return new Set(rows.map(({ id }) => id));
}

export function setJobRunning(db: Writable, id: JobId, now: number): void {
  db.run(`UPDATE jobs SET status = 'running', started_at = ? WHERE id = ? AND status = 'queued'`, [now, id]);
}

export function setJobEnded(
  db: Writable,
  id: JobId,
  end: {
    status: Exclude<JobStatus, 'queued' | 'paused' | 'running'>;
    error: ErrorFacts | null;
    dataset: DatasetId | null;
    run: RunId | null;
    now: number;
  },
): void {
  db.run(
    `UPDATE jobs SET status = @status, finished_at = @now, error = @error, dataset = @dataset, run = @run
      WHERE id = @id AND status IN ('queued', 'running')`,
    { ...end, id, error: end.error ? JSON.stringify(end.error) : null },
  );
}

/** A training leaves its process and waits again; `held`: until it is resumed. */
export function setJobWaiting(db: Writable, id: JobId, held: boolean): void {
  db.run(`UPDATE jobs SET status = 'queued', started_at = NULL, held = ? WHERE id = ?`, [held ? 1 : 0, id]);
}

export function setJobRequest(db: Writable, id: JobId, request: unknown): void {
  db.run(`UPDATE jobs SET request = ? WHERE id = ?`, [JSON.stringify(request), id]);
}

export function setJobPlace(db: Writable, id: JobId, place: number): void {
  db.run(`UPDATE jobs SET place = ? WHERE id = ?`, [place, id]);
}

/** Trainings that waited when the workspace was last closed, or its owner died, in their order. */
export function waitingTrainings(db: Readable): Job[] {
  return db
    .all<JobRow>(
      `SELECT id, kind, title, status, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
              error, dataset, run, request IS NOT NULL AS hasRequest, place, held
         FROM jobs WHERE status = 'queued' AND kind = 'train' AND run IS NOT NULL
        ORDER BY place, created_at, id`,
    )
    .map(job);
}

/** Whether the queue of trainings as a whole is paused. */
export function isQueueHeld(db: Readable): boolean {
  return db.get<{ held: number }>(`SELECT queue_held AS held FROM workspace`)?.held === 1;
}

export function setQueueHeld(db: Writable, held: boolean): void {
  db.run(`UPDATE workspace SET queue_held = ?`, [held ? 1 : 0]);
}

/** At opening: nobody works on these any more. Trainings that wait go on waiting. */
export function interruptJobs(db: Writable, now: number): number {
  const error: ErrorFacts = {
    code: 'interrupted',
    message: 'Atelier ended before this job did. What it had finished is kept; start it again to do the rest.',
    details: [],
  };
  return db.run(
    `UPDATE jobs SET status = 'interrupted', finished_at = ?, error = ?
      WHERE status = 'running' OR (status = 'queued' AND (kind <> 'train' OR run IS NULL))`,
    [now, JSON.stringify(error)],
  ).changes;
}

/** Takes ended jobs out of the tray; their logs stay. */
export function dismissJob(db: Writable, id: JobId): void {
  db.run(`UPDATE jobs SET dismissed = 1 WHERE id = ? AND status NOT IN ('queued', 'running')`, [id]);
}

function job({ hasRequest, held, ...row }: JobRow): Job {
  const again = hasRequest === 1 && (row.status === 'failed' || row.status === 'interrupted') ? 'anew' : null;
  const status = row.status === 'queued' && held === 1 ? 'paused' : row.status;
  const place = row.status === 'queued' ? row.place : null;
  return {
    ...row,
    status,
    place,
    again,
    progress: null,
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorFacts),
  };
}
