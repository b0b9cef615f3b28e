import { describe, expect, it, vi } from 'vitest';
import { newId } from '../../../src-main/shared/ids.ts';
import type { RunId } from '../../../src-main/shared/ids.ts';
import type { MetricSeries, MetricTable, RunSummary } from '../../../src-main/shared/run.ts';
import { Runs } from '../../../src-renderer/state/runs.svelte.ts';
import { packed } from '../../support/packed.ts';
import { fakeBridge } from '../fake-bridge.ts';

const run = (createdAt: number, more: Partial<RunSummary> = {}) =>
  ({ id: newId('run', createdAt), createdAt, archived: false, metrics: {}, name: 'r', ...more }) as RunSummary;
/** As the main process lists it. */
const listing = (one: RunSummary) => ({ ...one, settings: JSON.stringify(one.settings ?? {}) });

describe('runs', () => {
  const id = newId('run');
  const point = (step: number, value = step) => ({ key: 'train/loss', step, epoch: step / 10, value, time: step });
  const series = (steps: number[]) => ({
    run: id,
    key: 'train/loss',
    steps,
    epochs: steps,
    values: steps,
    times: steps,
    total: steps.length,
    sampledEvery: 1,
  });

  it('joins what was stored and what is told meanwhile, without doubling a step', async () => {
    let answer = (_: unknown) => {};
    const runs = new Runs(fakeBridge({ 'runs.metrics': () => new Promise((resolve) => (answer = resolve)) }));
    const following = runs.curves.follow([id]);
    runs.takePoints(id, [point(3), point(4)]);
    answer(packed([series([1, 2, 3])]));
    await following;
    runs.takePoints(id, [point(4), point(5)]);
    expect(runs.curves.of(id).get('train/loss')?.steps).toEqual([1, 2, 3, 4, 5]);
    expect(runs.curves.of(id).get('train/loss')?.length).toBe(5);
  });
  it('asks once for a run, and again after a failure', async () => {
    let fail = true;
    const bridge = fakeBridge({
      'runs.metrics': () => {
        if (fail) throw new Error('gone');
        return packed([series([1])]);
      },
    });
    const runs = new Runs(bridge);
    await expect(runs.curves.follow([id])).rejects.toThrow();
    fail = false;
    await runs.curves.follow([id]);
    await runs.curves.follow([id]);
    expect(bridge.asked.length).toBe(2);
  });
  it('says how many points a sampled answer left out', async () => {
    const runs = new Runs(
      fakeBridge({ 'runs.metrics': () => packed([{ ...series([1, 2]), total: 400, sampledEvery: 200 }]) }),
    );
    await runs.curves.follow([id]);
    expect(runs.curves.of(id).get('train/loss')?.total).toBe(400);
  });
  it('keeps a run’s number when others are archived or come after', async () => {
    const list = [run(1000), run(2000), run(3000)];
    const runs = new Runs(fakeBridge({ 'runs.list': () => list.map(listing) }));
    await runs.load();
    const before = runs.ordinal(list[2].id);
    await runs.archive([list[0].id], true);
    list.push(run(4000));
    await runs.load();
    expect(runs.ordinal(list[2].id)).toBe(before);
  });
  it('puts new values into the table as they come, and lists the newest first', async () => {
    const list = [run(1000), run(2000)];
    const runs = new Runs(fakeBridge({ 'runs.list': () => list.map(listing) }));
    await runs.load();
    runs.takePoints(list[0].id, [point(1, 0.5)]);
    expect(runs.list.map((one) => one.createdAt)).toEqual([2000, 1000]);
    expect(runs.byId(list[0].id)?.metrics['train/loss']).toBe(0.5);
  });
  it('takes the latest numbers of what runs into the list twice a second, and no more of what has ended', async () => {
    vi.useFakeTimers();
    try {
      const list: RunSummary[] = [run(1000), run(2000)].map((one) => ({ ...one, status: 'running' }));
      const runs = new Runs(fakeBridge({ 'runs.list': () => list.map(listing) }));
      await runs.load();
      const lossOf = (i: number) => runs.byId(list[i].id)?.metrics['train/loss'];
      runs.takePoints(list[0].id, [point(1, 0.5)]);
      for (let step = 2; step < 100; step++) runs.takePoints(list[0].id, [point(step, 1 / step)]);
      runs.takePoints(list[1].id, [point(1, 0.25)]);
      // Curves have them at once.
      expect(runs.curves.of(list[0].id).get('train/loss')?.length).toBe(99);
      expect(lossOf(0)).toBe(0.5);
      vi.advanceTimersByTime(500);
      expect([lossOf(0), lossOf(1)]).toEqual([1 / 99, 0.25]);
      runs.takePoints(list[0].id, [point(100, 7)]);
      list[0] = { ...list[0], status: 'finished', metrics: { 'train/loss': 0.01 } };
      await runs.load();
      vi.advanceTimersByTime(500);
      expect(lossOf(0)).toBe(0.01);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a long curve', () => {
  const id = newId('run');
  const part = (steps: number[], total: number, sampledEvery: number) => ({
    run: id,
    key: 'train/loss',
    steps,
    epochs: steps,
    values: steps,
    times: steps,
    total,
    sampledEvery,
  });

  it('is drawn whole, and within it the part that was looked at more closely; of many wishes the last counts', async () => {
    const answers: ((value: unknown) => void)[] = [];
    const bridge = fakeBridge({ 'runs.metrics': () => new Promise((resolve) => answers.push(resolve)) });
    const runs = new Runs(bridge);
    const following = runs.curves.follow([id], ['train/loss']);
    answers[0](packed([part([0, 100, 200, 300, 400], 401, 100)]));
    await following;
    const live = runs.curves.of(id).get('train/loss')!;
    expect(live.drawn.steps).toEqual([0, 100, 200, 300, 400]);
    const looked = runs.curves.look(live, [{ from: 90, to: 110 }]);
    const later = [runs.curves.look(live, [{ from: 120, to: 130 }]), runs.curves.look(live, [{ from: 200, to: 203 }])];
    answers[1](packed([part([90, 100, 110], 21, 1)]));
    await Promise.all(later);
    while (answers.length < 3) await new Promise((resolve) => setTimeout(resolve));
    expect(live.drawn.steps).toEqual([0, 90, 100, 110, 200, 300, 400]);
    answers[2](packed([part([200, 201, 202, 203], 4, 1)]));
    await looked;
    expect(live.drawn).toMatchObject({ steps: [0, 100, 200, 201, 202, 203, 300, 400], sampledEvery: 1, total: 4 });
    expect(bridge.asked.map(([, input]) => (input as { from?: number }).from)).toEqual([undefined, 90, 200]);
    live.close = null;
    expect(live.drawn.steps).toHaveLength(5);
  });

  it('is joined where it is read in several stretches, each with a point of its neighbours', async () => {
    const parts: Record<number, MetricSeries> = {
      1: part([0, 1, 2, 9, 10, 11], 401, 1),
      10: part([9, 10, 50, 100], 401, 9),
    };
    const bridge = fakeBridge({
      'runs.metrics': (input: { from?: number }) =>
        packed([input.from ? parts[input.from] : part([0, 200, 400], 401, 100)]),
    });
    const runs = new Runs(bridge);
    await runs.curves.follow([id], ['train/loss']);
    const live = runs.curves.of(id).get('train/loss')!;
    await runs.curves.look(live, [
      { from: 1, to: 10 },
      { from: 10, to: 99 },
    ]);
    expect(live.drawn).toMatchObject({ steps: [0, 1, 2, 9, 10, 11, 50, 100, 200, 400], sampledEvery: 9 });
  });

  it('counts samples exactly where the data tells how many there are', async () => {
    const bridge = fakeBridge({
      'runs.curves': () => ({ keys: ['train/loss'], trainSamples: [105] }),
      'runs.list': () => [{ id, createdAt: 1, metrics: {}, settings: JSON.stringify({ batchSize: 32 }) }],
      'runs.metrics': () =>
        packed([
          {
            run: id,
            key: 'train/loss',
            steps: [2, 4, 8],
            epochs: [64 / 105, 1, 2],
            values: [1, 1, 1],
            times: [1, 2, 3],
            total: 3,
            sampledEvery: 1,
          },
        ]),
    });
    const runs = new Runs(bridge);
    await runs.load();
    await runs.curves.keys([id]);
    await runs.curves.follow([id], ['train/loss']);
    const live = runs.curves.of(id).get('train/loss')!;
    const samples = runs.curves.samplesAt(live);
    expect(live.steps.map((step, i) => samples(step, live.epochs[i]))).toEqual([64, 105, 210]);
  });

  it('is asked for once, key by key', async () => {
    const bridge = fakeBridge({ 'runs.metrics': () => packed([part([1], 1, 1)]) });
    const runs = new Runs(bridge);
    await runs.curves.follow([id], ['train/loss']);
    await runs.curves.follow([id], ['train/loss']);
    await runs.curves.follow([id], ['train/loss', 'validation/loss']);
    expect(bridge.asked).toHaveLength(2);
    expect(runs.curves.of(id).get('train/loss')?.steps).toEqual([1]);
  });
});

describe('a list of which some has changed', () => {
  const setUp = async () => {
    const list: RunSummary[] = [run(1000), run(2000, { status: 'running' }), run(3000)];
    const bridge = fakeBridge({
      'runs.list': () => list.map(listing),
      'runs.some': ({ ids }: { ids: string[] }) => list.filter(({ id }) => ids.includes(id)).map(listing),
      'runs.column': () => ({ key: 'a', runs: list.map(({ id }) => id), values: [1, 2, 3] }),
    });
    const runs = new Runs(bridge);
    await runs.load();
    const asked = (channel: string) => bridge.asked.filter(([name]) => name === channel);
    return { list, runs, asked };
  };

  it('reads that and no more, new ones too, and what follows meanwhile at once after it', async () => {
    const { list, runs, asked } = await setUp();
    const before = runs.byId(list[0].id);
    list[1] = { ...list[1], status: 'finished', bestEpoch: 3 };
    list.push(run(2500));
    const first = runs.changed([list[1].id]);
    await Promise.all([first, runs.changed([list[3].id]), runs.changed([list[1].id])]);
    expect(runs.list.map(({ createdAt }) => createdAt)).toEqual([3000, 2500, 2000, 1000]);
    expect(runs.byId(list[1].id)).toMatchObject({ status: 'finished', bestEpoch: 3 });
    // The others are the very same: nothing that shows them is drawn again.
    expect(runs.byId(list[0].id)).toBe(before);
    expect([asked('runs.list').length, asked('runs.some').length]).toEqual([1, 1]);
  });
  it('takes the settings of a run that was given more epochs', async () => {
    const { list, runs } = await setUp();
    const settings = { ...list[1].settings, epochs: 77 } as RunSummary['settings'];
    list[1] = { ...list[1], settings } as RunSummary;
    await runs.changed([list[1].id]);
    expect(runs.byId(list[1].id)?.settings).toMatchObject({ epochs: 77 });
  });
  it('has the metrics of columns that are shown', async () => {
    const { list, runs, asked } = await setUp();
    await runs.metrics.column('a');
    list[1] = { ...list[1], metrics: { a: 9 } };
    await runs.changed([list[1].id]);
    expect(list.map((one) => runs.metrics.of(runs.byId(one.id)!, 'a'))).toEqual([1, 9, 3]);
    expect(asked('runs.some')[0][1]).toEqual({ ids: [list[1].id], metrics: ['a'] });
    expect(asked('runs.column')).toHaveLength(1);
  });
  it('is read as a whole where any may have changed, or very many', async () => {
    const { runs, asked } = await setUp();
    await runs.changed();
    await runs.changed(Array.from({ length: 300 }, () => newId('run')));
    expect([asked('runs.list').length, asked('runs.some').length]).toEqual([3, 0]);
  });
});

describe('metrics of many runs', () => {
  /** As the main process answers: the same metrics of all of them. */
  const table = (ids: RunId[], metrics: Record<string, number>): MetricTable => {
    const names = Object.keys(metrics);
    return {
      runs: ids,
      ends: Uint32Array.from(ids, (_, i) => (i + 1) * names.length),
      names,
      places: Uint32Array.from(ids.flatMap(() => names.map((_, place) => place))),
      values: Float64Array.from(ids.flatMap(() => Object.values(metrics))),
    };
  };

  it('are all read of the first hundred, once: asking again for more than are kept would go on for ever', async () => {
    const list = Array.from({ length: 150 }, (_, i) => run(i + 1));
    const bridge = fakeBridge({
      'runs.list': () => list.map(listing),
      'runs.allMetrics': ({ ids }: { ids: RunId[] }) => table(ids, { rare: 1 }),
    });
    const runs = new Runs(bridge);
    await runs.load();
    const before = runs.list;
    const read = () =>
      bridge.asked
        .filter(([channel]) => channel === 'runs.allMetrics')
        .flatMap(([, input]) => (input as { ids: RunId[] }).ids).length;
    await runs.metrics.want(list.map(({ id }) => id));
    expect(read()).toBe(100);
    await runs.metrics.want(list.map(({ id }) => id));
    expect(read()).toBe(100);
    const whole = (i: number) => runs.metrics.whole(runs.byId(list[i].id)!);
    expect(whole(99).metrics).toEqual({ rare: 1 });
    expect(whole(99)).toBe(whole(99));
    expect(whole(100).metrics).toEqual({});
    // Nothing that shows the list is drawn again for it.
    expect(runs.list.every((one, i) => one === before[i])).toBe(true);
    expect([...runs.metrics.namesOf(runs.list)]).toEqual(['rare']);
    expect([...runs.metrics.namesOf([runs.byId(list[100].id)!])]).toEqual([]);
  });
  it('are read when they are asked for, and again with the list', async () => {
    const list = [run(1000, { metrics: { 'test/loss': 1 } }), run(2000)];
    let value = 0.5;
    const bridge = fakeBridge({
      'runs.list': () => list.map(listing),
      'runs.column': () => ({ key: 'a', runs: list.map(({ id }) => id), values: [value, null] }),
      'runs.allMetrics': ({ ids }: { ids: RunId[] }) => table(ids, { rare: 7, 'test/loss': 9 }),
    });
    const runs = new Runs(bridge);
    await runs.load();
    expect(runs.metrics.of(runs.byId(list[0].id)!, 'a')).toBeUndefined();
    await Promise.all([runs.metrics.column('a'), runs.metrics.column('a')]);
    expect(list.map(({ id }) => runs.metrics.of(runs.byId(id)!, 'a'))).toEqual([0.5, undefined]);
    await runs.metrics.want([list[0].id]);
    // What the list says is newer.
    expect(runs.metrics.whole(runs.byId(list[0].id)!).metrics).toEqual({ rare: 7, 'test/loss': 1 });
    value = 0.75;
    await runs.load();
    expect(runs.metrics.of(runs.byId(list[0].id)!, 'a')).toBe(0.75);
    expect(bridge.asked.filter(([channel]) => channel === 'runs.column')).toHaveLength(2);
    // The list brings the usual ones of all runs.
    await runs.metrics.column('test/loss');
    expect(bridge.asked.filter(([channel]) => channel === 'runs.column')).toHaveLength(2);
  });
});
