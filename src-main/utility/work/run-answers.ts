import { classesOf, targetOf, targetTaskOf, type Encoder, type TargetEncoder } from '../../datasets/encode/encoder.ts';
import { loadTrainingData, type TrainingData } from '../../datasets/training-data.ts';
import type { Manifest, SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { TrainSettings } from '../../shared/run.ts';
import type { JobContext } from '../port/job-port.ts';
import { KeptAnswers, type SplitAnswers } from './kept-answers.ts';
import { readEncoder } from './run-files.ts';
import { RunModel } from './run-model.ts';

export interface RunFiles {
  runFolder: string;
  settings: TrainSettings;
}

/** Whether a run tells a target: only then are its answers right or wrong, sample by sample. Errors: run_incomplete. */
export const tellsTarget = (runFolder: string): boolean => targetTaskOf(readEncoder(runFolder)) !== null;

/** What a run says of the splits of some data: from its folder where it was asked before, else by its model. */
export class RunAnswers {
  readonly encoder: Encoder;
  readonly classes: string[];
  readonly task: TargetEncoder['task'];
  /** Whether all that was asked for so far was known from before. */
  kept = true;
  readonly #run: RunFiles;
  readonly #given: { blobs: string; manifest: Manifest; threads: number };
  readonly #context: JobContext;
  readonly #keeper: KeptAnswers;
  #model: RunModel | null = null;
  #data: TrainingData | null = null;

  constructor(run: RunFiles, given: { blobs: string; manifest: Manifest; threads: number }, context: JobContext) {
    this.encoder = readEncoder(run.runFolder);
    this.classes = classesOf(this.encoder);
    this.task = targetTaskOf(this.encoder) ?? 'classification';
    this.#run = run;
    this.#given = given;
    this.#context = context;
    this.#keeper = new KeptAnswers(run.runFolder, given.manifest);
  }

  async of(split: SplitName): Promise<SplitAnswers> {
    const known = this.#keeper.read(split);
    if (known) return known;
    this.kept = false;
    this.#model ??= await RunModel.open(this.#run, this.#given.threads);
    const samples = (await this.#samples()).splits[split];
    this.#context.progress({ stage: 'evaluating', unit: 'samples', done: 0, total: samples.count });
    const { answers, loss } = await this.#model.evaluate(samples, () => this.#context.pause());
    const found = { indices: samples.indices, y: samples.y, values: answers.values, loss };
    this.#keeper.write(split, found);
    return found;
  }

  /** One after another. */
  async together(splits: readonly SplitName[]): Promise<SplitAnswers> {
    const parts: SplitAnswers[] = [];
    for (const split of splits) parts.push(await this.of(split));
    if (parts.length === 1) return parts[0];
    const count = parts.reduce((sum, { indices }) => sum + indices.length, 0);
    const joined = <T extends Int32Array | Float32Array>(arrays: readonly T[], into: T): T => {
      let at = 0;
      for (const array of arrays) {
        into.set(array, at);
        at += array.length;
      }
      return into;
    };
    const values = parts.map((part) => part.values);
    const width = values.reduce((sum, { length }) => sum + length, 0);
    const targets = parts.reduce((sum, { y }) => sum + y.length, 0);
    const weighted = parts.filter(({ indices }) => indices.length > 0);
    return {
      indices: joined(
        parts.map(({ indices }) => indices),
        new Int32Array(count),
      ),
      y: joined<Int32Array | Float32Array>(
        parts.map(({ y }) => y),
        parts[0].y instanceof Int32Array ? new Int32Array(count) : new Float32Array(targets),
      ),
      values: joined(values, new Float32Array(width)),
      loss: weighted.reduce((sum, { loss, indices }) => sum + loss * indices.length, 0) / count,
    };
  }

  async #samples(): Promise<TrainingData> {
    const { blobs, manifest } = this.#given;
    if (this.#data) return this.#data;
    this.#context.progress({ stage: 'reading', unit: 'samples', done: 0, total: manifest.samples });
    return (this.#data = await loadTrainingData(blobs, manifest, this.encoder));
  }

  /**
   * Of a run on who with what: which of the first side each sample is of, by its number from 1, 0 for none that training knew; null of any
   * other run.
   */
  async firstSides(splits: readonly SplitName[]): Promise<number[] | null> {
    const { encoder } = this;
    if (encoder.kind !== 'table' || encoder.numbers.length > 0) return null;
    const { length } = encoder.categories.filter(({ indexed }) => indexed);
    if (length !== 2 || encoder.categories.length !== 2) return null;
    const data = await this.#samples();
    return splits.flatMap((name) => {
      const { x, count } = data.splits[name];
      return Array.from({ length: count }, (_, i) => x[2 * i]);
    });
  }

  /** Targets as people know them: a class's index, of several classes 0 or 1 for each, or a number in its own unit. */
  actual({ y }: SplitAnswers): Int32Array | Float32Array | Float64Array {
    if (this.task !== 'regression') return y;
    const target = targetOf(this.encoder);
    if (target?.task !== 'regression') throw new AtelierError('internal', 'A regression without a number to tell.');
    return Float64Array.from(y, (value) => value * target.std + target.mean);
  }

  async close(): Promise<void> {
    await this.#model?.close();
  }
}
