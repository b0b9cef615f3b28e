import { csvText } from '../csv-line.ts';
import { escapeXml, printed, px, svgDocument, svgText, type SvgTheme } from './svg.ts';

/** Parallel coordinates as they are seen. */
export interface ParallelChart {
  title: string;
  axes: readonly {
    name: string;
    /** Where labels stand, 0…1 from the low end. */
    labels: readonly { at: number; label: string }[];
    /** Of each line, 0…1; NaN where it has no value. */
    positions: ArrayLike<number>;
  }[];
  /** A line each. */
  colours: readonly string[];
  /** Which lines are kept, the others standing back; null for all. */
  within: ArrayLike<number> | null;
  width: number;
  height: number;
  /** Under an axis that some line has no value of. */
  none: string;
  theme?: Partial<SvgTheme>;
}

const margin = { left: 90, right: 90, top: 72, bottom: 40 };

/** A standalone SVG document. */
export function parallelSvg({
  title,
  axes,
  colours,
  within,
  width,
  height,
  none,
  theme: given,
}: ParallelChart): string {
  const theme = { ...printed, ...given };
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const bottom = margin.top + inner.height;
  const across = (i: number) =>
    axes.length === 1 ? width / 2 : margin.left + (i * inner.width) / Math.max(1, axes.length - 1);
  const down = (at: number) => (Number.isNaN(at) ? bottom + 14 : margin.top + (1 - at) * inner.height);
  const kept = (line: number) => within === null || within[line] === 1;
  const path = (line: number) =>
    axes.map(({ positions }, i) => `${i === 0 ? 'M' : 'L'}${px(across(i))} ${px(down(positions[line]))}`).join('');
  const lines = colours.map((colour, line) => ({ colour, line }));
  const [back, front] = [lines.filter(({ line }) => !kept(line)), lines.filter(({ line }) => kept(line))];
  const opacity = px(Math.min(0.9, Math.max(0.25, 60 / Math.max(1, front.length))));
  const parts = [
    '<g fill="none" stroke-linejoin="round">',
    ...back.map(({ line }) => `<path d="${path(line)}" stroke="${theme.faint}" stroke-opacity="0.12"/>`),
    ...front.map(
      ({ colour, line }) => `<path d="${path(line)}" stroke="${escapeXml(colour)}" stroke-opacity="${opacity}"/>`,
    ),
    '</g>',
    `<g font-size="11" fill="${theme.faint}" stroke-width="3" stroke-linejoin="round">`,
    ...axes.flatMap(({ name, labels, positions }, i) => [
      `<line x1="${px(across(i))}" x2="${px(across(i))}" y1="${margin.top}" y2="${px(bottom)}" stroke="${theme.faint}" stroke-width="1"/>`,
      svgText({ x: across(i), y: margin.top - 14 }, name, `text-anchor="middle" fill="${theme.text}"`),
      ...[
        ...labels.map(({ at, label }) => ({ y: down(at), label })),
        ...(Array.from(positions).some(Number.isNaN) ? [{ y: down(NaN), label: none }] : []),
      ].map(({ y, label }) =>
        svgText({ x: across(i) + 8, y: y + 4 }, label, `stroke="${theme.ground}" paint-order="stroke"`),
      ),
    ]),
    '</g>',
  ];
  return svgDocument({ title, width, height, theme }, parts);
}

/** A line each, with a column an axis; of the values as they are, not as they are shown. */
export const parallelCsv = (
  head: string,
  names: readonly string[],
  axes: readonly { id: string; values: readonly unknown[] }[],
): string =>
  csvText([
    [head, ...axes.map(({ id }) => id)],
    ...names.map((name, i) => [name, ...axes.map(({ values }) => values[i])]),
  ]);
