import type { TensorSummary } from '../shared/weights.ts';

const bins = 64;

/** Spread and moments of the finite ones among the values. */
export function summarize(name: string, shape: readonly number[], values: ArrayLike<number>): TensorSummary {
  let [min, max, sum, squares, zeros, finite] = [Infinity, -Infinity, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    finite++;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    sum += value;
    squares += value * value;
  }
  const count = values.length;
  const empty = { min: 0, max: 0, mean: 0, std: 0, norm: 0, histogram: { from: 0, width: 0, counts: [] } };
  const common = { name, shape: [...shape], count, notFinite: count - finite, zeros };
  if (finite === 0) return { ...common, ...empty };

  const mean = sum / finite;
  const width = (max - min) / bins;
  const counts = new Array<number>(width > 0 ? bins : 1).fill(0);
  let deviations = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    deviations += (value - mean) ** 2;
    counts[width > 0 ? Math.min(bins - 1, Math.floor((value - min) / width)) : 0]++;
  }
  return {
    ...common,
    min,
    max,
    mean,
    std: Math.sqrt(deviations / finite),
    norm: Math.sqrt(squares),
    histogram: { from: min, width, counts },
  };
}
