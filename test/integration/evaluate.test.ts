import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../src-main/onnx/read.ts';
import { epochFile } from '../../src-main/shared/epoch-file.ts';
import { epochPredictionsSchema } from '../../src-main/shared/epoch-predictions.ts';
import type { EvaluationReport, RunComparison } from '../../src-main/shared/evaluation.ts';
import { atelier, done, samples } from '../support/built-cli.ts';

const fixed = ['--seed', '1', '--threads', '1', '--json'];

describe('a run that is evaluated on the command line', () => {
  let folder: string;
  let mlp: string;
  let linear: string;
  const evaluate = async (...args: string[]) => (await done(folder, 'evaluate', ...args, '--json')).lines[0];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-evaluate-'));
    const iris = join(samples, 'iris.csv');
    const train = async (architecture: string, epochs: string): Promise<string> => {
      const args = ['--data', iris, '--architecture', architecture, '--epochs', epochs, ...fixed];
      return String((await done(folder, 'train', ...args)).lines.at(-1)!.run);
    };
    mlp = await train('mlp', '40');
    linear = await train('linear', '1');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tells all of it in one line of JSON, and counts looks at test alone', async () => {
    // The first was the training's own, at its end.
    const first = await evaluate(mlp, '--split', 'validation');
    expect(first).toMatchObject({ split: 'validation', comparison: null, threshold: null, looks: { count: 1 } });
    const report = first.report as EvaluationReport;
    expect(report.detail.kind).toBe('classification');
    expect(Object.keys(report.intervals)).toContain('validation/accuracy');
    expect(await evaluate(mlp, '--split', 'test')).toMatchObject({ looks: { count: 2 } });
    expect(await evaluate(mlp)).toMatchObject({ split: 'test', looks: { count: 3 } });
    const words = (await done(folder, 'evaluate', mlp, '--split', 'validation')).stdout;
    expect(words).toMatch(/95 %/);
    expect(words).toMatch(/Calibration error/);
    expect(words).toMatch(/looked at 3 times/);
  });

  it('is held against another run', async () => {
    const { comparison } = await evaluate(mlp, '--split', 'validation', '--against', linear);
    const { cells, mcnemar, differences, samples: all } = comparison as RunComparison;
    expect(Object.values(cells).reduce((sum, { count }) => sum + count, 0)).toBe(all);
    expect(mcnemar!.exact).toBeLessThanOrEqual(1);
    expect(differences.accuracy.difference).toBeGreaterThan(0);
    const words = (await done(folder, 'evaluate', mlp, '--split', 'validation', '--against', linear)).stdout;
    expect(words).toMatch(/McNemar's test: p/);
    expect(await atelier(folder, 'evaluate', mlp, '--against', mlp)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: not_comparable') as string,
    });
  });

  it('writes its charts as pictures, with their values', async () => {
    const { charts } = await evaluate(mlp, '--split', 'validation', '--charts', 'charts');
    const names = (charts as string[]).map((path) => basename(path));
    expect(names).toEqual(readdirSync(join(folder, 'charts')).sort((a, b) => names.indexOf(a) - names.indexOf(b)));
    for (const name of ['confusion', 'roc', 'precision-recall', 'reliability']) {
      expect(readFileSync(join(folder, 'charts', `${name}.svg`), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
      expect(
        readFileSync(join(folder, 'charts', `${name}.png`))
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
      expect(names).toContain(`${name}.csv`);
    }
    const scores = readFileSync(join(folder, 'charts', 'classes.csv'), 'utf8').split('\r\n');
    expect(scores[0]).toMatch(/^class,precision,recall,/);
    expect(scores).toHaveLength(1 + 3 + 1);
    const compared = (await done(folder, 'runs', 'compare', mlp, linear, '--charts', 'curves', '--json')).lines[0];
    expect((compared.charts as string[]).map((path) => basename(path))).toContain('validation-loss.csv');
    writeFileSync(join(folder, 'taken'), '');
    expect(await atelier(folder, 'evaluate', mlp, '--charts', 'taken')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/error: not_writable: --charts: .*taken/) as string,
    });
    // What could not be written was no look.
    expect(await evaluate(mlp, '--split', 'validation')).toMatchObject({ looks: { count: 3 } });
  });

  it('keeps what was predicted of the same samples after its epochs', async () => {
    const [run] = (await done(folder, 'runs', 'show', mlp, '--json')).lines;
    const epochs = run.predictions as number[];
    expect([epochs[0], epochs.at(-1)]).toEqual([1, 40]);
    const said = epochs.map((epoch) =>
      v.parse(
        epochPredictionsSchema,
        JSON.parse(readFileSync(join(String(run.folder), 'predictions', epochFile(epoch)), 'utf8')),
      ),
    );
    const [first, last] = [said[0], said.at(-1)!];
    expect(first.split).toBe('validation');
    expect(last.samples.map(({ sample, actual }) => [sample, actual])).toEqual(
      first.samples.map(({ sample, actual }) => [sample, actual]),
    );
    const right = last.samples.filter(({ actual, predicted }) => actual === predicted).length;
    expect(right / last.samples.length).toBeGreaterThan(0.8);
    expect(last.samples.every(({ probability }) => probability! >= 1 / 3 && probability! <= 1)).toBe(true);
  });

  it('chooses a threshold on validation, and says what is wrong with what is asked', async () => {
    const asked = ['--threshold', 'virginica', '--by', 'recall=1'];
    const { threshold } = await evaluate(mlp, '--split', 'train', ...asked);
    expect(threshold).toMatchObject({ class: 'virginica', by: { kind: 'recall', least: 1 }, validation: { fn: 0 } });
    const failed = async (...args: string[]) => {
      const { code, stderr } = await atelier(folder, 'evaluate', mlp, '--split', 'train', ...args);
      return `${code} ${stderr}`;
    };
    expect(await failed('--threshold', 'tulip')).toMatch(/^1 .*error: no_such_class/s);
    for (const goal of ['cost=1', 'precision=2', 'recall', 'f2', 'cost=-1:1']) {
      expect(await failed('--threshold', 'virginica', '--by', goal)).toMatch(/^2 .*cost=FP:FN/s);
    }
  });

  it('is exported with the temperature that suits validation best', async () => {
    await done(folder, 'export', mlp, '--out', 'iris.onnx', '--calibrate');
    const { metadata } = readModel(readFileSync(join(folder, 'iris.onnx')));
    expect(JSON.parse(metadata['atelier.temperature'])).toMatchObject({ split: 'validation' });
  });
});
