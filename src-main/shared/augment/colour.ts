import type { Random } from '../random.ts';
import type { Augmentation } from './kinds.ts';
import type { Picture } from './pixels.ts';

const factor = (random: Random, amount: number): number => 1 + (2 * random.uniform() - 1) * amount;
/** Of red, green and blue in what looks equally bright (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * Brightness times a factor, contrast around the picture's mean by a factor, saturation towards or away from grey by a factor, each of
 * 1 ± amount, as torchvision's ColorJitter in that order. Grey pictures have no saturation.
 */
export function drawColours(random: Random, picture: Picture, amounts: Augmentation): void {
  const { pixels } = picture;
  const { brightness = 0, contrast = 0, saturation = 0 } = amounts;
  if (brightness || contrast) {
    const [light, steep] = [factor(random, brightness), factor(random, contrast)];
    let sum = 0;
    for (let i = 0; i < pixels.length; i++) sum += pixels[i];
    const mean = (sum / pixels.length) * light;
    const table = new Uint8ClampedArray(256);
    for (let value = 0; value < 256; value++) table[value] = mean + (value * light - mean) * steep;
    for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]];
  }
  if (saturation && picture.channels === 3) {
    const strength = factor(random, saturation);
    const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
    for (let i = 0; i < pixels.length; i += 3) {
      const grey = LUMA[0] * pixels[i] + LUMA[1] * pixels[i + 1] + LUMA[2] * pixels[i + 2];
      for (let k = 0; k < 3; k++) clamped[i + k] = grey + (pixels[i + k] - grey) * strength;
    }
  }
}
