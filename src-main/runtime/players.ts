import type { TrainSettings } from '../shared/run.ts';
import type { BatchBuffers } from './batches.ts';
import { CarriedValues } from './carried.ts';
import type { Call, Learner, Measures } from './learner.ts';
import type { Samples, TrainingProgram } from './programs.ts';
import { Stepper } from './stepper.ts';

/**
 * Two programs that train each other: the discriminator tells samples from what the generator makes of noise, the generator learns to
 * be taken for real. The discriminator's logits are [batch, 2]: of the sample, and of what was made in its place. Each program has the
 * other's parameters among what it holds.
 */
export interface PlayersTask {
  discriminator: Player;
  generator: Player;
  train: Samples;
  settings: Pick<TrainSettings, 'batchSize' | 'seed' | 'device' | 'threads'>;
}

export interface Player {
  /** The program must take any batch size. */
  compile(): TrainingProgram;
  /** The learning rate of each step, counted from 0. */
  rate(step: number): number;
}

/** One step of each, the discriminator's first. */
export class Players implements Learner {
  readonly carried: CarriedValues;
  readonly stepsPerCall = 1;
  readonly #rounds: Round[];

  private constructor(carried: CarriedValues, rounds: Round[]) {
    this.carried = carried;
    this.#rounds = rounds;
  }

  static async open({ discriminator, generator, train, settings }: PlayersTask): Promise<Players> {
    const { seed, device, threads } = settings;
    const batch = Math.min(settings.batchSize, train.count);
    const rest = train.count % batch;
    const programs = [discriminator.compile(), generator.compile()];
    const carried = new CarriedValues(programs[0], owners[0]);
    carried.add(programs[1], owners[1]);
    // What the generator is fed is noise alone.
    const none: Samples = { count: 0, x: new Float32Array(), y: new Float32Array() };
    const options = (player: 0 | 1, size: number) => ({
      batch: size,
      carried,
      samples: player === 0 ? train : none,
      rate: [discriminator, generator][player].rate,
      seed,
      owner: owners[player],
      player,
    });
    const session = { device, threads };
    await carried.moveTo(session);
    const judge = await Stepper.open(programs[0], { ...options(0, batch), session });
    try {
      const maker = await Stepper.open(programs[1], { ...options(1, batch), session });
      const rounds = [new Round(judge, maker)];
      if (rest > 0) {
        rounds.push(
          new Round(judge.withBatch(programs[0], options(0, rest)), maker.withBatch(programs[1], options(1, rest))),
        );
      }
      return new Players(carried, rounds);
    } catch (error) {
      await judge.close();
      throw error;
    }
  }

  for(samplesLeft: number): Call {
    return this.#rounds.find((round) => round.samplesPerCall <= samplesLeft) ?? this.#rounds.at(-1)!;
  }

  async close(): Promise<void> {
    await this.carried.close();
    for (const round of this.#rounds) await round.close();
  }
}

/** Whose optimizer state is whose, also in checkpoints. */
const owners = ['discriminator', 'generator'] as const;

class Round implements Call {
  readonly stepsPerCall = 1;
  readonly batch: number;
  readonly #discriminator: Stepper;
  readonly #generator: Stepper;

  constructor(discriminator: Stepper, generator: Stepper) {
    this.batch = discriminator.batch;
    this.#discriminator = discriminator;
    this.#generator = generator;
  }

  get samplesPerCall(): number {
    return this.batch;
  }

  get buffers(): BatchBuffers {
    return this.#discriminator.buffers;
  }

  async run(step: number): Promise<void> {
    await this.#discriminator.run(step);
    await this.#generator.run(step);
  }

  measures(k: number): Measures {
    return {
      d_loss: this.#discriminator.losses[k],
      g_loss: this.#generator.losses[k],
      ...accuracies(this.#discriminator.logits ?? new Float32Array()),
    };
  }

  norms(k: number): Measures | null {
    const named = [
      ['d', this.#discriminator],
      ['g', this.#generator],
    ] as const;
    const told = named.flatMap(([player, stepper]) =>
      Object.entries(stepper.norms(k) ?? {}).map(([name, norm]) => [`${player}_${name}`, norm] as const),
    );
    return told.length > 0 ? Object.fromEntries(told) : null;
  }

  async close(): Promise<void> {
    await this.#discriminator.close();
    await this.#generator.close();
  }
}

/** Of logits [samples, 2], of samples and of what was made: the share of each that was taken for what it is. */
export function accuracies(logits: Float32Array): Measures {
  const count = logits.length / 2;
  let [real, generated] = [0, 0];
  for (let i = 0; i < count; i++) {
    if (logits[2 * i] > 0) real++;
    if (logits[2 * i + 1] < 0) generated++;
  }
  return { d_accuracy_real: real / count, d_accuracy_generated: generated / count };
}
