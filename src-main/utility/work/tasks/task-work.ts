import type { DecodedColumns } from '../../../datasets/encode/decode.ts';
import type { PackedTexts } from '../../../datasets/encode/encoded-split.ts';
import type { Encoder } from '../../../datasets/encode/encoder.ts';
import type { Compared } from '../../../export/parity.ts';
import type { Postprocess } from '../../../export/postprocess.ts';
import type { Model } from '../../../onnx/types.ts';
import type { Collected, EvaluationResult } from '../../../runtime/evaluate.ts';
import type { Values } from '../../../runtime/session.ts';
import type { TrainingTask } from '../../../runtime/training-loop.ts';
import type { EvaluateResult } from '../../../shared/work/evaluate.ts';
import type { Prediction } from '../../../shared/work/predict.ts';
import type { TrainSettings } from '../../../shared/run.ts';

/** What a model says of samples, wherever it comes from, as people know it. */
export interface Answers {
  /**
   * Row-major. Classification: probabilities. Regression: values in the target's own unit. Reconstruction: each sample's error.
   * Generation: the discriminator's logits, of the sample and of a generated one.
   */
  values: Float32Array;
  /** Classification by an exported file: the class it names. */
  labels?: string[];
  /** Reconstruction: row-major, as many a sample as the code has numbers. */
  codes?: Float32Array;
  /** Reconstruction, where asked for: images as brightness 0 … 255, channels last; a table as its columns. */
  reconstruction?: Float32Array | DecodedColumns;
  /** The same as the net gives it, where it is the run's own. */
  encoded?: Float32Array;
}

export type Measured = Pick<EvaluateResult, 'metrics' | 'confusion' | 'errors'>;

/** What differs between the tasks of `shared/task.ts`, from a model's numbers to what people read. */
export interface TaskWork {
  /** By what the best checkpoint is told; `validation`: so many samples there are for it. */
  goal(validation: number, settings: Pick<TrainSettings, 'classWeights'>): TrainingTask['goal'];
  /** What each epoch's validation is taken for; loss and accuracy when left out. */
  readonly score?: TrainingTask['score'];
  /** Of each place of a text there would be an answer for every token: only the loss, and how many are right, is worked out. */
  readonly silent?: boolean;
  /** What an evaluation is asked for. */
  readonly collect: readonly Collected[];
  answers(encoder: Encoder, collected: EvaluationResult['collected']): Answers;
  /** Metrics keyed `<split>/<metric>`. `loss`: where it is known. */
  measure(
    split: string,
    encoder: Encoder,
    samples: { readonly y: ArrayLike<number>; readonly indices: ArrayLike<number>; readonly texts?: PackedTexts },
    said: { answers: Answers; loss?: number; accuracy?: number | null },
  ): Measured;
  /** What is said of raw samples, by a run or a file made of it; null where such a model takes none. */
  readonly raw: RawWork | null;
}

export interface RawWork {
  predictions(encoder: Encoder, answers: Answers, inputs: readonly string[]): Prediction[];
  /** What is set behind the net in an exported file. `temperature`: of a classifier's probabilities. */
  postprocess(net: Model, encoder: Encoder, temperature?: number): Postprocess;
  /** An exported file's outputs, and what they say. */
  outputs(encoder: Encoder): string[];
  read(encoder: Encoder, results: Values): Answers;
  /** What an evaluation is asked for when a file is to be compared with it. */
  readonly collect: readonly Collected[];
  compare(encoder: Encoder, own: Answers, exported: Answers): Compared;
}
