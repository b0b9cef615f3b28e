// Reverse-mode differentiation: nodes backwards from the loss, one rule each. What every rule would otherwise repeat is
// done here once: inputs that lead to no parameter are skipped, the gradients of a value used twice are added, and a
// gradient is brought to the shape of its value (summed where that was broadcast).

import { AtelierError } from '../../shared/errors.ts';
import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { inputsOf, nodeError, outputsOf } from '../../onnx/node.ts';
import { isOperator, type Operator, signatureOf } from '../../onnx/operators.ts';
import { isFloatType } from '../../onnx/tensors.ts';
import type { Dim, Graph, Node, Shape } from '../../onnx/types.ts';
import { gradients as table } from '../gradients/index.ts';
import type { Gradient, RuleContext } from '../gradients/rule.ts';

/** Values through which some of `wrt` can reach the loss. */
function activeValues(g: GraphBuilder, nodes: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const active = new Set(wrt);
  for (const node of nodes) {
    if (!node.inputs.some((input) => active.has(input))) continue;
    for (const output of node.outputs) if (output && isFloatType(g.type(output).type)) active.add(output);
  }
  return active;
}

/** Sums a gradient over the axes along which its value was broadcast, or spreads one that is the same along an axis. */
export function toShape(g: GraphBuilder, node: Node, gradient: Value, value: Value): Value {
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

/** Each input's gradient, by the rule of the node's operator. */
function apply(
  g: GraphBuilder,
  node: Node,
  dOutputs: readonly (Value | undefined)[],
): ReadonlyMap<number, () => Value> {
  const gradient = node.domain === '' && isOperator(node.op) ? (table[node.op] as AnyGradient) : undefined;
  if (gradient === 'zero') return new Map();
  if (typeof gradient !== 'function' || !isOperator(node.op)) {
    const reason = gradient && 'reason' in gradient ? gradient.reason : 'Atelier does not know the operator';
    throw nodeError('not_differentiable', node, `lies between a parameter and the loss, but ${reason}`);
  }
  const dY = dOutputs[0] ?? g.op('Mul', [node.outputs[0], g.scalar(0, node.outputs[0])]);
  const context = { g, node, inputs: inputsOf(node, node.op), outputs: outputsOf(node, node.op), dY, dOutputs };
  const byName = gradient(context as unknown as RuleContext<Operator>) as Record<
    string,
    (() => Value) | (() => Value)[]
  >;
  const byIndex = new Map<number, () => Value>();
  signatureOf(node.op)!.inputs.forEach(({ name }, index) => {
    const result = byName[name];
    if (Array.isArray(result)) result.forEach((each, offset) => byIndex.set(index + offset, each));
    else if (result && node.inputs[index]) byIndex.set(index, result);
  });
  return byIndex;
}

export interface Differentiated {
  readonly graph: Graph;
  /** Per value of `wrt`: ∂loss/∂value. */
  readonly gradients: ReadonlyMap<Value, Value>;
}

/** `loss`: a scalar. Errors: not_differentiable, unused_parameter, and what the rules refuse. */
export function differentiate(graph: Graph, loss: Value, wrt: readonly Value[]): Differentiated {
  const g = GraphBuilder.extend(graph);
  const active = activeValues(g, graph.nodes, wrt);
  const gradients = new Map<Value, Value>([[loss, g.scalar(1, loss)]]);

  for (const node of [...graph.nodes].reverse()) {
    if (!node.inputs.some((input) => active.has(input))) continue;
    const dOutputs = node.outputs.map((output) => gradients.get(output));
    if (dOutputs.every((gradient) => gradient === undefined)) continue;
    g.scope = `grad/${node.name || node.outputs[0]}`;
    for (const [index, rule] of apply(g, node, dOutputs)) {
      const input = node.inputs[index];
      if (!active.has(input)) continue;
      const gradient = toShape(g, node, rule(), input);
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? gradient : g.add(before, gradient));
    }
  }

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
  return { graph: g.finish(), gradients: new Map(result) };
}
