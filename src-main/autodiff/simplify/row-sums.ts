// The gradient of a softmax needs Σⱼ dPᵢⱼ·Pᵢⱼ of every row. Where the probabilities weigh values, as attention's do,
//   O = P·V,  dP = dO·Vᵀ   ⟹   Σⱼ dPᵢⱼ·Pᵢⱼ = Σₖ dOᵢₖ·Oᵢₖ      (Dao et al. 2022, FlashAttention, appendix B)
// which sums over what a head is wide instead of over the whole sequence.

import type { Value } from '../../onnx/builder.ts';
import { sameShape } from '../../onnx/dims.ts';
import { axesOf, intsOf } from '../../onnx/node.ts';
import type { Dim, Graph, Node } from '../../onnx/types.ts';
import { rewrite } from '../phases/rewrite.ts';

const is = (node: Node | undefined, op: string): node is Node => node?.op === op && node.domain === '';

export function rowSums(graph: Graph): Graph {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const shapeOf = (value: Value) => graph.values.get(value)?.shape;

  /** What a value is the product of, dropout's masks and the like included. */
  const factors = (value: Value): Value[] => {
    const node = makers.get(value);
    return is(node, 'Mul') ? node.inputs.flatMap(factors) : [value];
  };
  const keyOf = (values: readonly Value[]) => [...values].sort().join('\n');

  /** Products P·V with the rows of P as factors, by those and V. */
  const weighted = new Map<string, Value>();
  for (const node of graph.nodes.filter((each) => is(each, 'MatMul'))) {
    const [P, V] = node.inputs;
    weighted.set(keyOf([...factors(P), `·${V}`]), node.outputs[0]);
  }

  /** dO and O with the same sums of rows, if `value` is dP·P. */
  const narrower = (value: Value): readonly [Value, Value] | undefined => {
    const all = factors(value);
    for (const [at, dP] of all.entries()) {
      const product = makers.get(dP);
      const turned = is(product, 'MatMul') ? makers.get(product.inputs[1]) : undefined;
      if (!is(product, 'MatMul') || !is(turned, 'Transpose') || !swapsLast(turned)) continue;
      const O = weighted.get(keyOf([...all.toSpliced(at, 1), `·${turned.inputs[0]}`]));
      const [dO] = product.inputs;
      const [small, large] = [O && shapeOf(O), shapeOf(value)];
      if (!O || !small || !large || !sameShape(shapeOf(dO) ?? [], small)) continue;
      if (sameShape(shapeOf(dP)!, large) && narrow(small.at(-1)!, large.at(-1)!)) return [dO, O];
    }
    return undefined;
  };

  // The product has to stand before the sum, which it need not for other uses of P and V.
  const places = new Map(graph.nodes.flatMap((node, at) => node.outputs.map((output) => [output, at] as const)));
  return rewrite(graph, (g, node) => {
    if (g.outer || !is(node, 'ReduceSum')) return undefined;
    const axes = node.inputs[1] ? g.type(node.inputs[1]).elements : undefined;
    const rank = g.rank(node.inputs[0]);
    if (axes?.length !== 1 || axesOf(node, axes as number[], rank)[0] !== rank - 1) return undefined;
    const [dO, O] = narrower(node.inputs[0]) ?? [];
    if (dO === undefined || O === undefined || places.get(O)! > places.get(node.outputs[0])!) return undefined;
    g.scope = node.name;
    const sum = g.op('ReduceSum', [g.mul(dO, O), node.inputs[1]], node.attributes);
    g.scope = '';
    return [sum];
  });
}

function swapsLast(node: Node): boolean {
  const perm = intsOf(node, 'perm') ?? [];
  const last = perm.length - 1;
  return last >= 1 && perm.every((axis, at) => axis === (at < last - 1 ? at : at === last ? last - 1 : last));
}

/** Sequences of unknown length are taken to be longer than a head is wide. */
const narrow = (width: Dim, length: Dim): boolean =>
  typeof width === 'number' && (typeof length === 'string' || width < length);
