// Runs that learn no target: from data without one to the pictures they leave and the file they become.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import '../support/runtime-first.ts';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeBlob } from '../../src-main/datasets/blobs.ts';
import { encodePng } from '../../src-main/datasets/images/encode-png.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { checkpointPath } from '../../src-main/runtime/checkpoint.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { EvaluateParams } from '../../src-main/shared/work/evaluate.ts';
import { pictureEpoch } from '../../src-main/shared/run.ts';
import { gridOf } from '../../src-main/utility/work/epoch-pictures.ts';
import { evaluateModel } from '../../src-main/utility/work/evaluate-model.ts';
import { exportRun } from '../../src-main/utility/work/export-run.ts';
import { predictFiles } from '../../src-main/utility/work/predict-files.ts';
import { readExportMetadata } from '../../src-main/utility/work/read-metadata.ts';
import { trainRun } from '../../src-main/utility/work/train-run.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { csvText, mixedTable } from '../support/data-table.ts';
import { barsVersion, hereContext, trainHere, trainSettings, type Trained } from '../support/train-here.ts';

const exportTo = (trained: Trained, out: string) => exportRun({ ...trained, out, metadata: {} }, hereContext());
const evaluate = (trained: Trained, model: EvaluateParams['model'], split: EvaluateParams['split'] = 'test') =>
  evaluateModel({ ...trained, model, split, threads: 1 }, hereContext());
const predict = async (model: Parameters<typeof predictFiles>[0]['model'], blobs: string, paths: string[]) =>
  (await predictFiles({ blobs, model, paths, threads: 1 }, hereContext())).predictions;
const pictures = ({ runFolder }: Trained) => readdirSync(join(runFolder, 'pictures')).map(pictureEpoch);

describe('an autoencoder of a table', () => {
  it('needs no target, uses every row, and finds what is unlike the rest', async () => {
    const folder = await dataFolder();
    // Two columns that go together, and a word that follows from them.
    const rows = Array.from({ length: 400 }, (_, i) => {
      const x = (i % 40) / 10 - 2;
      return [x.toFixed(2), (2 * x + 1).toFixed(2), x > 0 ? 'up' : 'down'];
    });
    const odd = ['1.50', '-4.00', 'down'];
    const text = csvText({ names: ['a', 'b', 'way'], rows: [...rows, ...Array.from({ length: 12 }, () => odd)] }, ',');
    await writeFiles(folder.path, { 'data.csv': text });
    const { manifest } = await importFrom(folder, ['data.csv'], { target: null });
    expect(manifest).toMatchObject({ target: null, task: null });
    // The odd ones are kept out of training.
    const split = Uint8Array.from({ length: manifest.samples }, (_, i) => (i >= 400 ? 2 : i % 5 === 4 ? 1 : 0));
    const splits = { train: 320, validation: 80, test: 12 };
    const divided: Manifest = {
      ...manifest,
      splits,
      blobs: { ...manifest.blobs, split: await writeBlob(folder.blobs, split) },
    };
    const settings = trainSettings(
      'autoencoder',
      { epochs: 60, batchSize: 32, learningRate: 0.01 },
      { hidden: '16', latent: 2 },
    );
    const trained = await trainHere(folder, divided, settings);
    const { metrics } = trained.result;
    expect(metrics['validation/mse']).toBeLessThan(0.05);
    expect(metrics['test/mse']).toBeGreaterThan(5 * metrics['validation/mse']);
    expect(metrics['validation/loss']).toBeCloseTo(metrics['validation/mse'], 5);
    expect(Object.keys(metrics).filter((key) => /accuracy|psnr/.test(key))).toEqual([]);
    expect(existsSync(join(trained.runFolder, 'pictures'))).toBe(false);

    const all = await evaluate(trained, trained, 'all');
    expect(all.samples).toBe(412);
    expect(all.confusion).toBeNull();
    expect(all.errors!.highest.slice(0, 12).every(({ sample }) => sample >= 400)).toBe(true);
    expect(all.errors!.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(412);

    // The file says the same, and each cell as it was.
    const out = join(folder.path, 'model.onnx');
    expect((await exportTo(trained, out)).parity).toMatchObject({ passed: true, agreement: 1 });
    const session = await ort.InferenceSession.create(out);
    expect(session.inputNames).toEqual(['a', 'b', 'way']);
    expect(session.outputNames).toEqual([
      'reconstruction/a',
      'reconstruction/b',
      'reconstruction/way',
      'code',
      'error',
    ]);
    await session.release();
    await writeFiles(folder.path, { 'rows.csv': 'way,b,a\nup,4,1.5\ndown,-4,1.5\n' });
    const files = [join(folder.path, 'rows.csv')];
    const [usual, unusual] = await predict({ onnx: out }, folder.blobs, files);
    expect(usual).toMatchObject({ label: null, value: null, probabilities: null });
    expect(usual.reconstruction!.columns).toMatchObject({ way: 'up' });
    expect(Math.abs((usual.reconstruction!.columns!.b as number) - 4)).toBeLessThan(1);
    expect(usual.reconstruction!.code).toHaveLength(2);
    expect(unusual.reconstruction!.error).toBeGreaterThan(5 * usual.reconstruction!.error);
    const mine = await predict(trained, folder.blobs, files);
    expect(mine[1].reconstruction!.error).toBeCloseTo(unusual.reconstruction!.error, 4);
  });

  it('takes gaps, rare values and columns that are called like its outputs', async () => {
    const folder = await dataFolder();
    const table = mixedTable(300);
    const names = table.names.map((name) => ({ age: 'error', city: 'code' })[name] ?? name);
    await writeFiles(folder.path, { 'mixed.csv': csvText({ ...table, names }) });
    const { manifest } = await importFrom(folder, ['mixed.csv'], { target: null });
    const settings = trainSettings('autoencoder', { epochs: 2 }, { hidden: '16', corruption: 0.2 });
    const trained = await trainHere(folder, manifest, settings);
    const out = join(folder.path, 'model.onnx');
    expect((await exportTo(trained, out)).parity.passed).toBe(true);
    const [own, file] = [await evaluate(trained, trained), await evaluate(trained, { onnx: out })];
    for (const [key, value] of Object.entries(file.metrics)) expect(value / own.metrics[key]).toBeCloseTo(1, 4);
    expect(file.errors!.highest[0].sample).toBe(own.errors!.highest[0].sample);
  });

  it('learns the features of a table that has a target, and not the target', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'mixed.csv': csvText(mixedTable(100)) });
    const { manifest } = await importFrom(folder, ['mixed.csv'], { target: 'label' });
    const trained = await trainHere(folder, manifest, trainSettings('autoencoder', { epochs: 1 }, { hidden: '4' }));
    const encoder = JSON.parse(readFileSync(join(trained.runFolder, 'encoder.json'), 'utf8')) as { target: unknown };
    expect(encoder.target).toBeNull();
    const [{ reconstruction }] = await predict(trained, folder.blobs, [join(folder.path, 'mixed.csv')]);
    expect(Object.keys(reconstruction!.columns!)).not.toContain('label');
  });

  it('refuses data with other columns', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'a.csv': 'x,y\n1,2\n3,4\n5,6\n7,8\n9,1\n2,5\n4,4\n8,1\n', 'b.csv': 'x,z\n1,2\n' });
    const { manifest } = await importFrom(folder, ['a.csv'], { target: null });
    const trained = await trainHere(folder, manifest, trainSettings('autoencoder', { epochs: 1 }, { hidden: '2' }));
    const error = await failure(predict(trained, folder.blobs, [join(folder.path, 'b.csv')]));
    expect(error).toMatchObject({ code: 'missing_columns', message: expect.stringContaining('y') as string });
  });
});

describe('an autoencoder of images', () => {
  /** Every third image has no label. */
  async function unlabelled(blobs: string): Promise<Manifest> {
    const manifest = await barsVersion(blobs, 120);
    const labels = Int32Array.from({ length: 120 }, (_, i) => (i % 3 === 0 ? -1 : i % 2));
    return { ...manifest, blobs: { ...manifest.blobs, labels: await writeBlob(blobs, new Uint8Array(labels.buffer)) } };
  }

  it.each(['mse', 'bce'])('uses those without a label, and leaves a picture for each epoch: %s', async (loss) => {
    const folder = await dataFolder();
    const manifest = await unlabelled(folder.blobs);
    const settings = trainSettings('autoencoder', { epochs: 3, batchSize: 16 }, { channels: '4', hidden: '8', loss });
    const trained = await trainHere(folder, manifest, settings);
    expect((await evaluate(trained, trained, 'all')).samples).toBe(120);
    expect(pictures(trained)).toEqual([1, 2, 3]);
    const image = sharp(join(trained.runFolder, 'pictures', '000003.png'));
    expect(await image.metadata()).toMatchObject({ width: 16 * 10 - 2, height: 2 * 10 - 2, channels: 4 });

    const { metrics } = trained.result;
    expect(metrics['test/psnr']).toBeCloseTo(-10 * Math.log10(metrics['test/mse']), 4);
    if (loss === 'bce') expect(metrics['test/loss']).not.toBeCloseTo(metrics['test/mse'], 3);
    expect(metrics['train/accuracy']).toBeUndefined();

    const out = join(folder.path, 'model.onnx');
    expect((await exportTo(trained, out)).parity).toMatchObject({ passed: true, agreement: 1, split: 'test' });
    const session = await ort.InferenceSession.create(out);
    const pixels = Uint8Array.from({ length: 2 * 64 }, (_, i) => (i * 37) % 256);
    const { reconstruction, code, error } = await session.run({
      image: new ort.Tensor('uint8', pixels, [2, 8, 8, 1]),
    });
    expect([reconstruction.type, reconstruction.dims]).toEqual(['uint8', [2, 8, 8, 1]]);
    expect(code.dims).toEqual([2, 16]);
    const given = reconstruction.data as Uint8Array;
    for (const [i, found] of (error.data as Float32Array).entries()) {
      const rough = Array.from({ length: 64 }, (_, k) => ((given[64 * i + k] - pixels[64 * i + k]) / 255) ** 2);
      // The image is cut off at black and white and rounded, the error is not.
      expect(found).toBeGreaterThan(0.9 * (rough.reduce((sum, value) => sum + value, 0) / 64));
    }
    await session.release();
  });
});

describe('a DCGAN', () => {
  async function trained(epochs = 2, change = {}) {
    const folder = await dataFolder();
    const manifest = await barsVersion(folder.blobs, 80);
    const settings = trainSettings('dcgan', { epochs, batchSize: 16, ...change }, { latent: 5, channels: '4,6' });
    return { folder, run: await trainHere(folder, manifest, settings) };
  }

  it('leaves pictures, tells of both nets, and becomes a file that draws', async () => {
    const { folder, run } = await trained();
    expect(pictures(run)).toEqual([1, 2]);
    const { metrics, bestEpoch, parameterCount } = run.result;
    expect(bestEpoch).toBe(2);
    expect(Object.keys(metrics).sort()).toEqual(
      [
        ...['real', 'generated'].flatMap((of) => ['test', 'train', 'validation'].map((s) => `${s}/d_accuracy_${of}`)),
        ...['test', 'train', 'validation'].map((split) => `${split}/d_loss`),
        'train/g_loss',
      ].sort(),
    );
    const out = join(folder.path, 'generator.onnx');
    const { parity } = await exportTo(run, out);
    expect(parity).toMatchObject({ passed: true, agreement: 1, split: null, samples: 256 });

    const { graph, metadata } = readModel(readFileSync(out));
    expect(metadata['atelier.task']).toBe('generation');
    expect(graph.inputs.map(({ name }) => name)).toEqual(['latent']);
    const weights = [...graph.initializers].filter(([name]) => name.includes('discriminator'));
    expect(weights).toEqual([]);
    const session = await ort.InferenceSession.create(out);
    const { image } = await session.run({ latent: new ort.Tensor('float32', new Float32Array(3 * 5), [3, 5]) });
    expect([image.type, image.dims]).toEqual(['uint8', [3, 8, 8, 1]]);
    await session.release();
    // Both nets': 5·24+24+12 + 6·4·16+8 + 4·16, and 4·16+4 + 4·6·16+12 + 24+1.
    expect(parameterCount).toBe(156 + 392 + 64 + 68 + 396 + 25);

    const own = await evaluate(run, run);
    expect(own.metrics['test/d_loss']).toBeCloseTo(metrics['test/d_loss'], 5);
    const png = join(folder.path, 'a.png');
    await writeFiles(folder.path, {
      'a.png': await encodePng(new Uint8Array(64), { width: 8, height: 8, channels: 1 }),
    });
    for (const refused of [
      () => predict(run, folder.blobs, [png]),
      () => predict({ onnx: out }, folder.blobs, [png]),
      () => evaluate(run, { onnx: out }),
    ]) {
      expect(await failure(refused())).toMatchObject({ code: 'takes_no_samples' });
    }
  });

  it('goes on from its last checkpoint to the same bits and the same pictures', async () => {
    const { folder, run: whole } = await trained(3);
    const bytes = (run: { runFolder: string }, file: string) => readFileSync(join(run.runFolder, file));
    const params = { ...whole, run: 'run_test' as never, runFolder: join(folder.path, 'runs', 'again') };
    let calls = 0;
    // In the middle of the second epoch.
    await trainRun(params, hereContext({ stopRequested: () => ++calls > 6 }));
    const resumed = await trainRun({ ...params, resume: true }, hereContext());
    expect(resumed.metrics).toEqual(whole.result.metrics);
    for (const epoch of [1, 2, 3]) {
      const file = join('pictures', `00000${epoch}.png`);
      expect(bytes(params, file).equals(bytes(whole, file))).toBe(true);
    }
    // The seconds differ, which stand in the header.
    const tensors = (run: { runFolder: string }) =>
      readFileSync(checkpointPath(run.runFolder, 'last')).subarray(-4_000);
    expect(tensors(params).equals(tensors(whole))).toBe(true);
  });

  it('begins anew without the pictures of before', async () => {
    const { run } = await trained(2);
    await trainRun({ ...run, run: 'run_test' as never, settings: { ...run.settings, epochs: 1 } }, hereContext());
    expect(pictures(run)).toEqual([1]);
  });

  it('says which net diverged, and what to do', async () => {
    const error = await failure(trained(60, { learningRate: 1e38, optimizer: 'sgd' }));
    expect(error.code).toBe('diverged');
    expect(error.message).toMatch(/(generator|discriminator)'s loss became .* Lower the learning rate/);
  });
});

describe('what a file says it is for', () => {
  const encoder = (classes: string[]) =>
    JSON.stringify({ kind: 'images', image: { height: 8, width: 8, channels: 1 }, classes });
  const facts = (classes: string[], task?: string) =>
    readExportMetadata({
      'atelier.format': '1',
      'atelier.encoder': encoder(classes),
      ...(task === undefined ? {} : { 'atelier.task': task }),
    });

  it.each([
    [['a', 'b'], undefined, 'classification'],
    [['a', 'b'], 'classification', 'classification'],
    [[], 'reconstruction', 'reconstruction'],
    [[], 'generation', 'generation'],
  ])('%o, %s: %s', (classes, task, wanted) => expect(facts(classes, task)?.task).toBe(wanted));

  it.each([
    [['a', 'b'], 'reconstruction'],
    [['a', 'b'], 'regression'],
    [[], undefined],
    [[], 'classification'],
    [[], 'anything'],
  ])('%o, %s: is no file of ours', (classes, task) => expect(facts(classes, task)).toBeNull());

  it('a file whose outputs are not its task’s is refused', async () => {
    const folder = await dataFolder();
    const manifest = await barsVersion(folder.blobs, 60);
    const settings = trainSettings('autoencoder', { epochs: 1 }, { channels: '2', hidden: '4' });
    const run = await trainHere(folder, manifest, settings);
    const out = join(folder.path, 'model.onnx');
    await exportTo(run, out);
    const model = readModel(readFileSync(out));
    const outputs = model.graph.outputs.filter(({ name }) => name !== 'error');
    await writeFiles(folder.path, { 'less.onnx': writeModel({ ...model, graph: { ...model.graph, outputs } }) });
    const error = await failure(evaluate(run, { onnx: join(folder.path, 'less.onnx') }));
    expect(error.code).toBe('broken_model');
  });
});

it('a grid puts tiles side by side with nothing between', () => {
  const tiles = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const { pixels, width, height } = gridOf(tiles, { width: 1, height: 1, channels: 1 }, 4);
  expect([width, height]).toEqual([10, 4]);
  const at = (x: number, y: number) => [...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
  expect([at(0, 0), at(3, 0), at(9, 0), at(3, 3)]).toEqual([
    [1, 1, 1, 255],
    [2, 2, 2, 255],
    [4, 4, 4, 255],
    [6, 6, 6, 255],
  ]);
  expect([at(1, 0), at(6, 3)]).toEqual([
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ]);
});
