// LSTM, GRU and RNN: X [seq, batch, in] → Y [seq, directions, batch, hidden], last states [directions, batch, hidden].
// With layout 1 the batch comes first everywhere.

import { intOf, nodeError, stringOf } from '../node.ts';
import type { ShapeRule } from './infer.ts';

const recurrent =
  (states: number): ShapeRule =>
  (c) => {
    const { type, shape } = c.input(0);
    const [, , hidden] = c.shape(2);
    if (shape.length !== 3 || c.rank(1) !== 3 || c.rank(2) !== 3) {
      const shapes = [0, 1, 2].map((index) => `[${c.shape(index).join(', ')}]`);
      throw nodeError('shape_mismatch', c.node, `X, W and R are ${shapes.join(', ')}; each has three axes`);
    }
    const directions = stringOf(c.node, 'direction', 'forward') === 'bidirectional' ? 2 : 1;
    if (intOf(c.node, 'layout', 0) === 1) {
      const [batch, seq] = shape;
      const last = { type, shape: [batch, directions, hidden] };
      return [{ type, shape: [batch, seq, directions, hidden] }, ...new Array<typeof last>(states).fill(last)];
    }
    const [seq, batch] = shape;
    const last = { type, shape: [directions, batch, hidden] };
    return [{ type, shape: [seq, directions, batch, hidden] }, ...new Array<typeof last>(states).fill(last)];
  };

export const LSTM = recurrent(2);
export const GRU = recurrent(1);
export const RNN = recurrent(1);
