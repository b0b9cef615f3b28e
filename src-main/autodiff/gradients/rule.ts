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
  /** Whether the gradient of a value is asked for: it leads to a parameter. */
  readonly wanted: (value: Value) => boolean;
  /** For operators with graphs inside, whose nodes are differentiated like any others. */
  readonly differentiation: Differentiation;
}

export interface Differentiation {
  /** `wrt`, and the float values that follow from it through `nodes`. */
  reached(g: GraphBuilder, nodes: readonly Node[], wrt: Iterable<Value>): Set<Value>;
  /** Goes back through `nodes` and adds to `gradients` (value → ∂loss/∂value) those of the `active` values. */
  backpropagate(
    g: GraphBuilder,
    nodes: readonly Node[],
    active: ReadonlySet<Value>,
    gradients: Map<Value, Value>,
  ): void;
}

/**
 * ∂loss/∂input by ONNX input name, called only where needed. A result may have the shape of the output it broadcast to
 * (it is summed), or a smaller one that broadcasts (it is expanded). A name left out has gradient zero.
 */
export type InputGradients<Op extends Operator> = Partial<InputsOf<Op, () => Value>> & {
  /** Gradients by value, where a graph inside the node reads values that are no inputs. */
  readonly reads?: readonly (readonly [Value, () => Value])[];
};

export type GradientRule<Op extends Operator> = (context: RuleContext<Op>) => InputGradients<Op>;

/** An operator that passes no gradient, and why. */
export interface NotDifferentiable {
  readonly reason: string;
}

/**
 * An operator that does not show what its gradient needs: before differentiation it is written in others that do. Where no
 * gradient passes through it, it stays.
 */
export interface WrittenOut<Op extends Operator> {
  /** The values that stand for the node's outputs, in order; those of outputs left out are not looked at. */
  readonly write: (context: WriteContext<Op>) => readonly (Value | undefined)[];
}

export type WriteContext<Op extends Operator> = Pick<RuleContext<Op>, 'g' | 'node' | 'inputs'>;

/** A rule; 'zero': constant almost everywhere, the gradient stops there; written in others first; or a refusal. */
export type Gradient<Op extends Operator> = GradientRule<Op> | 'zero' | WrittenOut<Op> | NotDifferentiable;
