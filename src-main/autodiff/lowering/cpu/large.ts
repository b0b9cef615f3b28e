import { sizeOf } from '../../../onnx/tensors.ts';
import type { Shape } from '../../../onnx/types.ts';

/** What a size that only the run knows is taken for. */
const TYPICAL = 32;

export const typicalSize = (shape: Shape): number =>
  sizeOf(shape.map((dim) => (typeof dim === 'number' ? dim : TYPICAL)));

/** More than a processor's second cache holds (4 MiB of floats): what goes over it again waits for memory. */
export const isLarge = (shape: Shape): boolean => typicalSize(shape) >= 2 ** 20;
