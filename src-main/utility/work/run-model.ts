import { compileEvaluation } from '../../autodiff/compile.ts';
import { classesOf, sampleSizeOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { encodeTableRows } from '../../datasets/training-data.ts';
import type { Tensor } from '../../onnx/types.ts';
import { Evaluator, type EvaluationResult } from '../../runtime/evaluate.ts';
import type { Samples } from '../../runtime/programs.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { TrainSettings } from '../../shared/run.ts';
import { forwardModel, lossOf } from './forward.ts';
import type { RawModel } from './model.ts';
import type { RawSamples } from './raw-samples.ts';
import { readBest, readEncoder } from './run-files.ts';

/** A run's best checkpoint, as evaluated during training: the same graph on the same encoding. */
export class RunModel implements RawModel {
  readonly encoder: Encoder;
  readonly values: ReadonlyMap<string, Tensor>;
  readonly #evaluator: Evaluator;

  private constructor(encoder: Encoder, values: ReadonlyMap<string, Tensor>, evaluator: Evaluator) {
    this.encoder = encoder;
    this.values = values;
    this.#evaluator = evaluator;
  }

  static async open(run: { runFolder: string; settings: TrainSettings }, threads: number): Promise<RunModel> {
    const encoder = readEncoder(run.runFolder);
    const best = readBest(run.runFolder);
    const program = compileEvaluation(forwardModel(run.settings, encoder), { loss: lossOf(encoder) });
    // Evaluating takes seconds on any device; the CPU gives everyone the same answer.
    return new RunModel(encoder, best.model, await Evaluator.open(program, { device: 'cpu', threads }));
  }

  /** Of encoded samples: probabilities or standardised values, and the loss. */
  evaluate(samples: Samples, pause?: () => Promise<void>): Promise<EvaluationResult> {
    return this.#evaluator.evaluate(samples, this.values, { predictions: true, pause });
  }

  async predict(raw: RawSamples): Promise<Float32Array> {
    const { predictions } = await this.evaluate(this.#encode(raw));
    return inTargetUnit(this.encoder, predictions ?? new Float32Array());
  }

  close(): Promise<void> {
    return this.#evaluator.close();
  }

  /** With targets that are as good as any: the loss is not looked at. */
  #encode(raw: RawSamples): Samples {
    const { encoder } = this;
    if (raw.kind !== encoder.kind)
      throw new AtelierError('internal', `A model of ${encoder.kind} was given ${raw.kind}.`);
    const targets = (count: number): Samples['y'] =>
      classesOf(encoder).length > 0 ? new Int32Array(count) : new Float32Array(count);
    if (raw.kind === 'images') {
      if (raw.pixels.length !== raw.count * sampleSizeOf(encoder))
        throw new AtelierError('internal', 'Images of another size.');
      return { count: raw.count, x: raw.pixels, y: targets(raw.count) };
    }
    if (encoder.kind !== 'table') throw new AtelierError('internal', 'unreachable');
    const { x } = encodeTableRows(encoder, raw.rows, raw.columns);
    return { count: raw.rows.length, x, y: targets(raw.rows.length) };
  }
}

/** A regression's values as people know them; probabilities as they are. Rounded to 32 bits, as in an exported file. */
export function inTargetUnit(encoder: Encoder, predictions: Float32Array): Float32Array {
  if (encoder.kind !== 'table' || encoder.target.task !== 'regression') return predictions;
  const { mean, std } = encoder.target;
  return predictions.map((value) => value * std + mean);
}
