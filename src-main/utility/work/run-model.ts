import { compileEvaluation } from '../../autodiff/compile.ts';
import { encodeSounds } from '../../datasets/encode/audio/load.ts';
import { classesOf, ofFiles, sampleSizeOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { encodeTextRows } from '../../datasets/encode/texts/load.ts';
import { encodeTableRows } from '../../datasets/training-data.ts';
import type { Tensor } from '../../onnx/types.ts';
import { Evaluator, type Collected } from '../../runtime/evaluate.ts';
import type { Samples } from '../../runtime/programs.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { TrainSettings } from '../../shared/run.ts';
import type { Task } from '../../shared/task.ts';
import { netOf, type Net } from './forward.ts';
import type { RawModel } from './model.ts';
import type { RawSamples } from './raw-samples.ts';
import { prepared } from './prepared.ts';
import { readBest, readClassWeights, readEncoder } from './run-files.ts';
import { rawWorkOf, workOf } from './tasks/index.ts';
import type { Answers } from './tasks/task-work.ts';

/** A run's best checkpoint, as evaluated during training: the same graph on the same encoding. */
export class RunModel implements RawModel {
  readonly net: Net;
  readonly encoder: Encoder;
  readonly values: ReadonlyMap<string, Tensor>;
  readonly #evaluator: Evaluator;

  private constructor(net: Net, encoder: Encoder, values: ReadonlyMap<string, Tensor>, evaluator: Evaluator) {
    this.net = net;
    this.encoder = encoder;
    this.values = values;
    this.#evaluator = evaluator;
  }

  static async open(run: { runFolder: string; settings: TrainSettings }, threads: number): Promise<RunModel> {
    const encoder = readEncoder(run.runFolder);
    const best = readBest(run.runFolder);
    const net = netOf(run.settings, encoder, readClassWeights(run.runFolder, run.settings));
    const program = compileEvaluation(net.forward, { ...net, prediction: !workOf(net.task).silent });
    // Evaluating takes seconds on any device; the CPU gives everyone the same answer.
    return new RunModel(net, encoder, best.model, await Evaluator.open(program, { device: 'cpu', threads }));
  }

  get task(): Task {
    return this.net.task;
  }

  /** Of encoded samples. */
  async evaluate(
    samples: Samples,
    pause?: () => Promise<void>,
    collect: readonly Collected[] = workOf(this.task).collect,
  ): Promise<{ answers: Answers; loss: number; accuracy: number | null; weight: number }> {
    const { loss, accuracy, weight, collected } = await this.#evaluator.evaluate(samples, this.values, {
      collect,
      pause,
    });
    return { loss, accuracy, weight, answers: workOf(this.task).answers(this.encoder, collected) };
  }

  /** Errors: takes_no_samples. */
  async answer(raw: RawSamples): Promise<Answers> {
    const { collect } = rawWorkOf(this.task);
    return (await this.evaluate(this.#encode(await prepared(this.encoder, raw)), undefined, collect)).answers;
  }

  close(): Promise<void> {
    return this.#evaluator.close();
  }

  /** With targets that are as good as any: the loss is not looked at. */
  #encode(raw: RawSamples): Samples {
    const { encoder } = this;
    if (raw.kind !== (ofFiles(encoder) ? encoder.kind : 'table'))
      throw new AtelierError('internal', `A model of ${encoder.kind} was given ${raw.kind}.`);
    const targets = (count: number): Samples['y'] => {
      if (this.task === 'multi-label') return new Float32Array(count * classesOf(encoder).length);
      return this.task === 'regression' ? new Float32Array(count) : new Int32Array(count);
    };
    if (raw.kind === 'images') {
      if (raw.pixels.length !== raw.count * sampleSizeOf(encoder))
        throw new AtelierError('internal', 'Images of another size.');
      return { count: raw.count, x: raw.pixels, y: targets(raw.count) };
    }
    if (raw.kind === 'audio' && encoder.kind === 'audio') {
      const { length } = raw.sounds;
      return { count: length, x: encodeSounds(encoder, raw.sounds), y: targets(length) };
    }
    if (raw.kind !== 'table' || ofFiles(encoder)) throw new AtelierError('internal', 'unreachable');
    const x =
      encoder.kind === 'text'
        ? encodeTextRows(encoder, raw.rows, raw.columns)
        : encodeTableRows(encoder, raw.rows, raw.columns).x;
    return { count: raw.rows.length, x, y: targets(raw.rows.length) };
  }
}
