import { describe, expect, it } from 'vitest';
import { readRunRecords } from '../../src-main/db/records.ts';
import { getRun } from '../../src-main/db/runs.ts';
import type { Context } from '../../src-main/jobs/context.ts';
import { Events } from '../../src-main/jobs/events.ts';
import { archiveRuns, tagRuns } from '../../src-main/jobs/mark-runs.ts';
import { newId, type RunId } from '../../src-main/shared/ids.ts';
import { addDataset, addRun, openWriter, tempFolder } from '../support/temp-workspace.ts';

function filled(count: number) {
  const folder = tempFolder();
  const store = openWriter(folder);
  const version = addDataset(store);
  const runs = Array.from({ length: count }, () => addRun(store, version));
  const events = new Events();
  const told: RunId[] = [];
  events.on((event) => {
    if (event.type === 'changed' && event.noun === 'runs') told.push(...(event.runs ?? []));
  });
  return { folder, store, runs, told, context: { store, events } as unknown as Context };
}

describe('runs that are marked', () => {
  it('are all of them, in the database and in their folders, and each is told once', async () => {
    const { folder, store, runs, told, context } = filled(120);
    await tagRuns(context, runs, [' kept ', ''], []);
    await archiveRuns(context, runs, true);
    await tagRuns(context, runs.slice(0, 1), ['b', 'a'], ['kept']);
    expect(runs.map((id) => getRun(store, id).archived)).toEqual(runs.map(() => true));
    expect([0, 1, 119].map((i) => getRun(store, runs[i]).tags)).toEqual([['a', 'b'], ['kept'], ['kept']]);
    expect(told).toEqual([...runs, ...runs, runs[0]]);
    const recorded = new Map(readRunRecords(folder).map(({ run }) => [run.id, run]));
    expect(runs.every((id) => recorded.get(id)?.archived)).toBe(true);
    expect(recorded.get(runs[0])?.tags).toEqual(['a', 'b']);
  });
  it('are none where one of them is not there', async () => {
    const { store, runs, told, context } = filled(2);
    await expect(archiveRuns(context, [...runs, newId('run')], true)).rejects.toMatchObject({ code: 'no_such_run' });
    expect(runs.map((id) => getRun(store, id).archived)).toEqual([false, false]);
    expect(told).toEqual([]);
  });
  it('let other work go on in between', async () => {
    const { runs, context } = filled(120);
    let turns = 0;
    let over = false;
    const count = () => {
      turns++;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    await archiveRuns(context, runs, true);
    over = true;
    expect(turns).toBeGreaterThan(3);
  });
});
