import type { RunImportance, SettingImportance } from '../../shared/run-importance.ts';
import type { SettingValue } from '../../shared/run.ts';
import { type Axis, divideVariance } from './fanova.ts';

/** A run as it is asked: its settings, and what came of them. */
export interface Outcome {
  settings: Readonly<Record<string, SettingValue>>;
  /** Finite. */
  value: number;
}

/** So many different numbers are taken as steps of equal width, in their order; more as a continuous range. */
const MOST_LEVELS = 12;
/** Numbers that span so much are taken by their logarithms. */
const LOG_FROM = 50;
/** Numbers that are names. */
const NAMES = new Set(['seed', 'version']);

interface Column {
  key: string;
  numeric: boolean;
  /** undefined: the run has no such setting. */
  values: (SettingValue | undefined)[];
  distinct: (SettingValue | undefined)[];
}

/**
 * fANOVA over runs that somebody chose instead of a sampler: only settings that differ count, each by the values that occur. A run without a
 * setting has a value of its own there. Of settings that changed together in every run the first, in the order given, stands for all.
 * Pauses often.
 */
export function* settingsImportance(
  runs: readonly Outcome[],
): Generator<void, Omit<RunImportance, 'metric' | 'without'>> {
  const found = yield* columnsOf(runs);
  const leftOut = found.filter((column) => isName(column, runs.length));
  const groups: Column[][] = [];
  for (const column of found) {
    if (leftOut.includes(column)) continue;
    const same = groups.find(([first]) => changeTogether(first, column));
    if (same) same.push(column);
    else groups.push([column]);
    yield;
  }
  const values = Float64Array.from(runs, ({ value }) => value);
  const dividing = divideVariance(
    groups.map(([first]) => axisOf(first, values)),
    values,
    0,
  );
  let step = dividing.next();
  while (!step.done) {
    yield;
    step = dividing.next();
  }
  const { alone, foretold } = step.value;
  const settings = groups.map(([first, ...others], i): SettingImportance => ({
    key: first.key,
    share: alone[i],
    correlation: first.numeric ? rankCorrelation(first.values as (number | undefined)[], values) : null,
    levels: levelsOf(first, values),
    together: others.map(({ key }) => key),
  }));
  return {
    runs: runs.length,
    settings: settings.sort((a, b) => b.share - a.share),
    // All equal, or nothing that a tree could cut at: nothing is explained, in combination neither.
    combined: alone.some((share) => share > 0) ? Math.max(0, 1 - alone.reduce((sum, share) => sum + share, 0)) : 0,
    foretold: Number.isFinite(foretold) ? foretold : null,
    leftOut: leftOut.map(({ key }) => key),
  };
}

/** Settings that differ, those that all runs have first: they are the likelier reason where two say the same. */
function* columnsOf(runs: readonly Outcome[]): Generator<void, Column[]> {
  const keys = new Set<string>();
  for (const { settings } of runs) for (const key in settings) keys.add(key);
  const columns: Column[] = [];
  for (const key of keys) {
    const values = runs.map(({ settings }) => settings[key] as SettingValue | undefined);
    const numeric = !NAMES.has(key) && values.every((value) => value === undefined || typeof value === 'number');
    const distinct = inOrder(new Set(values));
    if (distinct.length > 1) columns.push({ key, numeric, values, distinct });
    yield;
  }
  const everywhere = ({ values }: Column) => Number(!values.includes(undefined));
  return columns.sort((a, b) => everywhere(b) - everywhere(a));
}

/** Numbers by size, words by letters, none last. */
function inOrder(values: Iterable<SettingValue | undefined>): (SettingValue | undefined)[] {
  return [...values].sort((a, b) => {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1;
  });
}

const isName = ({ numeric, distinct }: Column, runs: number): boolean => !numeric && distinct.length === runs;

/** Each value of the one goes with one value of the other, and numbers with numbers in order: nothing can tell the two apart. */
function changeTogether(a: Column, b: Column): boolean {
  if (a.distinct.length !== b.distinct.length) return false;
  const partner = new Map<SettingValue | undefined, SettingValue | undefined>();
  for (const [i, value] of a.values.entries()) {
    if (partner.has(value) ? partner.get(value) !== b.values[i] : false) return false;
    partner.set(value, b.values[i]);
  }
  if (new Set(partner.values()).size !== partner.size) return false;
  if (!a.numeric || !b.numeric || a.distinct.length <= MOST_LEVELS) return true;
  const others = a.distinct.map((value) => partner.get(value)).filter((value) => value !== undefined) as number[];
  const rises = others.every((value, i) => i === 0 || value > others[i - 1]);
  return rises || others.every((value, i) => i === 0 || value < others[i - 1]);
}

function axisOf({ numeric, values, distinct }: Column, targets: Float64Array): Axis {
  if (!numeric || distinct.length <= MOST_LEVELS) {
    // Words stand in the order of their means, in which the best cut of a set is one between neighbours (Breiman et al., CART, 1984).
    const order = numeric
      ? distinct
      : distinct.toSorted((a, b) => meanOf(values, a, targets) - meanOf(values, b, targets));
    const places = new Map(order.map((value, i) => [value, i + 0.5]));
    return { extent: order.length, column: Float64Array.from(values, (value) => places.get(value)!) };
  }
  const numbers = distinct.filter((value) => value !== undefined) as number[];
  const [low, high] = [numbers[0], numbers[numbers.length - 1]];
  const scale = low > 0 && high / low >= LOG_FROM ? Math.log : (value: number) => value;
  const missing = values.filter((value) => value === undefined).length / values.length;
  // Runs without it lie beyond the range, on a part of the axis as large as their number.
  const beyond = missing / (1 - missing);
  const place = (value: number) => (scale(value) - scale(low)) / (scale(high) - scale(low));
  return {
    extent: 1 + beyond,
    column: Float64Array.from(values, (value) => (value === undefined ? 1 + beyond / 2 : place(value as number))),
  };
}

function meanOf(values: Column['values'], of: SettingValue | undefined, targets: Float64Array): number {
  let [sum, n] = [0, 0];
  for (const [i, value] of values.entries()) {
    if (value !== of) continue;
    sum += targets[i];
    n++;
  }
  return sum / n;
}

function levelsOf({ values, distinct }: Column, targets: Float64Array): SettingImportance['levels'] {
  if (distinct.length > MOST_LEVELS) return [];
  return distinct.map((value) => ({
    value: value ?? null,
    mean: meanOf(values, value, targets),
    runs: values.filter((other) => other === value).length,
  }));
}

/** Spearman's, over those that have a number; equal ones share their mean rank. Null below three, or where either is constant. */
export function rankCorrelation(values: readonly (number | undefined)[], targets: ArrayLike<number>): number | null {
  const there = values.flatMap((value, i) => (value === undefined ? [] : [[value, targets[i]]]));
  if (there.length < 3) return null;
  const [a, b] = [0, 1].map((side) => ranks(there.map((pair) => pair[side])));
  const middle = (there.length + 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < there.length; i++) {
    ab += (a[i] - middle) * (b[i] - middle);
    aa += (a[i] - middle) ** 2;
    bb += (b[i] - middle) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}

function ranks(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((i, k) => values[i] - values[k]);
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) out[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}
