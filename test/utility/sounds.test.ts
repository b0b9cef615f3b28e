import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { evaluateModel } from '../../src-main/utility/work/evaluate-model.ts';
import { exportRun } from '../../src-main/utility/work/export-run.ts';
import { predictFiles } from '../../src-main/utility/work/predict-files.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { tone, toneFolders, wav } from '../support/data-sounds.ts';
import { hereContext, trainHere, trainSettings } from '../support/train-here.ts';

const sounds = async () => {
  const folder = await dataFolder();
  await writeFiles(folder.path, toneFolders('tones', [300, 700, 1500], 12));
  const { manifest } = await importFrom(folder, ['tones']);
  return { folder, manifest };
};

describe('sounds, from training to the exported file', () => {
  it.each([
    ['cnn', { channels: '8,8', hidden: '16' }],
    ['cnn1d', { channels: '16', hidden: '16' }],
    ['gru', { units: 16 }],
    ['mlp', { hidden: '16' }],
  ])('%s tells tones apart, and its file says the same of each sound', async (architecture, own) => {
    const { folder, manifest } = await sounds();
    const settings = trainSettings(
      architecture,
      { epochs: 20, batchSize: 8, learningRate: 0.01 },
      { ...own, mels: 16, seconds: 0.11 },
    );
    const trained = await trainHere(folder, manifest, settings);
    expect(trained.result.metrics['test/accuracy']).toBe(1);
    const out = join(folder.path, 'model.onnx');
    const { parity } = await exportRun({ ...trained, out, metadata: {} }, hereContext());
    expect(parity).toMatchObject({ passed: true, agreement: 1, split: 'test' });
    expect(parity.maxDifference).toBeLessThan(1e-6);

    const evaluate = (model: Parameters<typeof evaluateModel>[0]['model']) =>
      evaluateModel({ ...trained, model, split: 'all', threads: 1 }, hereContext());
    const [run, file] = [await evaluate(trained), await evaluate({ onnx: out })];
    expect(file.samples).toBe(36);
    expect(file.confusion).toEqual(run.confusion);
    expect(file.metrics['all/log_loss']).toBeCloseTo(run.metrics['all/log_loss'], 6);

    // Of any length and rate, alone and in folders, by the run and by the file.
    await writeFiles(folder.path, {
      'new/long.wav': wav([tone({ hertz: 700, seconds: 0.5 })]),
      'new/deep/other-rate.wav': wav([tone({ hertz: 300, rate: 16_000, seconds: 0.12 })], { rate: 16_000 }),
      'new/notes.txt': 'no sound',
    });
    const paths = [join(folder.path, 'new'), join(folder.path, 'tones/1500/3.wav')];
    const predict = async (model: Parameters<typeof predictFiles>[0]['model']) =>
      (await predictFiles({ blobs: folder.blobs, model, paths, threads: 1 }, hereContext())).predictions;
    const [byRun, byFile] = [await predict(trained), await predict({ onnx: out })];
    expect(byFile.map(({ input, label }) => [input, label])).toEqual([
      ['deep/other-rate.wav', '300'],
      ['long.wav', '700'],
      ['3.wav', '1500'],
    ]);
    expect(byRun.map(({ label }) => label)).toEqual(byFile.map(({ label }) => label));
  });

  it('trains the same twice', async () => {
    const { folder, manifest } = await sounds();
    const settings = trainSettings('cnn', { epochs: 2 }, { channels: '4', hidden: '8', mels: 12 });
    const [one, other] = [
      await trainHere(folder, manifest, settings, 'one'),
      await trainHere(folder, manifest, settings, 'other'),
    ];
    expect(other.result.metrics).toEqual(one.result.metrics);
  });

  it('refuses files and folders that hold no sound', async () => {
    const { folder, manifest } = await sounds();
    const trained = await trainHere(folder, manifest, trainSettings('linear', { epochs: 1 }, { mels: 12 }));
    const refused = (path: string, texts?: string[]) =>
      failure(predictFiles({ blobs: folder.blobs, model: trained, paths: [path], texts, threads: 1 }, hereContext()));
    await writeFiles(folder.path, { 'empty/notes.txt': 'no sound' });
    await writeFile(join(folder.path, 'lying.wav'), 'no sound');
    expect(await refused(join(folder.path, 'empty'))).toMatchObject({ code: 'nothing_found' });
    expect(await refused(join(folder.path, 'lying.wav'))).toMatchObject({ code: 'not_audio' });
    expect(await refused(join(folder.path, 'lying.wav'), ['seven'])).toMatchObject({ code: 'takes_no_text' });
  });
});
