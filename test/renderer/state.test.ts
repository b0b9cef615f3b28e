import { describe, expect, it, vi } from 'vitest';
import { newId } from '../../src-main/shared/ids.ts';
import type { RunId } from '../../src-main/shared/ids.ts';
import type { Job } from '../../src-main/shared/job.ts';
import type { MetricSeries, MetricTable, RunSummary } from '../../src-main/shared/run.ts';
import { Actions, fuzzyFilter } from '../../src-renderer/state/actions.svelte.ts';
import { Importing } from '../../src-renderer/state/importing.svelte.ts';
import { Jobs } from '../../src-renderer/state/jobs.svelte.ts';
import { keyCaps, keyOf } from '../../src-renderer/state/keys.ts';
import { Navigation, navigation } from '../../src-renderer/state/navigation.svelte.ts';
import { PreferencesState } from '../../src-renderer/state/preferences.svelte.ts';
import { Resource } from '../../src-renderer/state/resource.svelte.ts';
import { Runs } from '../../src-renderer/state/runs.svelte.ts';
import { resolveLocale } from '../../src-renderer/words/locale.svelte.ts';
import { packed } from '../support/packed.ts';
import { fakeBridge } from './fake-bridge.ts';

const run = (createdAt: number, more: Partial<RunSummary> = {}) =>
  ({ id: newId('run', createdAt), createdAt, archived: false, metrics: {}, name: 'r', ...more }) as RunSummary;
/** As the main process lists it. */
const listing = (one: RunSummary) => ({ ...one, settings: JSON.stringify(one.settings ?? {}) });
const job = (more: Partial<Job> = {}) =>
  ({ id: newId('job'), createdAt: 1, kind: 'train', title: 't', status: 'running', progress: null, ...more }) as Job;

describe('navigation', () => {
  it('goes back and forward, and forgets what lay ahead', () => {
    const navigation = new Navigation();
    const id = newId('run');
    navigation.go({ place: 'runs' });
    navigation.go({ place: 'runs', run: id });
    navigation.back();
    expect(navigation.here).toEqual({ place: 'runs' });
    navigation.forward();
    expect(navigation.here).toEqual({ place: 'runs', run: id });
    navigation.back();
    navigation.go({ place: 'settings' });
    expect(navigation.canGoForward).toBe(false);
  });
  it('finds a place as it was left', () => {
    const navigation = new Navigation();
    const id = newId('dataset');
    navigation.go({ place: 'data', dataset: id, tab: 'splits' });
    navigation.visit('train');
    navigation.visit('data');
    expect(navigation.here).toEqual({ place: 'data', dataset: id, tab: 'splits' });
    expect(navigation.of('train')).toEqual({ place: 'train' });
  });
  it('takes no step to where it already is, nor to say more exactly where', () => {
    const navigation = new Navigation();
    navigation.go({ place: 'data' });
    navigation.refine({ place: 'data', tab: 'profile' });
    expect(navigation.canGoBack).toBe(false);
    expect(navigation.here).toEqual({ place: 'data', tab: 'profile' });
  });
});

describe('a resource', () => {
  it('drops a late answer, and keeps its value while a new one is on its way', async () => {
    const resource = new Resource<string>();
    let finishFirst = (_: string) => {};
    const first = resource.load(() => new Promise((resolve) => (finishFirst = resolve)));
    await resource.load(async () => 'second');
    finishFirst('first');
    await first;
    expect(resource.value).toBe('second');
    expect(resource.pending).toBe(false);
  });
  it('takes an answer that was on its way when the old value was patched', async () => {
    const resource = new Resource<string>();
    await resource.load(async () => 'running');
    let finish: (value: string) => void = () => {};
    const asked = resource.load(() => new Promise((resolve) => (finish = resolve)));
    resource.patch((value) => `${value}, 90 %`);
    expect(resource.value).toBe('running, 90 %');
    finish('finished');
    await asked;
    expect(resource.value).toBe('finished');
  });
  it('tells an error with its code and keeps the last good value', async () => {
    const resource = new Resource<number>();
    await resource.load(async () => 1);
    await resource.load(() => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })));
    expect(resource.error?.code).toBe('enospc');
    expect(resource.value).toBe(1);
  });
});

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
    const following = runs.follow([id]);
    runs.takePoints(id, [point(3), point(4)]);
    answer(packed([series([1, 2, 3])]));
    await following;
    runs.takePoints(id, [point(4), point(5)]);
    expect(runs.series(id).get('train/loss')?.steps).toEqual([1, 2, 3, 4, 5]);
    expect(runs.series(id).get('train/loss')?.length).toBe(5);
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
    await expect(runs.follow([id])).rejects.toThrow();
    fail = false;
    await runs.follow([id]);
    await runs.follow([id]);
    expect(bridge.asked.length).toBe(2);
  });
  it('says how many points a sampled answer left out', async () => {
    const runs = new Runs(
      fakeBridge({ 'runs.metrics': () => packed([{ ...series([1, 2]), total: 400, sampledEvery: 200 }]) }),
    );
    await runs.follow([id]);
    expect(runs.series(id).get('train/loss')?.total).toBe(400);
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
      expect(runs.series(list[0].id).get('train/loss')?.length).toBe(99);
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

describe('jobs', () => {
  it('tells once when one has come to its end', () => {
    const jobs = new Jobs(fakeBridge({}));
    const ended = vi.fn();
    jobs.onEnded(ended);
    const one = job();
    jobs.take([one]);
    jobs.take([{ ...one, status: 'finished' }]);
    jobs.take([{ ...one, status: 'finished' }]);
    expect(ended).toHaveBeenCalledTimes(1);
  });
  it('forgets how a training ended whose run is trained once more', () => {
    const jobs = new Jobs(fakeBridge({}));
    const run = 'run_1' as RunId;
    jobs.take([job({ kind: 'train', run, status: 'failed', createdAt: 1 })]);
    jobs.take([job({ kind: 'train', run, status: 'queued', createdAt: 2 })]);
    expect(jobs.all.map(({ createdAt }) => createdAt)).toEqual([2]);
    expect(jobs.failed).toEqual([]);
  });
  it('tells what was cut short from what went wrong', () => {
    const jobs = new Jobs(fakeBridge({}));
    jobs.take([job({ title: 'a', status: 'failed' }), job({ title: 'b', status: 'interrupted' })]);
    expect(jobs.failed.map(({ title }) => title).sort()).toEqual(['a', 'b']);
    expect(jobs.cutShort.map(({ title }) => title)).toEqual(['b']);
  });
  it('stands in the order in which it comes to an end', () => {
    const jobs = new Jobs(fakeBridge({}));
    const training = (title: string, status: Job['status'], place: number | null, createdAt: number) =>
      job({ kind: 'train', title, status, place, createdAt });
    jobs.take([
      training('done', 'finished', null, 1),
      training('second', 'queued', 7, 2),
      training('works', 'running', null, 3),
      training('first', 'paused', 2, 4),
      training('failed', 'failed', null, 5),
    ]);
    expect(jobs.inOrder.map(({ title }) => title)).toEqual(['works', 'first', 'second', 'failed', 'done']);
    // What is paused neither works nor is about to.
    expect(jobs.active.map(({ title }) => title).sort()).toEqual(['second', 'works']);
  });
  it('adds up what is known of those under way', () => {
    const jobs = new Jobs(fakeBridge({}));
    const progress = (done: number, total: number, remaining: number | null) =>
      ({ done, total, remaining, unit: 'samples', rate: 1, stage: 'training' }) as const;
    jobs.take([
      job({ progress: progress(1, 4, 30) }),
      job({ progress: progress(3, 4, 10) }),
      job({ progress: progress(9, 0, null) }),
    ]);
    expect([jobs.progress, jobs.remaining, jobs.active.length]).toEqual([0.5, 30, 3]);
  });
});

describe('an import', () => {
  const offered = {
    id: 'o1',
    found: [
      {
        kind: 'table',
        file: 'iris.csv',
        sheet: null,
        suggestedName: 'iris',
        files: 1,
        folders: 0,
        bytes: 9,
        columns: ['a', 'b'],
        target: 'b',
      },
      {
        kind: 'image-folder',
        file: null,
        sheet: null,
        suggestedName: 'all',
        files: 4,
        folders: 2,
        bytes: 9,
        columns: [],
        target: null,
      },
    ],
  };
  it('begins with what was suggested, and sends what was said', async () => {
    const bridge = fakeBridge({ 'imports.offer': () => offered, 'imports.start': () => 'job_x' });
    const importing = new Importing(bridge);
    await importing.drop([]);
    expect([importing.name, importing.target]).toEqual(['iris', 'b']);
    importing.name = ' flowers ';
    importing.target = null;
    await importing.start();
    expect(bridge.asked).toEqual([['imports.start', { offer: 'o1', choice: 0, name: 'flowers', target: null }]]);
    expect(importing.open).toBe(false);
  });
  it('of what was read from there before becomes its next version, where it is the same thing that lies there', async () => {
    const from = {
      dataset: 'dataset_a',
      name: 'iris',
      latestVersion: 'version_a',
      kind: null,
      file: null,
      sheet: null,
    };
    const sources = [
      { ...from, dataset: 'dataset_b', file: 'other.csv' },
      { ...from, kind: 'table' },
    ];
    const bridge = fakeBridge({ 'imports.offer': () => ({ ...offered, sources }), 'imports.into': () => 'job_y' });
    const importing = new Importing(bridge);
    await importing.drop([]);
    importing.pick(1);
    expect(importing.source).toBeNull();
    importing.pick(0);
    expect(importing.source?.dataset).toBe('dataset_a');
    await importing.grow();
    expect(bridge.asked).toEqual([['imports.into', { dataset: 'dataset_a' }]]);
    expect([importing.open, importing.grownFrom('job_y' as never)]).toEqual([false, 'version_a']);
  });
  it('of runs asks nothing, and leads to them', async () => {
    const made = { runs: [], added: 2, grown: 0, unchanged: 0, points: 9, refused: [], remarks: [] };
    const bridge = fakeBridge({
      'imports.offer': () => ({ id: 'o2', found: [], runs: true }),
      'runs.import': () => made,
    });
    const importing = new Importing(bridge);
    await importing.drop([]);
    expect(bridge.asked).toEqual([['runs.import', { offer: 'o2' }]]);
    expect([importing.open, navigation.place]).toEqual([false, 'runs']);
  });
  it('takes another one of what was found', async () => {
    const bridge = fakeBridge({ 'imports.offer': () => offered, 'imports.start': () => 'job_x' });
    const importing = new Importing(bridge);
    await importing.drop([]);
    importing.pick(1);
    expect([importing.name, importing.target, importing.offer?.kind]).toEqual(['all', undefined, 'image-folder']);
    await importing.start();
    expect(bridge.asked).toEqual([['imports.start', { offer: 'o1', choice: 1, name: 'all' }]]);
  });
  it('shows why a drop cannot be taken', async () => {
    const importing = new Importing(fakeBridge({ 'imports.offer': () => Promise.reject(new Error('no')) }));
    await importing.drop([]);
    expect(importing.error?.message).toBe('no');
    expect(importing.open).toBe(true);
  });
  it('stays closed when the dialog of the system is dismissed', async () => {
    const importing = new Importing(fakeBridge({ 'imports.choose': () => null }));
    await importing.choose('files');
    expect(importing.open).toBe(false);
  });
});

describe('preferences', () => {
  it('hold at once and are written down together', async () => {
    vi.useFakeTimers();
    const bridge = fakeBridge({});
    const preferences = new PreferencesState(bridge);
    preferences.setLayout('data.list', 300);
    preferences.setTheme('dark');
    expect([preferences.layout('data.list', 240), preferences.dark]).toEqual([300, true]);
    await vi.runAllTimersAsync();
    expect(bridge.asked).toEqual([['preferences.set', { layout: { 'data.list': 300 }, theme: 'dark' }]]);
    vi.useRealTimers();
  });
  it('are written down at once where the window goes, and again where that fails', async () => {
    let full = true;
    const bridge = fakeBridge({
      'preferences.set': () => (full ? Promise.reject(new Error('no space left')) : undefined),
    });
    const preferences = new PreferencesState(bridge);
    preferences.setLayout('label.kind.1', 'objects');
    await expect(preferences.flush()).rejects.toThrow('no space left');
    full = false;
    await preferences.keepLayout('label.pass.1', 2);
    const both = { layout: { 'label.kind.1': 'objects', 'label.pass.1': 2 } };
    expect(bridge.asked.at(-1)).toEqual(['preferences.set', both]);
    await preferences.flush();
    expect(bridge.asked).toHaveLength(2);
  });
  it('do not take a value of another kind', () => {
    const preferences = new PreferencesState(fakeBridge({}));
    preferences.setLayout('x', 'wide');
    expect(preferences.layout('x', 240)).toBe(240);
  });
  it.each([
    ['system', ['zh-TW', 'en'], 'zh-CN'],
    ['system', ['fr-FR', 'zh-Hans-CN'], 'zh-CN'],
    ['system', ['de'], 'en'],
    ['en', ['zh-CN'], 'en'],
  ] as const)('%s with %j is %s', (choice, system, locale) => expect(resolveLocale(choice, system)).toBe(locale));
});

describe('keys and actions', () => {
  const pressed = (key: string, more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...more,
  });
  it.each([
    [pressed('k', { ctrlKey: true }), 'linux', 'mod+k'],
    [pressed('k', { metaKey: true }), 'darwin', 'mod+k'],
    [pressed('O', { ctrlKey: true, shiftKey: true }), 'linux', 'mod+shift+o'],
    [pressed('ArrowLeft', { altKey: true }), 'linux', 'alt+left'],
    [pressed('?', { shiftKey: true }), 'linux', '?'],
    [pressed(' ', { shiftKey: true }), 'linux', 'shift+space'],
  ] as const)('names what was pressed', (event, platform, keys) => expect(keyOf(event, platform)).toBe(keys));
  it('draws caps as the platform does', () => {
    expect(keyCaps('mod+shift+o', 'darwin')).toEqual(['⌘', '⇧', 'O']);
    expect(keyCaps('mod+,', 'linux')).toEqual(['Ctrl', ',']);
    expect(keyCaps('shift+f2', 'linux')).toEqual(['Shift', 'F2']);
    expect(keyCaps('+', 'linux')).toEqual(['+']);
  });
  it('prefers the keys of the place, and does not run what is not possible', () => {
    const actions = new Actions();
    const ran = vi.fn();
    const base = { section: () => '', name: () => '' };
    actions.offer('frame', [{ ...base, id: 'a', keys: 'mod+enter', run: () => ran('a') }]);
    actions.offer('train', [
      { ...base, id: 'b', keys: 'mod+enter', place: 'train', why: () => 'no', run: () => ran('b') },
    ]);
    expect(actions.byKeys('mod+enter', 'train')?.id).toBe('b');
    expect(actions.byKeys('mod+enter', 'data')?.id).toBe('a');
    expect(actions.run('b')).toBe(false);
    actions.withdraw('train');
    expect(actions.byKeys('mod+enter', 'train')?.id).toBe('a');
    expect(ran).not.toHaveBeenCalled();
  });
  it('lists one for each id, the first that was offered', () => {
    const actions = new Actions();
    const base = { section: () => '', run: () => undefined };
    actions.offer('label', [
      { ...base, id: 'label.next', name: () => 'Next shape' },
      { ...base, id: 'label.next', name: () => 'Next image', keys: 'right' },
    ]);
    expect(actions.all.map(({ name }) => name())).toEqual(['Next shape']);
    expect(actions.byKeys('right', 'label')?.name()).toBe('Next image');
  });
  it('finds by letters in order, starts of words first', () => {
    const names = ['Go to Settings', 'Theme: dark', 'Show the workspace', '导入文件…'];
    expect(fuzzyFilter(names, 'td', (name) => name)[0]).toBe('Theme: dark');
    expect(fuzzyFilter(names, '导入', (name) => name)).toEqual(['导入文件…']);
    expect(fuzzyFilter(names, 'zzz', (name) => name)).toEqual([]);
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
    const following = runs.follow([id], ['train/loss']);
    answers[0](packed([part([0, 100, 200, 300, 400], 401, 100)]));
    await following;
    const live = runs.series(id).get('train/loss')!;
    expect(live.drawn.steps).toEqual([0, 100, 200, 300, 400]);
    const looked = runs.look(live, [{ from: 90, to: 110 }]);
    const later = [runs.look(live, [{ from: 120, to: 130 }]), runs.look(live, [{ from: 200, to: 203 }])];
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
    await runs.follow([id], ['train/loss']);
    const live = runs.series(id).get('train/loss')!;
    await runs.look(live, [
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
    await runs.curveKeys([id]);
    await runs.follow([id], ['train/loss']);
    const live = runs.series(id).get('train/loss')!;
    const samples = runs.samplesAt(live);
    expect(live.steps.map((step, i) => samples(step, live.epochs[i]))).toEqual([64, 105, 210]);
  });

  it('is asked for once, key by key', async () => {
    const bridge = fakeBridge({ 'runs.metrics': () => packed([part([1], 1, 1)]) });
    const runs = new Runs(bridge);
    await runs.follow([id], ['train/loss']);
    await runs.follow([id], ['train/loss']);
    await runs.follow([id], ['train/loss', 'validation/loss']);
    expect(bridge.asked).toHaveLength(2);
    expect(runs.series(id).get('train/loss')?.steps).toEqual([1]);
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
    await runs.column('a');
    list[1] = { ...list[1], metrics: { a: 9 } };
    await runs.changed([list[1].id]);
    expect(list.map((one) => runs.metric(runs.byId(one.id)!, 'a'))).toEqual([1, 9, 3]);
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
    const read = () =>
      bridge.asked
        .filter(([channel]) => channel === 'runs.allMetrics')
        .flatMap(([, input]) => (input as { ids: RunId[] }).ids).length;
    await runs.want(list.map(({ id }) => id));
    expect(read()).toBe(100);
    await runs.want(list.map(({ id }) => id));
    expect(read()).toBe(100);
    expect(runs.byId(list[99].id)?.metrics).toEqual({ rare: 1 });
    expect(runs.byId(list[100].id)?.metrics).toEqual({});
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
    expect(runs.metric(runs.byId(list[0].id)!, 'a')).toBeUndefined();
    await Promise.all([runs.column('a'), runs.column('a')]);
    expect(list.map(({ id }) => runs.metric(runs.byId(id)!, 'a'))).toEqual([0.5, undefined]);
    await runs.want([list[0].id]);
    // What the list says is newer.
    expect(runs.byId(list[0].id)?.metrics).toEqual({ rare: 7, 'test/loss': 1 });
    value = 0.75;
    await runs.load();
    expect(runs.metric(runs.byId(list[0].id)!, 'a')).toBe(0.75);
    expect(bridge.asked.filter(([channel]) => channel === 'runs.column')).toHaveLength(2);
  });
});
