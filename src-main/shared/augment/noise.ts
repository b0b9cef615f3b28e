import { Random } from '../random.ts';

/** Standard normal numbers times UNIT, drawn once: each pixel takes one of them, which is fifty times as fast as drawing one. */
const TABLE = 1 << 13;
const UNIT = 1 << 10;
let normals: Int16Array | undefined;

function table(): Int16Array {
  if (!normals) {
    const drawn = new Float32Array(TABLE);
    new Random(0x6e6f697365).fillNormal(drawn);
    normals = Int16Array.from(drawn, (number) => Math.round(number * UNIT));
  }
  return normals;
}

/** Adds normal noise of this σ, out of 255, to each number; in whole numbers, σ to a sixteenth. */
export function addNoise(pixels: Uint8Array, sigma: number, seed: number): void {
  const drawn = table();
  const sixteenths = Math.round(16 * sigma);
  // Marsaglia's xorshift: which of them only has to look random.
  let state = seed | 1;
  for (let i = 0; i < pixels.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = pixels[i] + ((sixteenths * drawn[state & (TABLE - 1)] + 8 * UNIT) >> 14);
    pixels[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}
