import type { Bits } from '../shared/mask-bits.ts';
import { sigmoid } from './decode.ts';
import type { Placing, Size } from './fit.ts';
import type { Found, Output } from './found.ts';
import type { Layout, Protos } from './layout.ts';

/**
 * Where a map of numbers lies in what goes into a model, read between its cells: its value at a pixel of the picture. The map is of `height` × `width`
 * cells from `from` on, `input` is what it is spread over.
 */
function reader(map: ArrayLike<number>, { width, height }: Size, input: Size, placing: Placing, from = 0) {
  const [perX, perY] = [width / input.width, height / input.height];
  return (x: number, y: number): number => {
    const right = clamp(((x + 0.5) * placing.scaleX + placing.left) * perX - 0.5, width - 1);
    const down = clamp(((y + 0.5) * placing.scaleY + placing.top) * perY - 0.5, height - 1);
    const [x0, y0] = [Math.floor(right), Math.floor(down)];
    const [x1, y1] = [Math.min(width - 1, x0 + 1), Math.min(height - 1, y0 + 1)];
    const [shareX, shareY] = [right - x0, down - y0];
    const at = (row: number, column: number): number => map[from + row * width + column];
    const upper = at(y0, x0) + (at(y0, x1) - at(y0, x0)) * shareX;
    const lower = at(y1, x0) + (at(y1, x1) - at(y1, x0)) * shareX;
    return upper + (lower - upper) * shareY;
  };
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));

/** The part of a picture that a box (x, y, width, height) touches. */
function partOf([x, y, width, height]: readonly number[], picture: Size): Bits {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const across = Math.max(0, Math.min(picture.width, Math.ceil(x + width)) - left);
  const down = Math.max(0, Math.min(picture.height, Math.ceil(y + height)) - top);
  return { left, top, width: across, height: down, pixels: new Uint8Array(across * down) };
}

function fill(bits: Bits, inside: (x: number, y: number) => boolean): Bits {
  for (let row = 0; row < bits.height; row++) {
    for (let column = 0; column < bits.width; column++) {
      if (inside(bits.left + column, bits.top + row)) bits.pixels[row * bits.width + column] = 1;
    }
  }
  return bits;
}

/** Where a map of the whole picture, and of nothing beside it, is above 0; in the picture's pixels. */
export function maskAbove(map: ArrayLike<number>, size: Size, from: number, picture: Size): Bits {
  const whole = { left: 0, top: 0, ...picture, scaleX: 1, scaleY: 1 };
  const at = reader(map, size, picture, whole, from);
  return fill(partOf([0, 0, picture.width, picture.height], picture), (x, y) => at(x, y) > 0);
}

/**
 * The mask of one thing that was found: the maps weighed by its row's coefficients, where their sum is above 0, within its box. Bolya et al., YOLACT, 2019.
 * `box`: in the picture.
 */
export function maskOfRow(
  found: Found,
  box: readonly number[],
  layout: Extract<Layout, { protos: Protos | null }>,
  outputs: ReadonlyMap<string, Output>,
  { input, placing, picture }: { input: Size; placing: Placing; picture: Size },
): Bits {
  const { output, count } = layout.protos!;
  const { dims, data } = outputs.get(output)!;
  const [height, width] = dims.slice(-2);
  const rows = outputs.get(layout.output)!.data;
  const rowsFirst = layout.kind === 'end-to-end' || layout.rowsFirst;
  const summed = new Float32Array(height * width);
  for (let k = 0; k < count; k++) {
    const place = layout.length - count + k;
    const weight = rows[rowsFirst ? found.row * layout.length + place : place * layout.rows + found.row];
    for (let i = 0; i < summed.length; i++) summed[i] += weight * data[k * summed.length + i];
  }
  const at = reader(summed, { width, height }, input, placing);
  return fill(partOf(box, picture), (x, y) => at(x, y) > 0);
}

/** A mask that the model gives of the whole of what went in: where it is at least a half. */
export function maskOfPicture(
  { dims, data }: Output,
  row: number,
  box: readonly number[],
  { input, placing, picture }: { input: Size; placing: Placing; picture: Size },
): Bits {
  const [height, width] = dims.slice(-2);
  const at = reader(data, { width, height }, input, placing, row * height * width);
  return fill(partOf(box, picture), (x, y) => at(x, y) >= 0.5);
}

export interface ClassMask {
  class: number;
  bits: Bits;
  /** The mean, over its pixels, of how probable the class is there; null where the model does not say. */
  score: number | null;
}

/** Each class's pixels of a picture, by the likeliest class of each. Of one map alone: where it is above a half. */
export function classMasks(
  layout: Extract<Layout, { kind: 'semantic' | 'class-map' }>,
  { data }: Output,
  { input, placing, picture }: { input: Size; placing: Placing; picture: Size },
): ClassMask[] {
  const { height, width } = layout;
  const area = height * width;
  const likeliest = new Int32Array(picture.width * picture.height);
  const sums = new Map<number, number>();
  const counts = new Map<number, number>();
  const isMap = layout.kind === 'class-map';
  const classes = isMap ? 1 : layout.classes;
  const readers = Array.from({ length: classes }, (_, c) =>
    isMap ? nearest(data, layout, input, placing) : reader(data, layout, input, placing, c * area),
  );
  // Probabilities may come, or what they are made of.
  const isShare = !isMap && areShares(data, classes, area);
  const values = new Float64Array(classes);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      for (let c = 0; c < classes; c++) values[c] = readers[c](x, y);
      const [its, sure] = isMap ? [Math.round(values[0]), 1] : best(values, isShare);
      likeliest[y * picture.width + x] = its;
      if (its < 0) continue;
      sums.set(its, (sums.get(its) ?? 0) + sure);
      counts.set(its, (counts.get(its) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([its, count]) => ({
      class: its,
      bits: fill(
        partOf([0, 0, picture.width, picture.height], picture),
        (x, y) => likeliest[y * picture.width + x] === its,
      ),
      score: isMap ? null : sums.get(its)! / count,
    }));
}

/** The likeliest, and how probable it is; of one map alone −1 where it is not there. */
function best(values: Float64Array, isShare: boolean): [number, number] {
  if (values.length === 1) {
    const sure = isShare ? values[0] : sigmoid(values[0]);
    return sure > 0.5 ? [0, sure] : [-1, 0];
  }
  let its = 0;
  for (let c = 1; c < values.length; c++) if (values[c] > values[its]) its = c;
  if (isShare) return [its, values[its]];
  let sum = 0;
  for (const value of values) sum += Math.exp(value - values[its]);
  return [its, 1 / sum];
}

function areShares(data: ArrayLike<number>, classes: number, area: number): boolean {
  for (let i = 0; i < data.length; i++) if (!(data[i] >= 0 && data[i] <= 1)) return false;
  if (classes === 1) return true;
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += data[c * area];
  return Math.abs(sum - 1) < 1e-2;
}

/** Of classes there is nothing in between. */
function nearest(map: ArrayLike<number>, { width, height }: Size, input: Size, placing: Placing) {
  return (x: number, y: number): number => {
    const column = Math.floor((((x + 0.5) * placing.scaleX + placing.left) * width) / input.width);
    const row = Math.floor((((y + 0.5) * placing.scaleY + placing.top) * height) / input.height);
    return Number(map[clamp(row, height - 1) * width + clamp(column, width - 1)]);
  };
}
