import type { ErrorFacts } from '../shared/errors.ts';
import type { JobId, RunId } from '../shared/ids.ts';
import type { Fallback, TrainSettings } from '../shared/run.ts';
import type { Writable } from './connection.ts';

// What becomes of a run, from its place in the queue to its end.

export function setRunJob(db: Writable, id: RunId, job: JobId): void {
  db.run(`UPDATE runs SET job = ? WHERE id = ?`, [job, id]);
}

export function setRunRunning(db: Writable, id: RunId, now: number): void {
  db.run(`UPDATE runs SET status = 'running', started_at = ? WHERE id = ? AND status = 'queued'`, [now, id]);
}

/** It waits (again): for its first process, or for the one that goes on where the last one was. */
export function setRunQueued(db: Writable, id: RunId): void {
  db.run(
    `UPDATE runs SET status = 'queued', started_at = NULL, finished_at = NULL, stopped_early = 0, error_code = NULL,
                     error_message = NULL
      WHERE id = ?`,
    [id],
  );
}

/** Settings that a run came by after it was made: epochs added. */
export function setRunSettings(db: Writable, id: RunId, settings: TrainSettings): void {
  db.run(`UPDATE runs SET settings = ? WHERE id = ?`, [JSON.stringify(settings), id]);
}

/** Its device failed, and it goes on on the processor. */
export function setRunFallback(db: Writable, id: RunId, fallback: Fallback): void {
  db.run(`UPDATE runs SET fallback = ? WHERE id = ?`, [JSON.stringify(fallback), id]);
}

/** What becomes known when an epoch was the best so far. */
export function setRunBest(db: Writable, id: RunId, best: { epoch: number; parameterCount: number }): void {
  db.run(`UPDATE runs SET best_epoch = ?, parameter_count = ? WHERE id = ?`, [best.epoch, best.parameterCount, id]);
}

export interface RunOutcome {
  parameterCount: number;
  samplesPerSecond: number;
  peakMemoryBytes: number;
  bestEpoch: number;
  stoppedEarly: boolean;
}

export function setRunFinished(db: Writable, id: RunId, outcome: RunOutcome, now: number): void {
  db.run(
    `UPDATE runs
        SET status = 'finished', finished_at = @now, parameter_count = @parameterCount,
            samples_per_second = @samplesPerSecond, peak_memory_bytes = @peakMemoryBytes,
            best_epoch = @bestEpoch, stopped_early = @stoppedEarly
      WHERE id = @id`,
    { id, now, ...outcome, stoppedEarly: outcome.stoppedEarly ? 1 : 0 },
  );
}

export function setRunEnded(
  db: Writable,
  id: RunId,
  status: 'failed' | 'cancelled' | 'interrupted',
  error: ErrorFacts | null,
  now: number,
): void {
  db.run(
    `UPDATE runs SET status = @status, finished_at = @now, error_code = @code, error_message = @message WHERE id = @id`,
    { id, status, now, code: error?.code ?? null, message: error?.message ?? null },
  );
}

/** At opening, after the jobs: nobody works on these any more. Those whose job waits go on waiting. Returns how many there were. */
export function interruptRuns(db: Writable, now: number): RunId[] {
  return db
    .all<{ id: RunId }>(
      `UPDATE runs SET status = 'interrupted', finished_at = ?, error_code = 'interrupted',
              error_message = 'Atelier ended before this run did. What it had measured and its checkpoints are kept: resume it.'
        WHERE status = 'running'
           OR (status = 'queued' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = runs.job AND j.status = 'queued'))
    RETURNING id`,
      [now],
    )
    .map((row) => row.id);
}
