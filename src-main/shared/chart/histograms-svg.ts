import { csvText } from '../csv-line.ts';
import { escapeXml, printed, px, svgDocument, type SvgTheme } from './svg.ts';

export interface HistogramCell {
  title: string;
  /** A line of facts under the title. */
  facts: string;
  /** counts[i]: how many lie from `from + i·width` on; one bin of width 0 where all are the same. */
  histogram: { from: number; width: number; counts: readonly number[] };
}

export interface HistogramSheet {
  title: string;
  cells: readonly HistogramCell[];
  format: (value: number) => string;
  /** Bars as the logarithm of their counts: rare values are seen as well. */
  log?: boolean;
  theme?: Partial<SvgTheme>;
}

const cell = { width: 260, height: 148, bars: 72 };
const columns = 4;
const barColour = '#0072b2';

/** Each bar's share of the height, 0…1: of the highest, or of its logarithm. A bar that counts anything is seen. */
export function barHeights(counts: readonly number[], log = false): number[] {
  const size = (count: number) => (log ? Math.log1p(count) : count);
  const most = counts.reduce((high, count) => Math.max(high, size(count)), 0);
  return counts.map((count) => (count === 0 ? 0 : Math.max(0.015, size(count) / most)));
}

/** Histograms side by side as a standalone SVG document. */
export function histogramSheetSvg({ title, cells, format, log, theme: given }: HistogramSheet): string {
  const theme = { ...printed, ...given };
  const across = Math.max(1, Math.min(columns, cells.length));
  const width = across * cell.width + 16;
  const height = 48 + Math.ceil(cells.length / across) * cell.height;
  const parts = cells.map((one, i) => {
    const [left, top] = [16 + (i % across) * cell.width, 48 + Math.floor(i / across) * cell.height];
    return `<g transform="translate(${left} ${top})">${drawCell(one, format, log, theme)}</g>`;
  });
  return svgDocument({ title, width, height, theme }, parts);
}

function drawCell(
  { title, facts, histogram }: HistogramCell,
  format: (value: number) => string,
  log: boolean | undefined,
  theme: SvgTheme,
): string {
  const inner = cell.width - 20;
  const { from, width, counts } = histogram;
  // Where all values are the same: a line, not a wall.
  const bar = counts.length > 1 ? inner / counts.length : 6;
  const left = counts.length > 1 ? 0 : inner / 2 - 3;
  const base = 36 + cell.bars;
  const bars = barHeights(counts, log).flatMap((share, i) =>
    share === 0
      ? []
      : [
          `<rect x="${px(left + i * bar)}" y="${px(base - share * cell.bars)}" width="${px(Math.max(0.5, bar - 0.5))}" height="${px(share * cell.bars)}"/>`,
        ],
  );
  const to = from + width * counts.length;
  const zero =
    from < 0 && to > 0
      ? `<line x1="${px((-from / (to - from)) * inner)}" x2="${px((-from / (to - from)) * inner)}" y1="36" y2="${base}" stroke="${theme.grid}" stroke-dasharray="2 2"/>`
      : '';
  const label = (x: number, anchor: string, words: string) =>
    `<text x="${px(x)}" y="${base + 14}" fill="${theme.faint}" font-size="10" text-anchor="${anchor}">${escapeXml(words)}</text>`;
  // What is too long for its place is cut: the file of numbers has it whole.
  const short = title.length > 38 ? `…${title.slice(-37)}` : title;
  return [
    `<text y="12" fill="${theme.text}" font-size="11" font-weight="600">${escapeXml(short)}</text>`,
    `<text y="26" fill="${theme.faint}" font-size="10">${escapeXml(facts)}</text>`,
    zero,
    `<g fill="${barColour}">${bars.join('')}</g>`,
    `<line x1="0" x2="${inner}" y1="${base}" y2="${base}" stroke="${theme.grid}"/>`,
    counts.length === 0 ? '' : label(0, 'start', format(from)) + label(inner, 'end', format(to)),
  ].join('');
}

/** One row a bin, full precision (RFC 4180). */
export function histogramSheetCsv(cells: readonly Pick<HistogramCell, 'title' | 'histogram'>[]): string {
  const rows = cells.flatMap(({ title, histogram: { from, width, counts } }) =>
    counts.map((count, i) => [title, from + i * width, from + (i + 1) * width, count]),
  );
  return csvText([['tensor', 'from', 'to', 'count'], ...rows]);
}
