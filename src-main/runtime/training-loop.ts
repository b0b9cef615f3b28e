import { AtelierError } from '../shared/errors.ts';
import { latestRate } from '../shared/run.ts';
import { EpochOrder, Gatherer } from './batches.ts';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import type { Checkpoint, Position } from './checkpoint.ts';
import { Evaluator } from './evaluate.ts';
import { addTo, type Call, type Learner, type Measures } from './learner.ts';
import { MetricRecorder } from './metric-recorder.ts';
import { NextBest } from './next-best.ts';
import { Players } from './players.ts';
import { checkSamples } from './programs.ts';
import { Steppers } from './steppers.ts';
import type { TrainingOutcome, TrainingTask, TrainingWatch } from './training-task.ts';

export type { TrainingOutcome, TrainingTask, TrainingWatch } from './training-task.ts';

/** A call takes up to ~50 ms; shorter ones do not each need to listen for messages. */
const pauseEveryMs = 20;

export async function train(task: TrainingTask, watch: TrainingWatch): Promise<TrainingOutcome> {
  const position: Position = { sums: {}, ...(task.from ? task.from.last.position : start) };
  // Of a run that was given more epochs, the rate follows the loss no longer.
  position.plateau = task.plateau && (position.plateau ?? task.plateau.start);
  const { count } = task.train;
  if (position.offset > count) {
    const stands = `It stands after ${position.offset} samples of epoch ${position.epoch + 1}, which has ${count}`;
    throw new AtelierError(
      'broken_checkpoint',
      `The checkpoint cannot be gone on from. ${stands}. Resume the run from another of its checkpoints, or train it anew.`,
    );
  }
  const stepsPerEpoch = Math.ceil(count / task.settings.batchSize);
  const evaluation = task.compileEvaluation();
  checkSamples(evaluation.inputs, task.train);
  const evaluator = await Evaluator.open(evaluation, task.settings);
  try {
    const rate = position.plateau ? () => position.plateau!.rate : task.rate;
    const learner = await openLearner({ ...task, rate }, stepsPerEpoch * task.settings.epochs - position.step);
    try {
      if (task.from) await learner.carried.restore(task.from.last);
      return await new Training(task, watch, learner, evaluator, position).run();
    } finally {
      await learner.close();
    }
  } finally {
    await evaluator.close();
  }
}

/** What trains: one program, or two in turn. */
export function openLearner(task: TrainingTask, stepsLeft: number): Promise<Learner> {
  const { discriminator, rate = () => task.settings.learningRate } = task;
  if (!discriminator) return Steppers.open(task, stepsLeft);
  return Players.open({
    ...task,
    discriminator,
    generator: { compile: () => task.compile({ stepsPerCall: 1 }), rate },
  });
}

/** Thrown by `train` when it was asked to leave: its last checkpoint is where to go on. */
export class PausedTraining extends Error {
  constructor() {
    super('The training is paused.');
  }
}

const start: Omit<Position, 'sums'> = { step: 0, epoch: 0, offset: 0, seconds: 0, best: null };

class Training {
  readonly #task: TrainingTask;
  readonly #watch: TrainingWatch;
  readonly #learner: Learner;
  readonly #evaluator: Evaluator;
  readonly #at: Position;
  readonly #order: EpochOrder;
  readonly #gatherer: Gatherer;
  readonly #keeper: CheckpointKeeper;
  readonly #recorder: MetricRecorder;
  readonly #worked = { samples: 0, seconds: 0 };
  #lastPause = 0;

  constructor(task: TrainingTask, watch: TrainingWatch, learner: Learner, evaluator: Evaluator, at: Position) {
    this.#task = task;
    this.#watch = watch;
    this.#learner = learner;
    this.#evaluator = evaluator;
    this.#at = at;
    this.#order = new EpochOrder(task.settings.seed, task.train.count);
    this.#gatherer = new Gatherer(task.train);
    const { keepBest = 1 } = task.settings;
    this.#keeper = new CheckpointKeeper(task.runFolder, task.from?.best ?? null, {
      saved: ({ position }) => position.best && watch.best(position.best),
      failed: (error) => watch.notSaved?.(error),
      write: task.write,
      next:
        keepBest > 1 && task.goal !== 'latest'
          ? new NextBest(task.runFolder, keepBest - 1, (a, b) => this.#exceeds(a, b))
          : undefined,
    });
    this.#recorder = new MetricRecorder({
      totalSteps: Math.ceil(task.train.count / task.settings.batchSize) * task.settings.epochs,
      secondsBefore: at.seconds,
      window: at.window,
      rate: (step) => at.plateau?.rate ?? task.rate?.(step) ?? task.settings.learningRate,
      gpu: task.gpu,
      post: (points) => watch.points(points),
    });
  }

  async run(): Promise<TrainingOutcome> {
    const { epochs } = this.#task.settings;
    // One that goes on may have been out of patience when its process was lost.
    let stop = this.#outOfPatience();
    while (this.#at.epoch < epochs && !stop) {
      await this.#trainEpoch();
      await this.#endEpoch();
      stop = this.#watch.stopRequested() || this.#outOfPatience();
    }
    this.#saveOrTell(await this.#checkpoint());
    this.#recorder.finish(this.#at.step, this.#epoch);
    const best = this.#keeper.best;
    if (!best?.position.best)
      throw new AtelierError('broken_checkpoint', 'The run has no best checkpoint to go back to.');
    return {
      best: best.position.best,
      model: best.model,
      stoppedEarly: this.#at.epoch < epochs,
      samplesPerSecond: this.#worked.seconds > 0 ? this.#worked.samples / this.#worked.seconds : 0,
      stepsPerCall: this.#learner.stepsPerCall,
    };
  }

  /** Epochs done, fractional. */
  get #epoch(): number {
    return this.#at.epoch + this.#at.offset / this.#task.train.count;
  }

  /** Up to the epoch's end, or to where the person said stop; at least one call, if any is left. */
  async #trainEpoch(): Promise<void> {
    const { count } = this.#task.train;
    // A checkpoint that is gone on from may be of the moment after the epoch's last call, before its validation.
    if (this.#at.offset === count) return;
    this.#order.begin(this.#at.epoch);
    this.#task.renew?.(this.#at.epoch);
    do {
      const began = performance.now();
      const call = this.#learner.for(count - this.#at.offset);
      const { order } = this.#order;
      this.#gatherer.gather(order, this.#at.offset, call.samplesPerCall, call.buffers);
      this.#task.augment?.(call.buffers, order, this.#at.offset, call.samplesPerCall, this.#at.epoch);
      await call.run(this.#at.step);
      this.#record(call, (performance.now() - began) / 1000);
      if (performance.now() - this.#lastPause >= pauseEveryMs) await this.#pause();
    } while (this.#at.offset < count && !this.#watch.stopRequested());
  }

  #record(call: Call, seconds: number): void {
    const at = this.#at;
    for (let k = 0; k < call.stepsPerCall; k++) {
      const measures = call.measures(k);
      at.step++;
      at.offset += call.batch;
      this.#checkFinite(measures, (name, value) => `The ${name} became ${value} at step ${at.step}`);
      addTo(at.sums, measures, call.batch);
      this.#recorder.step(at.step, this.#epoch, call.batch, measures, call.norms(k));
    }
    this.#worked.samples += call.samplesPerCall;
    this.#worked.seconds += seconds;
    this.#recorder.worked(at.step, this.#epoch, call.samplesPerCall, seconds);
  }

  async #pause(): Promise<void> {
    const { train, settings } = this.#task;
    this.#watch.progress(this.#at.epoch * train.count + this.#at.offset, settings.epochs * train.count);
    await this.#keeper.saveIfDue(() => this.#checkpoint());
    await this.#watch.pause();
    this.#lastPause = performance.now();
    if (this.#watch.pauseRequested?.()) {
      this.#saveOrTell(await this.#checkpoint());
      this.#recorder.flush();
      throw new PausedTraining();
    }
  }

  /** Validates, keeps the best, and goes on to the next epoch where this one is complete. */
  async #endEpoch(): Promise<void> {
    const at = this.#at;
    const seen = at.offset;
    if (at.offset === this.#task.train.count) {
      at.epoch++;
      at.offset = 0;
    }
    const train = Object.fromEntries(Object.entries(at.sums).map(([key, sum]) => [key, sum / seen]));
    const measures = await this.#validate(train);
    if (at.offset === 0) at.sums = {};

    const { keepEvery = 0 } = this.#task.settings;
    if (at.plateau && at.offset === 0) at.plateau = this.#task.plateau?.next(at.plateau, measures.loss);
    if (this.#isBetter(measures)) {
      at.best = { epoch: this.#epoch, step: at.step, measures, train };
      // The first is written at once.
      if (!this.#keeper.best) this.#recorder.flush();
      this.#keeper.keepBest(await this.#copy(measures));
    } else await this.#keeper.keepNext(measures, () => this.#copy(measures));
    if (keepEvery > 0 && at.offset === 0 && at.epoch % keepEvery === 0) {
      this.#keeper.keep(`epoch-${String(at.epoch).padStart(6, '0')}`, await this.#checkpoint());
    }
    const model = async () => (await this.#learner.carried.snapshot()).model;
    if (at.offset === 0) await this.#watch.epoch?.(at.epoch, model);
    await this.#pause();
  }

  async #validate(trained: Measures): Promise<Measures> {
    const { validation, score } = this.#task;
    if (validation.count === 0) return trained;
    const { carried } = this.#learner;
    const result = await this.#evaluator.evaluate(validation, (name) => carried.evaluated(name), {
      collect: score?.collect,
      pause: () => this.#watch.pause(),
    });
    const { loss, accuracy } = result;
    const measures = score ? score.measures(result) : { loss, ...(accuracy === null ? {} : { accuracy }) };
    this.#checkFinite(measures, (name, value) => `The validation's ${name} became ${value}`);
    for (const [key, value] of Object.entries(measures)) {
      this.#recorder.add(`validation/${key}`, this.#at.step, this.#epoch, value);
    }
    return measures;
  }

  #isBetter(measures: Measures): boolean {
    const { best } = this.#at;
    const { goal, validation } = this.#task;
    return !best || goal === 'latest' || validation.count === 0 || this.#exceeds(measures, best.measures);
  }

  #exceeds({ loss, accuracy = 0 }: Measures, { loss: otherLoss, accuracy: otherAccuracy = 0 }: Measures): boolean {
    const byAccuracy = this.#task.goal === 'accuracy' && accuracy !== otherAccuracy;
    return byAccuracy ? accuracy > otherAccuracy : loss < otherLoss;
  }

  #outOfPatience(): boolean {
    const { settings, patientFrom = 0 } = this.#task;
    const { best, epoch } = this.#at;
    return settings.patience > 0 && best !== null && epoch - Math.max(best.epoch, patientFrom) >= settings.patience;
  }

  /** A view of the values as of now: to be written before training goes on. */
  async #checkpoint(): Promise<Checkpoint> {
    // Whoever goes on from here tells no point before it again: they have to be told by now.
    this.#recorder.flush();
    return { ...(await this.#learner.carried.view()), ...this.#standing() };
  }

  /** Copies of the values at the end of an epoch, the model's as they are evaluated. */
  async #copy(measures: Measures): Promise<Checkpoint> {
    const { position, origin } = this.#standing();
    return { ...(await this.#learner.carried.snapshot()), position: { ...position, measures }, origin };
  }

  #standing(): Pick<Checkpoint, 'position' | 'origin'> {
    const { seconds, window } = this.#recorder;
    const { measures: _ended, ...at } = this.#at;
    return { position: { ...at, sums: { ...at.sums }, seconds, window }, origin: this.#task.origin };
  }

  /** Where going on would lose what was trained. */
  #saveOrTell(last: Checkpoint): void {
    try {
      this.#keeper.save(last);
    } catch (error) {
      this.#recorder.flush();
      throw new AtelierError(
        'checkpoint_not_saved',
        `The checkpoint could not be saved in ${this.#task.runFolder}: ${(error as Error).message}. Free some space, then resume the run: it goes on from the last one that could.`,
      );
    }
  }

  #checkFinite(measures: Measures, what: (name: string, value: number) => string): void {
    for (const key in measures) {
      if (Number.isFinite(measures[key])) continue;
      const name = { loss: 'loss', d_loss: "discriminator's loss", g_loss: "generator's loss" }[key] ?? key;
      throw this.#diverged(what(name, measures[key]));
    }
  }

  #diverged(what: string): AtelierError {
    this.#keeper.saveBestIfPossible();
    this.#recorder.flush();
    const learningRate = latestRate(this.#task.settings);
    const kept = this.#at.best ? ` The best checkpoint before that (epoch ${this.#at.best.epoch}) is kept.` : '';
    return new AtelierError(
      'diverged',
      `${what} (epoch ${this.#epoch.toFixed(2)}): the training diverged. Lower the learning rate, now ${learningRate}, and train again.${kept}`,
    );
  }
}
