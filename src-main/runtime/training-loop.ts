import type { Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import type { MetricPoint, TrainSettings } from '../shared/run.ts';
import { EpochOrder, Gatherer } from './batches.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import type { Best, Checkpoint, PlateauState, Position } from './checkpoint.ts';
import { Evaluator } from './evaluate.ts';
import { MetricRecorder } from './metric-recorder.ts';
import { checkSamples, type EvaluationProgram, type Samples, type TrainingProgram } from './programs.ts';
import type { Stepper } from './stepper.ts';
import { Steppers } from './steppers.ts';

/** Everything one training needs. The loop knows nothing of datasets and architectures: only graphs, samples and settings. */
export interface TrainingTask {
  /** Without a batch size the program must take any. */
  compile(options: { stepsPerCall: number; batchSize?: number }): TrainingProgram;
  compileEvaluation(): EvaluationProgram;
  train: Samples;
  /** May be empty: then the latest epoch counts as the best. */
  validation: Samples;
  /** What "best" means: the highest validation accuracy (of equals, the lowest loss), or the lowest validation loss. */
  goal: 'accuracy' | 'loss';
  settings: Pick<TrainSettings, 'epochs' | 'batchSize' | 'learningRate' | 'seed' | 'device' | 'threads' | 'patience'>;
  /** The learning rate of each step, counted from 0; the settings' own throughout when left out. */
  rate?: (step: number) => number;
  /** Instead of `rate`: a learning rate that follows the validation loss, epoch by epoch. */
  plateau?: { start: PlateauState; next(state: PlateauState, loss: number): PlateauState };
  runFolder: string;
  /** Goes on from here, bit for bit as if never stopped (CPU, same thread count). */
  from?: { last: Checkpoint; best: Checkpoint | null };
  /** For tests and measurements; chosen by timing when left out. */
  stepsPerCall?: number;
}

export interface TrainingWatch {
  points(points: MetricPoint[]): void;
  progress(samplesDone: number, samplesTotal: number): void;
  best(best: Best): void;
  /** Lets messages in; throws when the training is cancelled. */
  pause(): Promise<void>;
  stopRequested(): boolean;
}

export interface TrainingOutcome {
  best: Best;
  /** Parameters and running statistics of the best checkpoint. */
  model: Map<string, Tensor>;
  stoppedEarly: boolean;
  /** While training: validation and checkpoints are not counted. */
  samplesPerSecond: number;
  stepsPerCall: number;
}

/** A call takes up to ~50 ms; shorter ones do not each need to listen for messages. */
const pauseEveryMs = 20;

export async function train(task: TrainingTask, watch: TrainingWatch): Promise<TrainingOutcome> {
  const position = { plateau: task.plateau?.start, ...(task.from ? task.from.last.position : start) };
  const stepsPerEpoch = Math.ceil(task.train.count / task.settings.batchSize);
  const evaluation = task.compileEvaluation();
  checkSamples(evaluation.inputs, task.train);
  const evaluator = await Evaluator.open(evaluation, task.settings);
  try {
    const rate = position.plateau ? () => position.plateau!.rate : task.rate;
    const steppers = await Steppers.open({ ...task, rate }, stepsPerEpoch * task.settings.epochs - position.step);
    try {
      if (task.from) steppers.carried.restore(task.from.last);
      return await new Training(task, watch, steppers, evaluator, position).run();
    } finally {
      await steppers.close();
    }
  } finally {
    await evaluator.close();
  }
}

const start: Position = { step: 0, epoch: 0, offset: 0, lossSum: 0, correct: 0, seconds: 0, best: null };

class Training {
  readonly #task: TrainingTask;
  readonly #watch: TrainingWatch;
  readonly #steppers: Steppers;
  readonly #evaluator: Evaluator;
  readonly #at: Position;
  readonly #order: EpochOrder;
  readonly #gatherer: Gatherer;
  readonly #keeper: CheckpointKeeper;
  readonly #recorder: MetricRecorder;
  readonly #worked = { samples: 0, seconds: 0 };
  #lastPause = 0;

  constructor(task: TrainingTask, watch: TrainingWatch, steppers: Steppers, evaluator: Evaluator, at: Position) {
    this.#task = task;
    this.#watch = watch;
    this.#steppers = steppers;
    this.#evaluator = evaluator;
    this.#at = at;
    this.#order = new EpochOrder(task.settings.seed, task.train.count);
    this.#gatherer = new Gatherer(task.train);
    this.#keeper = new CheckpointKeeper(task.runFolder, task.from?.best ?? null, {
      saved: ({ position }) => position.best && watch.best(position.best),
    });
    this.#recorder = new MetricRecorder({
      totalSteps: Math.ceil(task.train.count / task.settings.batchSize) * task.settings.epochs,
      secondsBefore: at.seconds,
      post: (points) => watch.points(points),
    });
  }

  async run(): Promise<TrainingOutcome> {
    const { epochs } = this.#task.settings;
    let stop = false;
    while (this.#at.epoch < epochs && !stop) {
      await this.#trainEpoch();
      await this.#endEpoch();
      stop = this.#watch.stopRequested() || this.#outOfPatience();
    }
    this.#keeper.save(this.#checkpoint());
    this.#recorder.finish(this.#at.step, this.#epoch);
    const best = this.#keeper.best;
    if (!best?.position.best)
      throw new AtelierError('broken_checkpoint', 'The run has no best checkpoint to go back to.');
    return {
      best: best.position.best,
      model: best.model,
      stoppedEarly: this.#at.epoch < epochs,
      samplesPerSecond: this.#worked.seconds > 0 ? this.#worked.samples / this.#worked.seconds : 0,
      stepsPerCall: this.#steppers.stepsPerCall,
    };
  }

  /** Epochs done, fractional. */
  get #epoch(): number {
    return this.#at.epoch + this.#at.offset / this.#task.train.count;
  }

  /** Up to the epoch's end, or to where the person said stop; at least one call. */
  async #trainEpoch(): Promise<void> {
    const { count } = this.#task.train;
    this.#order.begin(this.#at.epoch);
    do {
      const began = performance.now();
      const stepper = this.#steppers.for(count - this.#at.offset);
      this.#gatherer.gather(this.#order.order, this.#at.offset, stepper.samplesPerCall, stepper.buffers);
      await stepper.run(this.#at.step);
      this.#record(stepper, (performance.now() - began) / 1000);
      if (performance.now() - this.#lastPause >= pauseEveryMs) await this.#pause();
    } while (this.#at.offset < count && !this.#watch.stopRequested());
  }

  #record(stepper: Stepper, seconds: number): void {
    const at = this.#at;
    for (let k = 0; k < stepper.stepsPerCall; k++) {
      const loss = stepper.losses[k];
      // Where a sample has several predictions, their share stands for the sample.
      const share = stepper.counts ? stepper.batch / Math.max(1, stepper.counts[k]) : 1;
      const correct = stepper.corrects ? stepper.corrects[k] * share : null;
      at.step++;
      at.offset += stepper.batch;
      if (!Number.isFinite(loss)) throw this.#diverged(`The loss became ${loss} at step ${at.step}`);
      at.lossSum += loss * stepper.batch;
      at.correct += correct ?? 0;
      this.#recorder.step(at.step, this.#epoch, stepper.batch, loss, correct);
    }
    this.#worked.samples += stepper.samplesPerCall;
    this.#worked.seconds += seconds;
    this.#recorder.worked(at.step, this.#epoch, stepper.samplesPerCall, seconds);
  }

  async #pause(): Promise<void> {
    const { train, settings } = this.#task;
    this.#watch.progress(this.#at.epoch * train.count + this.#at.offset, settings.epochs * train.count);
    this.#keeper.saveIfDue(() => this.#checkpoint());
    await this.#watch.pause();
    this.#lastPause = performance.now();
  }

  /** Validates, keeps the best, and goes on to the next epoch where this one is complete. */
  async #endEpoch(): Promise<void> {
    const at = this.#at;
    const seen = at.offset;
    if (at.offset === this.#task.train.count) {
      at.epoch++;
      at.offset = 0;
    }
    const trained = { loss: at.lossSum / seen, accuracy: at.correct / seen };
    const { loss, accuracy } = await this.#validate(trained);
    if (at.offset === 0) at.lossSum = at.correct = 0;

    if (this.#isBetter(loss, accuracy)) {
      const train = { loss: trained.loss, accuracy: accuracy === null ? null : trained.accuracy };
      at.best = { epoch: this.#epoch, step: at.step, loss, accuracy, train };
      this.#keeper.keepBest({ ...this.#steppers.carried.snapshot(), position: { ...at } });
    }
    if (at.plateau && at.offset === 0) at.plateau = this.#task.plateau?.next(at.plateau, loss);
    await this.#pause();
  }

  async #validate(trained: { loss: number; accuracy: number }): Promise<{ loss: number; accuracy: number | null }> {
    const classifies = this.#task.goal === 'accuracy';
    if (this.#task.validation.count === 0)
      return { loss: trained.loss, accuracy: classifies ? trained.accuracy : null };
    const { carried } = this.#steppers;
    const result = await this.#evaluator.evaluate(this.#task.validation, (name) => carried.evaluated(name), {
      pause: () => this.#watch.pause(),
    });
    if (!Number.isFinite(result.loss)) throw this.#diverged(`The validation loss became ${result.loss}`);
    this.#recorder.add('validation/loss', this.#at.step, this.#epoch, result.loss);
    if (result.accuracy !== null)
      this.#recorder.add('validation/accuracy', this.#at.step, this.#epoch, result.accuracy);
    return result;
  }

  #isBetter(loss: number, accuracy: number | null): boolean {
    const { best } = this.#at;
    if (!best || this.#task.validation.count === 0) return true;
    const byAccuracy = this.#task.goal === 'accuracy' && accuracy !== best.accuracy;
    return byAccuracy ? (accuracy ?? 0) > (best.accuracy ?? 0) : loss < best.loss;
  }

  #outOfPatience(): boolean {
    const { patience } = this.#task.settings;
    return patience > 0 && this.#at.best !== null && this.#at.epoch - this.#at.best.epoch >= patience;
  }

  /** A view of the values as of now: to be written before training goes on. */
  #checkpoint(): Checkpoint {
    return { ...this.#steppers.carried.view(), position: { ...this.#at, seconds: this.#recorder.seconds } };
  }

  #diverged(what: string): AtelierError {
    this.#keeper.saveBest();
    this.#recorder.flush();
    const { learningRate } = this.#task.settings;
    const kept = this.#at.best ? ` The best checkpoint before that (epoch ${this.#at.best.epoch}) is kept.` : '';
    return new AtelierError(
      'diverged',
      `${what} (epoch ${this.#epoch.toFixed(2)}): the training diverged. Lower the learning rate, now ${learningRate}, and train again.${kept}`,
    );
  }
}
