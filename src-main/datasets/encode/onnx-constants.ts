import type { Tensor } from '../../onnx/types.ts';

export const float32s = (shape: number[], values: number[]): Tensor => ({
  type: 'float',
  shape,
  data: Float32Array.from(values),
});
export const float64s = (shape: number[], values: number[]): Tensor => ({
  type: 'double',
  shape,
  data: Float64Array.from(values),
});
export const strings = (values: string[]): Tensor => ({ type: 'string', shape: [values.length], data: values });
