import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeBlob } from '../../src-main/datasets/blobs.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import { selectSamples } from '../../src-main/datasets/filters/select.ts';
import { regressionScores } from '../../src-main/evaluation/regression.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import { unpackSamples } from '../../src-main/shared/filter.ts';
import type { VersionId } from '../../src-main/shared/ids.ts';
import type { EvaluateParams, EvaluateResult } from '../../src-main/shared/work/evaluate.ts';
import type { ExportParams } from '../../src-main/shared/work/export.ts';
import { evaluateModel } from '../../src-main/utility/work/evaluate-model.ts';
import { exportRun } from '../../src-main/utility/work/export-run.ts';
import { RunModel } from '../../src-main/utility/work/run-model.ts';
import { failure, importFrom, writeFiles } from '../support/data-import.ts';
import { csvText } from '../support/data-table.ts';
import { recipeOf } from '../support/recipes.ts';
import { barsVersion, hereContext, trainHere, trainSettings, type Trained } from '../support/train-here.ts';

const opened = vi.spyOn(RunModel, 'open');

/** Two numbers decide the class and the amount, but in the north, where chance does. */
function tableRows(rows = 600): { names: string[]; rows: string[][] } {
  const lines: string[][] = [];
  for (let i = 0; i < rows; i++) {
    const [x, y] = [Math.sin(i * 1.7), Math.cos(i * 2.3)];
    const north = i % 4 === 0;
    const up = north ? (i / 4) % 2 === 0 : x > 0;
    const amount = 3 * x + y + (north ? 4 * Math.sin(i * 37) : 0);
    lines.push([x.toFixed(4), y.toFixed(4), north ? 'north' : 'south', up ? 'up' : 'down', amount.toFixed(4)]);
  }
  return { names: ['x', 'y', 'region', 'label', 'amount'], rows: lines };
}

let folder: { path: string; blobs: string };
let byClass: Manifest;
let first: Trained;
let second: Trained;
const ask = (trained: Trained, change: Partial<EvaluateParams> = {}): Promise<EvaluateResult> =>
  evaluateModel(
    {
      ...{ blobs: trained.blobs, model: trained, manifest: trained.manifest, split: 'validation', threads: 1 },
      ...{ report: true, version: 'version_test' as VersionId },
      ...change,
    },
    hereContext(),
  );
const withTarget = async (target: string): Promise<Manifest> => {
  const own = await importFrom(folder, ['t.csv'], { target });
  return {
    ...own.manifest,
    columns: own.manifest.columns.map((column) =>
      ['label', 'amount'].includes(column.name) && column.name !== target ? { ...column, role: 'ignored' } : column,
    ),
  };
};

beforeAll(async () => {
  const path = mkdtempSync(join(tmpdir(), 'atelier-evaluate-'));
  folder = { path, blobs: join(path, 'blobs') };
  await writeFiles(folder.path, { 't.csv': csvText(tableRows()) });
  byClass = await withTarget('label');
  first = await trainHere(
    folder,
    byClass,
    trainSettings('mlp', { epochs: 20, learningRate: 0.01 }, { hidden: '16' }),
    'first',
  );
  second = await trainHere(folder, byClass, trainSettings('linear', { epochs: 1, learningRate: 1e-4 }), 'second');
});

afterAll(() => rmSync(folder.path, { recursive: true, force: true }));

describe('a report on a classifier', () => {
  it('holds together: cells, averages, curves and thresholds tell of the same samples', async () => {
    const { samples, metrics, confusion, report, looks } = await ask(first);
    // The training's own look, at its end.
    expect(looks).toEqual({ count: 1, last: expect.any(Number) as number });
    if (report?.detail.kind !== 'classification') throw new Error('a classifier');
    const { cells, perClass, averages, curves, scaled } = report.detail;
    const counts = [
      [0, 0],
      [0, 0],
    ];
    const seen = new Set<number>();
    for (const { actual, predicted, samples: packed } of cells) {
      unpackSamples(packed, byClass.samples).forEach((mark, sample) => {
        if (!mark) return;
        counts[actual][predicted]++;
        seen.add(sample);
      });
    }
    expect(counts).toEqual(confusion!.counts);
    expect(seen.size).toBe(samples);
    expect(perClass.map(({ name }) => name)).toEqual(['down', 'up']);
    expect(averages.micro.f1).toBeCloseTo(metrics['validation/accuracy'], 12);
    expect(metrics['validation/roc_auc']).toBe(perClass[1].auc);
    const { low, high } = report.intervals['validation/accuracy'];
    expect(low).toBeLessThan(metrics['validation/accuracy']);
    expect(high).toBeGreaterThan(metrics['validation/accuracy']);
    // Chosen on validation and shown on validation: the same counts.
    expect(curves[0].here).toEqual(curves[0].validation);
    expect(curves[0].validation[0]).toMatchObject({ threshold: Infinity, tp: 0, fp: 0 });
    expect(scaled!.logLoss).toBeLessThanOrEqual(metrics['validation/log_loss'] + 1e-9);
  });

  it('finds the slice that it does worst on, by a filter that means just these samples', async () => {
    const { report } = await ask(first, { split: 'all' });
    const [worst] = report!.slices.filter(({ condition }) => !('column' in condition) || condition.column !== 'label');
    expect(worst.condition).toEqual({ kind: 'values', column: 'region', values: ['north'] });
    expect(worst.value).toBeLessThan(worst.rest - 0.2);
    expect(worst.corrected).toBeLessThan(0.001);
    for (const { condition, samples } of report!.slices) {
      const found = await selectSamples(folder.blobs, byClass, [condition], new AbortController().signal);
      expect(found).toHaveLength(samples);
    }
  });

  it('asks the model once, and again only where its checkpoint is another or the file is not whole', async () => {
    const before = await ask(first, { split: 'train' });
    opened.mockClear();
    const again = await ask(first, { split: 'train' });
    expect(opened).not.toHaveBeenCalled();
    expect(again.report!.kept).toBe(true);
    expect({ ...again, report: { ...again.report, kept: before.report!.kept } }).toEqual(before);

    const kept = join(first.runFolder, 'evaluation');
    const file = readdirSync(kept).find((name) => name.startsWith('train-'))!;
    writeFileSync(join(kept, file), readFileSync(join(kept, file)).subarray(0, -3));
    const mended = await ask(first, { split: 'train' });
    expect(opened).toHaveBeenCalledOnce();
    expect(mended.metrics).toEqual(before.metrics);

    const best = join(first.runFolder, 'checkpoints', 'best.safetensors');
    const bytes = readFileSync(best);
    writeFileSync(best, readFileSync(join(first.runFolder, 'checkpoints', 'last.safetensors')));
    opened.mockClear();
    await ask(first, { split: 'train' });
    expect(opened).toHaveBeenCalledOnce();
    expect(readdirSync(kept).filter((name) => name.startsWith('train-'))).toHaveLength(1);
    writeFileSync(best, bytes);
  });

  it('counts each look at the test split, and no other', async () => {
    const looks = async (change: Partial<EvaluateParams>): Promise<number> => (await ask(second, change)).looks!.count;
    expect(await looks({ split: 'train' })).toBe(1);
    expect(await looks({ split: 'test' })).toBe(2);
    expect(await looks({ split: 'test' })).toBe(3);
    expect(await looks({ split: 'all' })).toBe(4);
    expect(await looks({ split: 'validation' })).toBe(4);
    // Metrics alone are asked for by other jobs, which show them to nobody as a test.
    expect((await ask(second, { split: 'test', report: false })).looks).toBeUndefined();
    expect(await looks({ split: 'validation' })).toBe(4);
  });

  it('shows nothing of the test split where the look cannot be counted', async () => {
    const blocked = await trainHere(folder, byClass, trainSettings('linear', { epochs: 1 }), 'blocked');
    rmSync(join(blocked.runFolder, 'evaluation'), { recursive: true });
    writeFileSync(join(blocked.runFolder, 'evaluation'), 'a file where a folder should be');
    expect((await ask(blocked)).samples).toBeGreaterThan(0);
    await expect(failure(ask(blocked, { split: 'test' }))).resolves.toMatchObject({ code: 'look_not_counted' });
    rmSync(join(blocked.runFolder, 'evaluation'));
  });

  it('says when there is no checkpoint', async () => {
    const empty = await trainHere(folder, byClass, trainSettings('linear', { epochs: 1 }), 'empty');
    rmSync(join(empty.runFolder, 'checkpoints'), { recursive: true });
    await expect(failure(ask(empty))).resolves.toMatchObject({ code: 'no_checkpoint' });
  });
});

describe('a comparison of two classifiers', () => {
  it('puts every sample in one of four cells, the same from both sides', async () => {
    const { comparison, samples, looks } = await ask(first, { against: second, split: 'test' });
    const { cells, differences, mcnemar, listed, learnt } = comparison!;
    expect(Object.values(cells).reduce((sum, { count }) => sum + count, 0)).toBe(samples);
    expect(learnt).toBe(0);
    // With the one at all splits, above.
    expect(looks!.count).toBe(3);
    const { accuracy } = differences;
    expect(accuracy.difference).toBeCloseTo((cells.onlyFirst.count - cells.onlySecond.count) / samples, 12);
    expect(accuracy.first - accuracy.second).toBeCloseTo(accuracy.difference, 12);
    expect(accuracy.low).toBeLessThanOrEqual(accuracy.difference);
    for (const each of listed.onlyFirst) {
      expect(each.first).toBe(each.actual);
      expect(each.second).not.toBe(each.actual);
    }
    const back = (await ask(second, { against: first, split: 'test' })).comparison!;
    expect(back.cells.onlySecond).toEqual(cells.onlyFirst);
    expect(back.mcnemar).toEqual(mcnemar);
    expect(back.differences.accuracy.difference).toBeCloseTo(-accuracy.difference, 12);
  });

  it('says how many of the samples the other one has learnt from', async () => {
    const other = await importFrom(folder, ['t.csv'], { target: 'label', splitSeed: 99 });
    const manifest = { ...byClass, blobs: { ...byClass.blobs, split: other.manifest.blobs.split } };
    const { comparison } = await ask(first, { against: { ...second, manifest }, split: 'test' });
    expect(comparison!.learnt).toBeGreaterThan(comparison!.samples / 2);
  });

  it('puts the same rows side by side where recipes of their own have prepared them', async () => {
    const recipe = recipeOf(['filter', { condition: "region = 'south'" }], ['standard']);
    const { manifest } = await reviseDataset({ blobs: folder.blobs, manifest: byClass, recipe });
    const scaled = await trainHere(folder, manifest, trainSettings('linear', { epochs: 1 }), 'scaled');
    const there = (await ask(first, { against: scaled, split: 'test' })).comparison!;
    const back = (await ask(scaled, { against: first, split: 'test' })).comparison!;
    expect([there.samples, there.learnt]).toEqual([manifest.splits.test, 0]);
    expect(there.samples).toBeLessThan(byClass.splits.test);
    // Samples are numbered as in the version of the one that was asked: of the rows that were left out there are none.
    const { rows } = tableRows();
    const southern = [...rows.keys()].filter((row) => rows[row][2] === 'south');
    const told = Object.values(there.listed).flat();
    for (const { sample, actual } of told) expect([rows[sample][2], rows[sample][3]]).toEqual(['south', actual]);
    const again = Object.values(back.listed).flat();
    expect(again.map(({ sample }) => southern[sample]).sort()).toEqual(told.map(({ sample }) => sample).sort());
    expect(back.cells.onlyFirst.count).toBe(there.cells.onlySecond.count);
  });

  it('refuses runs that tell something else', async () => {
    const regression = await trainHere(folder, await withTarget('amount'), trainSettings('linear', { epochs: 1 }), 'r');
    await expect(failure(ask(first, { against: regression }))).resolves.toMatchObject({ code: 'runs_differ' });
  });
});

describe('a regression', () => {
  it('has residuals, intervals, slices, and a comparison by who is nearer', async () => {
    const manifest = await withTarget('amount');
    const near = await trainHere(folder, manifest, trainSettings('linear', { epochs: 60, learningRate: 0.03 }), 'near');
    const far = await trainHere(folder, manifest, trainSettings('linear', { epochs: 1, learningRate: 1e-5 }), 'far');
    const { metrics, report, samples, comparison } = await ask(near, { split: 'all', against: far });
    if (report?.detail.kind !== 'regression') throw new Error('a regression');
    const { residuals, points, worst } = report.detail;
    expect(residuals.counts.reduce((sum, n) => sum + n, 0)).toBe(samples);
    expect(points).toHaveLength(samples);
    const scores = regressionScores(
      points.map(({ actual }) => actual),
      points.map(({ predicted }) => predicted),
    );
    expect(metrics['all/rmse']).toBeCloseTo(scores.rmse, 6);
    expect(report.intervals['all/rmse'].low).toBeLessThan(scores.rmse);
    expect(Math.abs(worst[0].predicted - worst[0].actual)).toBeGreaterThan(scores.rmse);
    expect(report.slices[0].condition).toMatchObject({ column: 'region', values: ['north'] });
    expect(comparison!.mcnemar).toBeNull();
    expect(comparison!.differences.rmse.high).toBeLessThan(0);
    expect(comparison!.cells.onlyFirst.count).toBeGreaterThan(comparison!.cells.onlySecond.count);
  });
});

describe('an exported file with a temperature', () => {
  it('gives the probabilities that the report foretells, says so, and keeps its labels', async () => {
    const exportTo = (out: string, more: Partial<ExportParams> = {}) =>
      exportRun({ ...first, out, metadata: {}, calibrate: true, ...more }, hereContext());
    const [plain, scaled] = ['plain', 'scaled'].map((name) => join(folder.path, `${name}.onnx`));
    await exportTo(plain, { calibrate: false });
    const { parity } = await exportTo(scaled);
    expect(parity).toMatchObject({ passed: true, agreement: 1 });

    const { report, samples } = await ask(first);
    if (report?.detail.kind !== 'classification') throw new Error('a classifier');
    const { temperature, logLoss } = report.detail.scaled!;
    expect(Math.abs(Math.log(temperature))).toBeGreaterThan(0.01);
    const facts = (path: string) => readModel(readFileSync(path)).metadata['atelier.temperature'];
    expect(JSON.parse(facts(scaled))).toEqual({ temperature, split: 'validation', samples });
    expect(facts(plain)).toBeUndefined();

    const said = (onnx: string) => ask(first, { model: { onnx } });
    const [before, after] = [await said(plain), await said(scaled)];
    expect(after.metrics['validation/log_loss']).toBeCloseTo(logLoss, 5);
    expect(after.metrics['validation/log_loss']).toBeLessThan(before.metrics['validation/log_loss']);
    expect(after.confusion).toEqual(before.confusion);
  });

  it('is refused to what has no probabilities, or nothing to fit one on', async () => {
    const manifest = await withTarget('amount');
    const regression = await trainHere(folder, manifest, trainSettings('linear', { epochs: 1 }), 'value');
    const out = join(folder.path, 'refused.onnx');
    const refused = (trained: Trained) =>
      failure(exportRun({ ...trained, out, metadata: {}, calibrate: true }, hereContext()));
    await expect(refused(regression)).resolves.toMatchObject({ code: 'no_temperature' });
    const split = await writeBlob(folder.blobs, new Uint8Array(byClass.samples));
    const noValidation = { ...first, manifest: { ...byClass, blobs: { ...byClass.blobs, split } } };
    await expect(refused(noValidation)).resolves.toMatchObject({ code: 'no_temperature' });
    expect(existsSync(out)).toBe(false);
  });
});

describe('images', () => {
  it('are sliced by class', async () => {
    const manifest = await barsVersion(folder.blobs);
    const trained = await trainHere(folder, manifest, trainSettings('mlp', { epochs: 2 }, { hidden: '8' }), 'bars');
    const { report } = await ask(trained, { split: 'all' });
    expect(report!.slices.map(({ condition }) => condition.kind)).toEqual(['class', 'class']);
    expect(existsSync(join(trained.runFolder, 'evaluation', 'test-looks.jsonl'))).toBe(true);
  });
});
