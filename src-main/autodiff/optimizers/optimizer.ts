// An optimizer says how a parameter moves; where its state lives between steps, what is done to gradients before and to
// parameters after, is phases/6-optimize's business.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { Shape } from '../../onnx/types.ts';

/** A value that survives from step to step: read `value`, and give the next one to `become`. */
export interface Slot {
  readonly value: Value;
  become(next: Value): void;
}

export interface OptimizerContext {
  readonly g: GraphBuilder;
  /** The learning rate, a scalar: what scalars that all parameters share are made like. */
  readonly rate: Value;
  /** State filled with `initial` at the start. Its name is part of checkpoints. */
  state(name: string, shape: Shape, initial: number): Slot;
}

/** One parameter at one step. */
export interface Move {
  readonly name: string;
  readonly w: Value;
  /** ∂loss/∂w with the penalties' gradients in it. */
  readonly gradient: Value;
  /** This parameter's learning rate: the step's, times its group's factor. */
  readonly rate: Value;
  readonly weightDecay: number;
}

/** Called once a step, for what all parameters share; returns the move of one parameter, to its next value. */
export type MoveRule = (context: OptimizerContext) => (move: Move) => Value;

export interface Optimizer {
  /**
   * How weight decay λ acts. `gradient`: λw is added to the gradient, an L2 penalty. `decoupled`: w shrinks by ηλ apart from
   * the gradient (Loshchilov & Hutter 2019). `own`: the rule looks after it.
   */
  readonly decay: 'gradient' | 'decoupled' | 'own';
  readonly weightDecay: number;
  /** Factor of Σ|w|, whose gradient is the sign of w. */
  readonly l1: number;
  /** Whether small parameters may be moved as one: the rule takes each number by itself, in several operators. */
  readonly together: boolean;
  readonly rule: MoveRule;
}
