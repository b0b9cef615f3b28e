/** What all charts that are written as SVG share: their colours, and how text and numbers are put down. */

export interface SvgTheme {
  text: string;
  faint: string;
  grid: string;
  ground: string;
  font: string;
}

export interface SvgAxis {
  name: string;
  format: (value: number) => string;
  /** Where `format` would call two ticks the same. */
  exact?: (value: number) => string;
  /** It counts: there is nothing between two whole numbers. */
  whole?: boolean;
  log?: boolean;
}

export const printed: SvgTheme = {
  text: '#191c23',
  faint: '#5d6573',
  grid: '#e2e5eb',
  ground: '#ffffff',
  font: 'Inter, system-ui, sans-serif',
};

export const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');

/** Short enough to keep the file small, fine enough for any print. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

/** Without a font to measure by, a letter counts as 6.4 pixels and a Han character as 12. */
export const textWidth = (text: string): number => [...text].reduce((sum, c) => sum + (c > '\u2e80' ? 12 : 6.4), 0);

export const svgText = (at: { x: number; y: number }, words: string, more = ''): string =>
  `<text x="${px(at.x)}" y="${px(at.y)}" ${more}>${escapeXml(words)}</text>`;

/** The document around a drawing, with its ground and title. */
export function svgDocument(
  { title, width, height, theme }: { title: string; width: number; height: number; theme: SvgTheme },
  parts: readonly string[],
): string {
  const all = [
    `<rect width="${width}" height="${px(height)}" fill="${theme.ground}"/>`,
    svgText({ x: 16, y: 22 }, title, `fill="${theme.text}" font-size="13" font-weight="600"`),
    ...parts,
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${px(height)}" viewBox="0 0 ${width} ${px(height)}" ` +
    `font-family="${escapeXml(theme.font)}" role="img"><title>${escapeXml(title)}</title>\n${all.join('\n')}\n</svg>\n`
  );
}
