// What only losses and their metrics use.

import { array, get, make, number, type ReferenceOperators, size } from './array.ts';

export const losses: ReferenceOperators = {
  ArgMax: (node, [x]) => {
    const given = number(node, 'axis', 0);
    const axis = given < 0 ? given + x!.shape.length : given;
    const keep = number(node, 'keepdims', 1) === 1;
    const kept = x!.shape.map((dim, i) => (i === axis ? 1 : dim));
    const best = make(kept, (at) => {
      const values = Array.from({ length: x!.shape[axis] }, (_, k) => get(x!, at.with(axis, k)));
      return values.indexOf(Math.max(...values));
    });
    return [keep ? best : { ...best, shape: kept.filter((_, i) => i !== axis) }];
  },
  EyeLike: (node, [x]) => [make(x!.shape, ([row, column]) => Number(column - row === number(node, 'k', 0)))],
  Size: (_, [x]) => [array([], [size(x!.shape)])],
};
