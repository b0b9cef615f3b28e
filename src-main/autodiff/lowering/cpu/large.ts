import type { Shape } from '../../../onnx/types.ts';
import { typicalSize } from '../../typical-size.ts';

/** More than a processor's second cache holds (4 MiB of floats): what goes over it again waits for memory. */
export const isLarge = (shape: Shape): boolean => typicalSize(shape) >= 2 ** 20;
