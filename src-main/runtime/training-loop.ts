import { AtelierError } from '../shared/errors.ts';
import type { MetricPoint, TrainSettings } from '../shared/run.ts';
import { EpochOrder, Gatherer } from './batches.ts';
import { CarriedValues, type Snapshot } from './carried.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import { type Best, type Checkpoint, type Position } from './checkpoint.ts';
import { Evaluator } from './evaluate.ts';
import { MetricRecorder } from './metric-recorder.ts';
import { checkSamples, type EvaluationProgram, type Samples, type TrainingProgram } from './programs.ts';
import { Stepper, type StepperOptions } from './stepper.ts';
import { chooseStepsPerCall } from './steps-per-call.ts';

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
  settings: Pick<
    TrainSettings,
    'epochs' | 'batchSize' | 'learningRate' | 'seed' | 'device' | 'threads' | 'patience'
  >;
  runFolder: string;
  /** Go on from here; bit for bit as if never stopped, at the same thread count. */
  from?: { last: Checkpoint; best: Checkpoint };
  /** For tests and measurements; chosen by timing when left out. */
  stepsPerCall?: number;
}

export interface TrainingWatch {
  points(points: MetricPoint[]): void;
  progress(samplesDone: number, samplesTotal: number): void;
  best(best: Best): void;
  log(text: string): void;
  /** Lets messages in; throws when the training is cancelled. */
  pause(): Promise<void>;
  stopRequested(): boolean;
}

export interface TrainingOutcome {
  best: Best;
  /** Parameters and running statistics of the best checkpoint. */
  model: Snapshot['model'];
  stoppedEarly: boolean;
  /** While training, validation and checkpoints not counted. */
  samplesPerSecond: number;
  stepsPerCall: number;
}

/** A call takes 20–100 ms; shorter ones do not each need to listen for messages. */
const pauseEveryMs = 20;

export async function train(task: TrainingTask, watch: TrainingWatch): Promise<TrainingOutcome> {
  const training = new Training(task, watch);
  try {
    return await training.run();
  } finally {
    await training.close();
  }
}

class Training {
  readonly #task: TrainingTask;
  readonly #watch: TrainingWatch;
  readonly #order: EpochOrder;
  readonly #gatherer: Gatherer;
  readonly #recorder: MetricRecorder;
  readonly #keeper: CheckpointKeeper;
  readonly #position: Position;
  #carried!: CarriedValues;
  #evaluator!: Evaluator;
  /** From the most samples a call to the fewest; each epoch is covered by them greedily. */
  #steppers: Stepper[] = [];
  #lastPause = performance.now();
  #worked = { samples: 0, seconds: 0 };

  constructor(task: TrainingTask, watch: TrainingWatch) {
    this.#task = task;
    this.#watch = watch;
    this.#order = new EpochOrder(task.settings.seed, task.train.count);
    this.#gatherer = new Gatherer(task.train);
    this.#keeper = new CheckpointKeeper(task.runFolder, task.from?.best ?? null);
    this.#position = task.from
      ? { ...task.from.last.position }
      : { step: 0, epoch: 0, offset: 0, lossSum: 0, correct: 0, seconds: 0, best: null };
    this.#recorder = new MetricRecorder({
      totalSteps: this.#stepsPerEpoch * task.settings.epochs,
      secondsBefore: this.#position.seconds,
      post: (points) => watch.points(points),
    });
  }

  async run(): Promise<TrainingOutcome> {
    await this.#open();
    const { epochs } = this.#task.settings;
    let stoppedEarly = false;
    while (this.#position.epoch < epochs && !stoppedEarly) {
      const finished = await this.#trainEpoch();
      // Stopped inside an epoch: what has been learnt since the last validation counts too.
      await this.#endEpoch(finished);
      stoppedEarly = this.#position.epoch < epochs && (!finished || this.#watch.stopRequested() || this.#outOfPatience());
    }
    const { position } = this.#position.best ? this.#keeper.best : await this.#neverTrained();
    this.#keeper.saveBest();
    this.#keeper.saveLast(this.#carried.view(), this.#position);
    this.#recorder.finish(this.#position.step, this.#epoch);
    return {
      best: position.best as Best,
      model: this.#keeper.best.model,
      stoppedEarly,
      samplesPerSecond: this.#worked.seconds > 0 ? this.#worked.samples / this.#worked.seconds : 0,
      stepsPerCall: this.#steppers[0].stepsPerCall,
    };
  }

  async close(): Promise<void> {
    for (const stepper of this.#steppers) await stepper.close();
    await this.#evaluator?.close();
  }
}
