import { niceRange, ticks } from './axis.ts';
import { textWidth } from './svg.ts';
import type { SvgAxis, SvgTheme } from './svg.ts';

/** Values that belong together, and what they stand for. */
export interface Group {
  name: string;
  /** As SVG takes it: no variable of a page. */
  colour: string;
  /** Finite. */
  values: readonly number[];
}

export interface GroupChart {
  /** `bars`: means from zero with their deviation. `points`: the same without zero. `boxes`: quartiles, and each value as a dot. */
  kind: 'bars' | 'points' | 'boxes';
  title: string;
  /** What the groups are by. */
  by: string;
  y: SvgAxis;
  groups: readonly Group[];
  width: number;
  height: number;
  theme?: Partial<SvgTheme>;
}

export interface GroupFigures {
  n: number;
  mean: number;
  /** Of the sample (n - 1); NaN of one value. */
  std: number;
  least: number;
  /** Quartiles by linear interpolation, as NumPy's and R's default (type 7). */
  lower: number;
  median: number;
  upper: number;
  greatest: number;
  /** The last values within 1.5 box heights of the box (Tukey). */
  whiskers: readonly [number, number];
}

export function groupFigures(values: readonly number[]): GroupFigures {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const quantile = (share: number) => {
    const at = (n - 1) * share;
    const below = Math.floor(at);
    return sorted[below] + (at - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
  };
  const [lower, upper] = [quantile(0.25), quantile(0.75)];
  const reach = 1.5 * (upper - lower);
  return {
    n,
    mean,
    std: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN,
    least: sorted[0],
    lower,
    median: quantile(0.5),
    upper,
    greatest: sorted[n - 1],
    whiskers: [sorted.find((value) => value >= lower - reach)!, sorted.findLast((value) => value <= upper + reach)!],
  };
}

export interface GroupColumn {
  group: Group;
  figures: GroupFigures;
  /** Pixels: the middle of the column, and how wide what is drawn there is. */
  centre: number;
  width: number;
  /** In the order of the group's values. */
  dots: readonly { x: number; y: number }[];
}

export interface GroupLayout {
  columns: readonly GroupColumn[];
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Whether any group has more than one value: else nobody needs to be told how many. */
  counted: boolean;
  /** Names that would not fit beside each other are written aslant. */
  slanted: boolean;
  ticks: readonly number[];
  /** Pixels from the top. */
  at: (value: number) => number;
}

const margin = { left: 64, right: 16, top: 56, bottom: 62 };
const mostName = 24;

export const shortName = (name: string): string =>
  [...name].length > mostName ? `${[...name].slice(0, mostName - 1).join('')}…` : name;

/** Where everything of a chart of groups stands; groups without a value have no column. */
export function groupLayout({ kind, groups, width, height }: GroupChart): GroupLayout {
  const there = groups.filter(({ values }) => values.length > 0);
  const [left, right] = [margin.left, Math.max(margin.left + 1, width - margin.right)];
  const room = (right - left) / Math.max(1, there.length);
  const longest = Math.max(0, ...there.map(({ name }) => textWidth(shortName(name))));
  const slanted = longest > room - 8;
  const bottom = height - margin.bottom - (slanted ? Math.min(80, 0.57 * longest) : 0);
  const figures = there.map(({ values }) => groupFigures(values));
  const range = rangeOf(kind, figures);
  const at = (value: number) =>
    margin.top + (1 - (value - range.min) / (range.max - range.min)) * (bottom - margin.top);
  const wide = Math.min(kind === 'points' ? 24 : 72, room * 0.62);
  const columns = there.map((group, i): GroupColumn => {
    const centre = left + (i + 0.5) * room;
    return {
      group,
      figures: figures[i],
      centre,
      width: wide,
      // Beside each other by the golden ratio: never by chance, and none hides behind its neighbour.
      dots: group.values.map((value, k) => ({
        x: centre + (group.values.length > 1 ? (((k + 0.5) * 0.618034) % 1) - 0.5 : 0) * wide * 0.7,
        y: at(value),
      })),
    };
  });
  const counted = figures.some(({ n }) => n > 1);
  return {
    columns,
    counted,
    left,
    right,
    top: margin.top,
    bottom,
    slanted,
    ticks: ticks(range.min, range.max, range.step),
    at,
  };
}

function rangeOf(kind: GroupChart['kind'], figures: readonly GroupFigures[]) {
  if (figures.length === 0) return { min: 0, max: 1, step: 0.2 };
  const ends = figures.flatMap(({ mean, std, least, greatest }) =>
    kind === 'boxes' ? [least, greatest] : [mean - (std || 0), mean + (std || 0)],
  );
  if (kind === 'bars') ends.push(0);
  // A mean of 0.98 with its deviation goes a hair above 1: steps of 0.2 leave a sixth of the height empty, those of 0.5 a third.
  return niceRange(Math.min(...ends), Math.max(...ends), 8);
}
