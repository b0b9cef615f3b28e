// The form of a gradient rule. A rule says what one operator does to a gradient and nothing else: which inputs need one,
// the sum over several uses, and the shapes of broadcast inputs are phases/5-differentiate's business.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { InputsOf, Operator, OutputsOf } from '../../onnx/operators.ts';
import type { Node } from '../../onnx/types.ts';

export interface RuleContext<Op extends Operator> {
  /** Where the gradient's nodes go. */
  readonly g: GraphBuilder;
  /** The forward node. */
  readonly node: Node;
  readonly inputs: InputsOf<Op, Value>;
  readonly outputs: OutputsOf<Op, Value>;
  /** ∂loss/∂output, for the first output. */
  readonly dY: Value;
  /** ∂loss/∂output for every output; undefined for one that the loss does not see. */
  readonly dOutputs: readonly (Value | undefined)[];
}

/**
 * ∂loss/∂input by ONNX input name, called only where needed. A result may have the shape of the output it broadcast to
 * (it is summed), or a smaller one that broadcasts (it is expanded). A name left out has gradient zero.
 */
export type InputGradients<Op extends Operator> = Partial<InputsOf<Op, () => Value>>;

export type GradientRule<Op extends Operator> = (context: RuleContext<Op>) => InputGradients<Op>;

/** An operator that passes no gradient, and why. */
export interface NotDifferentiable {
  readonly reason: string;
}

/** A rule; 'zero': constant almost everywhere, the gradient stops there; or a refusal. */
export type Gradient<Op extends Operator> = GradientRule<Op> | 'zero' | NotDifferentiable;
