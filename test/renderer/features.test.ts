import { describe, expect, it, vi } from 'vitest';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { Condition } from '../../src-main/shared/filter.ts';
import { newId } from '../../src-main/shared/ids.ts';
import type { ArchitectureInfo, TrainedRun, SettingField } from '../../src-main/shared/run.ts';
import type { RunProvenance } from '../../src-main/shared/run-provenance.ts';
import { synonymsRef } from '../../src-main/shared/augment/synonyms.ts';
import { tokenizerRef } from '../../src-main/shared/text.ts';
import { SamplePages } from '../../src-renderer/features/data/sample-pages.svelte.ts';
import { SchemaDraft } from '../../src-renderer/features/data/schema-draft.svelte.ts';
import { SplitDraft } from '../../src-renderer/state/split-draft.svelte.ts';
import {
  areRepeats,
  classScores,
  metricRows,
  provenanceRows,
  settingsDiff,
} from '../../src-renderer/features/runs/diff.ts';
import { metricValue } from '../../src-renderer/words/metric-terms.ts';
import { checkField, devicesOf } from '../../src-renderer/features/train/fields.ts';
import { TrainForm } from '../../src-renderer/features/train/train.svelte.ts';
import { changeWords } from '../../src-renderer/words/changes.ts';
import { errorText } from '../../src-renderer/words/errors.ts';
import { locale } from '../../src-renderer/words/locale.svelte.ts';
import { fakeBridge } from './fake-bridge.ts';

const column = (name: string, type: 'number' | 'category' | 'text', role: 'feature' | 'target' | 'ignored') => ({
  name,
  type,
  role,
  missing: 0,
  distinct: 3,
});
const manifest = {
  kind: 'table',
  samples: 100,
  columns: [column('a', 'number', 'feature'), column('b', 'category', 'target'), column('c', 'text', 'ignored')],
  target: 'b',
  classes: [],
  image: null,
  splits: { train: 70, validation: 15, test: 15 },
  splitSeed: 3,
  blobs: { split: '' },
} as unknown as Manifest;

describe('the schema draft', () => {
  it('has one target, and asks only for what differs', () => {
    const draft = new SchemaDraft(manifest);
    draft.setRole('a', 'target');
    expect(draft.columns.map((one) => one.role)).toEqual(['target', 'feature', 'ignored']);
    expect(draft.task).toBe('regression');
    expect(draft.revision).toEqual({
      columns: [
        { name: 'a', type: 'number', role: 'target' },
        { name: 'b', type: 'category', role: 'feature' },
      ],
      target: 'a',
    });
    draft.reset();
    expect(draft.changed).toBe(0);
  });
  it('makes a text column a category when it becomes the target', () => {
    const draft = new SchemaDraft(manifest);
    draft.setRole('c', 'target');
    expect(draft.columns[2].type).toBe('category');
    expect(draft.problem).toBeNull();
  });
  it('says when nothing is left to learn from', () => {
    const draft = new SchemaDraft(manifest);
    draft.setRole('a', 'ignored');
    expect(draft.problem).toBe('no_features');
    // A text is something to learn from.
    draft.setRole('c', 'feature');
    expect(draft.problem).toBeNull();
  });
});

describe('the split draft', () => {
  it('begins as the split is, and refuses what leaves nothing', () => {
    const draft = new SplitDraft(manifest);
    expect(draft.ways).toEqual(['random', 'grouped', 'time', 'hash', 'folds']);
    expect(draft.value).toEqual({ how: 'random', seed: 3, validation: 0.15, test: 0.15 });
    draft.validation.text = '90';
    expect([draft.tooMuch, draft.value]).toEqual([true, null]);
    draft.validation.text = 'x';
    expect(draft.validation.wrong).toBe(true);
  });
  it('needs a column for groups, never the target', () => {
    const draft = new SplitDraft(manifest);
    draft.how = 'grouped';
    expect([draft.columns, draft.value]).toEqual([['a', 'c'], null]);
    draft.column = 'c';
    draft.pattern = ' ^(\\d+) ';
    expect(draft.value).toMatchObject({ how: 'grouped', column: 'c', pattern: '^(\\d+)' });
    draft.how = 'random';
    expect(draft.value).not.toHaveProperty('column');
  });
  it('suggests columns by their names, where values come again', () => {
    const columns = [
      { ...column('patient_id', 'category', 'feature'), distinct: 12 },
      column('date', 'text', 'ignored'),
    ];
    const draft = new SplitDraft({ ...manifest, columns });
    draft.how = 'grouped';
    expect(draft.column).toBe('patient_id');
    draft.how = 'time';
    expect(draft.column).toBe('date');
    const unlike = columns.map((one) => ({ ...one, distinct: 100 }));
    const other = new SplitDraft({ ...manifest, columns: unlike });
    other.how = 'grouped';
    expect(other.column).toBeUndefined();
  });
  it('counts folds from one for people, and from zero for the rest', () => {
    const split = {
      how: 'folds',
      seed: 3,
      folds: 4,
      fold: 2,
      fractions: { train: 0.5, validation: 0.25, test: 0.25 },
    } as const;
    const draft = new SplitDraft({ ...manifest, split });
    expect(draft.fold.text).toBe('3');
    expect(draft.value).toMatchObject({ how: 'folds', folds: 4, fold: 2 });
    draft.fold.text = '5';
    expect([draft.noSuchFold, draft.value]).toEqual([true, null]);
  });
});

describe('sample pages', () => {
  const test: Condition[] = [{ kind: 'split', splits: ['test'] }];
  const version = newId('version');
  const page = (offset: number, total: number) => ({
    total,
    indices: [...Array(Math.min(200, total - offset)).keys()].map((i) => i + offset),
    splits: Array(200).fill('train'),
    labels: Array(200).fill(null),
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

  it('fetches what comes in sight, once', async () => {
    const bridge = fakeBridge({
      'datasets.samples': ((query: { offset: number }) => page(query.offset, 1000)) as never,
    });
    const pages = new SamplePages(bridge);
    pages.ask({ version }, 0);
    await settle();
    pages.want(190, 420);
    pages.want(190, 420);
    await settle();
    await settle();
    // Then what one scrolls to.
    expect(bridge.asked.map(([, query]) => (query as { offset: number }).offset)).toEqual([0, 200, 400, 600]);
    expect(pages.at(405)?.index).toBe(405);
    expect(pages.at(900)).toBeUndefined();
  });
  it('asks after a wild scroll for what is in sight at its end, two pages at a time, and keeps what is near', async () => {
    const waiting: (() => void)[] = [];
    const bridge = fakeBridge({
      'datasets.samples': ((query: { offset: number }) =>
        new Promise((resolve) => waiting.push(() => resolve(page(query.offset, 100_000))))) as never,
    });
    const offsets = () => bridge.asked.map(([, query]) => (query as { offset: number }).offset);
    const pages = new SamplePages(bridge);
    pages.ask({ version }, 0);
    waiting.shift()!();
    await settle();
    for (let first = 1000; first < 60_000; first += 5000) pages.want(first, first + 40);
    expect(offsets()).toHaveLength(3);
    while (waiting.length > 0) {
      waiting.shift()!();
      await settle();
    }
    expect(offsets().slice(3)).toEqual([56_000, 56_200, 55_800]);
    for (let at = 56_400; at < 66_000; at += 200) {
      pages.want(at, at + 40);
      while (waiting.length > 0) {
        waiting.shift()!();
        await settle();
      }
    }
    expect(pages.at(65_810)?.index).toBe(65_810);
    expect(pages.at(10)).toBeUndefined();
  });
  it('drops answers to a question that is no longer asked', async () => {
    const waiting: (() => void)[] = [];
    const bridge = fakeBridge({
      'datasets.samples': ((query: { filter?: unknown }) =>
        new Promise((resolve) => waiting.push(() => resolve(page(0, query.filter ? 5 : 1000))))) as never,
    });
    const pages = new SamplePages(bridge);
    pages.ask({ version }, 0);
    pages.ask({ version, filter: test }, 0);
    // Nobody waits for the first any more.
    expect(bridge.asked.map(([channel]) => channel)).toContain('datasets.stopSamples');
    waiting[1]();
    await settle();
    waiting[0]();
    await settle();
    expect(pages.total).toBe(5);
  });
  it('asks for one sample alone to have it whole', async () => {
    const long = 'x'.repeat(900);
    const rows = (limit: number) => ({ rows: [[limit === 1 ? long : long.slice(0, 400)]] });
    const bridge = fakeBridge({
      'datasets.samples': (({ offset, limit }: { offset: number; limit: number }) => ({
        ...page(offset, offset + 1),
        ...rows(limit),
      })) as never,
    });
    const pages = new SamplePages(bridge);
    expect(await pages.whole(3)).toBeUndefined();
    pages.ask({ version, filter: test }, 0);
    expect(await pages.whole(3)).toMatchObject({ index: 3, split: 'train', cells: [long] });
    expect(bridge.asked.at(-1)![1]).toEqual({ version, filter: test, offset: 3, limit: 1 });
    // Another question meanwhile: that sample is no longer meant.
    const late = pages.whole(4);
    pages.ask({ version }, 0);
    expect(await late).toBeUndefined();
  });
  it('takes smaller pages of larger pictures', () => {
    const pages = new SamplePages(fakeBridge({ 'datasets.samples': () => page(0, 10) }));
    pages.ask({ version }, 224 * 224 * 3);
    expect(pages.pageSize).toBe(13);
  });
});

const widths: SettingField = { key: 'hidden', kind: 'integers', default: '128', min: 1, max: 512, maxLength: 3 };
const rate: SettingField = { key: 'learningRate', kind: 'number', default: 0.001, min: 1e-9, max: 100 };

describe('settings as typed', () => {
  it.each([
    [widths, '64, 32', { value: '64,32' }],
    [widths, '', { value: '' }],
    [widths, '64,x', { problem: 'list' }],
    [widths, '0', { problem: 'list_range' }],
    [widths, '1,2,3,4', { problem: 'list_length' }],
    [rate, '1e-3', { value: 0.001 }],
    [rate, '0', { problem: 'range' }],
    [rate, '', { problem: 'required' }],
    [rate, 'fast', { problem: 'number' }],
    [{ key: 'epochs', kind: 'integer', default: 5, min: 1, max: 9 }, '2.5', { problem: 'whole' }],
    [{ key: 'o', kind: 'choice', default: 'a', choices: ['a', 'b'] }, 'c', { problem: 'choice' }],
  ] as [SettingField, string, object][])('%o: %s', (field, typed, expected) =>
    expect(checkField(field, typed)).toEqual(expected),
  );
  it('knows the devices by their providers', () =>
    expect(devicesOf(['cpu', 'WebGpuExecutionProvider'])).toEqual(['cpu', 'webgpu']));
});

describe('the train form', () => {
  const training = { epochs: 5, batchSize: 32, optimizer: 'adam' as const, learningRate: 0.001 };
  const architectures: ArchitectureInfo[] = [
    { id: 'mlp', inputs: ['table', 'image'], learns: 'target', fields: [widths], training },
    { id: 'cnn', inputs: ['image'], learns: 'target', fields: [], training: { ...training, epochs: 9 } },
  ];
  const detail = (kind: 'table' | 'images', train: number) => ({
    summary: { id: newId('dataset') },
    version: { id: newId('version'), manifest: { ...manifest, kind, splits: { ...manifest.splits, train } } },
  });
  async function open(kind: 'table' | 'images', train = 32_001) {
    const bridge = fakeBridge({ 'architectures.list': () => architectures, 'datasets.get': () => detail(kind, train) });
    const form = new TrainForm(bridge);
    await form.load();
    await form.open(newId('dataset'));
    return form;
  }
  const field = (form: TrainForm, key: string) => form.fields.find((one) => one.field.key === key)!;

  it('begins with an architecture that fits', async () => {
    expect((await open('images')).architecture?.id).toBe('cnn');
    expect((await open('table')).architecture?.id).toBe('mlp');
  });
  it('asks what a run would take once the person has stopped typing, and again where it makes a difference', async () => {
    vi.useFakeTimers();
    try {
      const bridge = fakeBridge({
        'architectures.list': () => architectures,
        'datasets.get': () => detail('images', 32_001),
        'train.forecast': (request) => request && { parameters: 1 },
      });
      const form = new TrainForm(bridge);
      await form.load();
      await form.open(newId('dataset'));
      const asked = () =>
        bridge.asked.filter(([channel]) => channel === 'train.forecast').map(([, request]) => request);
      form.foresee();
      form.foresee();
      expect(asked()).toEqual([]);
      await vi.advanceTimersByTimeAsync(1000);
      expect(asked()).toEqual([form.request]);
      expect(form.forecast.value).toEqual({ parameters: 1 });

      const before = form.telling;
      form.type(field(form, 'learningRate'), '0.5');
      form.name = 'other';
      expect(form.telling).toBe(before);
      form.type(field(form, 'batchSize'), '64');
      expect(form.telling).not.toBe(before);
      // What no run could be made of is not asked for, and what was known is of another one.
      form.type(field(form, 'batchSize'), 'many');
      expect(form.telling).toBeNull();
      form.foresee();
      await vi.advanceTimersByTimeAsync(1000);
      expect([asked().length, form.forecast.value]).toEqual([1, null]);
      // Nobody looks any more before it was asked.
      form.type(field(form, 'batchSize'), '64');
      form.foresee();
      form.forget();
      await vi.advanceTimersByTimeAsync(1000);
      expect(asked()).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
  it('shows only what the data fits, by what it takes', async () => {
    const more: ArchitectureInfo[] = [
      ...architectures,
      { id: 'lstm', inputs: ['series'], learns: 'target', fields: [], training },
      { id: 'recommender', inputs: ['pair'], learns: 'target', fields: [], training },
      { id: 'gpt', inputs: ['text'], learns: 'language', fields: [], training },
    ];
    const column = (name: string, type: 'number' | 'category') =>
      ({ ...manifest.columns[0], name, type, role: 'feature' }) as const;
    async function groups(columns: Manifest['columns']) {
      const table = detail('table', 100);
      const version = { ...table.version, manifest: { ...table.version.manifest, columns } };
      const form = new TrainForm(
        fakeBridge({ 'architectures.list': () => more, 'datasets.get': () => ({ ...table, version }) }),
      );
      await form.load();
      expect(form.groups).toEqual([]);
      await form.open(newId('dataset'));
      expect(form.architecture?.id).toBe('mlp');
      return form.groups.map(({ kind, architectures }) => [kind, ...architectures.map(({ id }) => id)].join(' '));
    }
    expect(await groups([column('a', 'number'), column('b', 'number')])).toEqual(['table mlp', 'series lstm']);
    expect(await groups([column('a', 'category'), column('b', 'category')])).toEqual(['table mlp', 'pair recommender']);
    expect(await groups([column('a', 'category'), column('b', 'number')])).toEqual(['table mlp']);
  });
  it('offers nets for texts where there are any, and says which columns are read', async () => {
    const text: ArchitectureInfo = {
      id: 'textcnn',
      inputs: ['text'],
      learns: 'target',
      fields: [{ key: 'tokenizer', kind: 'tokenizer', default: 'word', choices: ['word', 'character'] }],
      training,
    };
    const ref = tokenizerRef({ name: 'mine', vocabulary: 9, blob: 'a'.repeat(64) });
    const list = synonymsRef({ name: 'words', entries: 2, blob: 'b'.repeat(64) });
    async function opened(columns: Manifest['columns'], chosen: string | null = ref) {
      const table = detail('table', 100);
      const version = { ...table.version, manifest: { ...table.version.manifest, columns } };
      const form = new TrainForm(
        fakeBridge({
          'architectures.list': () => [...architectures, text],
          'datasets.get': () => ({ ...table, version }),
          'tokenizers.choose': () => chosen,
          'synonyms.choose': () => list,
        }),
      );
      await form.load();
      await form.open(newId('dataset'));
      return form;
    }
    const [a, b] = [column('a', 'number', 'feature'), column('b', 'text', 'feature')];
    const none = await opened([a]);
    expect([none.groups.map(({ kind }) => kind), none.texts]).toEqual([['table'], null]);
    const both = await opened([a, b]);
    expect(both.groups.map(({ kind }) => kind)).toEqual(['table', 'text']);
    expect([both.architecture?.id, both.texts]).toEqual(['mlp', { names: ['b'], read: false, left: 1 }]);
    both.choose('textcnn');
    expect(both.texts).toEqual({ names: ['b'], read: true, left: 1 });

    const form = await opened([b]);
    expect(form.architecture?.id).toBe('textcnn');
    await form.bringTokenizer(field(form, 'tokenizer'));
    expect([form.value.tokenizer, form.broughtTokenizers]).toEqual([ref, [ref]]);
    form.type(field(form, 'tokenizer'), 'character');
    // It can be chosen again.
    expect([form.value.tokenizer, form.broughtTokenizers]).toEqual(['character', [ref]]);
    // Synonyms need a list, and once there is one they are used.
    const synonym = () => field(form, 'augment.word-synonym');
    form.type(synonym(), '0.3');
    expect([synonym().checked.problem, form.request]).toEqual(['synonyms', null]);
    await form.bringSynonyms(synonym());
    expect(form.request).toMatchObject({ augment: { 'word-synonym': 0.3 }, synonyms: list });
    form.resetAll();
    expect([form.synonyms, form.request!.synonyms]).toEqual([null, undefined]);
    await form.bringSynonyms(synonym());
    expect(form.request).toMatchObject({ augment: { 'word-synonym': 0.2 }, synonyms: list });
    const dismissed = await opened([b], null);
    await dismissed.bringTokenizer(field(dismissed, 'tokenizer'));
    expect([dismissed.value.tokenizer, dismissed.broughtTokenizers]).toEqual(['word', []]);
  });
  it('follows the architecture’s defaults until a field is changed', async () => {
    const form = await open('images');
    expect(form.value.epochs).toBe(9);
    form.choose('mlp');
    expect(form.value.epochs).toBe(5);
    form.type(field(form, 'epochs'), '7');
    form.choose('cnn');
    expect([form.value.epochs, form.changed]).toEqual([7, 1]);
    form.reset(field(form, 'epochs'));
    expect([form.value.epochs, form.changed]).toEqual([9, 0]);
  });
  it('asks for nothing while a field is wrong', async () => {
    const form = await open('table');
    form.type(field(form, 'hidden'), 'x');
    expect(form.request).toBeNull();
    expect(form.invalid.map((one) => one.field.key)).toEqual(['hidden']);
    form.type(field(form, 'hidden'), '64');
    expect(form.request).toMatchObject({ architectureSettings: { hidden: '64' }, learningRate: 0.001 });
  });
  it('counts steps with the last batch', async () => {
    const form = await open('table');
    expect(form.steps).toEqual({ perEpoch: 1_001, total: 5_005 });
  });
  it('gives little data more epochs', async () => {
    expect((await open('table', 70)).steps).toEqual({ perEpoch: 3, total: 750 });
  });
  it('asks for a run of each fold, as it would for one', async () => {
    const bridge = fakeBridge({
      'architectures.list': () => architectures,
      'datasets.get': () => detail('table', 100),
      'runs.crossValidate': () => ['run_a', 'run_b', 'run_c'],
    });
    const form = new TrainForm(bridge);
    await form.load();
    await form.open(newId('dataset'));
    const { request } = form;
    expect(await form.crossValidate({ folds: 3, column: 'a' })).toEqual(['run_a', 'run_b', 'run_c']);
    expect(bridge.asked.at(-1)).toEqual(['runs.crossValidate', { request, folds: 3, column: 'a' }]);
    expect(form.starting).toBe(false);
    form.type(field(form, 'epochs'), 'many');
    expect(await form.crossValidate({ folds: 3 })).toBeNull();
  });
  it('starts as another run was', async () => {
    const form = await open('table');
    form.preload({
      settings: {
        ...training,
        architecture: 'mlp',
        architectureSettings: { hidden: '9' },
        epochs: 3,
        seed: 4,
        device: 'cpu',
        schedule: 'cosine',
        weightDecay: 0,
        threads: 0,
        patience: 0,
      },
    } as unknown as TrainedRun);
    expect(form.value).toMatchObject({ hidden: '9', epochs: 3, seed: 4, device: 'cpu' });
    expect(form.changed).toBe(4);
  });
  it('asks for the loss and the updates that such a run can have', async () => {
    const bridge = fakeBridge({ 'architectures.list': () => architectures, 'datasets.get': () => classified });
    const classified = detail('table', 100);
    classified.version.manifest = {
      ...classified.version.manifest,
      task: 'classification',
      classes: ['ham', 'spam'].map((name) => ({ name, count: 50 })),
    };
    const form = new TrainForm(bridge);
    await form.load();
    await form.open(newId('dataset'));
    const keys = () => form.fields.filter((one) => one.of === 'learning').map((one) => one.field.key);
    const common = ['clipNorm', 'warmup', 'accumulate', 'average'];
    expect(keys()).toEqual(['loss', 'classWeights', 'labelSmoothing', ...common]);
    expect(form.changed).toBe(0);
    form.type(field(form, 'schedule'), 'one-cycle');
    form.type(field(form, 'loss'), 'focal');
    form.type(field(form, 'classWeights'), 'own');
    expect(keys()).toEqual([
      ...['loss', 'focalGamma', 'classWeights', 'classWeight.ham', 'classWeight.spam'],
      ...['clipNorm', 'accumulate', 'average'],
    ]);
    form.type(field(form, 'classWeight.spam'), '0');
    expect([form.request, form.invalid.map((one) => one.field.key)]).toEqual([null, ['classWeight.spam']]);
    form.type(field(form, 'classWeight.spam'), '4,5');
    expect(form.request).toMatchObject({ loss: 'focal', focalGamma: 2, classWeights: { ham: 1, spam: 4.5 } });
    expect(form.request).not.toHaveProperty('labelSmoothing');

    // As a run was, which says only what was not as usual.
    const rest = { schedule: 'linear', device: 'cpu', seed: 1, weightDecay: 0, patience: 0, threads: 0 };
    const run = { architecture: 'mlp', architectureSettings: {}, ...training, ...rest };
    form.preload({ settings: { ...run, labelSmoothing: 0.1, classWeights: 'balanced' } } as unknown as TrainedRun);
    expect(form.value).toMatchObject({
      loss: 'cross-entropy',
      classWeights: 'balanced',
      labelSmoothing: 0.1,
      warmup: 0.05,
    });
    form.preload({ settings: { ...run, classWeights: { spam: 3 } } } as unknown as TrainedRun);
    expect(form.request?.classWeights).toEqual({ ham: 1, spam: 3 });
    // Typed for classes, it is no loss for numbers.
    form.type(field(form, 'loss'), 'focal');
    classified.version.manifest = { ...classified.version.manifest, task: 'regression', classes: [] };
    await form.open(newId('dataset'));
    expect(field(form, 'loss')).toMatchObject({ typed: 'mse', changed: false });
    expect(keys()).toEqual(['loss', ...common]);
  });
});

describe('comparing runs', () => {
  const run = (metrics: Record<string, number>, settings: object) =>
    ({
      origin: null,
      datasetName: 'd',
      versionNumber: 1,
      metrics,
      settings: { architecture: 'mlp', architectureSettings: {}, ...settings },
    }) as unknown as TrainedRun;

  it('tells the mean and deviation of a metric that all of them have, and which fold each is', () => {
    const part = (fold: number) => ({ part: { name: 'd · mlp', fold, folds: 3 }, classWeights: { spam: 2 } });
    const runs = [run({ a: 1, b: 5 }, part(0)), run({ a: 3 }, part(1))];
    const [a, b] = metricRows(runs);
    expect([a.spread, b.spread]).toEqual([{ mean: 2, std: Math.SQRT2, runs: 2 }, null]);
    const rows = new Map(settingsDiff(runs).map((row) => [row.key, row.values]));
    expect(rows.get('fold')).toEqual(['1/3', '2/3']);
    expect(rows.get('classWeights')).toEqual(['own', 'own']);
    expect(rows.get('classWeight.spam')).toEqual([2, 2]);
    expect(rows.has('part')).toBe(false);
    expect(areRepeats(settingsDiff(runs))).toBe(true);
    expect(areRepeats(settingsDiff([...runs, run({ a: 1 }, { ...part(2), epochs: 3 })]))).toBe(false);
  });

  it('tells recipe and code where they are known, and calls no runs of two recipes repeats of one', () => {
    const scaled = { kind: 'standard', settings: { columns: ['age'] } };
    const found = (recipe: RunProvenance['recipe'], atelier: string): RunProvenance => ({
      ...{ run: newId('run'), recipe, code: { atelier, platform: 'linux-x64' }, looks: { count: 1, last: null } },
    });
    const rows = provenanceRows([found([], '1.0'), found([scaled], '1.1'), null]);
    expect(rows.map(({ key }) => key)).toEqual(['recipe', 'code']);
    expect(rows[0].values[0]).toBe('No recipe');
    expect(rows[0].values[1]).toMatch(/^\w.*: age$/);
    expect(rows[1].values).toEqual(['Atelier 1.0, linux-x64', 'Atelier 1.1, linux-x64', undefined]);
    expect([areRepeats([rows[0]]), areRepeats([rows[1]])]).toEqual([false, true]);
    expect(provenanceRows([null, null])).toEqual([]);
  });

  it('puts what differs first, and knows a setting that one of them lacks', () => {
    const rows = settingsDiff([
      run({}, { epochs: 5, seed: 1 }),
      run({}, { epochs: 9, seed: 1, architectureSettings: { hidden: '4' } }),
    ]);
    expect(rows.filter((row) => row.differs).map((row) => row.key)).toEqual(['epochs', 'hidden']);
    expect(rows[0].differs && !rows[rows.length - 1].differs).toBe(true);
    expect(rows.find((row) => row.key === 'hidden')?.values).toEqual([undefined, '4']);
  });
  it('tells the same rows of runs of which there is other news, and others where one was asked for something else', () => {
    const runs = [run({ a: 1 }, { epochs: 5 }), run({ a: 2 }, { epochs: 9 })];
    const rows = settingsDiff(runs);
    expect(settingsDiff([{ ...runs[0], metrics: { a: 3 }, name: 'other' }, runs[1]])).toBe(rows);
    expect(settingsDiff([runs[0], { ...runs[1], settings: { ...runs[1].settings, epochs: 7 } }])[0].values).toEqual([
      5, 7,
    ]);
    expect(settingsDiff([runs[0]]).every((row) => !row.differs)).toBe(true);
    expect(settingsDiff([])).toEqual([]);
  });
  it('marks the best: least of a loss, most of an accuracy, none where all are alike', () => {
    const rows = metricRows([
      run({ 'test/loss': 0.3, 'test/accuracy': 0.9, 'train/loss': 1, 'system/learning_rate': 1 }, {}),
      run({ 'test/loss': 0.2, 'test/accuracy': 0.8, 'train/loss': 1, 'system/learning_rate': 2 }, {}),
    ]);
    const best = Object.fromEntries(rows.map((row) => [row.key, [...row.best]]));
    // No rate is the best one: it is what was asked for.
    expect(best).toEqual({ 'test/loss': [1], 'test/accuracy': [0], 'train/loss': [], 'system/learning_rate': [] });
  });
  it('tells values by validation first, and small ones apart, with the decimals of what they stand beside', () => {
    const all = { 'train/loss': 1, 'test/loss': 1, 'validation/loss': 1 };
    expect(metricRows([run(all, {})]).map(({ key }) => key)).toEqual(['validation/loss', 'test/loss', 'train/loss']);
    const loss = (value: number, beside?: number) => metricValue('validation/loss', value, false, beside);
    expect([5.57e-5, 6.96e-5, 0.25, 0].map((value) => loss(value))).toEqual(['5.57e−5', '6.96e−5', '0.2500', '0.0000']);
    expect(loss(0.0004, 0.92)).toBe('0.0004');
  });
  it('scores classes as scikit-learn does', () => {
    const [a, b, c] = classScores(
      ['a', 'b', 'c'],
      [
        [8, 2, 0],
        [1, 9, 0],
        [0, 0, 0],
      ],
    );
    expect([a.precision, a.recall]).toEqual([8 / 9, 0.8]);
    expect(b.f1).toBeCloseTo((2 * 9) / 21);
    expect([c.precision, c.recall, c.support]).toEqual([0, 0, 0]);
  });
});

describe('words from the main process', () => {
  it('are its own in English, and by code elsewhere with the original among the details', () => {
    const error = { code: 'enospc', message: 'ENOSPC: no space left', details: ['write'] };
    locale.choice = 'en';
    expect(errorText(error).headline).toBe('ENOSPC: no space left');
    locale.choice = 'zh-CN';
    expect(errorText(error)).toEqual({
      headline: '磁盘已满。请释放空间后重试。',
      details: ['ENOSPC: no space left', 'write'],
    });
    expect(errorText({ ...error, code: 'brand_new' }).headline).toBe('ENOSPC: no space left');
    expect(changeWords('target: species → island, fnlwgt: feature → ignored')).toBe(
      '目标列：species → island，fnlwgt：特征 → 忽略',
    );
    expect(changeWords('imported from a, b.csv')).toBe('从 a, b.csv 导入');
    locale.choice = 'system';
  });
});
