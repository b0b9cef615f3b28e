import type { Value } from '../../onnx/builder.ts';
import { floorDiv } from '../../onnx/dims.ts';
import { intOf, nodeError } from '../../onnx/node.ts';
import { splitHeads } from '../forms/attention.ts';
import { addAt } from './add-at.ts';
import type { GradientRule } from './rule.ts';

// Pairs (a, b) of X's features, halves apart or side by side (interleaved), turn by an angle that depends on the place
// (Su et al. 2021):  Y = (a·cos − b·sin, a·sin + b·cos)
//   dX = dY turned back, by −sin;  dcos = Σ over heads of dYa·a + dYb·b,  dsin = Σ dYb·a − dYa·b
export const RotaryEmbedding: GradientRule<'RotaryEmbedding'> = ({ g, node, inputs, dY }) => {
  const { X, cos_cache, sin_cache, position_ids } = inputs;
  const pairs = (x: Value): [Value, Value] => {
    const heads = splitHeads(g, x, intOf(node, 'num_heads', 0));
    const size = intOf(node, 'rotary_embedding_dim', 0) || g.shape(heads)[3];
    if (typeof size !== 'number') throw nodeError('unsupported_shape', node, `turns "${size}" features`);
    const half = floorDiv(size, 2) as number;
    return intOf(node, 'interleaved', 0) === 1
      ? [g.slice(heads, [0], [size], [3], [2]), g.slice(heads, [1], [size], [3], [2])]
      : [g.slice(heads, [0], [half], [3]), g.slice(heads, [half], [size], [3])];
  };
  const cache = (of: (a: Value, b: Value, dA: Value, dB: Value) => Value, like: Value) => () => {
    const perPlace = g.reduceSum(of(...pairs(X), ...pairs(dY)), [1], false);
    return position_ids ? addAt(g, g.shape(like), position_ids, perPlace, 0) : perPlace;
  };
  return {
    X: () => g.op('RotaryEmbedding', [dY, cos_cache, g.neg(sin_cache), position_ids], node.attributes),
    cos_cache: cache((a, b, dA, dB) => g.add(g.mul(dA, a), g.mul(dB, b)), cos_cache),
    sin_cache: cache((a, b, dA, dB) => g.sub(g.mul(dB, a), g.mul(dA, b)), sin_cache),
  };
};
