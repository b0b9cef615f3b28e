import { AtelierError } from '../../shared/errors.ts';
import { positive } from '../options.ts';
import type { LossSpec } from '../types.ts';
import { Labels } from './labels.ts';
import type { Loss } from './loss.ts';
import { overAll } from './reduce.ts';

// Mean over the samples of  Σ_{j≠y} max(0, margin − x_y + x_j) / C, or of the squares      (Crammer & Singer 2001, summed)
//
// PyTorch: multi_margin_loss(p = 1 or 2, margin). Scores [batch, classes]; target: int32 [batch].
export function multiClassHinge({
  margin = 1,
  squared = false,
}: Extract<LossSpec, { kind: 'multi-class-hinge' }>): Loss {
  positive({ margin });
  return {
    attach(context) {
      const { g, prediction } = context;
      const shape = g.shape(prediction);
      if (shape.length !== 2) {
        throw new AtelierError('unsupported_shape', `scores [${shape.join(', ')}], not [batch, classes]`);
      }
      const labels = new Labels(context, {});
      const onehot = labels.onehot();
      const own = g.reduceSum(g.mul(onehot, prediction), [1]);
      const gap = g.add(g.sub(prediction, own), g.scalar(margin, prediction));
      const over = g.op('Clip', [gap, g.scalar(0, gap)]);
      const others = g.mul(squared ? g.mul(over, over) : over, g.sub(g.scalar(1, onehot), onehot));
      return { loss: overAll(context, g.reduceMean(others, [1], false)), ...labels.rightOnes() };
    },
  };
}
