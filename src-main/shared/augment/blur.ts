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

  /** One line at a time, its ends drawn out: `count` pixels that are `step` apart. */
  const line = new Uint8Array((Math.max(width, height) + 2 * radius) * channels);
  const pass = (from: Uint8Array, to: Uint8Array, start: number, count: number, step: number): void => {
    for (let i = -radius, at = 0; i < count + radius; i++) {
      const pixel = start + (i < 0 ? 0 : i >= count ? count - 1 : i) * step;
      for (let k = 0; k < channels; k++) line[at++] = from[pixel + k];
    }
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < channels; k++) {
        let value = 0.5;
        for (let tap = 0, at = i * channels + k; tap < weights.length; tap++, at += channels)
          value += weights[tap] * line[at];
        to[start + i * step + k] = value;
      }
    }
  };
  for (let y = 0; y < height; y++) pass(pixels, room, y * width * channels, width, channels);
  for (let x = 0; x < width; x++) pass(room, pixels, x * channels, height, width * channels);
}
