// Reverse-mode differentiation: nodes backwards from the loss, one rule each. What every rule would otherwise repeat is
// done here once: inputs that lead to no parameter are skipped, the gradients of a value used twice are added, and a
// gradient is brought to the shape of its value (summed where that was broadcast).

import { AtelierError } from '../../shared/errors.ts';
import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { inputsOf, nodeError, outputsOf } from '../../onnx/node.ts';
import { isOperator, type Operator, signatureOf } from '../../onnx/operators.ts';
import { isFloatType } from '../../onnx/tensors.ts';
import { typeIn } from '../../onnx/graph.ts';
import { readsOf } from '../../onnx/subgraphs.ts';
import type { Dim, Graph, Node, Shape, ValueType } from '../../onnx/types.ts';
import { gradients as table } from '../gradients/index.ts';
import type { Differentiation, Gradient, RuleContext } from '../gradients/rule.ts';
import { writeOut } from '../control-flow/write-out.ts';

/** Values through which some of `wrt` can reach the loss. */
function reached(typeOf: (value: Value) => ValueType, nodes: readonly Node[], wrt: Iterable<Value>): Set<Value> {
  const active = new Set(wrt);
  for (const node of nodes) {
    if (!readsOf(node).some((value) => active.has(value))) continue;
    for (const output of node.outputs) if (output && isFloatType(typeOf(output).type)) active.add(output);
  }
  return active;
}

/** Sums a gradient over the axes along which its value was broadcast, or spreads one that is the same along an axis. */
function toShape(g: GraphBuilder, node: Node, gradient: Value, value: Value): Value {
  const [from, to]: [Shape, Shape] = [g.shape(gradient), g.shape(value)];
  const extra = from.length - to.length;
  if (extra > 0) {
    const leading = Array.from({ length: extra }, (_, axis) => axis);
    return toShape(g, node, g.reduceSum(gradient, leading, false), value);
  }
  const pairs = to.map((dim, axis): [Dim, Dim] => [from[axis + extra] ?? 1, dim]);
  // Where the gradient's size has a name and the value's is a number, it may be 1, too.
  const spreads = ([dim, wanted]: [Dim, Dim]) =>
    wanted !== 1 && (dim === 1 || (typeof dim === 'string' && typeof wanted === 'number'));
  const sums = ([dim, wanted]: [Dim, Dim]) => wanted === 1 && dim !== 1;
  if (
    pairs.some(
      ([dim, wanted]) =>
        typeof dim === 'number' && typeof wanted === 'number' && dim !== wanted && ![dim, wanted].includes(1),
    )
  ) {
    throw nodeError('unsupported_shape', node, `gradient [${from.join(', ')}] of a value [${to.join(', ')}]`);
  }
  // A size with a name may turn out to be 1, where the value was broadcast: only the run can tell.
  const doubtful = pairs.some(([dim, wanted]) => typeof wanted === 'string' && dim !== wanted && dim !== 1);
  if (doubtful) {
    const missing = Array.from({ length: -extra }, (_, axis) => axis);
    return summedAtRunTime(g, missing.length > 0 ? g.unsqueeze(gradient, missing) : gradient, value);
  }
  const summed = pairs.flatMap((pair, axis) => (sums(pair) ? [axis] : []));
  if (summed.length > 0) return toShape(g, node, g.reduceSum(gradient, summed), value);
  return extra < 0 || pairs.some(spreads) ? g.op('Expand', [gradient, g.shapeVector(to)]) : gradient;
}

function summedAtRunTime(g: GraphBuilder, gradient: Value, value: Value): Value {
  const [wanted, one] = [g.op('Shape', [value]), g.int64s([1])];
  const axes = g.reshape(g.op('NonZero', [g.op('Equal', [wanted, one])]), [-1]);
  const sum = g.op('ReduceSum', [gradient, axes], { keepdims: 1, noop_with_empty_axes: 1 });
  const { type } = g.type(gradient);
  return g.node('Expand', [sum, wanted], {}, { types: [{ type, shape: g.shape(value) }] })[0];
}

type AnyGradient = Gradient<Operator>;

const differentiation: Differentiation = {
  reached: (g, nodes, wrt) => reached((value) => g.type(value), nodes, wrt),
  backpropagate,
};

/** The gradient of each value that the node reads, by the rule of its operator. */
function apply(
  g: GraphBuilder,
  node: Node,
  dOutputs: readonly (Value | undefined)[],
  active: ReadonlySet<Value>,
): (readonly [Value, () => Value])[] {
  const gradient = node.domain === '' && isOperator(node.op) ? (table[node.op] as AnyGradient) : undefined;
  if (gradient === 'zero') return [];
  if (typeof gradient !== 'function' || !isOperator(node.op)) {
    const reason = gradient && 'reason' in gradient ? gradient.reason : 'Atelier does not know the operator';
    throw nodeError('not_differentiable', node, `lies between a parameter and the loss, but ${reason}`);
  }
  const context: Omit<RuleContext<Operator>, 'inputs' | 'outputs'> = {
    g,
    node,
    get dY() {
      return dOutputs[0] ?? g.op('Mul', [node.outputs[0], g.scalar(0, node.outputs[0])]);
    },
    dOutputs,
    wanted: (value) => active.has(value),
    differentiation,
  };
  const named = { inputs: inputsOf(node, node.op), outputs: outputsOf(node, node.op) };
  const { reads, ...others } = gradient(Object.assign(context, named) as unknown as RuleContext<Operator>);
  const byName = others as Record<string, (() => Value) | readonly (() => Value)[] | undefined>;
  const byInput = signatureOf(node.op)!.inputs.flatMap(({ name, variadic }, index) => {
    const result = byName[name] ?? [];
    const rules = typeof result === 'function' ? [result] : result;
    return rules.map((rule, offset) => [node.inputs[index + (variadic ? offset : 0)] ?? '', rule] as const);
  });
  return [...byInput, ...(reads ?? [])];
}

function backpropagate(
  g: GraphBuilder,
  nodes: readonly Node[],
  active: ReadonlySet<Value>,
  gradients: Map<Value, Value>,
): void {
  const { scope } = g;
  for (const node of [...nodes].reverse()) {
    if (!readsOf(node).some((value) => active.has(value))) continue;
    const dOutputs = node.outputs.map((output) => gradients.get(output));
    if (dOutputs.every((gradient) => gradient === undefined)) continue;
    g.scope = `grad/${node.name || node.outputs[0]}`;
    for (const [value, rule] of apply(g, node, dOutputs, active)) {
      if (!active.has(value)) continue;
      const gradient = toShape(g, node, rule(), value);
      const before = gradients.get(value);
      gradients.set(value, before === undefined ? gradient : g.add(before, gradient));
    }
  }
  g.scope = scope;
}

export interface Differentiated {
  readonly graph: Graph;
  /** How many of its nodes, the first ones, are the forward pass. */
  readonly forwardNodes: number;
  /** Per value of `wrt`: ∂loss/∂value. */
  readonly gradients: ReadonlyMap<Value, Value>;
}

/**
 * `loss`: a scalar. `scale`, a scalar, is what the gradients are times; 1 when left out.
 * Errors: not_differentiable, unused_parameter, and what the rules refuse.
 */
export function differentiate(original: Graph, loss: Value, wrt: readonly Value[], scale?: Value): Differentiated {
  const graph = writeOut(
    original,
    reached((value) => typeIn(original, value), original.nodes, wrt),
  );
  const g = GraphBuilder.extend(graph);
  const gradients = new Map<Value, Value>([[loss, scale ?? g.scalar(1, loss)]]);
  backpropagate(g, graph.nodes, differentiation.reached(g, graph.nodes, wrt), gradients);

  const result = wrt.map((value): [Value, Value] => {
    const gradient = gradients.get(value);
    if (gradient === undefined) {
      throw new AtelierError(
        'unused_parameter',
        `the loss does not depend on parameter "${value}"; freeze or remove it`,
      );
    }
    return [value, gradient];
  });
  return { graph: g.finish(), forwardNodes: graph.nodes.length, gradients: new Map(result) };
}
