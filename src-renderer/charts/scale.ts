import { logTicks, niceStep, ticks } from '../../src-main/shared/chart/axis.ts';

/** One quantity of many things: a number or a word each; undefined where a thing has none. */
export interface Variable {
  id: string;
  label: string;
  kind: 'number' | 'category';
  values: readonly (number | string | undefined)[];
  /** As it is shown, of a number or a word. */
  format: (value: number | string) => string;
  /** The same beside a tick, without the digits that only a value read off needs. */
  brief?: (value: number) => string;
  /** More of it is worse: of a metric such as loss. */
  lowerIsBetter?: boolean;
}

export interface Tick {
  /** 0…1 along the axis, from its low end. */
  at: number;
  label: string;
}

/** Where each value of a variable lies along an axis. */
export interface Scale {
  log: boolean;
  /** Whether a logarithmic axis can show all of its numbers. */
  canLog: boolean;
  /** 0…1 a value; NaN where there is none, or none that can be shown. */
  positions: Float64Array;
  ticks: Tick[];
  /** The number at a place 0…1; of words the nearest one. */
  at: (position: number) => number | string;
}

/** Learning rates from 1e-5 to 1e-1 are even on a logarithmic axis; widths from 16 to 512 need none. */
const logFrom = 50;

export function numbersOf(variable: Variable): number[] {
  return variable.values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
}

/** @param log as asked for; else where the numbers span so much that a linear axis would hide most of them */
export function scaleOf(variable: Variable, log?: boolean, room = 6): Scale {
  return variable.kind === 'category' ? categoryScale(variable) : numberScale(variable, log, room);
}

function categoryScale({ values, format }: Variable): Scale {
  const collator = new Intl.Collator(undefined, { numeric: true });
  const distinct = [...new Set(values)].filter((value) => value !== undefined);
  const words = [...new Set(distinct.map(String))].sort(collator.compare);
  const places = new Map(words.map((word, i) => [word, (i + 0.5) / words.length]));
  const shown = new Map(distinct.map((value) => [String(value), format(value)]));
  return {
    log: false,
    canLog: false,
    positions: Float64Array.from(values, (value) => places.get(String(value)) ?? NaN),
    ticks: words.map((word) => ({ at: places.get(word)!, label: shown.get(word)! })),
    at: (position) => words[Math.min(words.length - 1, Math.max(0, Math.floor(position * words.length)))] ?? '',
  };
}

function numberScale(variable: Variable, asked: boolean | undefined, room: number): Scale {
  const numbers = numbersOf(variable);
  let low = Infinity;
  let high = -Infinity;
  for (const value of numbers) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const canLog = low > 0 && high > low;
  const log = canLog && (asked ?? high / low >= logFrom);
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  const to = log ? Math.log : (value: number) => value;
  const from = log ? Math.exp : (value: number) => value;
  const [start, size] = [to(low), to(high) - to(low)];
  const place = (value: number) => (to(value) - start) / size;
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  const marks =
    distinct.length <= room ? distinct : log ? logTicks(low, high) : ticks(low, high, niceStep(high - low, room - 1));
  const shown = marks.filter((value) => value >= low && value <= high);
  const brief = variable.brief && shown.map(variable.brief);
  const words = brief && new Set(brief).size === brief.length ? brief : shown.map(variable.format);
  return {
    log,
    canLog,
    positions: Float64Array.from(variable.values, (value) =>
      typeof value === 'number' && Number.isFinite(value) ? place(value) : NaN,
    ),
    ticks: shown.map((value, i) => ({ at: place(value), label: words[i] })),
    at: (position) => from(start + position * size),
  };
}
