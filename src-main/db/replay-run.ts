import type { JobId, RunId } from '../shared/ids.ts';
import type { MetricPoint } from '../shared/run.ts';
import type { Connection } from './connection.ts';
import { lastSteps } from './curves.ts';
import { setJobEnded } from './jobs.ts';
import { putPoints, sealCurves, setRunMetrics } from './metrics.ts';
import { readTrainerLog, type TrainerLine } from './records.ts';
import { setRunBest, setRunFinished } from './run-states.ts';
import { numberFromJson } from '../shared/json-number.ts';

const batchSize = 10_000;

/**
 * Brings a run's rows up to what its trainer wrote into its folder: points that were on their way when the owner died, the best
 * epoch, and the end, if it came to one. Call it inside a transaction; doing it twice changes nothing. Returns the points added.
 */
export function replayRun(db: Connection, folder: string, run: RunId): number {
  const stored = lastSteps(db, run);
  let parameterCount = 0;
  let added = 0;
  let batch: MetricPoint[] = [];
  let end: Extract<TrainerLine, { type: 'finished' }> | null = null;
  const flush = () => {
    putPoints(db, run, batch);
    added += batch.length;
    batch = [];
  };
  for (const line of readTrainerLog(folder, run)) {
    switch (line.type) {
      case 'again':
        end = null;
        break;
      case 'start':
        // It was gone on with: what ended before that is not its end.
        end = null;
        parameterCount = line.parameterCount;
        break;
      case 'metrics':
        for (let i = 0; i < line.key.length; i++) {
          const [key, step] = [line.key[i], line.step[i]];
          if (step <= (stored.get(key) ?? -1)) continue;
          // NaN is null in JSON.
          batch.push({ key, step, epoch: line.epoch[i], value: line.value[i] ?? NaN, time: line.time[i] });
        }
        if (batch.length >= batchSize) flush();
        break;
      case 'curve':
        for (let i = 0; i < line.step.length; i++) {
          const [{ key }, step] = [line, line.step[i]];
          if (step <= (stored.get(key) ?? -Infinity)) continue;
          batch.push({
            key,
            step,
            epoch: line.epoch[i] ?? NaN,
            value: numberFromJson(line.value[i]) ?? NaN,
            time: line.time[i],
          });
        }
        if (batch.length >= batchSize) flush();
        break;
      case 'best':
        setRunBest(db, run, { epoch: line.epoch, parameterCount });
        break;
      case 'finished':
        end = line;
    }
  }
  flush();
  sealCurves(db, run);
  if (end) finish(db, run, end);
  return added;
}

/** It had done its work when the owner died: that is no interruption. */
function finish(db: Connection, run: RunId, line: Extract<TrainerLine, { type: 'finished' }>): void {
  setRunFinished(db, run, line.result, line.at);
  setRunMetrics(db, run, line.result.metrics);
  const { job } = db.get<{ job: JobId | null }>(`SELECT job FROM runs WHERE id = ?`, [run])!;
  if (job) setJobEnded(db, job, { status: 'finished', error: null, dataset: null, run, now: line.at });
}
