import type { Figure, FigureLayer } from '../../src-main/shared/chart/figure.ts';
import type { SvgTheme } from '../../src-main/shared/chart/svg.ts';
import { sequentialColour } from '../../src-main/shared/chart/sequential.ts';
import { resolveColour } from './colours.ts';

/** The colours of what is shown, for a drawing that leaves the page. */
export const pageTheme = (): Partial<SvgTheme> => ({
  text: resolveColour('var(--text)'),
  faint: resolveColour('var(--text-faint)'),
  grid: resolveColour('var(--grid)'),
  ground: resolveColour('var(--surface)'),
});

/** With colours that any program reads. */
export const resolvedFigure = (figure: Figure): Figure => ({
  ...figure,
  layers: figure.layers.map((layer): FigureLayer => ({ ...layer, colour: resolveColour(layer.colour) })),
});

/** So many shades are told apart by nobody; each is looked up once. */
const steps = 64;

/** Colours from 0 to 1 on the sequential scale, without its end that would not show on this ground; `none` for what has no place. */
export function gradedColours(shares: ArrayLike<number>, dark: boolean): string[] {
  const [from, to] = dark ? [0.3, 1] : [0, 0.85];
  const known = Array.from({ length: steps + 1 }, (_, i) => sequentialColour(from + (i / steps) * (to - from)));
  const none = resolveColour('var(--text-faint)');
  return Array.from(shares, (share) =>
    Number.isNaN(share) ? none : known[Math.round(Math.min(1, Math.max(0, share)) * steps)],
  );
}
