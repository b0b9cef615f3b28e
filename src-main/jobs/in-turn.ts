import { errorFacts } from '../shared/errors.ts';
import type { WorkKind, JobTypes } from '../shared/work.ts';
import type { Outcome, UtilityRun } from './run-utility.ts';

/** Given how one process ended: the parameters of the one to start next, or the end of the whole. Not asked once it is cancelled. */
export type Next<K extends WorkKind> = (outcome: Outcome<K>) => { params: JobTypes[K]['params'] } | Outcome<K>;

/** Utility processes one after another, as one run. Without `next` there is one. */
export function runInTurn<K extends WorkKind>(
  start: (params: JobTypes[K]['params']) => UtilityRun<K>,
  params: JobTypes[K]['params'],
  next?: Next<K>,
): UtilityRun<K> {
  let current = start(params);
  let cancelled = false;
  const all = async (): Promise<Outcome<K>> => {
    for (;;) {
      const ended = await current.outcome;
      if (!next || ended.status === 'cancelled' || ended.status === 'paused') return ended;
      if (cancelled) return { status: 'cancelled' };
      const then = next(ended);
      if ('status' in then) return then;
      current = start(then.params);
    }
  };
  return {
    outcome: all().catch((error: unknown) => ({ status: 'failed', error: errorFacts(error) })),
    cancel() {
      cancelled = true;
      current.cancel();
    },
    pause: (withinMs) => current.pause(withinMs),
    stopEarly: () => current.stopEarly(),
    get pid() {
      return current.pid;
    },
  };
}
