// Ten alternating steps of a DCGAN as PyTorch takes them (test/fixtures/pytorch/dcgan.py), and as a run does.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPlayers, type Players as Nets, type Settings } from '../../src-main/architectures/index.ts';
import { compileEvaluation, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { LossSpec } from '../../src-main/autodiff/types.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import { checkpointPath, readCheckpoint, type Checkpoint } from '../../src-main/runtime/checkpoint.ts';
import { Evaluator } from '../../src-main/runtime/evaluate.ts';
import { accuracies, Players } from '../../src-main/runtime/players.ts';
import { train, type TrainingTask, type TrainingWatch } from '../../src-main/runtime/training-loop.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { MetricPoint } from '../../src-main/shared/run.ts';
import { onWebGpu } from '../support/run-model.ts';

type Form = 'non-saturating' | 'hinge';
interface Problem {
  seed: number;
  settings: Settings;
  side: number;
  batches: number[][];
  parameters: Record<string, { shape: number[]; data: number[] }>;
}
interface Trajectory {
  form: Form;
  /** The discriminator's and the generator's. */
  rates: [number, number];
  /** Each step's d_loss, g_loss, d_accuracy_real, d_accuracy_generated. */
  steps: number[][];
  final: Record<string, number[]>;
}
const [problem, ...trajectories] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/pytorch/dcgan.json'), 'utf8'),
) as [Problem, ...Trajectory[]];

const batch = problem.batches[0].length / problem.side ** 2;
const optimizer = { kind: 'adam', beta1: 0.5, beta2: 0.999 } as const;
const lossOf = (player: 'generator' | 'discriminator', form: Form): LossSpec => ({ kind: 'gan', player, form });

const device = onWebGpu ? 'webgpu' : 'cpu';

/** Started from PyTorch's numbers. */
function nets(): Nets {
  const built = buildPlayers('dcgan', problem.settings, {
    input: { kind: 'image', height: problem.side, width: problem.side, channels: 1 },
    output: { kind: 'samples' },
    seed: 0,
  })!;
  const from = (forward: ForwardModel): ForwardModel => {
    const initializers = new Map(forward.graph.initializers);
    for (const [name, { shape, data }] of Object.entries(problem.parameters)) {
      if (!initializers.has(name)) continue;
      expect([name, initializers.get(name)!.shape]).toEqual([name, shape]);
      initializers.set(name, tensor('float', shape, data));
    }
    return { ...forward, graph: { ...forward.graph, initializers } };
  };
  const { discriminator, adversary, generator } = built;
  return { discriminator: from(discriminator), adversary: from(adversary), generator: from(generator) };
}

function programs(form: Form, rates: [number, number]) {
  const { discriminator, adversary, generator } = nets();
  const common = { optimizer, device, stepsPerCall: 1 } as const;
  return {
    discriminator: {
      compile: () =>
        compileTrainingStep(discriminator, {
          ...common,
          loss: lossOf('discriminator', form),
          held: generator.parameters,
          prediction: true,
        }),
      rate: () => rates[0],
    },
    generator: {
      compile: () =>
        compileTrainingStep(adversary, {
          ...common,
          loss: lossOf('generator', form),
          held: discriminator.parameters,
        }),
      rate: () => rates[1],
    },
  };
}

const samplesOf = (batches: readonly number[][]) => ({
  count: batches.length * batch,
  x: Uint8Array.from(batches.flat()),
  y: new Int32Array(),
});

describe.each(trajectories)('PyTorch: ten alternating steps, $form', ({ form, rates, steps, final }) => {
  it('gives the same losses, shares, parameters and running statistics', async () => {
    const players = await Players.open({
      ...programs(form, rates),
      train: samplesOf(problem.batches),
      settings: { batchSize: batch, seed: problem.seed, device, threads: 1 },
    });
    try {
      for (const [step, [d_loss, g_loss, real, generated]] of steps.entries()) {
        const call = players.for(batch);
        call.buffers.x.set(problem.batches[step % problem.batches.length]);
        await call.run(step);
        const found = call.measures(0);
        expect(Math.abs(found.d_loss - d_loss) / Math.abs(d_loss), `d_loss ${step}`).toBeLessThan(1e-4);
        expect(Math.abs(found.g_loss - g_loss) / Math.abs(g_loss), `g_loss ${step}`).toBeLessThan(1e-4);
        expect(found.d_accuracy_real).toBeCloseTo(real, 6);
        expect(found.d_accuracy_generated).toBeCloseTo(generated, 6);
      }
      const { model } = await players.carried.view();
      expect([...model.keys()].sort()).toEqual(Object.keys(final).sort());
      for (const [name, wanted] of Object.entries(final)) {
        const found = model.get(name)!.data as Float32Array;
        const scale = Math.max(...wanted.map(Math.abs));
        wanted.forEach((value, i) => expect(Math.abs(found[i] - value) / scale, name).toBeLessThan(1e-4));
      }
    } finally {
      await players.close();
    }
  });
});

describe.skipIf(onWebGpu)('two players in the training loop', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'atelier-players-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** 3 batches of 6 and a rest of 2. */
  const random = new Random(3);
  const real = Array.from({ length: 20 * problem.side ** 2 }, () => 150 + random.below(100));
  const samples = { count: 20, x: Uint8Array.from(real), y: new Int32Array() };

  function task(change: Partial<TrainingTask> = {}, epochs = 3): TrainingTask {
    const { discriminator, generator } = programs('non-saturating', [0.002, 0.002]);
    const { discriminator: judge, generator: maker } = nets();
    return {
      compile: generator.compile,
      discriminator,
      compileEvaluation: () =>
        compileEvaluation(judge, { loss: lossOf('discriminator', 'non-saturating'), held: maker.parameters }),
      score: {
        collect: ['prediction'],
        measures: ({ loss, collected }) => ({ d_loss: loss, ...accuracies(collected.prediction!) }),
      },
      train: samples,
      validation: samples,
      goal: 'latest',
      settings: { epochs, batchSize: 6, learningRate: 0.002, seed: 5, device: 'cpu', threads: 1, patience: 0 },
      runFolder: folder,
      ...change,
    };
  }
  const points: MetricPoint[] = [];
  const watch = (change: Partial<TrainingWatch> = {}): TrainingWatch => ({
    points: (some) => points.push(...some),
    progress: () => undefined,
    best: () => undefined,
    pause: () => Promise.resolve(),
    stopRequested: () => false,
    ...change,
  });
  const saved = (which: 'best' | 'last'): Checkpoint => readCheckpoint(checkpointPath(folder, which))!;

  it('tells of both, uses every sample, and keeps the latest', async () => {
    points.length = 0;
    const epochs: number[] = [];
    const outcome = await train(task(), watch({ epoch: async (epoch) => void epochs.push(epoch) }));
    expect(epochs).toEqual([1, 2, 3]);
    expect(outcome.best).toMatchObject({ epoch: 3, step: 12 });
    expect(saved('best').position.epoch).toBe(3);
    const of = (key: string) => points.filter((point) => point.key === key).map(({ epoch }) => epoch);
    for (const metric of ['d_loss', 'g_loss', 'd_accuracy_real', 'd_accuracy_generated']) {
      expect(of(`train/${metric}`)).toEqual([0.3, 0.6, 0.9, 1, 1.3, 1.6, 1.9, 2, 2.3, 2.6, 2.9, 3]);
    }
    expect(of('validation/d_loss')).toEqual([1, 2, 3]);
    expect(of('validation/g_loss')).toEqual([]);
    expect(Object.keys(outcome.best.train).sort()).toEqual([
      'd_accuracy_generated',
      'd_accuracy_real',
      'd_loss',
      'g_loss',
    ]);
  });

  it('goes on from inside an epoch as if it had never stopped, bit for bit', async () => {
    await train(task(), watch());
    const undisturbed = saved('last');
    let calls = 0;
    await train(task(), watch({ stopRequested: () => ++calls > 5 }));
    const from = { last: saved('last'), best: saved('best') };
    expect(from.last.position.offset).toBeGreaterThan(0);
    expect([...from.last.optimizer.keys()].some((name) => name.startsWith('discriminator/'))).toBe(true);
    expect([...from.last.optimizer.keys()].some((name) => name.startsWith('generator/'))).toBe(true);
    await train(task({ from }), watch());
    expect(saved('last').model).toEqual(undisturbed.model);
    expect(saved('last').optimizer).toEqual(undisturbed.optimizer);
    expect(saved('last').position.step).toBe(12);
  });

  it('ends when it is cancelled, and can go on from what was saved', async () => {
    let pauses = 0;
    const cancelled = new Error('cancelled');
    const pause = () => (++pauses > 4 ? Promise.reject(cancelled) : Promise.resolve());
    await expect(train(task({}, 1_000), watch({ pause }))).rejects.toBe(cancelled);
    const last = saved('last');
    expect(last.position.step).toBeGreaterThan(0);
    const outcome = await train(task({ from: { last, best: saved('best') } }), watch());
    expect(outcome.best.epoch).toBe(3);
  });

  it('refuses the checkpoint of another net', async () => {
    await train(task({}, 1), watch());
    const last = saved('last');
    last.model.delete('generator/double1.weight');
    await expect(train(task({ from: { last, best: null } }), watch())).rejects.toMatchObject({
      code: 'checkpoint_differs',
    });
  });

  it('learns to make what it is shown', async () => {
    const { model } = await train(task({}, 60), watch());
    const generator = nets().generator;
    const evaluator = await Evaluator.open(compileEvaluation(generator, {}), { device: 'cpu', threads: 1 });
    const x = new Float32Array(16 * 5);
    new Random(1).fillNormal(x);
    const { collected } = await evaluator.evaluate({ count: 16, x, y: new Float32Array() }, model, {
      collect: ['prediction'],
    });
    await evaluator.close();
    const made = collected.prediction!;
    // Real ones lie between 0.18 and 0.96; untrained, it gives about 0.
    const brightness = made.reduce((sum, value) => sum + value, 0) / made.length;
    expect(brightness).toBeGreaterThan(0.25);
    expect(brightness).toBeLessThan(0.9);
  });
});
