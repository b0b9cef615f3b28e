import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compileEvaluation } from '../../autodiff/compile.ts';
import { classesOf, targetOf, targetTaskOf, type Encoder } from '../../datasets/encode/encoder.ts';
import type { EncodedSplit, TrainingData } from '../../datasets/training-data.ts';
import { argmaxRows } from '../../evaluation/classification.ts';
import { writeAtomically } from '../../runtime/atomic-file.ts';
import { Evaluator, type ModelValues } from '../../runtime/evaluate.ts';
import { epochFile } from '../../shared/epoch-file.ts';
import type { EpochPredictions as Said } from '../../shared/epoch-predictions.ts';
import { decisionAt } from '../../shared/threshold.ts';
import { setWords } from '../../shared/class-sets.ts';
import type { TrainSettings } from '../../shared/run.ts';
import type { Net } from './forward.ts';
import { workOf } from './tasks/index.ts';

/** Samples looked at, evenly out of those that are not trained on, where there are such. */
const most = 24;
/** A run leaves so many files at most, however many epochs it has. */
const mostFiles = 200;
/** Of the time of the training, the first and the last epoch apart: of short epochs not each leaves one. */
const share = 0.01;

/** `<run folder>/predictions/`: what the model says of the same samples as it learns. */
export class EpochPredictions {
  readonly #folder: string;
  readonly #net: Pick<Net, 'task' | 'forward' | 'loss'>;
  readonly #encoder: Encoder;
  readonly #split: Said['split'];
  readonly #samples: EncodedSplit;
  readonly #settings: Pick<TrainSettings, 'epochs' | 'threads'>;
  readonly #now: () => number;
  readonly #begun: number;
  #evaluator: Evaluator | null = null;
  #spent = 0;
  #written = 0;

  private constructor(
    folder: string,
    net: Pick<Net, 'task' | 'forward' | 'loss'>,
    { encoder, splits }: Pick<TrainingData, 'encoder' | 'splits'>,
    settings: Pick<TrainSettings, 'epochs' | 'threads'>,
    now: () => number,
  ) {
    this.#folder = folder;
    this.#net = net;
    this.#encoder = encoder;
    this.#split = splits.validation.count > 0 ? 'validation' : 'train';
    this.#samples = evenly(splits[this.#split]);
    this.#settings = settings;
    this.#now = now;
    this.#begun = now();
  }

  /** Null where no class or number is told. `resumed`: what earlier epochs left stays. `now`: the training's time, in milliseconds. */
  static open(
    runFolder: string,
    net: Pick<Net, 'task' | 'forward' | 'loss'>,
    data: Pick<TrainingData, 'encoder' | 'splits'>,
    settings: Pick<TrainSettings, 'epochs' | 'threads'>,
    resumed: boolean,
    now: () => number = () => performance.now(),
  ): EpochPredictions | null {
    const folder = join(runFolder, 'predictions');
    if (!resumed) rmSync(folder, { recursive: true, force: true });
    if (targetTaskOf(data.encoder) === null) return null;
    mkdirSync(folder, { recursive: true });
    return new EpochPredictions(folder, net, data, settings, now);
  }

  /** After an epoch, counted from 1. */
  async write(epoch: number, model: () => Promise<ModelValues>): Promise<void> {
    if (this.#samples.count === 0 || !this.#due(epoch)) return;
    const begun = this.#now();
    const { threads } = this.#settings;
    const program = () => compileEvaluation(this.#net.forward, { ...this.#net, prediction: true });
    this.#evaluator ??= await Evaluator.open(program(), { device: 'cpu', threads });
    const { collected } = await this.#evaluator.evaluate(this.#samples, await model(), { collect: ['prediction'] });
    const { values } = workOf(this.#net.task).answers(this.#encoder, collected);
    const said: Said = { split: this.#split, samples: this.#said(values) };
    writeAtomically(join(this.#folder, epochFile(epoch)), [Buffer.from(JSON.stringify(said))]);
    this.#written++;
    this.#spent += this.#now() - begun;
  }

  close(): Promise<void> | undefined {
    return this.#evaluator?.close();
  }

  #due(epoch: number): boolean {
    if (epoch === 1 || epoch === this.#settings.epochs) return true;
    return this.#written < mostFiles && this.#spent <= share * (this.#now() - this.#begun);
  }

  #said(values: Float32Array): Said['samples'] {
    const { indices, y } = this.#samples;
    const target = targetOf(this.#encoder);
    if (target?.task === 'regression') {
      const actual = (i: number) => y[i] * target.std + target.mean;
      return Array.from(indices, (sample, i) => ({
        ...{ sample, actual: actual(i), predicted: values[i], probability: null },
      }));
    }
    const classes = classesOf(this.#encoder);
    const width = classes.length;
    if (this.#net.task === 'multi-label') {
      const named = (all: ArrayLike<number>, i: number): string =>
        setWords(classes.filter((_, c) => all[i * width + c] >= decisionAt));
      return Array.from(indices, (sample, i) => {
        const sure = Array.from(values.subarray(i * width, (i + 1) * width), (p) => Math.max(p, 1 - p));
        return { sample, actual: named(y, i), predicted: named(values, i), probability: Math.min(...sure) };
      });
    }
    const best = argmaxRows(values, classes.length);
    return Array.from(indices, (sample, i) => ({
      ...{ sample, actual: classes[y[i]], predicted: classes[best[i]] },
      probability: values[i * classes.length + best[i]],
    }));
  }
}

function evenly({ count, x, y, indices }: EncodedSplit): EncodedSplit {
  const chosen = Array.from({ length: Math.min(most, count) }, (_, i) =>
    Math.floor((i * count) / Math.min(most, count)),
  );
  const [perX, perY] = [x, y].map((all) => (count === 0 ? 0 : all.length / count));
  const rows = <A extends EncodedSplit['x' | 'y']>(all: A, size: number): A => {
    const kept = all.slice(0, chosen.length * size) as A;
    chosen.forEach((from, i) => kept.set(all.subarray(from * size, (from + 1) * size), i * size));
    return kept;
  };
  return {
    count: chosen.length,
    x: rows(x, perX),
    y: rows(y, perY),
    indices: Int32Array.from(chosen, (i) => indices[i]),
  };
}
