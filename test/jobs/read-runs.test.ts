import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { getSeries } from '../../src-main/db/curves.ts';
import { insertPoints, setRunMetrics } from '../../src-main/db/metrics.ts';
import { getRun } from '../../src-main/db/runs.ts';
import { Breath, collect } from '../../src-main/jobs/breath.ts';
import { columnOf, curvesOf, listings, metricTable, packedCurves } from '../../src-main/jobs/read-runs.ts';
import { unpackCurves } from '../../src-main/shared/packed-curves.ts';
import { runsOfPage } from '../../src-main/shared/run.ts';
import { addDataset, addRun, openWriter, tempFolder } from '../support/temp-workspace.ts';

function filled() {
  const store = openWriter(tempFolder());
  const version = addDataset(store);
  const runs = Array.from({ length: 230 }, () => addRun(store, version));
  const points = (key: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      key,
      step: i,
      epoch: i / 10,
      value: i % 7 === 3 ? NaN : 1 - i,
      time: i / 8,
    }));
  insertPoints(store, runs[0], [...points('a', 3000), ...points('b', 5)]);
  insertPoints(store, runs[1], points('b', 1));
  store.transaction(() => setRunMetrics(store, runs[1], { 'test/loss': NaN, best: 0.5 }));
  return { store, runs };
}

describe('what is read of many runs', () => {
  it('are curves in four columns that hold what they hold one by one', async () => {
    const { store, runs } = filled();
    const found = await packedCurves(store, runs, { maxPoints: 5000 });
    expect(found.steps).toHaveLength(3006);
    const plain = unpackCurves(found).map(({ steps, epochs, values, times, ...rest }) => {
      const [s, e, v, t] = [steps, epochs, values, times].map((column) => Array.from(column));
      return { ...rest, steps: s, epochs: e, values: v, times: t };
    });
    expect(plain).toEqual(runs.flatMap((run) => getSeries(store, run, { maxPoints: 5000 })));
    expect(await curvesOf(store, runs)).toMatchObject({ keys: ['a', 'b'] });
    store.close();
  });

  it('are all metrics of some, each as the run itself tells them', async () => {
    const { store, runs } = filled();
    const { names, ends, places, values, ...table } = await metricTable(store, [runs[1], runs[2], runs[0]]);
    expect(table.runs).toEqual([runs[1], runs[2], runs[0]]);
    const told = table.runs.map((_, i) =>
      Object.fromEntries(
        [...places.subarray(i === 0 ? 0 : ends[i - 1], ends[i])].map((place, at) => [
          names[place],
          values[(i === 0 ? 0 : ends[i - 1]) + at],
        ]),
      ),
    );
    expect(told).toEqual(table.runs.map((run) => getRun(store, run).metrics));
    expect(told[0]).toEqual({ b: 1, 'test/loss': NaN, best: 0.5 });
    store.close();
  });

  it('is a metric of all, newest first, however many parts it is read in', async () => {
    const { store, runs } = filled();
    const { runs: ids, values } = await columnOf(store, 'b');
    expect(ids).toEqual(runs.toReversed());
    expect(values.slice(-2)).toEqual([1, -3]);
    expect(values.filter((value) => value !== null)).toHaveLength(2);
    expect((await columnOf(store, 'no such')).values.every((value) => value === null)).toBe(true);
    store.close();
  });

  it('is the list in pages, newest first, each run once', async () => {
    const { store, runs } = filled();
    const pages = [await listings(store)];
    while (pages.at(-1)!.length === runsOfPage) pages.push(await listings(store, pages.at(-1)!.at(-1)!.id));
    expect(pages.map(({ length }) => length)).toEqual([200, 30]);
    expect(pages.flat().map(({ id }) => id)).toEqual(runs.toReversed());
    store.close();
  });

  it('names a run that is not there', async () => {
    const { store } = filled();
    await expect(metricTable(store, ['run_0000000000000000' as never])).rejects.toMatchObject({ code: 'no_such_run' });
    store.close();
  });
});

describe('breath', () => {
  const work = (ms: number) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };
  it('is drawn by all together: however many work, the thread is let go after a few milliseconds', async () => {
    let turn = 0;
    let over = false;
    const count = (): void => {
      turn++;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const steps = new Map<number, number>();
    function* steady() {
      for (let i = 0; i < 4; i++) {
        work(3);
        steps.set(turn, (steps.get(turn) ?? 0) + 1);
        yield i;
      }
    }
    const found = await Promise.all([collect(steady()), collect(steady()), collect(steady())]);
    over = true;
    expect(found).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ]);
    // No turn has more than two steps of 3 ms, not even the one that they are called in.
    expect(Math.max(...steps.values())).toBeLessThanOrEqual(2);
  });
  it('waits for nothing while there is time', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    // However busy the machine is: no time passes.
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    onTestFinished(() => now.mockRestore());
    let turned = false;
    const breath = new Breath();
    setImmediate(() => (turned = true));
    await breath.ifDue();
    expect(turned).toBe(false);
  });
});
