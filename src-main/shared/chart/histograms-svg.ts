import { escapeXml, px } from './svg.ts';

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
}

const cell = { width: 260, height: 148, bars: 72 };
const columns = 4;
const ink = { text: '#191c23', faint: '#5d6573', axis: '#b9c0cc', bar: '#0072b2', ground: '#ffffff' };

/** Each bar's share of the height, 0…1: of the highest, or of its logarithm. A bar that counts anything is seen. */
export function barHeights(counts: readonly number[], log = false): number[] {
  const size = (count: number) => (log ? Math.log1p(count) : count);
  const most = counts.reduce((high, count) => Math.max(high, size(count)), 0);
  return counts.map((count) => (count === 0 ? 0 : Math.max(0.015, size(count) / most)));
}

/** Histograms side by side as a standalone SVG document. */
export function histogramSheetSvg({ title, cells, format, log }: HistogramSheet): string {
  const across = Math.max(1, Math.min(columns, cells.length));
  const width = across * cell.width + 16;
  const height = 48 + Math.ceil(cells.length / across) * cell.height;
  const parts = cells.map((one, i) => {
    const [left, top] = [16 + (i % across) * cell.width, 48 + Math.floor(i / across) * cell.height];
    return `<g transform="translate(${left} ${top})">${drawCell(one, format, log)}</g>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="Inter, system-ui, sans-serif" role="img"><title>${escapeXml(title)}</title>\n` +
    `<rect width="${width}" height="${height}" fill="${ink.ground}"/>\n` +
    `<text x="16" y="26" fill="${ink.text}" font-size="14" font-weight="600">${escapeXml(title)}</text>\n` +
    `${parts.join('\n')}\n</svg>\n`
  );
}

function drawCell(
  { title, facts, histogram }: HistogramCell,
  format: (value: number) => string,
  log: boolean | undefined,
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
      ? `<line x1="${px((-from / (to - from)) * inner)}" x2="${px((-from / (to - from)) * inner)}" y1="36" y2="${base}" stroke="${ink.axis}" stroke-dasharray="2 2"/>`
      : '';
  const label = (x: number, anchor: string, words: string) =>
    `<text x="${px(x)}" y="${base + 14}" fill="${ink.faint}" font-size="10" text-anchor="${anchor}">${escapeXml(words)}</text>`;
  // What is too long for its place is cut: the file of numbers has it whole.
  const short = title.length > 38 ? `…${title.slice(-37)}` : title;
  return [
    `<text y="12" fill="${ink.text}" font-size="11" font-weight="600">${escapeXml(short)}</text>`,
    `<text y="26" fill="${ink.faint}" font-size="10">${escapeXml(facts)}</text>`,
    zero,
    `<g fill="${ink.bar}">${bars.join('')}</g>`,
    `<line x1="0" x2="${inner}" y1="${base}" y2="${base}" stroke="${ink.axis}"/>`,
    counts.length === 0 ? '' : label(0, 'start', format(from)) + label(inner, 'end', format(to)),
  ].join('');
}

/** One row a bin, full precision (RFC 4180). */
export function histogramSheetCsv(cells: readonly Pick<HistogramCell, 'title' | 'histogram'>[]): string {
  const text = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const rows = cells.flatMap(({ title, histogram: { from, width, counts } }) =>
    counts.map((count, i) => [text(title), from + i * width, from + (i + 1) * width, count].join(',')),
  );
  return ['tensor,from,to,count', ...rows, ''].join('\r\n');
}
