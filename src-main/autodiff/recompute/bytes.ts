// How much memory values take, for choices between ways to spend it.

import type { Shape, ValueType } from '../../onnx/types.ts';
import { dataTypes } from '../../onnx/tensors.ts';
import { termsOf } from '../../onnx/dims.ts';

/** Only proportions matter, and those hardly change with the batch: a size with a name counts as this many. */
const NAMED_SIZE = 32;

const elements = (shape: Shape): number =>
  shape.reduce<number>((product, dim) => {
    if (typeof dim === 'number') return product * dim;
    const size = termsOf(dim).reduce((sum, [factor, names]) => sum + factor * NAMED_SIZE ** names.length, 0);
    return product * Math.max(1, size);
  }, 1);

export const bytesOfValue = ({ type, shape }: ValueType): number =>
  elements(shape) * (dataTypes[type].array?.BYTES_PER_ELEMENT ?? 0);
