// An optimizer says how a parameter moves; where its state lives between steps is phases/6-optimize's business.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { Shape } from '../../onnx/types.ts';

/** A value that survives from step to step: read `value`, and give the next one to `become`. */
export interface Slot {
  readonly value: Value;
  become(next: Value): void;
}

export interface OptimizerContext {
  readonly g: GraphBuilder;
  /** The learning rate, a scalar. */
  readonly rate: Value;
  /** State filled with `initial` at the start. Its name is part of checkpoints. */
  state(name: string, shape: Shape, initial: number): Slot;
}

/** Called once a step, for what all parameters share; returns the update: (name, parameter w, gradient dw) → next w. */
export type Optimizer = (context: OptimizerContext) => (name: string, w: Value, dw: Value) => Value;
