import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import type { JobTypes, WorkKind } from '../shared/work.ts';
import { JobLog } from './job-log.ts';
import { runUtility } from './run-utility.ts';
import type { SpawnUtility } from './utility.ts';

/** What a process of its own answers, where nobody queues and nothing is stored. `within`: milliseconds it may take. */
export async function askUtility<K extends WorkKind>(
  spawn: SpawnUtility,
  kind: K,
  params: JobTypes[K]['params'],
  within: number,
): Promise<JobTypes[K]['result']> {
  const job = newId('job');
  const log = new JobLog(join(tmpdir(), `atelier-${job}.log`));
  const outcome = await runUtility(spawn(kind), { job, kind, params, within }, { log }).outcome;
  if (outcome.status === 'finished') return outcome.value;
  throw outcome.status === 'failed' ? errorFromFacts(outcome.error) : new AtelierError('cancelled', 'Cancelled.');
}
