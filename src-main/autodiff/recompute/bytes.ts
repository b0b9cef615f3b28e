// How much memory values take, for choices between ways to spend it.

import type { ValueType } from '../../onnx/types.ts';
import { dataTypes } from '../../onnx/tensors.ts';
import { typicalSize } from '../typical-size.ts';

export const bytesOfValue = ({ type, shape }: ValueType): number =>
  typicalSize(shape) * (dataTypes[type].array?.BYTES_PER_ELEMENT ?? 0);
