import { oneOf } from '../options.ts';
import type { LossSpec } from '../types.ts';
import type { Loss } from './loss.ts';
import { overElements, rightOnes } from './reduce.ts';

// x: what the discriminator says of a picture, a logit; y: 1 where the picture is real, 0 where the generator made it
//
//   non-saturating (Goodfellow et al. 2014)    discriminator: mean y·ln(1+e⁻ˣ) + (1−y)·ln(1+eˣ)    generator: mean ln(1+e⁻ˣ)
//   hinge (Lim & Ye 2017, Miyato et al. 2018)  discriminator: mean max(0, 1 − (2y−1)·x)            generator: −mean x
//
// A compiled step trains one player:
//   discriminator: the forward graph is D alone; a batch holds real and made pictures, the target (float, the logits' shape) says which
//   generator: the forward graph is D after G, from noise; `parameters` are G's, D's are `held` and renewed from the other
//     step's before every call. No target: every picture is to look real.
export function gan({ player, form = 'non-saturating' }: Extract<LossSpec, { kind: 'gan' }>): Loss {
  oneOf({ player }, ['generator', 'discriminator']);
  oneOf({ form }, ['non-saturating', 'hinge']);
  return {
    attach(context) {
      const { g, prediction: x } = context;
      const { type, shape } = g.type(x);
      const zero = g.scalar(0, x);
      if (player === 'generator') {
        const terms = form === 'hinge' ? g.neg(x) : g.op('Softplus', [g.neg(x)]);
        return { loss: overElements(context, terms) };
      }
      const y = context.target(type, shape);
      const sign = g.sub(g.scale(y, 2), g.scalar(1, y));
      // ln(1+e⁻ˣ) of the real, ln(1+eˣ) of the made: of −sign·x for y of 0 and 1.
      const against = g.neg(g.mul(sign, x));
      const terms =
        form === 'hinge' ? g.op('Clip', [g.add(against, g.scalar(1, x)), zero]) : g.op('Softplus', [against]);
      const right = rightOnes(g, g.op('Less', [against, zero]));
      return { loss: overElements(context, terms), ...right };
    },
  };
}
