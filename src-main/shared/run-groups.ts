import { fieldValue, type FieldRun, type FieldValue, type RunField } from './run-fields.ts';

/** What the values of a field come to over the runs of a group: numbers as mean and spread, anything else where it is the same in all. */
export interface Aggregate {
  /** Runs with a finite number. */
  n: number;
  mean: number;
  /** Of the sample (n - 1); NaN for one. */
  std: number;
  least: number;
  greatest: number;
  /** The value where all runs have the same; undefined where they differ or none has one. */
  same: FieldValue;
  /** How many different values there are, runs without one counted as one. */
  distinct: number;
}

export interface RunGroup<Run extends FieldRun> {
  /** What its runs share, one a field that was grouped by. */
  values: FieldValue[];
  runs: Run[];
}

const keyOf = (value: FieldValue): string =>
  value === undefined ? 'u' : typeof value === 'object' ? `o${JSON.stringify(value)}` : `${typeof value}${value}`;

/** Runs that share all of these, in the order in which the first of each comes. */
export function groupRuns<Run extends FieldRun>(runs: readonly Run[], by: readonly RunField[]): RunGroup<Run>[] {
  const groups = new Map<string, RunGroup<Run>>();
  for (const run of runs) {
    const values = by.map((field) => fieldValue(run, field));
    const key = JSON.stringify(values.map(keyOf));
    const group = groups.get(key);
    if (group) group.runs.push(run);
    else groups.set(key, { values, runs: [run] });
  }
  return [...groups.values()];
}

export function aggregate(runs: readonly FieldRun[], field: RunField): Aggregate {
  const values = runs.map((run) => fieldValue(run, field));
  const keys = new Set(values.map(keyOf));
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  const n = numbers.length;
  const mean = n === 0 ? NaN : numbers.reduce((sum, value) => sum + value, 0) / n;
  // In two passes: the sum of squares alone would lose everything where the spread is small.
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    n,
    mean,
    std: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN,
    least: n === 0 ? NaN : Math.min(...numbers),
    greatest: n === 0 ? NaN : Math.max(...numbers),
    same: keys.size === 1 ? values[0] : undefined,
    distinct: keys.size,
  };
}
