// The compiler's front door. (Being written: signatures are final.)

import type { Model, Tensor } from '../onnx/types.ts';
import type { Evaluation, ForwardModel, LossSpec, TrainingOptions, TrainingStep } from './types.ts';

/** A forward graph and how to train it → one ONNX model that does `stepsPerCall` steps of training a call. */
export function compileTrainingStep(_forward: ForwardModel, _options: TrainingOptions): TrainingStep {
  throw new Error('not written yet');
}

/** (samples, target, parameters) → summed loss, correct count, predictions. Any batch size. */
export function compileEvaluation(_forward: ForwardModel, _options: { loss: LossSpec }): Evaluation {
  throw new Error('not written yet');
}

/** The forward graph with trained values (parameters and running statistics, by name) as initializers. */
export function compileInference(_forward: ForwardModel, _values: ReadonlyMap<string, Tensor>): Model {
  throw new Error('not written yet');
}
