import { describe, expect, it } from 'vitest';
import { logRange, logTicks, niceRange, niceStep, ticks } from '../../src-main/shared/chart/axis.ts';
import { decimate, extent, lowerBound, nearest } from '../../src-main/shared/chart/decimate.ts';
import { legendOf, plot, span } from '../../src-renderer/charts/plot.ts';
import type { ChartAxis, ChartSeries } from '../../src-renderer/charts/plot.ts';
import { smooth } from '../../src-renderer/charts/smooth.ts';

const million = 1_000_000;
const xs = Float64Array.from({ length: million }, (_, i) => i);
const ys = Float64Array.from({ length: million }, (_, i) => Math.sin(i / 5000) + ((i * 7919) % 97) / 1000);

describe('decimate', () => {
  it.each([
    [0, million],
    [123_456, 654_321],
    [999_000, 999_990],
    [-50, 10],
  ])('keeps the extremes of %d…%d exact', (from, to) => {
    const slice = decimate(xs, ys, from, to, 700);
    const inside = slice.y.filter((_, i) => slice.x[i] >= from && slice.x[i] <= to);
    expect([Math.min(...inside), Math.max(...inside)]).toEqual(extent(xs, ys, from, to));
    expect(slice.x.length).toBeLessThanOrEqual(4 * 700 + 8);
    expect([...slice.x].sort((a, b) => a - b)).toEqual(slice.x);
  });

  it.each([
    [1, million],
    [3, 5000],
  ])('keeps them on a logarithmic axis as well, from %d to %d, by pixels of equal factors', (from, to) => {
    const slice = decimate(xs, ys, from, to, 700, true);
    const inside = slice.y.filter((_, i) => slice.x[i] >= from && slice.x[i] <= to);
    expect([Math.min(...inside), Math.max(...inside)]).toEqual(extent(xs, ys, from, to));
    expect(slice.x[0]).toBeGreaterThan(0);
    // The first decade, which a linear one would put into one pixel, is whole.
    expect(slice.x.filter((x) => x >= from && x < 10 * from)).toHaveLength(9 * from);
  });

  it('keeps a single spike wherever it is', () => {
    for (const at of [0, 1, 777_777, million - 1]) {
      const spiked = ys.slice();
      spiked[at] = 50;
      expect(Math.max(...decimate(xs, spiked, 0, million, 500).y)).toBe(50);
    }
  });

  it('leaves few points alone, with one beyond each end', () => {
    const slice = decimate([0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], 2, 3, 100);
    expect(slice).toEqual({ x: [1, 2, 3, 4], y: [4, 3, 2, 1], sampled: false });
  });

  it('says when it left points out', () => {
    expect(decimate(xs, ys, 0, million, 500).sampled).toBe(true);
    expect(decimate(xs, ys, 0, 100, 500).sampled).toBe(false);
  });

  it('does not let a NaN hide the numbers around it', () => {
    const holes = ys.slice(0, 10_000);
    for (let i = 0; i < holes.length; i += 10) holes[i] = NaN;
    const found = decimate(xs.subarray(0, 10_000), holes, 0, 9999, 50).y.filter(Number.isFinite);
    expect([Math.min(...found), Math.max(...found)]).toEqual(extent(xs, holes, 0, 9999));
  });

  it('takes a moment for a million points', () => {
    const start = performance.now();
    decimate(xs, ys, 0, million, 1000);
    expect(performance.now() - start).toBeLessThan(400);
  });

  it('finds places', () => {
    expect(lowerBound([1, 3, 5], 3)).toBe(1);
    expect(nearest([1, 3, 5], 3.9)).toBe(1);
    expect(nearest([1, 3, 5], 9)).toBe(2);
    expect(nearest([], 1)).toBe(-1);
  });
});

describe('a logarithmic horizontal axis', () => {
  const series: ChartSeries[] = [{ id: 'a', name: 'a', colour: 'red', x: [0, 1, 10, 100], y: [3, -1, 0, 2] }];
  const axis = { name: 'x', format: String };
  const theme = { text: '', faint: '', grid: '', line: '', font: '', colour: (name: string) => name };
  const drawn = (logX: boolean, logY: boolean) =>
    plot(series, span(series, logX)!, { x: { ...axis, log: logX }, y: axis }, logY, 400, theme);

  it('begins at the first point above 0 and says how many it has no place for', () => {
    expect(span(series, true)).toEqual({ from: 1, to: 100 });
    expect(span([{ ...series[0], x: [-1, 0], y: [1, 1] }], true)).toBeNull();
    expect(drawn(true, false)).toMatchObject({ leftOut: 1, x: { from: 1, to: 100 } });
    expect(drawn(true, true).leftOut).toBe(3);
    expect(drawn(false, true).leftOut).toBe(2);
    expect(drawn(false, false).leftOut).toBe(0);
  });

  it('places equal factors at equal distances', () => {
    const { option } = drawn(true, false);
    const lines = (option.series as { id: string; data: number[][] }[]).find(({ id }) => id === 'a')!;
    expect(lines.data.map(([x]) => x)).toEqual([0, 1, 2]);
    expect(option.xAxis).toMatchObject({ min: 0, max: 2 });
  });
});

describe('smooth', () => {
  it('does not change what has been drawn when the run goes on', () => {
    const steps = [...Array(100).keys()];
    const values = steps.map((i) => Math.cos(i));
    expect(smooth(steps.slice(0, 40), values.slice(0, 40), 10)).toEqual(smooth(steps, values, 10).slice(0, 40));
  });
  it('is not pulled to zero at the start, and keeps a constant', () => {
    for (const value of smooth([0, 1, 2], [5, 5, 5], 100)) expect(value).toBeCloseTo(5, 12);
  });
  it('looks back in steps, not in points', () => {
    expect(smooth([0, 1000], [0, 1], 10)[1]).toBeCloseTo(1);
  });
  it('does nothing at a reach of 0, and steps over what is not a number', () => {
    expect(smooth([0, 1, 2], [1, 2, 3], 0)).toEqual([1, 2, 3]);
    expect(smooth([0, 1, 2], [1, NaN, 1], 5)).toEqual([1, NaN, 1]);
  });
});

describe('axes', () => {
  it('steps by 1, 2 or 5', () => {
    expect([niceStep(10, 5), niceStep(0.7, 5), niceStep(1234, 4)]).toEqual([2, 0.2, 500]);
  });
  it('ends on ticks around the data', () => {
    expect(niceRange(0.31, 2.46)).toEqual({ min: 0, max: 2.5, step: 0.5 });
    const flat = niceRange(3, 3);
    expect(flat.min).toBeLessThan(3);
    expect(flat.max).toBeGreaterThan(3);
  });
  it('lists ticks without the noise of floating point', () => {
    expect(ticks(0, 0.5, 0.1)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(ticks(4, 1800, 500)).toEqual([500, 1000, 1500]);
  });
  it('ends a log axis on 1, 2 or 5 times a power of ten', () => {
    expect(logRange(0.34, 1.9)).toMatchObject({ min: 0.2, max: 2 });
    expect(logRange(0.001, 100)).toMatchObject({ min: 0.001, max: 100 });
    expect(logRange(1, 1)).toMatchObject({ min: 0.5, max: 2 });
    expect(logTicks(0.2, 2)).toEqual([0.2, 0.5, 1, 2]);
    expect(logTicks(0.001, 100)).toEqual([0.001, 0.01, 0.1, 1, 10, 100]);
  });
});

describe('plot', () => {
  const axis = { name: 'x', format: String };
  const axes = { x: axis, y: axis };
  const theme = { text: '', faint: '', grid: '', line: '', font: '', colour: (name: string) => name };
  const line = (id: string, x: number[], y: number[], look?: ChartSeries['look']): ChartSeries => ({
    id,
    name: id,
    colour: '#000000',
    x,
    y,
    look,
  });

  it('spans all series, from 0 where they begin near it', () => {
    expect(span([line('a', [4, 100], [1, 2]), line('b', [10, 200], [1, 2])])).toEqual({ from: 0, to: 200 });
    expect(span([line('a', [7], [1])])).toEqual({ from: 6.5, to: 7.5 });
    expect(span([line('a', [], [])])).toBeNull();
  });
  it('calls no two ticks of the y axis the same, where they lie close together', () => {
    const close = { ...axis, format: (value: number) => value.toFixed(1), exact: (value: number) => value.toFixed(4) };
    const one = { id: 'a', name: 'a', colour: '#000', x: [0, 1, 2], y: [0.8512, 0.8514, 0.8521] };
    const { option } = plot([one], { from: 0, to: 2 }, { x: axis, y: close }, false, 400, theme);
    const { customValues, formatter } = (
      option as { yAxis: { axisLabel: { customValues: number[]; formatter: (y: number) => string } } }
    ).yAxis.axisLabel;
    const words = customValues.map(formatter);
    expect(words[0]).toBe('0.8512');
    expect(new Set(words).size).toBe(words.length);
  });
  it('fits the y axis to what is in sight', () => {
    const found = plot([line('a', [0, 1, 2, 3], [100, 1, 2, 100])], { from: 1, to: 2 }, axes, false, 400, theme);
    expect(found.y).toMatchObject({ min: 1, max: 2 });
  });
  it('marks no step between two steps, and calls no two ticks the same', () => {
    const steps: ChartAxis = {
      name: 'step',
      format: (x) => `${Number((x / 1000).toPrecision(3))} k`,
      exact: (x) => String(x),
      whole: true,
    };
    const ticksOf = (from: number, to: number) => {
      const { xAxis } = plot([line('a', [from, to], [1, 2])], { from, to }, { x: steps, y: axes.y }, false, 400, theme)
        .option as { xAxis: { axisLabel: { customValues: number[]; formatter: (x: number) => string } } };
      return xAxis.axisLabel.customValues.map((x) => xAxis.axisLabel.formatter(x));
    };
    // A run of a single step.
    expect(ticksOf(0.5, 1.5)).toEqual(['0.001 k']);
    expect(ticksOf(0, 2000)[1]).toBe('0.5 k');
    expect(ticksOf(123_450, 123_454)).toEqual(['123450', '123451', '123452', '123453', '123454']);
  });
  it('draws nothing at or below zero on a log axis, and keeps to what is above', () => {
    const found = plot([line('a', [0, 1, 2], [0, 0.5, 20])], { from: 0, to: 2 }, axes, true, 400, theme);
    expect(found.y).toMatchObject({ min: 0.5, max: 20 });
  });
  it('counts what is stored elsewhere among the points', () => {
    const found = plot([{ ...line('a', [0, 1], [1, 2]), stored: 900 }], { from: 0, to: 1 }, axes, false, 400, theme);
    expect([found.drawn, found.points]).toEqual([2, 900]);
  });
  it('has one legend entry for a curve and the raw values behind it', () => {
    const raw = { ...line('a raw', [0], [1], 'behind'), legend: 'a' };
    expect(legendOf([raw, { ...line('a', [0], [1]), legend: 'a' }]).map((entry) => entry.id)).toEqual(['a']);
  });
});
