import { termsOf } from '../onnx/dims.ts';
import type { DataType, Dim, Model, NumericArray, Shape, Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';

/**
 * What the training loop needs to know of compiled graphs. These are the shapes of the compiler's results (autodiff/types.ts), said again
 * here because the runtime runs any such graph and does not depend on who made it.
 */
export interface ProgramInput {
  readonly name: string;
  readonly role: 'data' | 'target' | 'second_target' | 'target_share' | 'learning_rate' | 'random' | 'noise';
  readonly type: DataType;
  readonly shape: Shape;
}

export interface ProgramOutput {
  readonly name: string;
  readonly role:
    | 'loss'
    | 'correct'
    | 'counted'
    | 'weight'
    | 'logits'
    | 'prediction'
    | 'gradient_norm'
    | 'update_norm'
    | 'error'
    | 'code';
  readonly type: DataType;
  readonly shape: Shape;
}

export interface CarriedValue {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly initial: Tensor;
}

export interface TrainingProgram {
  readonly model: Model;
  readonly stepsPerCall: number;
  readonly batch: Dim;
  readonly inputs: readonly ProgramInput[];
  readonly parameters: readonly CarriedValue[];
  readonly state: readonly (CarriedValue & {
    readonly kind: 'optimizer' | 'statistics' | 'average' | 'held';
    /** Of an average: the parameter whose place it takes in evaluation. */
    readonly parameter?: string;
  })[];
  readonly outputs: readonly ProgramOutput[];
}

export interface EvaluationProgram {
  readonly model: Model;
  /** How many numbers it answers a sample with, whether or not they are given out. */
  readonly answers?: number;
  readonly inputs: readonly ProgramInput[];
  readonly parameters: readonly { readonly name: string; readonly type: DataType; readonly shape: readonly number[] }[];
  readonly outputs: readonly ProgramOutput[];
}

/** One split in memory: `count` samples one after another in `x`, and a class index or value each in `y`. */
export interface Samples {
  readonly count: number;
  readonly x: Uint8Array | Int32Array | Float32Array;
  readonly y: Int32Array | Float32Array;
}

/** The shape with its symbolic batch bound, also where a size is made from it (`16*batch`); the compiler leaves no other size open. */
export const bindBatch = (shape: Shape, batch: number): number[] =>
  shape.map((dim) =>
    typeof dim === 'number'
      ? dim
      : termsOf(dim).reduce((sum, [factor, names]) => sum + factor * batch ** names.length, 0),
  );

/** Samples must be of the type and size that the graph takes; said here in words instead of by a native error later. */
export function checkSamples(inputs: readonly ProgramInput[], samples: Samples): void {
  for (const input of inputs) {
    if (input.role !== 'data' && input.role !== 'target') continue;
    const given: NumericArray = input.role === 'data' ? samples.x : samples.y;
    const wanted = arrayNames[input.type];
    if (given.constructor.name !== wanted) {
      throw new AtelierError(
        'internal',
        `"${input.name}" takes ${input.type}, the data are ${given.constructor.name}.`,
      );
    }
  }
}

const arrayNames: Partial<Record<DataType, string>> = {
  float: 'Float32Array',
  uint8: 'Uint8Array',
  int32: 'Int32Array',
};
