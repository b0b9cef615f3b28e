import { describe, expect, it } from 'vitest';
import { addCurveKeys, getSeries, lastSteps } from '../../src-main/db/curves.ts';
import { Sealing } from '../../src-main/db/metric-blocks.ts';
import { insertPoints, sealAllCurves, sealCurves, setRunMetrics } from '../../src-main/db/metrics.ts';
import type { WriteStore } from '../../src-main/db/open.ts';
import { keyName } from '../../src-main/db/run-metrics.ts';
import { getRun, runKey } from '../../src-main/db/runs.ts';
import type { RunId } from '../../src-main/shared/ids.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { MetricPoint } from '../../src-main/shared/run.ts';
import { addDataset, addRun, openWriter, tempFolder } from '../support/temp-workspace.ts';

const point = (key: string, step: number, value: number): MetricPoint => ({
  key,
  step,
  epoch: step / 50,
  value,
  time: step / 8,
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function withRun(body: (store: WriteStore, run: RunId) => void): void {
  const store = openWriter(tempFolder());
  body(store, addRun(store, addDataset(store)));
  expect(store.integrity()).toBe('ok');
  store.close();
}
const pack = (store: WriteStore, run: RunId) => store.transaction(() => sealCurves(store, run));
const curveNames = (store: WriteStore, ...runs: RunId[]): string[] => {
  const keys = new Set<number>();
  for (const run of runs) for (const _ of addCurveKeys(store, run, keys));
  return [...keys].map((key) => keyName(store, key)).sort();
};
/** How much of a run is in no block yet. */
const tailSize = (store: WriteStore, run: RunId) =>
  store.get(`SELECT count(*) AS batches, coalesce(sum(points), 0) AS points FROM metric_tails WHERE run = ?`, [
    runKey(store, run),
  ]);
const valuesOf = (store: WriteStore, run: RunId, key = 'a') =>
  getSeries(store, run, { keys: [key], maxPoints: Infinity })[0].values;

describe('the names of curves', () => {
  it('are those with points, packed or not, of all the runs', () => {
    const store = openWriter(tempFolder());
    const version = addDataset(store);
    const [first, second, third] = [addRun(store, version), addRun(store, version), addRun(store, version)];
    insertPoints(store, first, [point('a', 1, 1), point('b', 1, 1)]);
    pack(store, first);
    insertPoints(store, first, [point('tail', 2, 1)]);
    insertPoints(store, second, [point('b', 1, 1), point('c', 1, 1)]);
    // The best checkpoint's numbers are no curves; one that another run has as a curve is known by then.
    for (const run of [first, second, third]) store.transaction(() => setRunMetrics(store, run, { 'test/loss': 1 }));
    expect(curveNames(store, first)).toEqual(['a', 'b', 'tail']);
    expect(curveNames(store, third)).toEqual([]);
    expect(curveNames(store, first, second, third)).toEqual(['a', 'b', 'c', 'tail']);
    store.close();
  });
});

describe('packing a run’s curves', () => {
  it('goes in slices as small as one likes, between which all is read as it is, and more comes in', () => {
    withRun((store, run) => {
      const all = (): number[] => valuesOf(store, run);
      for (let batch = 0; batch < 40; batch++) {
        insertPoints(store, run, [point('a', batch, batch), point('b', batch, -batch)]);
      }
      const sealing = new Sealing(store, runKey(store, run));
      let slices = 0;
      const later: number[] = [];
      for (let done = false; !done; slices++) {
        done = store.relaxed(() => sealing.goOn(store, 0));
        if (slices % 7 === 3) {
          insertPoints(store, run, [point('a', 40 + later.length, 0.5)]);
          later.push(0.5);
        }
        expect(all()).toEqual([...range(0, 40), ...later]);
      }
      // A batch, a curve or a few batches to be removed each.
      expect(slices).toBeGreaterThan(40);
      expect(tailSize(store, run)).toEqual({ batches: later.length, points: later.length });
      expect(curveNames(store, run)).toEqual(['a', 'b']);
    });
  });

  it('changes nothing that is read', () => {
    withRun((store, run) => {
      const random = new Random(1);
      for (let batch = 0; batch < 12; batch++) {
        insertPoints(
          store,
          run,
          range(batch * 150, batch * 150 + 150).flatMap((step) => [
            point('a', step, random.normal()),
            ...(step % 10 === 0 ? [point('b', step, step === 500 ? NaN : step)] : []),
          ]),
        );
        if (batch % 5 === 4) {
          const before = getSeries(store, run, { maxPoints: Infinity });
          pack(store, run);
          expect(getSeries(store, run, { maxPoints: Infinity })).toEqual(before);
          expect(tailSize(store, run)).toEqual({ batches: 0, points: 0 });
        }
      }
      expect(curveNames(store, run)).toEqual(['a', 'b']);
      expect(lastSteps(store, run)).toEqual(
        new Map([
          ['a', 1799],
          ['b', 1790],
        ]),
      );
      expect(getRun(store, run).metrics).toMatchObject({ b: 1790 });
    });
  });

  it('keeps the later value of a step told twice: within a batch, across batches, over blocks', () => {
    withRun((store, run) => {
      insertPoints(
        store,
        run,
        range(0, 3000).map((step) => point('a', step, 1)),
      );
      pack(store, run);
      insertPoints(store, run, [point('a', 5, 2), point('a', 1500, 2), point('a', 5, 3)]);
      insertPoints(store, run, [point('a', 1500, 4), point('a', 3000, 4)]);
      const expected = range(0, 3001).map((step) => ({ 5: 3, 1500: 4, 3000: 4 })[step] ?? 1);
      expect(valuesOf(store, run)).toEqual(expected);
      const [near] = getSeries(store, run, { from: 1499, to: 1500 });
      expect(near).toMatchObject({ steps: [1498, 1499, 1500, 1501], values: [1, 1, 4, 1] });
      pack(store, run);
      expect(valuesOf(store, run)).toEqual(expected);
    });
  });

  it('goes on with a run that starts again from a checkpoint, which tells its steps anew', () => {
    withRun((store, run) => {
      const tell = (from: number, to: number, value: number) =>
        insertPoints(
          store,
          run,
          range(from, to).map((step) => point('a', step, value)),
        );
      tell(0, 5000, 1);
      pack(store, run);
      tell(2000, 2500, 2);
      tell(2500, 6000, 2);
      pack(store, run);
      expect(valuesOf(store, run)).toEqual(range(0, 6000).map((step) => (step < 2000 ? 1 : 2)));
    });
  });

  it('that was cut short between two slices is done again at the next opening', () => {
    const folder = tempFolder();
    const store = openWriter(folder);
    const run = addRun(store, addDataset(store));
    insertPoints(
      store,
      run,
      ['a', 'b', 'c'].flatMap((key) => range(0, 700).map((step) => point(key, step, step))),
    );
    // The blocks of one curve are there, and its points are in the tail as well.
    const tail = store.all<Record<string, Uint8Array>>(`SELECT * FROM metric_tails`);
    pack(store, run);
    store.run(`DELETE FROM metric_blocks WHERE key <> (SELECT key FROM metric_keys WHERE name = 'b')`);
    for (const row of tail) {
      store.run(`INSERT INTO metric_tails (run, batch, points, curves) VALUES (@run, @batch, @points, @curves)`, row);
    }
    const whole = getSeries(store, run);
    expect(whole.map((each) => each.total)).toEqual([700, 700, 700]);
    store.close();
    const again = openWriter(folder);
    expect(again.all(`SELECT * FROM metric_tails`)).toEqual([]);
    expect(getSeries(again, run)).toEqual(whole);
    sealAllCurves(again);
    again.close();
  });

  it('stores a point of single precision in under 9 bytes and one of double in under 13', () => {
    withRun((store, run) => {
      const random = new Random(5);
      const pages = () =>
        store.get<{ n: number }>(`SELECT sum(pgsize) AS n FROM dbstat WHERE name = 'metric_blocks'`)!.n;
      const tell = (key: string, value: () => number) =>
        insertPoints(
          store,
          run,
          range(1, 40_001).map((step) => ({ ...point(key, step, value()), time: step / 50 + random.uniform() / 100 })),
        );
      tell('single', () => Math.fround(random.normal()));
      pack(store, run);
      const single = pages();
      expect(single / 40_000).toBeLessThan(9);
      tell('double', () => random.normal());
      pack(store, run);
      expect((pages() - single) / 40_000).toBeLessThan(13);
    });
  });
});

describe('a part of a long curve', () => {
  const count = 60_000;
  const random = new Random(11);
  // Steps with gaps, a few numbers that are none, one spike up and one down; the end not packed yet.
  let step = 0;
  const points = range(0, count).map((i) => {
    step += 1 + (random.uniform() < 0.1 ? random.below(5) : 0);
    const value = i === 31_234 ? 1e6 : i === 48_765 ? -1e6 : i % 9973 === 17 ? NaN : random.normal();
    return point('a', step, value);
  });
  const steps = points.map((each) => each.step);

  /** The points asked for and one beyond each end, by looking at every one. */
  function reference(from: number, to: number): MetricPoint[] {
    const inside = points.map((each) => each.step >= from && each.step <= to);
    return points.filter((_, i) => inside[i] || (inside[i + 1] ?? false) || (inside[i - 1] ?? false));
  }

  it('has its exact extremes at any zoom, its points where they fit, and never much more than asked for', () => {
    withRun((store, run) => {
      insertPoints(store, run, points.slice(0, 59_000));
      pack(store, run);
      insertPoints(store, run, points.slice(59_000));
      const last = steps.at(-1)!;
      const windows = [
        [-Infinity, Infinity],
        [0, last],
        [steps[31_234], steps[31_234]],
        [last + 1, last + 5],
        ...range(0, 24).map(() => {
          const from = Math.floor(random.uniform() * last);
          return [from, from + Math.floor(random.uniform() ** 3 * last)];
        }),
      ];
      for (const [from, to] of windows) {
        const expected = reference(from, to);
        for (const maxPoints of [100, 800, 5000]) {
          const [series] = getSeries(store, run, { keys: ['a'], from, to, maxPoints });
          const finite = (list: readonly number[]) => list.filter((value) => !Number.isNaN(value));
          const values = expected.map((each) => each.value);
          if (expected.length === 0) {
            // Nothing within: at most the neighbours are there.
            expect(series.steps.length).toBeLessThanOrEqual(2);
            continue;
          }
          expect(series.total).toBe(expected.length);
          if (expected.length <= maxPoints) expect(series.steps).toEqual(expected.map((each) => each.step));
          const broken = values.some(Number.isNaN);
          expect(series.steps.length).toBeLessThanOrEqual(maxPoints * (broken ? 1.1 : 1) + 2);
          expect(Math.max(...finite(series.values))).toBe(Math.max(...finite(values)));
          expect(Math.min(...finite(series.values))).toBe(Math.min(...finite(values)));
          expect(series.values.some(Number.isNaN)).toBe(broken);
          // Every point told is one of the stored, with all it has.
          const at = new Map(expected.map((each) => [each.step, each]));
          const told = series.steps.map((each, i) => [each, series.values[i], series.epochs[i], series.times[i]]);
          const stored = series.steps.map((each) => {
            const { step, value, epoch, time } = at.get(each)!;
            return [step, value, epoch, Math.round(time * 1000) / 1000];
          });
          expect(told).toEqual(stored);
          expect(series.steps).toEqual([...new Set(series.steps)].sort((a, b) => a - b));
        }
      }
    });
  });
});
