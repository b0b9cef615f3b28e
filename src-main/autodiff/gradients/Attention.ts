import type { Value } from '../../onnx/builder.ts';
import { nodeError } from '../../onnx/node.ts';
import { attentionParts, grouped, joinHeads, splitHeads, swapLast, ungrouped } from '../forms/attention.ts';
import type { GradientRule } from './rule.ts';

// Y = P·V,  P = softmax(C + mask),  C = c·tanh(S/c) or S,  S = scale·Q·Kᵀ  (Vaswani et al. 2017)
//   dV = Pᵀ·dY,  dP = dY·Vᵀ,  dC = dmask = P·(dP − Σ dP·P),  dS = dC·(1 − tanh²(S/c)) or dC,  dQ = scale·dS·K,  dK = scale·dSᵀ·Q
//
// K and V are the past's, if there are any, and the new ones after them; present_key and present_value are just those.
// Σ dP·P = Σ dY·Y, which is shorter (Dao et al. 2022, FlashAttention, appendix B).
export const Attention: GradientRule<'Attention'> = ({ g, node, inputs, outputs: { Y }, dY, dOutputs }) => {
  const { Q, K, V, attn_mask } = inputs;
  if (dOutputs[3]) throw nodeError('unsupported_attribute', node, 'qk_matmul_output leads to the loss');
  const rank = g.rank(Q);
  const parts = attentionParts(g, node);
  const { q, k, v, capped, probabilities: P, heads, past, scale } = parts;
  const [, dPresentKey, dPresentValue] = dOutputs;
  const dHeads = () => grouped(g, splitHeads(g, dY, heads), parts);
  const dCapped = () => {
    const dP = ungrouped(g, g.matmul(dHeads(), swapLast(g, v)), parts);
    const inRow = g.reduceSum(g.mul(splitHeads(g, dY, heads), splitHeads(g, Y, heads)), [3]);
    return g.mul(P, g.sub(dP, inRow));
  };
  const dScores = () => {
    const slope = capped && g.sub(g.scalar(1, capped), g.mul(capped, capped));
    return grouped(g, slope ? g.mul(dCapped(), slope) : dCapped(), parts);
  };
  const dKeys = () => g.matmul(swapLast(g, dScores()), q);
  const dValues = () => g.matmul(swapLast(g, grouped(g, P, parts)), dHeads());
  const plus = (x: Value, more: Value | undefined) => (more ? g.add(x, more) : x);
  /** The past's part of a gradient, or the rest. */
  const part = (x: Value, which: 0 | 1): Value => {
    if (past === 0) return x;
    const sizes = g.shapeVector([past, g.shape(K)[rank - 2]]);
    return g.node('Split', [x, sizes], { axis: 2 }, { outputs: ['past', 'new'] })[which];
  };
  return {
    Q: () => joinHeads(g, ungrouped(g, g.scale(g.matmul(dScores(), k), scale), parts), rank),
    K: () => joinHeads(g, part(plus(dKeys(), dPresentKey), 1), rank),
    V: () => joinHeads(g, part(plus(dValues(), dPresentValue), 1), g.rank(V)),
    past_key: () => part(plus(dKeys(), dPresentKey), 0),
    past_value: () => part(plus(dValues(), dPresentValue), 0),
    ...(attn_mask && { attn_mask: dCapped }),
  };
};
