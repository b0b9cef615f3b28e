import * as marks from '../db/run-marks.ts';
import { runKey } from '../db/runs.ts';
import type { RunId } from '../shared/ids.ts';
import { Breath } from './breath.ts';
import { recordRunAgain, runChanged, type Context } from './context.ts';

// What people call runs and say of them.

export function renameRun(context: Context, id: RunId, name: string): void {
  context.store.transaction(() => marks.renameRun(context.store, id, name));
  runChanged(context, id);
}

export function noteRun(context: Context, id: RunId, notes: string): void {
  context.store.transaction(() => marks.setRunNotes(context.store, id, notes));
  runChanged(context, id);
}

/** Puts tags on runs and takes others off. */
export function tagRuns(
  context: Context,
  ids: readonly RunId[],
  add: readonly string[],
  remove: readonly string[],
): Promise<void> {
  const { store } = context;
  const [put, off] = [add, remove].map((tags) => tags.map((tag) => tag.trim()).filter((tag) => tag !== ''));
  return markAll(context, ids, (id) => {
    const tags = marks.getRunTags(store, id);
    marks.setRunTags(store, id, [...tags.filter((tag) => !off.includes(tag)), ...put]);
  });
}

/** Hides runs, or shows them again. Nothing is deleted. */
export const archiveRuns = (context: Context, ids: readonly RunId[], archived: boolean): Promise<void> =>
  markAll(context, ids, (id) => marks.archiveRun(context.store, id, archived));

/** Runs that are marked in one transaction: each row is written whole, with all of its settings. */
const markedAtOnce = 50;

/** Of a thousand runs other work of this thread goes on in between. None is marked where one of them is not there. */
async function markAll(context: Context, ids: readonly RunId[], mark: (id: RunId) => void): Promise<void> {
  const breath = new Breath();
  for (const id of ids) {
    runKey(context.store, id);
    await breath.ifDue();
  }
  for (let from = 0; from < ids.length; from += markedAtOnce) {
    const some = ids.slice(from, from + markedAtOnce);
    context.store.transaction(() => some.forEach(mark));
    for (const id of some) {
      await breath.ifDue();
      recordRunAgain(context, id);
    }
    context.events.emit({ type: 'changed', noun: 'runs', runs: some });
  }
}
