import { escapeXml, printed, px, svgDocument, svgText, textWidth, type SvgTheme } from './svg.ts';

/** Shares side by side, as bars from one line on. */
export interface SharesChart {
  title: string;
  /** Each from 0; `quiet`: it stands apart from the others. */
  bars: readonly { name: string; share: number; note?: string; quiet?: boolean }[];
  format: (share: number) => string;
  theme?: Partial<SvgTheme>;
}

const size = { width: 960, row: 26, top: 44, bar: 14, most: 320 };
const colours = { bar: '#2f7fd1', quiet: '#a9b2c0' };

/** A standalone SVG document. */
export function sharesSvg({ title, bars, format, theme: given }: SharesChart): string {
  const theme = { ...printed, ...given };
  const left = 16 + Math.min(size.most, Math.max(40, ...bars.map(({ name }) => textWidth(name)))) + 12;
  const right = size.width - 260;
  const most = Math.max(0.01, ...bars.map(({ share }) => share));
  const parts = bars.map(({ name, share, note, quiet }, i) => {
    const y = size.top + i * size.row;
    const width = ((right - left) * Math.max(0, share)) / most;
    const words = `${format(share)}${note ? ` · ${note}` : ''}`;
    return [
      `<g font-size="11" fill="${theme.text}"><title>${escapeXml(`${name}: ${words}`)}</title>`,
      svgText({ x: left - 12, y: y + 11 }, cutTo(name), 'text-anchor="end"'),
      `<rect x="${px(left)}" y="${px(y)}" width="${px(Math.max(1, width))}" height="${size.bar}" rx="2" fill="${quiet ? colours.quiet : colours.bar}"/>`,
      svgText({ x: left + width + 8, y: y + 11 }, words, `fill="${theme.faint}"`),
      '</g>',
    ].join('');
  });
  const height = size.top + bars.length * size.row + 12;
  return svgDocument({ title, width: size.width, height, theme }, parts);
}

function cutTo(name: string): string {
  if (textWidth(name) <= size.most) return name;
  let short = name;
  while (textWidth(short) > size.most - 12) short = short.slice(0, -1);
  return `${short}…`;
}
