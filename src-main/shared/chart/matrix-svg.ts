import { csvText } from '../csv-line.ts';
import { inkOn, sequentialColour } from './sequential.ts';
import { printed, px, svgDocument, svgText, textWidth, type SvgTheme } from './svg.ts';

/** Which classes are taken for which. */
export interface ConfusionMatrix {
  title: string;
  classes: readonly string[];
  /** counts[actual][predicted] */
  counts: readonly (readonly number[])[];
  actual: string;
  predicted: string;
  /** What a cell says; `share`: of the actual class, 0…1. */
  format: (count: number, share: number) => string;
  theme?: Partial<SvgTheme>;
}

const most = 150;
/** A cell this wide has room for what it says. */
const written = 26;

const shareOf = (row: readonly number[], count: number): number => {
  const total = row.reduce((sum, n) => sum + n, 0);
  return total === 0 ? 0 : count / total;
};

/** A standalone SVG document: a row an actual class, a column a predicted one, shaded by the share of the row. */
export function confusionSvg({
  title,
  classes,
  counts,
  actual,
  predicted,
  format,
  theme: given,
}: ConfusionMatrix): string {
  const theme = { ...printed, ...given };
  const cell = Math.min(44, Math.max(8, Math.floor(640 / Math.max(1, classes.length))));
  const names = Math.min(most, Math.max(24, ...classes.map(textWidth)));
  const [left, top] = [32 + names + 10, 64 + names + 8];
  const side = cell * classes.length;
  const width = Math.max(left + side + 24, 32 + Math.ceil(textWidth(title) * 1.15), left + textWidth(predicted) + 24);
  const turned = (x: number, y: number) => `transform="rotate(-90 ${px(x)} ${px(y)})"`;
  const middle = (i: number) => i * cell + cell / 2 + 4;
  // Names that have no room of their own are left to the table of values.
  const every = cell >= 12 ? 1 : Math.ceil(12 / cell);
  const parts = [
    `<g fill="${theme.faint}" font-size="11">`,
    svgText({ x: left + side / 2, y: 48 }, `${predicted} →`, 'text-anchor="middle"'),
    svgText({ x: 18, y: top + side / 2 }, `← ${actual}`, `text-anchor="middle" ${turned(18, top + side / 2)}`),
    ...classes.flatMap((name, i) =>
      i % every === 0
        ? [
            svgText({ x: left - 8, y: top + middle(i) }, cutTo(name), 'text-anchor="end"'),
            svgText({ x: left + middle(i), y: top - 8 }, cutTo(name), turned(left + middle(i), top - 8)),
          ]
        : [],
    ),
    '</g>',
    `<rect x="${px(left)}" y="${px(top)}" width="${side}" height="${side}" fill="${theme.grid}" fill-opacity="0.4"/>`,
    ...counts.flatMap((row, i) =>
      row.flatMap((count, j) => {
        if (count === 0) return [];
        const share = shareOf(row, count);
        const colour = sequentialColour(share);
        const [x, y] = [left + j * cell, top + i * cell];
        const words =
          cell < written
            ? ''
            : svgText(
                { x: x + cell / 2, y: y + cell / 2 + 4 },
                format(count, share),
                `text-anchor="middle" font-size="11" fill="${inkOn(colour)}"${i === j ? ' font-weight="600"' : ''}`,
              );
        return [
          `<rect x="${px(x + 0.5)}" y="${px(y + 0.5)}" width="${cell - 1}" height="${cell - 1}" fill="${colour}"/>${words}`,
        ];
      }),
    ),
  ];
  return svgDocument({ title, width, height: top + side + 20, theme }, parts);
}

/** A line a cell, those without samples too. */
export const confusionCsv = ({ classes, counts }: Pick<ConfusionMatrix, 'classes' | 'counts'>): string =>
  csvText([
    ['actual', 'predicted', 'samples', 'share_of_actual'],
    ...counts.flatMap((row, i) => row.map((count, j) => [classes[i], classes[j], count, shareOf(row, count)])),
  ]);

function cutTo(name: string): string {
  if (textWidth(name) <= most) return name;
  let short = name;
  while (textWidth(short) > most - 12) short = short.slice(0, -1);
  return `${short}…`;
}
