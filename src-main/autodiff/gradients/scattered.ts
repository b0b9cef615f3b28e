// Shared by ScatterElements and ScatterND, which differ in how they name places.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { nodeError, stringOf } from '../../onnx/node.ts';
import type { Node } from '../../onnx/types.ts';

export interface Places {
  /** `updates` brought into `data` at the places. */
  scatter(data: Value, updates: Value, reduction: string): Value;
  /** What stands at the places, in the shape of updates. */
  gather(x: Value): Value;
}

// Y = data, with updates u put, added, multiplied … in at some places. With [·] for "what stands at u's place":
//   none      ddata = dY, 0 at the places;            du = [dY]
//   add       ddata = dY;                             du = [dY]
//   mul       ddata = dY·Π of the place's u;          du = [dY]·Π of all others at its place
//   max, min  Y's equals share: ddata = dY/n, du = [dY/n] where equal to Y, n of them at the place
//
// Π of all others is the product of what is not 0 divided by u, and 0 where some other is 0, so nothing divides by 0.
export function scatterGradients(
  g: GraphBuilder,
  node: Node,
  [data, updates, Y]: readonly [Value, Value, Value],
  dY: Value,
  { scatter, gather }: Places,
): { readonly data: () => Value; readonly updates: () => Value } {
  const reduction = stringOf(node, 'reduction', 'none');
  const flag = (condition: Value) => g.cast(condition, g.type(dY).type);
  const [zero, one] = [g.scalar(0, dY), g.scalar(1, dY)];
  const ones = (x: Value) => g.op('Expand', [one, g.shapeVector(g.shape(x))]);
  switch (reduction) {
    case 'none':
      return { data: () => scatter(dY, g.mul(updates, zero), 'none'), updates: () => gather(dY) };
    case 'add':
      return { data: () => dY, updates: () => gather(dY) };
    case 'mul':
      return {
        data: () => g.mul(dY, scatter(ones(data), updates, 'mul')),
        updates: () => {
          const isZero = (x: Value) => g.op('Equal', [x, zero]);
          const nonzero = (x: Value) => g.where(isZero(x), one, x);
          const all = scatter(nonzero(data), nonzero(updates), 'mul');
          const zeros = scatter(flag(isZero(data)), flag(isZero(updates)), 'add');
          const noOther = flag(g.op('Equal', [gather(zeros), flag(isZero(updates))]));
          return g.mul(g.div(gather(g.mul(dY, all)), nonzero(updates)), noOther);
        },
      };
    case 'max':
    case 'min': {
      const equalData = () => flag(g.op('Equal', [data, Y]));
      const equalUpdates = () => flag(g.op('Equal', [updates, gather(Y)]));
      const share = () => g.div(dY, scatter(equalData(), equalUpdates(), 'add'));
      return {
        data: () => g.mul(share(), equalData()),
        updates: () => g.mul(gather(share()), equalUpdates()),
      };
    }
    default:
      throw nodeError('invalid_model', node, `reduction="${reduction}"`);
  }
}
