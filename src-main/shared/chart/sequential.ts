/** Viridis, thinned to nine stops (van der Walt and Smith, 2015): red, green, blue. */
const viridis = ['440154', '472d7b', '3b528b', '2c728e', '21918c', '28ae80', '5ec962', 'addc30', 'fde725'].map((hex) =>
  [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)),
);

/** `share` 0…1 on the sequential scale. */
export function sequentialColour(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (viridis.length - 1);
  const i = Math.min(viridis.length - 2, Math.floor(at));
  const [from, to] = [viridis[i], viridis[i + 1]];
  const mix = (k: number) => Math.round(from[k] + (to[k] - from[k]) * (at - i));
  return `#${(0x1000000 | (mix(0) << 16) | (mix(1) << 8) | mix(2)).toString(16).slice(1)}`;
}

/** Relative luminance of a hex colour (WCAG 2). */
function luminance(hex: string): number {
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
