import { logAxisTicks, spread } from './axis.ts';
import type { SvgAxis } from './svg.ts';

/** Numbers between two ends, or words beside each other, whose places are their indices. */
export type FigureAxis =
  | (SvgAxis & {
      kind: 'number';
      low: number;
      high: number;
      /** Where ticks go instead of 1, 2 and 5 times a power of ten: about so many between two values. */
      ticks?: (low: number, high: number, room: number) => number[];
    })
  | { kind: 'category'; name: string; words: readonly string[] };

interface Layer {
  /** As the legend has it; none where the layer goes without saying. */
  name?: string;
  colour: string;
}

export interface PointLayer extends Layer {
  kind: 'points';
  /** `unseen`: only pointed at, as the places of a curve are. */
  shape: 'disc' | 'ring' | 'cross' | 'unseen';
  /** Of what each mark stands for. */
  ids: ArrayLike<number>;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** A colour each, where they differ. */
  colours?: readonly string[];
}

/** Of so many rings each: thousands are a haze, through which what lies below is still seen. */
export const ringOpacity = (count: number): number => Math.min(1, Math.max(0.12, 1200 / count));

export interface LineLayer extends Layer {
  kind: 'lines';
  /** A line without an id is a guide: it is not pointed at. NaN breaks it. */
  lines: readonly { id?: number; x: ArrayLike<number>; y: ArrayLike<number> }[];
  /** Goes on level, then jumps. */
  step?: boolean;
  /** Pixels. */
  width?: number;
  opacity?: number;
  /** As what is only held against the others. */
  dashed?: boolean;
}

/** Stretches of x at a word of y. */
export interface BarLayer extends Layer {
  kind: 'bars';
  ids: ArrayLike<number>;
  from: ArrayLike<number>;
  to: ArrayLike<number>;
  y: ArrayLike<number>;
}

/** Upright bars over stretches of x, from the low end of y, or from 0 where y goes below it. */
export interface ColumnLayer extends Layer {
  kind: 'columns';
  ids: ArrayLike<number>;
  from: ArrayLike<number>;
  to: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Each its own, 0…1. */
  opacities?: ArrayLike<number>;
}

/** A field over the whole of both axes, evenly divided as they are drawn; null where there is nothing. */
export interface CellLayer extends Layer {
  kind: 'cells';
  columns: number;
  rows: number;
  /** Row by row from the low end of y. */
  colours: readonly (string | null)[];
}

export type FigureLayer = PointLayer | LineLayer | BarLayer | ColumnLayer | CellLayer;

/** A drawing in the terms of its data: what lies first is drawn first. */
export interface Figure {
  title: string;
  x: FigureAxis;
  y: FigureAxis;
  layers: readonly FigureLayer[];
}

/** What of an axis is in sight, in its shares 0…1; a little more than all of it, so that marks at its ends are whole. */
export interface FigureSpan {
  from: number;
  to: number;
}
export interface FigureView {
  x: FigureSpan;
  y: FigureSpan;
}
const edge = 0.025;
export const wholeView: FigureView = { x: { from: -edge, to: 1 + edge }, y: { from: -edge, to: 1 + edge } };

/** The share of the axis at which a value lies: 0 at its low end, 1 at its high one; NaN for what has no place on it. */
export function placeOn(axis: FigureAxis): (value: number) => number {
  if (axis.kind === 'category') return (index) => (index + 0.5) / axis.words.length;
  const to = axis.log ? Math.log : (value: number) => value;
  const [low, high] = [to(axis.low), to(axis.high)];
  return high > low ? (value) => (to(value) - low) / (high - low) : (value) => (Number.isNaN(value) ? NaN : 0.5);
}

/** Where columns stand: at 0, or at the low end of an axis that has no 0. */
export function baseOf(axis: FigureAxis): number {
  if (axis.kind === 'category' || axis.log) return 0;
  return Math.min(1, Math.max(0, placeOn(axis)(0)));
}

/** The value at a share of a numeric axis. */
export function valueAt(axis: FigureAxis & { kind: 'number' }, place: number): number {
  if (!axis.log) return axis.low + place * (axis.high - axis.low);
  return Math.exp(Math.log(axis.low) + place * (Math.log(axis.high) - Math.log(axis.low)));
}

/** Where labels stand, as shares of the axis, and what they say: as many as there is room for. */
export function figureTicks(axis: FigureAxis, { from, to }: FigureSpan, room: number): { at: number; label: string }[] {
  const place = placeOn(axis);
  if (axis.kind === 'category') {
    const all = axis.words.map((label, i) => ({ at: place(i), label })).filter(({ at }) => at >= from && at <= to);
    const every = Math.ceil(all.length / Math.max(1, room));
    return all.filter((_, i) => i % every === 0);
  }
  const [low, high] = [valueAt(axis, Math.max(0, from)), valueAt(axis, Math.min(1, to))];
  if (!(high > low)) return [{ at: place(low), label: axis.format(low) }];
  const evenly = axis.ticks ?? ((from, to, most) => spread(from, to, most, axis.whole));
  const at = axis.log ? logAxisTicks(low, high, room) : evenly(low, high, Math.max(2, room));
  // Of very many decades not each has room.
  const every = Math.ceil(at.length / (Math.max(2, room) + 1));
  const values = at.filter((_, i) => i % every === 0);
  const words = values.map(axis.format);
  const clear = !axis.exact || new Set(words).size === words.length;
  return values.map((value, i) => ({ at: place(value), label: clear ? words[i] : axis.exact!(value) }));
}

/** So many quarters' distance beyond the middle half of the values a value is far off. */
const far = 6;

/**
 * The ends of an axis for these values, with what lies very far off left to stand at its edge: one training that diverged would press all
 * others into a line. `from` and `to` are equal where all values are.
 */
export function rangeOf(values: ArrayLike<number>): { low: number; high: number; beyond: number } {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const n = sorted.length;
  if (n === 0) return { low: 0, high: 1, beyond: 0 };
  const [q1, q3] = [sorted[Math.floor((n - 1) / 4)], sorted[Math.ceil((3 * (n - 1)) / 4)]];
  const bound = q3 > q1 ? far * (q3 - q1) : Infinity;
  const low = sorted.find((value) => value >= q1 - bound)!;
  const high = sorted.findLast((value) => value <= q3 + bound)!;
  const beyond = sorted.reduce((count, value) => count + (value < low || value > high ? 1 : 0), 0);
  if (low < high) return { low, high, beyond };
  const around = Math.abs(low) * 0.05 || 0.5;
  return { low: low - around, high: high + around, beyond };
}

/** The same, with `wanted` of the values in sight wherever they lie. */
export function rangeWith(values: ArrayLike<number>, wanted: readonly number[]): { low: number; high: number } {
  const { low, high } = rangeOf(values);
  const finite = wanted.filter(Number.isFinite);
  return { low: Math.min(low, ...finite), high: Math.max(high, ...finite) };
}
