import { floorDiv, product } from '../dims.ts';
import type { ShapeRule } from './infer.ts';

/** [batch, channels·elements of a block, blocks] → [batch, channels, …image]. */
export const Col2Im: ShapeRule = (c) => {
  const [batch, rows] = c.shape(0);
  const block = Number(product(c.numbers(2, 'block_shape')));
  return [{ type: c.input(0).type, shape: [batch, floorDiv(rows, block), ...c.required(1, 'image_shape')] }];
};
