import { AtelierError } from '../../shared/errors.ts';
import { oneOf } from '../options.ts';
import type { LossSpec } from '../types.ts';
import type { Loss } from './loss.ts';

// The forward graph computes its loss itself, targets being among its inputs: its output is a scalar, the mean over the batch's
// samples or (reduction = 'sum') their sum. For evaluation a mean counts as many times as the batch has samples.
export function output({ reduction: given = 'mean' }: Extract<LossSpec, { kind: 'output' }>): Loss {
  oneOf({ reduction: given }, ['mean', 'sum']);
  return {
    attach({ g, prediction, input, reduction }) {
      const { type, shape } = g.type(prediction);
      if (shape.some((dim) => dim !== 1)) {
        throw new AtelierError(
          'unsupported_shape',
          `the output [${shape.join(', ')}] is to be the loss, a single number`,
        );
      }
      const scalar = shape.length === 0 ? g.op('Identity', [prediction]) : g.reshape(prediction, []);
      if (reduction === 'mean' || given === 'sum') return { loss: scalar };
      const [batch] = g.shape(input);
      if (typeof batch === 'number') return { loss: g.scale(scalar, batch) };
      return { loss: g.mul(scalar, g.cast(g.op('Squeeze', [g.sizeVector(batch)]), type)) };
    },
  };
}
