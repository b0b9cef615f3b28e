import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atelier, done, samples } from '../support/built-cli.ts';
import { tempFolder } from '../support/temp-workspace.ts';

type Metrics = Record<string, number>;
const fixed = ['--seed', '1', '--threads', '1', '--json'];

describe('without a target, end to end', () => {
  it('an autoencoder of a table tells how unlike the rest a row is', async () => {
    const folder = tempFolder();
    const iris = join(samples, 'iris.csv');
    const settings = ['--set', 'latent=2', '--epochs', '80', '--lr', '0.01'];
    const trained = await done(folder, 'train', '--data', iris, '--architecture', 'autoencoder', ...settings, ...fixed);
    const finished = trained.lines.at(-1)!;
    const run = String(finished.run);
    expect(finished).toMatchObject({ event: 'finished', task: 'reconstruction' });
    expect((finished.metrics as Metrics)['test/mse']).toBeLessThan(0.2);

    const [evaluated] = (await done(folder, 'evaluate', run, '--split', 'all', '--json')).lines;
    expect(evaluated).toMatchObject({ samples: 150, confusion: null });
    const { highest } = evaluated.errors as { highest: { sample: number; error: number }[] };
    expect(highest).toHaveLength(24);
    expect(highest[0].error).toBeGreaterThan(highest[23].error);
    expect((await done(folder, 'evaluate', run, '--split', 'all')).stdout).toMatch(/LEAST ALIKE: SAMPLE/);

    const [header, first] = readFileSync(iris, 'utf8').trim().split(/\r?\n/);
    const odd = first.split(',').map((cell) => (Number.isNaN(Number(cell)) ? cell : String(10 * Number(cell))));
    writeFileSync(join(folder, 'new.csv'), `${[header, first, odd.join(',')].join('\n')}\n`);
    await done(folder, 'export', run, '--out', 'iris.onnx');
    for (const model of [run, 'iris.onnx']) {
      const [usual, unusual] = (await done(folder, 'predict', model, 'new.csv', '--json')).lines;
      expect(unusual.error as number).toBeGreaterThan(20 * (usual.error as number));
      expect(usual.code).toHaveLength(2);
      // The features, as they were; the column that others would predict is none of them.
      expect(Object.keys(usual.reconstruction as object)).toEqual(header.split(',').slice(0, -1));
    }
  });

  it('a DCGAN leaves pictures, is measured as other runs, and becomes a generator', async () => {
    const folder = tempFolder();
    const settings = ['--set', 'channels=4,6', '--set', 'latent=8', '--epochs', '1', '--batch', '256'];
    const glyphs = join(samples, 'glyphs');
    const trained = await done(folder, 'train', '--data', glyphs, '--architecture', 'dcgan', ...settings, ...fixed);
    const finished = trained.lines.at(-1)!;
    const run = String(finished.run);
    expect(finished).toMatchObject({ event: 'finished', task: 'generation', best_epoch: 1 });
    const keys = new Set(trained.lines.filter(({ event }) => event === 'metric').map(({ key }) => key));
    for (const key of ['train/d_loss', 'train/g_loss', 'train/d_accuracy_real', 'train/d_accuracy_generated']) {
      expect(keys).toContain(key);
    }

    const [shown] = (await done(folder, 'runs', 'show', run, '--json')).lines;
    expect(shown.pictures).toEqual([1]);
    expect(existsSync(join(String(shown.folder), 'pictures', '000001.png'))).toBe(true);

    const [evaluated] = (await done(folder, 'evaluate', run, '--json')).lines;
    expect(Object.keys(evaluated.metrics as Metrics).sort()).toEqual([
      'test/d_accuracy_generated',
      'test/d_accuracy_real',
      'test/d_loss',
    ]);
    const exported = await done(folder, 'export', run, '--out', 'draw.onnx', '--json');
    expect(exported.lines[0]).toMatchObject({ parity: { passed: true, split: null } });
    const refused = await atelier(folder, 'predict', 'draw.onnx', join(samples, 'iris.csv'));
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('error: takes_no_samples:') as string]);
    const waiting = await atelier(folder, 'train', '--data', 'glyphs', '--architecture', 'dcgan', '--patience', '3');
    expect([waiting.code, waiting.stderr]).toEqual([2, expect.stringContaining('patience=3') as string]);
  });
});
