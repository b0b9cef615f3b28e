import { numbersOf } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// Y = X between min and max;  dX = dY where Y = X, also at the bounds, else 0,
// dmin = Σ dY where X < min,  dmax = Σ dY where X > max
//
// With min above max everything is max, and gets all of the gradient. All as in PyTorch.
export const Clip: GradientRule<'Clip'> = ({ g, inputs: { input: X, min, max }, outputs: { output: Y }, dY }) => {
  const zero = () => g.scalar(0, dY);
  const [low, high] = [min, max].map((bound) => {
    const constant = bound === undefined ? undefined : g.constantOf(bound);
    return constant && numbersOf(constant)[0];
  });
  const ordered = min === undefined || max === undefined || (low !== undefined && high !== undefined && low <= high);
  const crossed = () => g.op('Less', [max!, min!]);
  return {
    input: () => {
      const passed = g.where(g.op('Equal', [X, Y]), dY, zero());
      return ordered ? passed : g.where(crossed(), zero(), passed);
    },
    min: () => {
      const below = g.where(g.op('Less', [X, min!]), dY, zero());
      return ordered ? below : g.where(crossed(), zero(), below);
    },
    max: () => {
      const above = g.where(g.op('Greater', [X, max!]), dY, zero());
      return ordered ? above : g.where(crossed(), dY, above);
    },
  };
};
