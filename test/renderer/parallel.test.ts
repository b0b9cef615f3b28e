import { describe, expect, it } from 'vitest';
import { brushBetween, brushed, moved, nearestLine } from '../../src-renderer/charts/brush.ts';
import { scattered } from '../../src-renderer/charts/parallel-painter.ts';
import { scaleOf } from '../../src-renderer/charts/scale.ts';
import type { Variable } from '../../src-renderer/charts/scale.ts';

const variable = (kind: Variable['kind'], values: Variable['values']): Variable => ({
  id: 'v',
  label: 'v',
  kind,
  values,
  format: String,
});

describe('a scale', () => {
  it('puts numbers between the least and the greatest', () => {
    const scale = scaleOf(variable('number', [10, 30, 20, undefined, NaN]));
    expect([...scale.positions]).toEqual([0, 1, 0.5, NaN, NaN]);
    expect(scale.log).toBe(false);
    expect(scale.at(0.25)).toBe(15);
  });

  it('is logarithmic by itself where numbers span much, and never where one is not positive', () => {
    const rates = scaleOf(variable('number', [1e-5, 1e-3, 1e-1]));
    expect(rates.log).toBe(true);
    expect(rates.positions[1]).toBeCloseTo(0.5, 12);
    expect(rates.at(0.5)).toBeCloseTo(1e-3, 12);
    expect(scaleOf(variable('number', [0, 1e-3, 10]), true)).toMatchObject({ log: false, canLog: false });
    expect(scaleOf(variable('number', [1, 1000]), false).log).toBe(false);
  });

  it('has a tick at each of few values, and round ones among many', () => {
    expect(scaleOf(variable('number', [16, 32, 64])).ticks.map(({ label }) => label)).toEqual(['16', '32', '64']);
    const many = scaleOf(
      variable(
        'number',
        Array.from({ length: 101 }, (_, i) => i),
      ),
    );
    expect(many.ticks.map(({ label }) => label)).toEqual(['0', '20', '40', '60', '80', '100']);
  });

  it('says brief words beside ticks where they tell the ticks apart', () => {
    const long = { ...variable('number', [1, 2.25]), format: (value: number | string) => Number(value).toFixed(4) };
    const labels = (digits: number) => {
      const brief = (value: number) => value.toFixed(digits);
      return scaleOf({ ...long, brief }).ticks.map(({ label }) => label);
    };
    expect(labels(2)).toEqual(['1.00', '2.25']);
    expect(labels(0)).toEqual(['1', '2']);
    expect(scaleOf({ ...long, brief: () => 'same' }).ticks.map(({ label }) => label)).toEqual(['1.0000', '2.2500']);
  });

  it('gives each word a place of its own, in natural order', () => {
    const scale = scaleOf(variable('category', ['b10', 'b9', undefined, 'b9']));
    expect([...scale.positions]).toEqual([0.75, 0.25, NaN, 0.25]);
    expect(scale.ticks.map(({ label }) => label)).toEqual(['b9', 'b10']);
    expect([scale.at(0.1), scale.at(0.9)]).toEqual(['b9', 'b10']);
  });

  it('stands in the middle where all are the same, and survives having nothing', () => {
    expect([...scaleOf(variable('number', [3, 3])).positions]).toEqual([0.5, 0.5]);
    expect([...scaleOf(variable('number', [undefined])).positions]).toEqual([NaN]);
    expect(scaleOf(variable('category', [])).ticks).toEqual([]);
  });
});

describe('brushes', () => {
  const positions = [Float64Array.of(0, 0.5, 1, NaN), Float64Array.of(1, 0.5, 0, 0.5)];

  it('keep what lies within all of them; what has no value lies within none', () => {
    expect([...brushed(positions, [null, null], 4)]).toEqual([1, 1, 1, 1]);
    expect([...brushed(positions, [{ from: 0.4, to: 1 }, null], 4)]).toEqual([0, 1, 1, 0]);
    expect([
      ...brushed(
        positions,
        [
          { from: 0.4, to: 1 },
          { from: 0.4, to: 1 },
        ],
        4,
      ),
    ]).toEqual([0, 1, 0, 0]);
  });

  it('are drawn in either direction and stay on the axis', () => {
    expect(brushBetween(0.8, 0.2)).toEqual({ from: 0.2, to: 0.8 });
    expect(brushBetween(-1, 3)).toEqual({ from: 0, to: 1 });
    expect(moved({ from: 0.5, to: 0.9 }, 0.5)).toEqual({ from: expect.closeTo(0.6), to: 1 });
    expect(moved({ from: 0.1, to: 0.3 }, -0.5)).toEqual({ from: 0, to: expect.closeTo(0.2) });
  });

  it('find the nearest line between two axes among those that are kept', () => {
    const within = Uint8Array.of(1, 1, 1, 1);
    expect(nearestLine(positions[0], positions[1], within, 0.25, 0.26, 0.05)).toBe(0);
    expect(nearestLine(positions[0], positions[1], Uint8Array.of(0, 1, 1, 1), 0.25, 0.26, 0.05)).toBe(-1);
    expect(nearestLine(positions[0], positions[1], within, 0, 0.2, 0.05)).toBe(-1);
  });
});

it('paints every line once, in an order that soon looks like the whole', () => {
  for (const count of [0, 1, 2, 3, 10, 1500, 1501]) {
    expect([...scattered(count)].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  }
  // Of the first twentieth every tenth of the lines has its share.
  const tenths = new Set([...scattered(1500).subarray(0, 75)].map((i) => Math.floor(i / 150)));
  expect(tenths.size).toBe(10);
});
