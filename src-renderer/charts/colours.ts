/** OKLCH to sRGB hex; chroma is lowered until the colour exists. Björn Ottosson, "A perceptual color space" (2020). */
export function oklchToHex(lightness: number, chroma: number, hue: number): string {
  for (let c = chroma; ; c -= 0.005) {
    const angle = (hue * Math.PI) / 180;
    const a = c * Math.cos(angle);
    const b = c * Math.sin(angle);
    const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
    const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
    const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
    const linear = [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
    ];
    if (c <= 0 || linear.every((x) => x >= -2e-3 && x <= 1.002)) {
      const channels = linear.map((x) => {
        const clipped = Math.min(1, Math.max(0, x));
        const gamma = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
        return Math.round(gamma * 255)
          .toString(16)
          .padStart(2, '0');
      });
      return `#${channels.join('')}`;
    }
  }
}

/** How many of the scale are in tokens.css: Okabe and Ito's, their lightness fitted to each theme. */
const fixed = 8;
const goldenAngle = 137.508;

/** The colour of the nth run or class. The same n, the same hue; past the eighth equal lightness and ever new hues. */
export function categoryColour(n: number, dark: boolean): string {
  if (n < fixed) return `var(--category-${n})`;
  const hue = (20 + (n - fixed) * goldenAngle) % 360;
  return oklchToHex(dark ? 0.74 : 0.55, 0.13, hue);
}

/** A canvas cannot read variables. */
export function resolveColour(colour: string, element: Element = document.documentElement): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
  return name ? getComputedStyle(element).getPropertyValue(name).trim() : colour;
}

/** Viridis, thinned to nine stops (van der Walt and Smith, 2015). */
const viridis = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'];

/** `share` 0…1 on the sequential scale. */
export function sequentialColour(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (viridis.length - 1);
  const i = Math.min(viridis.length - 2, Math.floor(at));
  const mix = (k: number) => {
    const from = parseInt(viridis[i].slice(1 + k * 2, 3 + k * 2), 16);
    const to = parseInt(viridis[i + 1].slice(1 + k * 2, 3 + k * 2), 16);
    return Math.round(from + (to - from) * (at - i))
      .toString(16)
      .padStart(2, '0');
  };
  return `#${mix(0)}${mix(1)}${mix(2)}`;
}

/** From -1 to 1 on a diverging scale, blue and orange about the theme's own ground: colour-blind people tell the two apart. */
export function divergingColour(value: number, dark: boolean): string {
  const size = Math.min(1, Math.abs(value));
  const lightness = dark ? 0.26 + 0.4 * size : 0.97 - 0.42 * size;
  return oklchToHex(lightness, 0.15 * size, value < 0 ? 55 : 250);
}

/** Relative luminance of a hex colour (WCAG 2). */
export function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever reads better on it. */
export function inkOn(hex: string): string {
  return contrast(hex, '#000000') >= contrast(hex, '#ffffff') ? '#000000' : '#ffffff';
}
