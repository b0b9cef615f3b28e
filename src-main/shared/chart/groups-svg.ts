import { groupLayout, shortName, type GroupChart, type GroupColumn, type GroupLayout } from './groups.ts';
import { csvText } from '../csv-line.ts';
import { escapeXml, printed, px, svgDocument, svgText, textWidth } from './svg.ts';
import type { SvgTheme } from './svg.ts';

/** A chart of groups as a standalone SVG document: what `groupLayout` says, drawn. */
export function groupChartSvg(chart: GroupChart): string {
  const theme = { ...printed, ...chart.theme };
  const { columns, counted, left, right, bottom, slanted, ticks, at } = groupLayout(chart);
  const room = (right - left) / Math.max(1, columns.length);
  const parts = [
    `<g fill="${theme.faint}" font-size="11">`,
    ...ticks.flatMap((value) => [
      `<line x1="${left}" x2="${right}" y1="${px(at(value))}" y2="${px(at(value))}" stroke="${theme.grid}"/>`,
      svgText({ x: left - 8, y: at(value) + 4 }, chart.y.format(value), 'text-anchor="end"'),
    ]),
    svgText({ x: 16, y: 44 }, chart.y.name),
    svgText({ x: (left + right) / 2, y: chart.height - 10 }, chart.by, 'text-anchor="middle"'),
    ...columns.flatMap((column) => names(column, { bottom, slanted, counted })),
    '</g>',
    ...columns.map((column) => {
      const drawn = chart.kind === 'boxes' ? box(column, at, theme) : mean(column, chart.kind, at, theme);
      const words = figuresText(column, chart.y.format);
      const above = Math.min(at(column.figures.mean + (column.figures.std || 0)), at(column.figures.mean)) - 6;
      const written =
        chart.kind !== 'boxes' && textWidth(words) <= room - 4
          ? svgText({ x: column.centre, y: above }, words, `fill="${theme.text}" font-size="11" text-anchor="middle"`)
          : '';
      return `<g><title>${escapeXml(`${column.group.name}: ${words}, n = ${column.figures.n}`)}</title>${drawn}${written}</g>`;
    }),
  ];
  return svgDocument({ title: chart.title, width: chart.width, height: chart.height, theme }, parts);
}

/** "0.92 ± 0.01"; of one value the value. */
export function figuresText(
  { figures: { mean, std } }: Pick<GroupColumn, 'figures'>,
  format: (value: number) => string,
) {
  return Number.isNaN(std) ? format(mean) : `${format(mean)} ± ${format(std)}`;
}

function names(
  { centre, group, figures }: GroupColumn,
  { bottom, slanted, counted }: Pick<GroupLayout, 'bottom' | 'slanted' | 'counted'>,
): string[] {
  const name = shortName(group.name);
  if (slanted) {
    const turn = `text-anchor="end" transform="rotate(-35 ${px(centre)} ${px(bottom + 14)})"`;
    return [svgText({ x: centre + 4, y: bottom + 14 }, counted ? `${name} (${figures.n})` : name, turn)];
  }
  return [
    svgText({ x: centre, y: bottom + 16 }, name, 'text-anchor="middle"'),
    ...(counted
      ? [svgText({ x: centre, y: bottom + 30 }, `n = ${figures.n}`, 'text-anchor="middle" opacity="0.8"')]
      : []),
  ];
}

function mean(
  { centre, width, group, figures }: GroupColumn,
  kind: 'bars' | 'points',
  at: (value: number) => number,
  theme: SvgTheme,
): string {
  const colour = escapeXml(group.colour);
  const [top, base] = [at(figures.mean), at(0)];
  const body =
    kind === 'bars'
      ? `<rect x="${px(centre - width / 2)}" y="${px(Math.min(top, base))}" width="${px(width)}" height="${px(Math.abs(base - top))}" fill="${colour}"/>`
      : `<circle cx="${px(centre)}" cy="${px(top)}" r="5" fill="${colour}"/>`;
  if (Number.isNaN(figures.std)) return body;
  const [high, low] = [at(figures.mean + figures.std), at(figures.mean - figures.std)];
  const cap = (y: number) => `M${px(centre - 6)} ${px(y)}h12`;
  return `${body}<path d="M${px(centre)} ${px(high)}V${px(low)}${cap(high)}${cap(low)}" stroke="${theme.text}" stroke-width="1.25" fill="none"/>`;
}

function box(
  { centre, width, group, figures, dots }: GroupColumn,
  at: (value: number) => number,
  theme: SvgTheme,
): string {
  const colour = escapeXml(group.colour);
  const [from, to] = [centre - width / 2, centre + width / 2];
  const { lower, upper, median, whiskers } = figures;
  const points = dots
    .map(({ x, y }) => `<circle cx="${px(x)}" cy="${px(y)}" r="2.5" fill="${colour}" fill-opacity="0.8"/>`)
    .join('');
  // Of two values quartiles say nothing.
  if (figures.n < 3) return points;
  const whisker = (end: number, edge: number) =>
    `M${px(centre)} ${px(at(edge))}V${px(at(end))}M${px(centre - width / 4)} ${px(at(end))}h${px(width / 2)}`;
  return (
    `<path d="${whisker(whiskers[1], upper)}${whisker(whiskers[0], lower)}" stroke="${colour}" fill="none"/>` +
    `<rect x="${px(from)}" y="${px(at(upper))}" width="${px(width)}" height="${px(at(lower) - at(upper))}" fill="${colour}" fill-opacity="0.18" stroke="${colour}"/>` +
    `<path d="M${px(from)} ${px(at(median))}H${px(to)}" stroke="${theme.text}" stroke-width="1.5"/>${points}`
  );
}

/** The figures of each group as CSV (RFC 4180): full precision; the deviation of one value is empty. */
export function groupChartCsv(chart: Pick<GroupChart, 'by' | 'groups'>): string {
  const { columns } = groupLayout({
    kind: 'boxes',
    title: '',
    y: { name: '', format: String },
    width: 0,
    height: 0,
    ...chart,
  });
  const rows = columns.map(({ group, figures }) => {
    const { n, mean, std, least, lower, median, upper, greatest } = figures;
    return [group.name, n, mean, Number.isNaN(std) ? '' : std, least, lower, median, upper, greatest];
  });
  const head = [chart.by, 'n', 'mean', 'std', 'least', 'lower_quartile', 'median', 'upper_quartile', 'greatest'];
  return csvText([head, ...rows]);
}
