import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import { newId } from '../../src-main/shared/ids.ts';
import type { MetricPoint, RunSummary } from '../../src-main/shared/run.ts';
import { oneRunCurves } from '../../src-renderer/features/runs/curves.ts';
import { metricRows } from '../../src-renderer/features/runs/diff.ts';
import { RunPictures } from '../../src-renderer/features/runs/run-pictures.svelte.ts';
import { TrainForm } from '../../src-renderer/features/train/train.svelte.ts';
import { Runs } from '../../src-renderer/state/runs.svelte.ts';
import { headlineOf } from '../../src-renderer/words/headline.ts';
import { sampleManifest } from '../support/temp-workspace.ts';
import { fakeBridge } from './fake-bridge.ts';

const infos = architectures.map(({ id, inputs, learns, fields, training }) => ({
  id,
  inputs,
  learns,
  fields,
  training,
}));
const images = sampleManifest({
  kind: 'images',
  columns: [],
  target: null,
  classes: [{ name: 'only', count: 6 }],
  image: { height: 28, width: 28, channels: 1 },
});

async function open(manifest: Manifest): Promise<TrainForm> {
  const detail = { summary: { id: newId('dataset') }, version: { id: newId('version'), manifest } };
  const form = new TrainForm(fakeBridge({ 'architectures.list': () => infos, 'datasets.get': () => detail }));
  await form.load();
  await form.open(newId('dataset'));
  return form;
}
const keys = (form: TrainForm) => form.fields.map(({ field }) => field.key);

describe('the train form, without a target', () => {
  it('asks for one only where it is learnt', async () => {
    const form = await open(sampleManifest({ target: null, task: null, classes: [] }));
    expect([form.architecture?.id, form.lacksTarget]).toEqual(['mlp', true]);
    form.choose('autoencoder');
    expect(form.lacksTarget).toBe(false);
    expect(form.request).toMatchObject({ architecture: 'autoencoder' });
  });
  it('needs more than one class only where they are told apart', async () => {
    const form = await open(images);
    expect([form.architecture?.learns, form.lacksClasses]).toEqual(['target', true]);
    form.choose('dcgan');
    expect(form.lacksClasses).toBe(false);
  });
  it('groups what learns no target apart', async () => {
    const groups = (await open(images)).groups.map(({ kind, architectures: all }) => [kind, all.length]);
    expect(groups).toContainEqual(['reconstruction', 1]);
    expect(groups).toContainEqual(['generation', 1]);
  });
  it('shows settings for the data at hand, and leaves the others to their defaults', async () => {
    const [table, pictures] = [await open(sampleManifest()), await open(images)];
    for (const form of [table, pictures]) form.choose('autoencoder');
    expect(keys(table)).not.toContain('channels');
    expect(Object.keys(table.architectureSettings!)).not.toContain('loss');
    expect(keys(pictures)).toEqual(expect.arrayContaining(['channels', 'loss', 'latent', 'patience']));
  });
  it('offers nothing that waits for a better result where there is none', async () => {
    const form = await open(images);
    form.choose('dcgan');
    expect(keys(form)).not.toContain('patience');
    const schedule = form.fields.find(({ field }) => field.key === 'schedule')!.field;
    expect('choices' in schedule && schedule.choices).not.toContain('plateau');
    expect(form.request).toMatchObject({ architectureSettings: { discriminatorRate: 0.0002, beta1: 0.5 } });
  });
});

describe('the curves of two nets', () => {
  it('are drawn together, losses in one chart and shares in another, validation dashed', () => {
    const id = newId('run');
    const runs = new Runs(fakeBridge({}));
    const names = ['system/memory', 'train/d_accuracy_real', 'train/d_loss', 'train/g_loss', 'validation/d_loss'];
    const points = names.map((key): MetricPoint => ({ key, step: 1, epoch: 1, value: 0.5, time: 1 }));
    runs.takePoints(id, points);
    const plans = oneRunCurves(runs.curves.of(id), 'step', 0);
    expect(plans.map(({ id: of, series }) => [of, ...series.map((line) => line.id)])).toEqual([
      ['player_losses', 'train/d_loss', 'validation/d_loss', 'train/g_loss'],
      ['player_accuracies', 'train/d_accuracy_real'],
      ['system/memory', 'system/memory'],
    ]);
    const [{ series }] = plans;
    expect(series.map(({ look }) => look)).toEqual([undefined, 'dashed', undefined]);
    expect(series[1].colour).toBe(series[0].colour);
    expect(series[2].colour).not.toBe(series[0].colour);
  });
  it('have no best, and no headline', () => {
    const run = (loss: number) =>
      ({ task: 'generation', metrics: { 'validation/d_loss': loss, 'test/loss': loss } }) as unknown as RunSummary;
    const best = Object.fromEntries(metricRows([run(1), run(2)]).map(({ key, best }) => [key, [...best]]));
    expect(best).toEqual({ 'validation/d_loss': [], 'test/loss': [0] });
    expect(headlineOf(run(1))).toBeUndefined();
    expect(headlineOf({ task: 'reconstruction', metrics: { 'validation/loss': 1, 'test/loss': 2 } })).toBe('test/loss');
    expect(headlineOf({ task: 'classification', metrics: { 'validation/accuracy': 1 } })).toBe('validation/accuracy');
    expect(headlineOf({ task: 'regression', metrics: {} })).toBeUndefined();
    // Among those that are still chosen from the test split says nothing before validation does.
    const both = { 'validation/accuracy': 0.9, 'test/accuracy': 0.8 };
    expect(headlineOf({ task: 'classification', metrics: both }, 'validation')).toBe('validation/accuracy');
  });
});

describe('the pictures of a run', () => {
  const id = newId('run');
  function bridge(epochs: number[]) {
    return fakeBridge({
      'runs.pictures': () => [...epochs],
      'runs.picture': (({ epoch }: { epoch: number }) => Uint8Array.of(epoch)) as never,
    });
  }
  const asked = (fake: ReturnType<typeof bridge>) =>
    fake.asked.flatMap(([channel, input]) => (channel === 'runs.picture' ? [(input as { epoch: number }).epoch] : []));

  it('show the latest, also as later ones come', async () => {
    const epochs = [1, 2];
    const fake = bridge(epochs);
    const pictures = new RunPictures(fake);
    await pictures.load(id);
    expect([pictures.epoch, pictures.picture?.png[0], pictures.followsLatest]).toEqual([2, 2, true]);
    epochs.push(3);
    await pictures.load(id);
    expect([pictures.epoch, pictures.picture?.png[0]]).toEqual([3, 3]);
  });
  it('stay where one looks, and are fetched once', async () => {
    const epochs = [5, 10, 15];
    const fake = bridge(epochs);
    const pictures = new RunPictures(fake);
    await pictures.load(id);
    await pictures.choose(0);
    epochs.push(20);
    await pictures.load(id);
    expect([pictures.at, pictures.epoch, pictures.followsLatest]).toEqual([0, 5, false]);
    await pictures.choose(2);
    await pictures.choose(0);
    await pictures.choose(3);
    expect([pictures.epoch, pictures.followsLatest]).toEqual([20, true]);
    expect(asked(fake)).toEqual([15, 5, 20]);
  });
  it('are none where the run left none, and those of another run are not mixed in', async () => {
    const pictures = new RunPictures(bridge([]));
    await pictures.load(id);
    expect([pictures.loaded, pictures.epoch, pictures.picture]).toEqual([true, undefined, null]);
    await pictures.load(newId('run'));
    expect(pictures.picture).toBeNull();
  });
});
