import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getRun } from '../db/runs.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { isActive } from '../shared/job.ts';
import { checkpointsFolder, listCheckpoints } from './checkpoints.ts';
import type { Context } from './context.ts';

/** Which checkpoints go: these by name, all but the last and the best (`extra`), or all but the best. The best always stays. */
export type Pruned = readonly string[] | 'extra' | 'but-best';

/** Removes checkpoints of runs that have ended; how many bytes are free then. `dry`: only reckons. */
export function pruneCheckpoints(context: Context, ids: readonly RunId[], what: Pruned, dry = false): number {
  const { store } = context;
  const runs = ids.map((id) => getRun(store, id));
  const busy = runs.find(isActive);
  if (busy) {
    throw new AtelierError(
      'run_waits',
      `The run "${busy.name}" is ${busy.status}: its checkpoints are needed until it has ended.`,
    );
  }
  let freed = 0;
  for (const { id } of runs) {
    for (const name of listCheckpoints(store.folder, id).map((one) => one.name)) {
      const goes =
        typeof what === 'string' ? name !== 'best' && (what === 'but-best' || name !== 'last') : what.includes(name);
      if (!goes || name === 'best') continue;
      const path = join(checkpointsFolder(store.folder, id), `${name}.safetensors`);
      freed += statSync(path).size;
      if (!dry) rmSync(path, { force: true });
    }
  }
  if (!dry) context.events.emit({ type: 'changed', noun: 'runs', runs: [...ids] });
  return freed;
}
