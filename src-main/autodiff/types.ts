// What goes into the compiler and what comes out: the contract between the compiler and whoever runs its graphs.

import type { DataType, Dim, Model, Shape, Tensor } from '../onnx/types.ts';

export type LossSpec =
  /** Target: int32 [batch], from logits. `classWeights`: one factor a class; the mean divides by their sum over the batch, as in PyTorch. */
  | { readonly kind: 'cross-entropy'; readonly classWeights?: readonly number[] }
  /** Target: float, the prediction's shape. The mean over all elements. */
  | { readonly kind: 'mean-squared-error' };

/** Left-out numbers take PyTorch's defaults; they stand in each optimizer's file. `weightDecay` 0 when left out (adamw: 0.01). */
export type OptimizerSpec =
  | { readonly kind: 'sgd'; readonly weightDecay?: number }
  | {
      readonly kind: 'momentum';
      readonly momentum?: number;
      readonly nesterov?: boolean;
      readonly weightDecay?: number;
    }
  | {
      readonly kind: 'adam' | 'adamw';
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay?: number;
    };

/** Where the graph will run. Only the last phases look at it. */
export type Device = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

export interface TrainingOptions {
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  readonly device: Device;
  /** K. 1: one call is one step. More: a Scan over K batches, identical losses, fewer calls. */
  readonly stepsPerCall: number;
  /** Binds the batch axis, so that shapes are static and more folds away. Left out: any batch size, per call. */
  readonly batchSize?: number;
}

/** A tensor to feed. `shape` is complete, the leading K axis included. */
export interface StepInput {
  readonly name: string;
  /** `random`: uniform bytes for a Dropout mask, fresh for every step (shared/random.ts). */
  readonly role: 'data' | 'target' | 'learning_rate' | 'random';
  readonly type: DataType;
  readonly shape: Shape;
}

export interface StepOutput {
  readonly name: string;
  /**
   * Training: `loss` (mean over the batch) and, for classes, `correct` (count, int32): shape [] or [K].
   * Evaluation: `loss` summed over the batch, `correct`, and `prediction` (class probabilities, or the values).
   */
  readonly role: 'loss' | 'correct' | 'prediction';
  readonly type: DataType;
  readonly shape: Shape;
}

/** A value that goes in as `input`, comes out updated as `output`, and is fed back. Never fetch into the buffer being fed. */
export interface CarriedValue {
  /** A parameter's name is its name in the forward graph. */
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly initial: Tensor;
}

export interface StateValue extends CarriedValue {
  /** `statistics` (BatchNormalization's running mean and variance) belong to the model: evaluation and export need them. */
  readonly kind: 'optimizer' | 'statistics';
}

/** One ordinary ONNX model that trains: forward, loss, backward and update. */
export interface TrainingStep {
  readonly model: Model;
  readonly stepsPerCall: number;
  /** The batch axis: a number when bound, else its symbol. */
  readonly batch: Dim;
  readonly inputs: readonly StepInput[];
  readonly parameters: readonly CarriedValue[];
  readonly state: readonly StateValue[];
  readonly outputs: readonly StepOutput[];
}

export interface Evaluation {
  readonly model: Model;
  readonly inputs: readonly StepInput[];
  /** Fed under the forward graph's names: every parameter, then every running statistic. */
  readonly parameters: readonly { readonly name: string; readonly type: DataType; readonly shape: readonly number[] }[];
  readonly outputs: readonly StepOutput[];
}
