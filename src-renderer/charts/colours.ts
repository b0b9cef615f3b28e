import { laterColour, oklchToHex } from '../../src-main/shared/chart/hues.ts';

/** How many of the scale are in tokens.css: Okabe and Ito's, their lightness fitted to each theme. */
const fixed = 8;

/** The colour of the nth run or class. The same n, the same hue; past the eighth equal lightness and ever new hues. */
export function categoryColour(n: number, dark: boolean): string {
  return n < fixed ? `var(--category-${n})` : laterColour(n, fixed, dark);
}

/** A canvas cannot read variables. */
export function resolveColour(colour: string, element: Element = document.documentElement): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
  return name ? getComputedStyle(element).getPropertyValue(name).trim() : colour;
}

/** From -1 to 1 on a diverging scale, blue and orange about the theme's own ground: colour-blind people tell the two apart. */
export function divergingColour(value: number, dark: boolean): string {
  const size = Math.min(1, Math.abs(value));
  const lightness = dark ? 0.26 + 0.4 * size : 0.97 - 0.42 * size;
  return oklchToHex(lightness, 0.15 * size, value < 0 ? 55 : 250);
}
