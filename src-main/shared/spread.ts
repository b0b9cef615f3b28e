import type { RunSummary } from './run.ts';

/** A metric over several runs. */
export interface MetricSpread {
  mean: number;
  /** Of the sample, by n − 1; 0 of one run. */
  std: number;
  runs: number;
}

/** Of every metric that all of the runs have. */
export function metricSpreads(runs: readonly Pick<RunSummary, 'metrics'>[]): Record<string, MetricSpread> {
  const keys = Object.keys(runs[0]?.metrics ?? {}).filter((key) => runs.every(({ metrics }) => key in metrics));
  return Object.fromEntries(keys.map((key) => [key, spreadOf(runs.map(({ metrics }) => metrics[key]))]));
}

export function spreadOf(values: readonly number[]): MetricSpread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)), runs: values.length };
}
