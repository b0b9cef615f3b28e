import type { GradientRule } from './rule.ts';

// Y = X where X > 0, else slope·X;  dX = dY where X > 0, else slope·dY;  dslope = X·dY where not X > 0
export const PRelu: GradientRule<'PRelu'> = ({ g, inputs: { X, slope }, dY }) => {
  const positive = () => g.op('Greater', [X, g.scalar(0, X)]);
  return {
    X: () => g.where(positive(), dY, g.mul(dY, slope)),
    slope: () => g.where(positive(), g.scalar(0, X), g.mul(dY, X)),
  };
};
