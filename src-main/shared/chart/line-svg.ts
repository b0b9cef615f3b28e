import { labelled, logAxisTicks, logRange, logTicks, niceRange, spread, ticks } from './axis.ts';
import { decimate, extent, firstPositive } from './decimate.ts';
import { csvText } from '../csv-line.ts';
import { escapeXml, printed, px, svgDocument, svgText, textWidth } from './svg.ts';
import type { SvgAxis, SvgTheme } from './svg.ts';

export interface SvgLine {
  name: string;
  /** As SVG takes it: no variable of a page. */
  colour: string;
  /** Ascending. */
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** `behind`: raw values under a smoothed line, faint and without a name in the legend. */
  look?: 'line' | 'dashed' | 'behind';
  /** Of a line that stands for several: the least and the greatest at each x, drawn as a band behind it. */
  band?: { low: ArrayLike<number>; high: ArrayLike<number> };
}

export interface LineChart {
  title: string;
  x: SvgAxis;
  y: SvgAxis;
  lines: readonly SvgLine[];
  /** In pixels; the legend comes on top of the height. */
  width: number;
  height: number;
  /** What of x is shown; all of it where it is missing. */
  window?: { from: number; to: number };
  /** Colours of text, faint text, grid and ground; those of a page may be `currentColor` or variables. */
  theme?: Partial<SvgTheme>;
}

const margin = { left: 64, right: 16, top: 40, bottom: 44 };
const legendRow = 18;

/**
 * A chart of lines as a standalone SVG document. The extremes of what is in sight are exact, however many points there are; values that
 * are not numbers break the line.
 */
export function lineChartSvg(chart: LineChart): string {
  const theme = { ...printed, ...chart.theme };
  const named = chart.lines.filter(({ look }) => look !== 'behind');
  const rows = legendRows(named, chart.width - margin.left - margin.right);
  // The name of the y axis stands between the legend and the plot.
  const top = margin.top + (named.length > 1 ? rows.length * legendRow + 12 : 0);
  const inner = { width: chart.width - margin.left - margin.right, height: chart.height - margin.top - margin.bottom };
  const total = chart.height - margin.top + top;

  const window = chart.window ?? spanOf(chart.lines, chart.x.log);
  const y = rangeOf(chart, window);
  const scale = (value: number, log?: boolean) => (log ? Math.log10(value) : value);
  const [x0, x1] = [scale(window.from, chart.x.log), scale(window.to, chart.x.log)];
  const [y0, y1] = [scale(y.min, chart.y.log), scale(y.max, chart.y.log)];
  const left = (value: number) => margin.left + ((scale(value, chart.x.log) - x0) / (x1 - x0 || 1)) * inner.width;
  const down = (value: number) => top + (1 - (scale(value, chart.y.log) - y0) / (y1 - y0 || 1)) * inner.height;

  const xTicks = chart.x.log
    ? logAxisTicks(window.from, window.to)
    : spread(window.from, window.to, Math.max(2, Math.floor(inner.width / 70)), chart.x.whole);
  const xLabels = labelled(xTicks, chart.x);
  const yTicks = chart.y.log ? logTicks(y.min, y.max) : ticks(y.min, y.max, y.step);
  const yLabels = labelled(yTicks, chart.y);
  const bottom = top + inner.height;

  const parts = [
    ...(named.length > 1 ? legend(rows, theme) : []),
    `<g fill="${theme.faint}" font-size="11">`,
    ...yTicks.flatMap((value) => [
      `<line x1="${margin.left}" x2="${margin.left + inner.width}" y1="${px(down(value))}" y2="${px(down(value))}" stroke="${theme.grid}"/>`,
      svgText({ x: margin.left - 8, y: down(value) + 4 }, yLabels.get(value)!, 'text-anchor="end"'),
    ]),
    ...xTicks.map((value) => svgText({ x: left(value), y: bottom + 16 }, xLabels.get(value)!, 'text-anchor="middle"')),
    svgText({ x: margin.left + inner.width / 2, y: bottom + 34 }, chart.x.name, 'text-anchor="middle"'),
    svgText({ x: 16, y: top - 8 }, chart.y.name),
    '</g>',
    `<clipPath id="plot"><rect x="${margin.left}" y="${px(top - 2)}" width="${inner.width}" height="${inner.height + 4}"/></clipPath>`,
    '<g clip-path="url(#plot)" fill="none" stroke-linejoin="round">',
    ...chart.lines.flatMap((line) => (line.band ? [bandPath(line, window, inner.width, left, down, chart)] : [])),
    ...chart.lines.map((line) => path(line, window, inner.width, left, down, chart)),
    '</g>',
  ];
  return svgDocument({ title: chart.title, width: chart.width, height: total, theme }, parts);
}

function path(
  line: SvgLine,
  window: { from: number; to: number },
  pixels: number,
  left: (x: number) => number,
  down: (y: number) => number,
  { x: across, y: up }: LineChart,
): string {
  const slice = decimate(line.x, line.y, window.from, window.to, pixels, across.log);
  let d = '';
  let pen = 'M';
  for (let i = 0; i < slice.x.length; i++) {
    const shown = Number.isFinite(slice.y[i]) && !(up.log && slice.y[i] <= 0) && !(across.log && slice.x[i] <= 0);
    if (!shown) {
      pen = 'M';
      continue;
    }
    d += `${pen}${px(left(slice.x[i]))} ${px(down(slice.y[i]))}`;
    pen = 'L';
  }
  const look =
    line.look === 'behind'
      ? 'stroke-width="1" stroke-opacity="0.28"'
      : `stroke-width="1.5"${line.look === 'dashed' ? ' stroke-dasharray="4 3"' : ''}`;
  // A single point is a dot.
  const cap = slice.x.length === 1 ? ' stroke-linecap="round" stroke-width="5"' : '';
  return `<path d="${d}${slice.x.length === 1 && d ? 'h0' : ''}" stroke="${escapeXml(line.colour)}" ${cap || look}/>`;
}

function bandPath(
  { x, band, colour }: SvgLine,
  { from, to }: { from: number; to: number },
  pixels: number,
  left: (x: number) => number,
  down: (y: number) => number,
  { x: across, y: up }: LineChart,
): string {
  const edge = (values: ArrayLike<number>): string[] => {
    const slice = decimate(x, values, from, to, pixels, across.log);
    return slice.x.flatMap((at, i) =>
      Number.isFinite(slice.y[i]) && !(up.log && slice.y[i] <= 0) ? [`${px(left(at))} ${px(down(slice.y[i]))}`] : [],
    );
  };
  const outline = [...edge(band!.low), ...edge(band!.high).reverse()];
  return `<path d="M${outline.join('L')}Z" fill="${escapeXml(colour)}" fill-opacity="0.16"/>`;
}

function spanOf(lines: readonly SvgLine[], log = false): { from: number; to: number } {
  let from = Infinity;
  let to = -Infinity;
  for (const { x } of lines) {
    const first = log ? firstPositive(x) : 0;
    if (first >= x.length) continue;
    from = Math.min(from, x[first]);
    to = Math.max(to, x[x.length - 1]);
  }
  if (from > to) return { from: log ? 0.1 : 0, to: 1 };
  if (log && from === to) return { from: from / 2, to: to * 2 };
  return from === to ? { from: from - 0.5, to: to + 0.5 } : { from, to };
}

function rangeOf({ lines, y }: LineChart, { from, to }: { from: number; to: number }) {
  let low = Infinity;
  let high = -Infinity;
  for (const line of lines) {
    for (const values of line.band ? [line.band.low, line.band.high] : [line.y]) {
      const found = extent(line.x, values, from, to, y.log);
      if (found) [low, high] = [Math.min(low, found[0]), Math.max(high, found[1])];
    }
  }
  if (low > high) return { min: y.log ? 0.1 : 0, max: 1, step: 0.2 };
  return y.log ? logRange(low, high) : niceRange(low, high);
}

interface LegendPlace {
  line: SvgLine;
  x: number;
}

/** Entries run on like words. */
function legendRows(lines: readonly SvgLine[], width: number): LegendPlace[][] {
  const rows: LegendPlace[][] = [[]];
  let x = 0;
  for (const line of lines) {
    const room = 36 + textWidth(line.name);
    if (x > 0 && x + room > width) {
      rows.push([]);
      x = 0;
    }
    rows[rows.length - 1].push({ line, x: x + 16 });
    x += room;
  }
  return rows;
}

function legend(rows: readonly LegendPlace[][], theme: SvgTheme): string[] {
  return rows.flatMap((row, r) =>
    row.map(({ line, x }) => {
      const y = 40 + r * legendRow;
      const dash = line.look === 'dashed' ? ' stroke-dasharray="4 2"' : '';
      return (
        `<line x1="${px(x)}" x2="${px(x + 12)}" y1="${y}" y2="${y}" stroke="${escapeXml(line.colour)}" stroke-width="2"${dash}/>` +
        `<text x="${px(x + 18)}" y="${y + 4}" fill="${theme.text}" font-size="12">${escapeXml(line.name)}</text>`
      );
    }),
  );
}

/** The points of lines as CSV (RFC 4180): one row a point, full precision; empty where a value is not a number. */
export function lineChartCsv({ x, lines }: Pick<LineChart, 'x' | 'lines'>): string {
  const banded = lines.some(({ band }) => band);
  const number = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? '' : value);
  const rows = lines
    .filter(({ look }) => look !== 'behind')
    .flatMap((line) =>
      Array.from({ length: line.x.length }, (_, i) => [
        line.name,
        line.x[i],
        number(line.y[i]),
        ...(banded ? [number(line.band?.low[i]), number(line.band?.high[i])] : []),
      ]),
    );
  return csvText([['series', x.name, 'value', ...(banded ? ['least', 'greatest'] : [])], ...rows]);
}
