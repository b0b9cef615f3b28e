import { describe, expect, it, vi } from 'vitest';
import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { ArchitectureInfo, TrainedRun, SettingField } from '../../../src-main/shared/run.ts';
import { synonymsRef } from '../../../src-main/shared/augment/synonyms.ts';
import { tokenizerRef } from '../../../src-main/shared/text.ts';
import { checkField, devicesOf } from '../../../src-renderer/features/train/fields.ts';
import { TrainForm } from '../../../src-renderer/features/train/train.svelte.ts';
import { fakeBridge } from '../fake-bridge.ts';

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
