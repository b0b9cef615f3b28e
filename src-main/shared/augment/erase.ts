import type { Random } from '../random.ts';
import type { Picture } from './pixels.ts';

/** A rectangle of up to this share of the area becomes the picture's mean (Zhong et al. 2020); half of the pictures stay whole. */
export function erase(random: Random, { width, height, channels, pixels }: Picture, amount: number): void {
  const happens = random.uniform() < 0.5;
  const area = amount * random.uniform() * width * height;
  // From three times as high as wide to three times as wide as high.
  const ratio = 3 ** (2 * random.uniform() - 1);
  const wide = Math.min(width, Math.round(Math.sqrt(area * ratio)));
  const high = Math.min(height, Math.round(Math.sqrt(area / ratio)));
  const left = Math.floor(random.uniform() * (width - wide + 1));
  const top = Math.floor(random.uniform() * (height - high + 1));
  if (!happens || wide === 0 || high === 0) return;
  for (let k = 0; k < channels; k++) {
    let sum = 0;
    for (let i = k; i < pixels.length; i += channels) sum += pixels[i];
    const mean = Math.round((sum * channels) / pixels.length);
    for (let y = top; y < top + high; y++)
      for (let x = left; x < left + wide; x++) pixels[(y * width + x) * channels + k] = mean;
  }
}
