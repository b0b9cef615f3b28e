import type { Picture } from './pixels.ts';

/** Gaussian, in two passes; what lies outside is as the nearest pixel of the edge. `room` is as large as the picture. */
export function blur({ width, height, channels, pixels }: Picture, sigma: number, room: Uint8Array): void {
  const radius = Math.ceil(2.5 * sigma);
  if (!(sigma > 0.05)) return;
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (let i = 0; i < weights.length; i++) weights[i] /= sum;

  // Along the rows, whose ends are drawn out …
  const row = width * channels;
  const line = new Uint8Array(row + 2 * radius * channels);
  for (let y = 0; y < height; y++) {
    const start = y * row;
    for (let i = 0; i < line.length; i++) {
      const pixel = i - radius * channels;
      const inside = pixel < 0 ? i % channels : pixel >= row ? row - channels + (i % channels) : pixel;
      line[i] = pixels[start + inside];
    }
    for (let i = 0; i < row; i++) {
      let value = 0.5;
      for (let tap = 0, at = i; tap < weights.length; tap++, at += channels) value += weights[tap] * line[at];
      room[start + i] = value;
    }
  }
  // … and down them, a row at a time.
  const sums = new Float64Array(row);
  for (let y = 0; y < height; y++) {
    sums.fill(0.5);
    for (let tap = -radius; tap <= radius; tap++) {
      const weight = weights[tap + radius];
      const other = (y + tap < 0 ? 0 : y + tap >= height ? height - 1 : y + tap) * row;
      for (let i = 0; i < row; i++) sums[i] += weight * room[other + i];
    }
    for (let i = 0; i < row; i++) pixels[y * row + i] = sums[i];
  }
}
