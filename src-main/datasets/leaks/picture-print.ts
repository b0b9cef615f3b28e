import type { ImageShape } from '../../shared/dataset.ts';

/**
 * What a picture is known by when it was blurred, brightened, cropped or scaled a little: the low frequencies of its cosine transform, as in pHash
 * (Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010), kept as numbers instead of bits.
 */
const side = 32;
const low = 6;
export const printSize = low * low - 1;

const cosines = Float32Array.from({ length: low * side }, (_, i) =>
  Math.cos(((2 * (i % side) + 1) * Math.floor(i / side) * Math.PI) / (2 * side)),
);

/** Brightness of one image, height × width, 0 … 255 (Rec. 601). */
export function greyOf(pixels: Uint8Array, { height, width, channels }: ImageShape, into: Float32Array): void {
  for (let i = 0; i < height * width; i++) {
    into[i] =
      channels === 1
        ? pixels[i]
        : 0.299 * pixels[i * channels] + 0.587 * pixels[i * channels + 1] + 0.114 * pixels[i * channels + 2];
  }
}

/** Writes the print at `at`: `printSize` numbers of length 1 in all, which neither brightness nor contrast changes. A plain picture's are 0. */
export function picturePrint(
  grey: Float32Array,
  { height, width }: ImageShape,
  into: Float32Array,
  at: number,
  view: View = whole,
): void {
  const square = resized(grey, height, width, view);
  const rows = new Float32Array(side * low);
  for (let y = 0; y < side; y++) {
    for (let u = 0; u < low; u++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += square[y * side + x] * cosines[u * side + x];
      rows[y * low + u] = sum;
    }
  }
  let length = 0;
  for (let k = 1; k < low * low; k++) {
    const [v, u] = [Math.floor(k / low), k % low];
    let sum = 0;
    for (let y = 0; y < side; y++) sum += rows[y * low + u] * cosines[v * side + y];
    into[at + k - 1] = sum;
    length += sum * sum;
  }
  // Under a brightness of one in 255 over the picture it is noise.
  const scale = length > (side * side) ** 2 / 16 ? 1 / Math.sqrt(length) : 0;
  for (let k = 0; k < printSize; k++) into[at + k] *= scale;
}

/** The part of a picture that is seen: its size beside the whole, and how far its middle is from the whole's, both by the whole's size. */
export interface View {
  scale: number;
  down: number;
  right: number;
}
const whole: View = { scale: 1, down: 0, right: 0 };

/** As it is, a little cropped from its middle and corners, and a little padded: of two copies one may have been cropped. */
export const views: readonly View[] = [
  whole,
  ...[0.935, 1 / 0.935].flatMap((scale) =>
    [
      [0, 0],
      [-1, -1],
      [-1, 1],
      [1, -1],
      [1, 1],
    ].map(([down, right]) => ({ scale, down: (down * (1 - scale)) / 2, right: (right * (1 - scale)) / 2 })),
  ),
];

function resized(grey: Float32Array, height: number, width: number, { scale, down, right }: View): Float32Array {
  const square = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const fromY = (((y + 0.5) / side - 0.5) * scale + 0.5 + down) * height - 0.5;
      const fromX = (((x + 0.5) / side - 0.5) * scale + 0.5 + right) * width - 0.5;
      square[y * side + x] = sampleAt(grey, height, width, fromY, fromX);
    }
  }
  return square;
}

/** Bilinear; beyond the edge as at the edge. */
function sampleAt(grey: Float32Array, height: number, width: number, y: number, x: number): number {
  const cy = Math.min(height - 1, Math.max(0, y));
  const cx = Math.min(width - 1, Math.max(0, x));
  const y0 = Math.floor(cy);
  const x0 = Math.floor(cx);
  const y1 = Math.min(height - 1, y0 + 1);
  const x1 = Math.min(width - 1, x0 + 1);
  const fy = cy - y0;
  const fx = cx - x0;
  const top = grey[y0 * width + x0] * (1 - fx) + grey[y0 * width + x1] * fx;
  const bottom = grey[y1 * width + x0] * (1 - fx) + grey[y1 * width + x1] * fx;
  return top * (1 - fy) + bottom * fy;
}
