import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { checkpointPath, writeCheckpoint } from '../../src-main/runtime/checkpoint.ts';
import { summarize } from '../../src-main/runtime/tensor-summary.ts';
import { weightHistograms } from '../../src-main/runtime/weight-histograms.ts';
import { barHeights, histogramSheetCsv, histogramSheetSvg } from '../../src-main/shared/chart/histograms-svg.ts';
import { Random } from '../../src-main/shared/random.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'atelier-weights-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, step: number, model: Record<string, Tensor>, optimizer: Record<string, Tensor> = {}) => {
  const path = checkpointPath(folder, name);
  const position = { step, epoch: step / 10, offset: 0, sums: {}, seconds: 1, best: null };
  writeCheckpoint(path, {
    model: new Map(Object.entries(model)),
    optimizer: new Map(Object.entries(optimizer)),
    position,
  });
  return path;
};

describe('the spread of weights', () => {
  it('counts every finite value once, and its moments are those worked out the long way', () => {
    const random = new Random(4);
    const values = Float32Array.from({ length: 5000 }, () => random.normal() * 3 + 1);
    const { histogram, ...found } = summarize('w', [50, 100], values);
    const all = [...values];
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    expect(found.mean).toBeCloseTo(mean, 12);
    expect(found.std).toBeCloseTo(Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5000), 12);
    expect(found.norm).toBeCloseTo(Math.hypot(...all), 9);
    expect([found.min, found.max]).toEqual([Math.min(...all), Math.max(...all)]);
    const { from, width, counts } = histogram;
    expect(from + width * counts.length).toBeCloseTo(found.max, 9);
    counts.forEach((count, i) => {
      const last = i === counts.length - 1;
      const inside = all.filter((value) => Math.min(counts.length - 1, Math.floor((value - from) / width)) === i);
      expect(count).toBe(inside.length);
      for (const value of inside) {
        expect(value).toBeGreaterThanOrEqual(from + i * width - 1e-9);
        if (!last) expect(value).toBeLessThan(from + (i + 1) * width + 1e-9);
      }
    });
  });

  it('tells what is not finite, what is zero, and has one bin where all are the same', () => {
    const some = summarize('w', [6], [0, 0, NaN, Infinity, -Infinity, 2]);
    expect(some).toMatchObject({ count: 6, notFinite: 3, zeros: 2, min: 0, max: 2, norm: 2 });
    expect(some.histogram.counts.reduce((a, b) => a + b)).toBe(3);
    expect(summarize('b', [3], [1, 1, 1]).histogram).toEqual({ from: 1, width: 0, counts: [3] });
    expect(summarize('b', [1], [NaN])).toMatchObject({ notFinite: 1, histogram: { counts: [] } });
    expect(summarize('b', [0], [])).toMatchObject({ count: 0, histogram: { counts: [] } });
  });

  it('is read from checkpoints: weights, the optimizer’s state, and what has changed between two', () => {
    const first = write('best', 10, { w: tensor('float', [2], [1, 2]), gone: tensor('float', [1], [1]) });
    const path = write(
      'last',
      30,
      { w: tensor('float', [2], [1.5, 0]), new: tensor('float', [1], [1]) },
      { 'w/m': tensor('float', [2], [0.1, 0.2]), steps: tensor('int64', [], [30]), decay: tensor('float', [], [0.9]) },
    );
    const ask = { checkpoint: 'last', kind: 'weights' } as const;
    const whole = weightHistograms(ask, path);
    expect(whole.checkpoint).toEqual({ name: 'last', step: 30, epoch: 3 });
    expect(whole.since).toBeNull();
    expect(whole.tensors.map(({ name }) => name).sort()).toEqual(['new', 'w']);
    expect(weightHistograms({ ...ask, kind: 'optimizer' }, path).tensors.map(({ name }) => name)).toEqual(['w/m']);
    const change = weightHistograms({ ...ask, since: 'best' }, path, first);
    expect(change.since).toEqual({ name: 'best', step: 10, epoch: 1 });
    // What only one of them has did not change.
    expect(change.tensors).toMatchObject([{ name: 'w', min: -2, max: 0.5, mean: -0.75 }]);
  });

  it('says so where a checkpoint is gone or broken', () => {
    const missing = checkpointPath(folder, 'epoch-000001');
    const ask = { checkpoint: 'epoch-000001', kind: 'weights' } as const;
    expect(() => weightHistograms(ask, missing)).toThrow(/"epoch-000001" is not there any longer/);
  });
});

describe('a sheet of histograms', () => {
  const cells = [
    { title: 'dense1.weight & <b>', facts: '2 × 2', histogram: { from: -1, width: 1, counts: [1, 0, 99] } },
    { title: 'a,b', facts: '', histogram: { from: 1, width: 0, counts: [3] } },
    { title: 'empty', facts: '', histogram: { from: 0, width: 0, counts: [] } },
  ];
  it('draws a bar for each bin that counts something, names escaped', () => {
    const svg = histogramSheetSvg({ title: 'Weights', cells, format: (value) => value.toFixed(1) });
    expect(svg.match(/<rect x=/g)).toHaveLength(3);
    expect(svg).toContain('dense1.weight &#38; &#60;b&#62;');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
  it('shows what is rare on a log scale', () => {
    expect(barHeights([1, 0, 99])).toEqual([0.015, 0, 1]);
    expect(barHeights([1, 0, 99], true)[0]).toBeCloseTo(Math.log(2) / Math.log(100), 12);
    expect(barHeights([])).toEqual([]);
  });
  it('is a table of numbers as well', () => {
    expect(histogramSheetCsv(cells.slice(1))).toBe('tensor,from,to,count\r\n"a,b",1,1,3\r\n');
  });
});
