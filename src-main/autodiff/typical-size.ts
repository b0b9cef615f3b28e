// How large values are, roughly, for choices between ways to compute: only proportions matter, and those hardly change with the
// batch.

import { termsOf } from '../onnx/dims.ts';
import type { Shape } from '../onnx/types.ts';

/** What a size with a name counts as. */
const NAMED_SIZE = 32;

/** Elements. */
export const typicalSize = (shape: Shape): number =>
  shape.reduce<number>((product, dim) => {
    if (typeof dim === 'number') return product * dim;
    const size = termsOf(dim).reduce((sum, [factor, names]) => sum + factor * NAMED_SIZE ** names.length, 0);
    return product * Math.max(1, size);
  }, 1);
