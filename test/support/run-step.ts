// A training step called from outside: what it carries from call to call.

import type { TrainingStep } from '../../src-main/autodiff/types.ts';
import { sizeOf, tensor } from '../../src-main/onnx/tensors.ts';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { Values } from './run-model.ts';

type Carrying = Pick<TrainingStep, 'parameters' | 'state'>;

/** Parameters and state before the first call, by the names of its inputs. */
export const initialValues = ({ parameters, state }: Carrying): Values =>
  Object.fromEntries([...parameters, ...state].map(({ input, initial }) => [input, initial]));

/** The same for the call after the one that gave these results. */
export const nextValues = ({ parameters, state }: Carrying, results: Values): Values =>
  Object.fromEntries([...parameters, ...state].map(({ input, output }) => [input, results[output]]));

/** Normal numbers times `scale`, the same for the same seed. */
export function normalTensor(seed: number, shape: readonly number[], scale = 1): Tensor {
  const source = new Random(seed);
  return tensor(
    'float',
    shape,
    Array.from({ length: sizeOf(shape) }, () => source.normal() * scale),
  );
}
