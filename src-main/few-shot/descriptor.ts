import type { ImageShape } from '../shared/dataset.ts';

/**
 * A picture as numbers by which likeness can be told without anything learnt: histograms of oriented gradients (Dalal and Triggs, "Histograms of
 * Oriented Gradients for Human Detection", CVPR 2005) over fine and coarse cells, and the picture itself, small. Any size of picture gives as many
 * numbers; only colours add some.
 */

const orientations = 9;
/** Cells across the picture; blocks are 2 × 2 cells. */
const grids = [7, 4];
const smallSide = 7;
/** What lights up next to nothing is not made as bright as an edge. */
const floor = 1e-2;

/** Pixels across what is looked at: 28, of larger pictures 56. Both are multiples of every grid. */
const sideOf = ({ height, width }: Pick<ImageShape, 'height' | 'width'>): number =>
  Math.max(height, width) <= 42 ? 28 : 56;

export const descriptorSize = (channels: number): number =>
  grids.reduce((sum, cells) => sum + (cells - 1) ** 2 * 4 * orientations, 0) + smallSide ** 2 * channels;

/** `pixels`: of one image, rows of interleaved channels. Fills `into`, which is `descriptorSize` long. */
export function describe(pixels: Uint8Array, shape: ImageShape, into: Float32Array): void {
  const side = sideOf(shape);
  const planes = Array.from({ length: shape.channels }, (_, channel) => plane(pixels, shape, channel, side));
  const grey = new Float32Array(side * side);
  for (const one of planes) for (let i = 0; i < grey.length; i++) grey[i] += one[i] / planes.length;
  const { strength, angle } = gradients(grey, side);
  let at = 0;
  for (const cells of grids) at = blocks(histograms(strength, angle, side, cells), cells, into, at);
  const step = side / smallSide;
  for (const one of planes) {
    for (let cell = 0; cell < smallSide ** 2; cell++) {
      const [row, column] = [Math.floor(cell / smallSide) * step, (cell % smallSide) * step];
      let sum = 0;
      for (let y = 0; y < step; y++) for (let x = 0; x < step; x++) sum += one[(row + y) * side + column + x];
      into[at++] = sum / (step * step);
    }
  }
}

/** Its channels, each side × side, 0 to 1. */
export function planesOf(pixels: Uint8Array, shape: ImageShape, side: number): Float32Array {
  const out = new Float32Array(shape.channels * side * side);
  for (let c = 0; c < shape.channels; c++) out.set(plane(pixels, shape, c, side), c * side * side);
  return out;
}

/** One channel at that size, 0 to 1: means over areas where it is made smaller, in between of neighbours where larger. */
function plane(
  pixels: Uint8Array,
  { height, width, channels }: ImageShape,
  channel: number,
  side: number,
): Float32Array {
  const across = shares(width, side);
  const down = shares(height, side);
  const rows = new Float32Array(height * side);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0;
      for (const [from, share] of across[x]) sum += share * pixels[(y * width + from) * channels + channel];
      rows[y * side + x] = sum / 255;
    }
  }
  const out = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    for (const [from, share] of down[y]) {
      for (let x = 0; x < side; x++) out[y * side + x] += share * rows[from * side + x];
    }
  }
  return out;
}

/** Of which pixels, with which weights, each new one is made along one axis (a triangle as wide as a pixel of the coarser grid). */
const known = new Map<string, [from: number, share: number][][]>();
function shares(from: number, to: number): [number, number][][] {
  const key = `${from} ${to}`;
  const found = known.get(key);
  if (found) return found;
  const scale = from / to;
  const reach = Math.max(1, scale);
  const made = Array.from({ length: to }, (_, i): [number, number][] => {
    const centre = (i + 0.5) * scale - 0.5;
    const some: [number, number][] = [];
    for (let k = Math.max(0, Math.ceil(centre - reach)); k <= Math.min(from - 1, Math.floor(centre + reach)); k++) {
      const share = 1 - Math.abs(k - centre) / reach;
      if (share > 1e-9) some.push([k, share]);
    }
    const sum = some.reduce((all, [, share]) => all + share, 0);
    return some.map(([k, share]) => [k, share / sum]);
  });
  if (known.size > 64) known.clear();
  known.set(key, made);
  return made;
}

/** Central differences; `angle` as a place among the orientations, without a sign. */
function gradients(grey: Float32Array, side: number): { strength: Float32Array; angle: Float32Array } {
  const strength = new Float32Array(grey.length);
  const angle = new Float32Array(grey.length);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i++) {
      const dx = x > 0 && x < side - 1 ? grey[i + 1] - grey[i - 1] : 0;
      const dy = y > 0 && y < side - 1 ? grey[i + side] - grey[i - side] : 0;
      strength[i] = Math.sqrt(dx * dx + dy * dy);
      const turn = Math.atan2(dy, dx) / Math.PI;
      angle[i] = (turn < 0 ? turn + 1 : turn >= 1 ? turn - 1 : turn) * orientations;
    }
  }
  return { strength, angle };
}

function histograms(strength: Float32Array, angle: Float32Array, side: number, cells: number): Float32Array {
  const histogram = new Float32Array(cells * cells * orientations);
  const size = side / cells;
  for (let y = 0, i = 0; y < side; y++) {
    const row = Math.floor(y / size) * cells;
    for (let x = 0; x < side; x++, i++) {
      if (strength[i] === 0) continue;
      const cell = (row + Math.floor(x / size)) * orientations;
      const low = Math.min(orientations - 1, Math.floor(angle[i]));
      const share = angle[i] - low;
      histogram[cell + low] += strength[i] * (1 - share);
      histogram[cell + ((low + 1) % orientations)] += strength[i] * share;
    }
  }
  return histogram;
}

/** Each 2 × 2 cells, by their common length. Returns the place behind what was written. */
function blocks(histogram: Float32Array, cells: number, into: Float32Array, at: number): number {
  for (let row = 0; row + 1 < cells; row++) {
    for (let column = 0; column + 1 < cells; column++) {
      const begin = at;
      let squares = floor;
      for (const cell of [
        row * cells + column,
        (row + 1) * cells + column,
        row * cells + column + 1,
        (row + 1) * cells + column + 1,
      ]) {
        for (let k = 0; k < orientations; k++) {
          const value = histogram[cell * orientations + k];
          squares += value * value;
          into[at++] = value;
        }
      }
      const length = Math.sqrt(squares);
      for (let k = begin; k < at; k++) into[k] /= length;
    }
  }
  return at;
}
