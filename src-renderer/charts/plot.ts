import {
  labelled,
  logAxisTicks,
  logRange,
  logTicks,
  niceRange,
  spread,
  ticks,
} from '../../src-main/shared/chart/axis.ts';
import type { AxisRange } from '../../src-main/shared/chart/axis.ts';
import { decimate, extent, firstPositive, lowerBound } from '../../src-main/shared/chart/decimate.ts';
import type { ChartOption } from './echarts.ts';

export interface ChartSeries {
  id: string;
  name: string;
  /** Series of one legend entry are shown and hidden together. */
  legend?: string;
  colour: string;
  /** Ascending. */
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** `behind`: the raw values under a smoothed line; drawn faint and not read out. */
  look?: 'line' | 'dashed' | 'behind';
  /** How many points there are where they are stored, if not all of them are here. */
  stored?: number;
  /** Of a line that stands for several: the least and the greatest at each x. */
  band?: { low: ArrayLike<number>; high: ArrayLike<number> };
}

export interface ChartAxis {
  /** Never without a name; with its unit, where it has one: "time (s)". */
  name: string;
  format: (value: number) => string;
  /** Where `format` would call two ticks the same. */
  exact?: (value: number) => string;
  /** It counts: there is nothing between two whole numbers. */
  whole?: boolean;
  /** Of the horizontal one. */
  log?: boolean;
}

export interface Window {
  from: number;
  to: number;
}

export interface Theme {
  text: string;
  faint: string;
  grid: string;
  line: string;
  font: string;
  colour: (name: string) => string;
}

/** Room around the plot, in pixels: fixed, so that charts under each other line up. */
export const margin = { left: 56, right: 16, top: 26, bottom: 40 };

/** A number as an axis places it, and back. */
export const scaled = (value: number, log = false): number => (log ? Math.log10(value) : value);
export const unscaled = (place: number, log = false): number => (log ? 10 ** place : place);

/** What the data spans along x; null where there is none that has a place. */
export function span(series: readonly ChartSeries[], log = false): Window | null {
  let from = Infinity;
  let to = -Infinity;
  for (const { x } of series) {
    const first = log ? firstPositive(x) : 0;
    if (first >= x.length) continue;
    from = Math.min(from, x[first]);
    to = Math.max(to, x[x.length - 1]);
  }
  if (from > to) return null;
  if (log) return from === to ? { from: from / 2, to: to * 2 } : { from, to };
  // Training begins at 0: a first point near it does not move the axis.
  if (from > 0 && from < to * 0.1) from = 0;
  return from === to ? { from: from - 0.5, to: to + 0.5 } : { from, to };
}

export interface LegendEntry {
  id: string;
  name: string;
  colour: string;
  dashed: boolean;
  /** Of points rather than a line. */
  dot?: boolean;
}

/** What there is to show and hide, in drawing order. */
export function legendOf(series: readonly ChartSeries[]): LegendEntry[] {
  const seen = new Map<string, LegendEntry>();
  for (const one of series) {
    const id = one.legend ?? one.id;
    if (!seen.has(id) && one.look !== 'behind')
      seen.set(id, { id, name: one.name, colour: one.colour, dashed: one.look === 'dashed' });
  }
  return [...seen.values()];
}

export interface Plot {
  option: ChartOption;
  x: Window;
  y: AxisRange;
  drawn: number;
  points: number;
  /** Points that a logarithmic axis has no place for. */
  leftOut: number;
}

/** A line at each tick, as series: the library's own would not stand at the ticks of a log axis. */
function gridLines(at: readonly number[], [from, to]: readonly [number, number], colour: string) {
  return at.map((y) => ({
    id: `grid ${y}`,
    type: 'line' as const,
    data: [
      [from, y],
      [to, y],
    ],
    showSymbol: false,
    silent: true,
    animation: false,
    z: 0,
    lineStyle: { color: colour, width: 1 },
  }));
}

export function plot(
  series: readonly ChartSeries[],
  window: Window,
  axes: { x: ChartAxis; y: ChartAxis },
  logY: boolean,
  width: number,
  theme: Theme,
): Plot {
  let low = Infinity;
  let high = -Infinity;
  for (const one of series) {
    for (const values of one.band ? [one.band.low, one.band.high] : [one.y]) {
      const found = extent(one.x, values, window.from, window.to, logY);
      if (found) {
        low = Math.min(low, found[0]);
        high = Math.max(high, found[1]);
      }
    }
  }
  const y = low > high ? { min: logY ? 0.1 : 0, max: 1, step: 0.2 } : logY ? logRange(low, high) : niceRange(low, high);
  const pixels = Math.max(50, width - margin.left - margin.right);
  const logX = axes.x.log ?? false;
  const most = Math.max(2, Math.floor(pixels / 50));
  const { from, to } = window;
  const xPlaces = logX ? logAxisTicks(from, to, most) : spread(from, to, most, axes.x.whole);
  const xNames = labelled(xPlaces, axes.x);
  const xLabels = new Map(xPlaces.map((value) => [scaled(value, logX), xNames.get(value)!]));
  const xTicks = [...xLabels.keys()];
  const ends = [scaled(from, logX), scaled(to, logX)] as const;
  const yPlaces = logY ? logTicks(y.min, y.max) : ticks(y.min, y.max, y.step);
  const yNames = labelled(yPlaces, axes.y);
  const yLabels = new Map(yPlaces.map((value) => [scaled(value, logY), yNames.get(value)!]));
  const yTicks = [...yLabels.keys()];
  let drawn = 0;
  let points = 0;
  const leftOut = series.reduce((sum, one) => sum + withoutPlace(one, window, logX, logY), 0);

  const lines = series.map((one) => {
    const slice = decimate(one.x, one.y, window.from, window.to, pixels, logX);
    drawn += slice.x.length;
    points += Math.max(slice.sampled ? one.x.length : slice.x.length, one.stored ?? 0);
    const single = slice.x.length === 1;
    const few = slice.x.length <= 40 && one.look !== 'behind';
    return {
      id: one.id,
      type: 'line' as const,
      // Nothing at or below zero has a place on a log axis.
      data: slice.x.map((x, i) => [
        scaled(x, logX),
        logY ? (slice.y[i] > 0 ? Math.log10(slice.y[i]) : '-') : slice.y[i],
      ]),
      showSymbol: few || single,
      symbol: 'circle',
      symbolSize: single ? 6 : 4,
      silent: true,
      animation: false,
      clip: true,
      z: one.look === 'behind' ? 1 : 2,
      lineStyle: {
        color: theme.colour(one.colour),
        width: one.look === 'behind' ? 1 : 1.5,
        opacity: one.look === 'behind' ? 0.28 : 1,
        type: one.look === 'dashed' ? ([4, 3] as number[]) : ('solid' as const),
        join: 'round' as const,
      },
      itemStyle: { color: theme.colour(one.colour) },
    };
  });

  const bands = series.flatMap((one) => (one.band ? [bandOf(one.id, one.x, one.band, theme.colour(one.colour))] : []));
  /** From its least values there to its greatest back. */
  function bandOf(id: string, x: ArrayLike<number>, band: NonNullable<ChartSeries['band']>, colour: string) {
    const edge = (values: ArrayLike<number>) => {
      const slice = decimate(x, values, window.from, window.to, pixels, logX);
      return slice.x.flatMap((at, i) => {
        const shown = logY ? slice.y[i] > 0 : Number.isFinite(slice.y[i]);
        return shown ? [[scaled(at, logX), scaled(slice.y[i], logY)]] : [];
      });
    };
    const outline = [...edge(band.low), ...edge(band.high).reverse()];
    return {
      id: `${id} band`,
      type: 'custom' as const,
      data: outline.length > 2 ? [[ends[0], 0]] : [],
      clip: true,
      silent: true,
      animation: false,
      z: 1,
      renderItem: (_: unknown, api: { coord: (point: number[]) => number[] }) => ({
        type: 'polygon' as const,
        shape: { points: outline.map((point) => api.coord(point)) },
        style: { fill: colour, opacity: 0.16 },
      }),
    };
  }

  const label = { color: theme.faint, fontSize: 11, fontFamily: theme.font, hideOverlap: true };
  const name = { color: theme.faint, fontSize: 11, fontFamily: theme.font };
  const option: ChartOption = {
    animation: false,
    grid: { ...margin, outerBoundsMode: 'none' },
    xAxis: {
      type: 'value',
      min: ends[0],
      max: ends[1],
      name: axes.x.name,
      nameLocation: 'middle',
      nameGap: 24,
      nameTextStyle: name,
      axisLabel: {
        ...label,
        customValues: xTicks,
        formatter: (value: number) => xLabels.get(value) ?? axes.x.format(unscaled(value, logX)),
      },
      axisLine: { show: true, onZero: false, lineStyle: { color: theme.line } },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    yAxis: {
      // Logarithms are taken here: the library's own log axis has ticks at powers of ten alone.
      type: 'value',
      min: scaled(y.min, logY),
      max: scaled(y.max, logY),
      name: axes.y.name,
      nameLocation: 'end',
      nameGap: 8,
      nameTextStyle: { ...name, align: 'left', padding: [0, 0, 0, 12 - margin.left] },
      axisLabel: {
        ...label,
        customValues: yTicks,
        formatter: (value: number) => yLabels.get(value) ?? axes.y.format(unscaled(value, logY)),
      },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    series: [...gridLines(yTicks, ends, theme.grid), ...bands, ...lines],
  };
  return { option, x: window, y, drawn, points, leftOut };
}

/** How many points a logarithmic axis has no place for: in all of x, and of y in what is in sight. Smoothed lines speak for their raw ones. */
function withoutPlace({ x, y, look }: ChartSeries, { from, to }: Window, logX: boolean, logY: boolean): number {
  if (look === 'behind') return 0;
  const first = logX ? firstPositive(x) : 0;
  let count = first;
  if (!logY) return count;
  for (let i = Math.max(first, lowerBound(x, from)); i < x.length && x[i] <= to; i++) if (y[i] <= 0) count++;
  return count;
}
