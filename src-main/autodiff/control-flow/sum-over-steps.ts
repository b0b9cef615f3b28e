// Σₜ of a value that the body of a loop computes in every step. Where that sum is one operation over all steps it is done
// outside, on the stacks of its operands: Σₜ aₜᵀ·bₜ is a single Gemm with the steps one below the other. Else the body adds up.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { sameShape } from '../../onnx/dims.ts';
import { intOf } from '../../onnx/node.ts';
import type { Node } from '../../onnx/types.ts';

/** A value outside of the loop, to be asked for when the loop is there. */
export type Later = () => Value;

export interface Steps {
  /** Around the loop. */
  readonly g: GraphBuilder;
  /** The body. */
  readonly b: GraphBuilder;
  /** The node that makes a value of the backward pass; values of the forward pass are not taken apart. */
  producer(value: Value): Node | undefined;
  /** The node that makes a value of either pass. */
  maker(value: Value): Node | undefined;
  /** [steps, …shape]: the value of every step. */
  stack(value: Value): Later;
  /** Lets the body add the value up. */
  accumulate(value: Value): Later;
}

/** f(Σ x) = Σ f(x), the other operands being the same in every step. */
const linear = new Set(['Identity', 'Neg', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze']);
/** Keep the order of the elements. */
const reshaping = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

export function sumOverSteps(steps: Steps, value: Value): Later {
  const { g, b } = steps;
  if (!b.owns(value)) return steps.accumulate(value);
  const node = steps.producer(value);
  if (!node) {
    const stack = steps.stack(value);
    return () => g.reduceSum(stack(), [0], false);
  }
  const again = (inputs: readonly Later[]) => () =>
    g.node(
      node.op,
      inputs.map((input) => input()),
      node.attributes,
    )[0];
  const [first, ...others] = node.inputs;
  const outside = others.every((other) => !b.owns(other));

  if (node.domain === '' && linear.has(node.op) && outside) {
    return again([sumOverSteps(steps, first), ...others.map((other) => () => other)]);
  }
  if (node.domain === '' && node.op === 'Mul') {
    const [x, factor] = outside ? [first, others[0]] : [others[0], first];
    if (!b.owns(factor) && sameShape(b.shape(x), b.shape(value))) return again([sumOverSteps(steps, x), () => factor]);
  }
  if (node.domain === '' && node.op === 'Add' && node.inputs.every((x) => sameShape(b.shape(x), b.shape(value)))) {
    return again(node.inputs.map((x) => sumOverSteps(steps, x)));
  }
  if (node.domain === '' && node.op === 'Gemm' && others.length === 1) {
    const untransposed = intOf(node, 'transA', 0) === 1 && intOf(node, 'transB', 0) === 0;
    const operands = untransposed ? node.inputs.map((x) => rows(steps, x)) : [];
    const found = operands.filter((operand) => operand !== undefined);
    if (found.length === 2) return again(found);
  }
  if (node.domain === '' && node.op === 'ReduceSum' && b.owns(first)) {
    const sum = summed(steps, node, first);
    if (sum) return sum;
  }
  return steps.accumulate(value);
}

/** The rows of a matrix of every step, one below the other. */
function rows(steps: Steps, matrix: Value): Later | undefined {
  const { g, b } = steps;
  const columns = b.shape(matrix)[1];
  if (!b.owns(matrix) || typeof columns !== 'number') return undefined;
  let source = matrix;
  for (let node = steps.maker(source); node && reshaping.has(node.op) && b.owns(node.inputs[0]);) {
    source = node.inputs[0];
    node = steps.maker(source);
  }
  const stack = steps.stack(source);
  return () => g.op('Reshape', [stack(), g.int64s([-1, columns])]);
}

/** Sums in every step and over steps are one sum. */
function summed({ g, b, stack }: Steps, node: Node, x: Value): Later | undefined {
  const axes = node.inputs[1] ? b.type(node.inputs[1]).elements : undefined;
  if (!axes || axes.length === 0) return undefined;
  const rank = b.rank(x);
  const all = [0, ...axes.map((axis) => (Number(axis) < 0 ? Number(axis) + rank : Number(axis)) + 1)];
  const values = stack(x);
  if (intOf(node, 'keepdims', 1) === 0) return () => g.reduceSum(values(), all, false);
  return () => g.op('Squeeze', [g.reduceSum(values(), all), g.int64s([0])]);
}
