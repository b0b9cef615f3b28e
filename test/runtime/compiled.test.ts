import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildForward, type BuildOptions, type Settings } from '../../src-main/architectures/index.ts';
import { compileEvaluation, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import { plateau } from '../../src-main/autodiff/schedules/index.ts';
import type { LossSpec, OptimizerSpec } from '../../src-main/autodiff/types.ts';
import { CarriedValues } from '../../src-main/runtime/carried.ts';
import { checkpointPath, readCheckpoint, type Checkpoint } from '../../src-main/runtime/checkpoint.ts';
import type { Samples } from '../../src-main/runtime/programs.ts';
import { Session, type Values } from '../../src-main/runtime/session.ts';
import { Stepper } from '../../src-main/runtime/stepper.ts';
import { train, type TrainingOutcome, type TrainingTask } from '../../src-main/runtime/training-loop.ts';
import { optimizerNames, type MetricPoint, type OptimizerName } from '../../src-main/shared/run.ts';
import { Random } from '../../src-main/shared/random.ts';

// The loop on what the compiler really emits. training-loop.test.ts holds the loop's own behaviour.

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'atelier-compiled-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Three clouds of points in four dimensions. */
function clouds(count: number, seed: number): Samples {
  const random = new Random(seed);
  const y = Int32Array.from({ length: count }, (_, i) => i % 3);
  const x = Float32Array.from({ length: count * 4 }, (_, i) => random.normal() * 0.7 + (i % 4 === y[i >> 2] ? 2 : 0));
  return { count, x, y };
}

/** 8×8 images of one bright row or one bright column. */
function bars(count: number, seed: number): Samples {
  const random = new Random(seed);
  const y = new Int32Array(count);
  const x = new Uint8Array(count * 64);
  for (let n = 0; n < count; n++) {
    y[n] = n % 2;
    const at = random.below(8);
    for (let i = 0; i < 64; i++) x[n * 64 + i] = random.below(60) + ((y[n] === 0 ? i >> 3 : i & 7) === at ? 180 : 0);
  }
  return { count, x, y };
}

/** y is twice the first feature less the second. */
function plane(count: number, seed: number): Samples {
  const random = new Random(seed);
  const x = Float32Array.from({ length: count * 2 }, () => random.normal());
  return { count, x, y: Float32Array.from({ length: count }, (_, i) => 2 * x[2 * i] - x[2 * i + 1]) };
}

interface Case {
  architecture: string;
  settings: Settings;
  samples: (count: number, seed: number) => Samples;
  input: BuildOptions['input'];
  output: BuildOptions['output'];
}
const table: Omit<Case, 'settings'> = {
  architecture: 'mlp',
  samples: clouds,
  input: { kind: 'table', features: 4 },
  output: { kind: 'classes', count: 3 },
};
const images: Omit<Case, 'settings'> = {
  architecture: 'cnn',
  samples: bars,
  input: { kind: 'image', height: 8, width: 8, channels: 1 },
  output: { kind: 'classes', count: 2 },
};
const cases: Record<string, Case> = {
  mlp: { ...table, settings: { hidden: '16' } },
  'mlp with dropout': { ...table, settings: { hidden: '16', dropout: 0.3 } },
  cnn: { ...images, settings: { channels: '4', hidden: '16' } },
  'cnn with batch norm and dropout': {
    ...images,
    settings: { channels: '4', hidden: '16', batchNorm: true, dropout: 0.2 },
  },
  regression: {
    architecture: 'mlp',
    settings: { hidden: '16' },
    samples: plane,
    input: { kind: 'table', features: 2 },
    output: { kind: 'value' },
  },
};

function task(
  name: string,
  change: Partial<TrainingTask> = {},
  optimizer: OptimizerSpec = { kind: 'adam' },
): TrainingTask {
  const { architecture, settings, samples, input, output } = cases[name];
  const forward = buildForward(architecture, settings, { input, output, seed: 1 });
  const classifies = output.kind === 'classes';
  const loss: LossSpec = { kind: classifies ? 'cross-entropy' : 'mean-squared-error' };
  return {
    compile: (options) => compileTrainingStep(forward, { ...options, loss, optimizer, device: 'cpu' }),
    compileEvaluation: () => compileEvaluation(forward, { loss }),
    // 12 batches of 16 and one of 11.
    train: samples(203, 1),
    validation: samples(60, 2),
    goal: classifies ? 'accuracy' : 'loss',
    settings: { epochs: 12, batchSize: 16, learningRate: 0.01, seed: 3, device: 'cpu', threads: 1, patience: 0 },
    runFolder: folder,
    stepsPerCall: 1,
    ...change,
  };
}

const run = async (
  which: TrainingTask,
  stopRequested: () => boolean = () => false,
): Promise<TrainingOutcome & { losses: number[] }> => {
  const points: MetricPoint[] = [];
  const outcome = await train(which, {
    points: (some) => points.push(...some),
    progress: () => undefined,
    best: () => undefined,
    pause: () => Promise.resolve(),
    stopRequested,
  });
  return { ...outcome, losses: points.filter((point) => point.key === 'train/loss').map((point) => point.value) };
};
const bits = (outcome: TrainingOutcome): string =>
  [...outcome.model]
    .map(([name, { data }]) => `${name} ${Buffer.from((data as Float32Array).buffer).toString('base64')}`)
    .join('\n');

describe.each(Object.keys(cases))('training %s', (name) => {
  it('learns', async () => {
    const { best } = await run(task(name));
    const { loss, accuracy } = best.measures;
    if (accuracy === undefined) expect(loss).toBeLessThan(0.05);
    else expect(accuracy).toBeGreaterThanOrEqual(0.95);
  });

  it('computes the same bits with several steps a call as with one, and again', async () => {
    const settings = { ...task(name).settings, epochs: 3 };
    const [one, five, again] = [
      await run(task(name, { settings })),
      await run(task(name, { settings, stepsPerCall: 5 })),
      await run(task(name, { settings, stepsPerCall: 5 })),
    ];
    expect(five.stepsPerCall).toBe(5);
    expect(five.losses).toEqual(one.losses);
    expect(bits(five)).toBe(bits(one));
    expect(bits(again)).toBe(bits(five));
  });

  it('goes on from a checkpoint as if it had never stopped', async () => {
    const settings = { ...task(name).settings, epochs: 3 };
    const saved = (which: 'best' | 'last'): Checkpoint => readCheckpoint(checkpointPath(folder, which))!;
    await run(task(name, { settings }));
    const undisturbed = saved('last');

    let calls = 0;
    await run(task(name, { settings }), () => ++calls > 20);
    const from = { last: saved('last'), best: saved('best') };
    expect(from.last.position.offset).toBeGreaterThan(0);
    await run(task(name, { settings, from, stepsPerCall: 3 }));
    expect(saved('last').model).toEqual(undisturbed.model);
    expect(saved('last').optimizer).toEqual(undisturbed.optimizer);
    expect(saved('last').position.step).toBe(39);
  });
});

it.each(optimizerNames)('learns with %s', async (kind) => {
  const rates: Partial<Record<OptimizerName, number>> = { sgd: 0.3, adagrad: 0.1, momentum: 0.05, nesterov: 0.05 };
  const settings = { ...task('mlp').settings, learningRate: rates[kind] ?? 0.01 };
  const { best } = await run(task('mlp', { settings }, { kind, weightDecay: 1e-4 }));
  expect(best.measures.accuracy).toBeGreaterThanOrEqual(0.95);
});

it('evaluates and keeps averaged weights, and trains on the latest', async () => {
  const settings = { ...task('mlp').settings, epochs: 2 };
  const averaging = (decay: number): Partial<TrainingTask> => {
    const forward = buildForward('mlp', cases.mlp.settings, { ...table, seed: 1 });
    const loss = { kind: 'cross-entropy' } as const;
    const optimizer = { kind: 'adam' } as const;
    const compile: TrainingTask['compile'] = (options) =>
      compileTrainingStep(forward, { ...options, loss, optimizer, device: 'cpu', update: { average: { decay } } });
    return { settings, compile };
  };
  const plain = await run(task('mlp', { settings }));
  const latest = await run(task('mlp', averaging(0)));
  expect(latest.losses).toEqual(plain.losses);
  expect(bits(latest)).toBe(bits(plain));

  const slow = await run(task('mlp', averaging(0.9)));
  expect(slow.losses).toEqual(plain.losses);
  expect(bits(slow)).not.toBe(bits(plain));
  const { model, optimizer } = readCheckpoint(checkpointPath(folder, 'best'))!;
  for (const [name, { data }] of model) expect(optimizer.get(`average/${name}`)!.data).toEqual(data);
  const last = readCheckpoint(checkpointPath(folder, 'last'))!;
  expect(last.model.get('dense1.weight')).not.toEqual(last.optimizer.get('average/dense1.weight'));
});

it('accuracy is a share of the predictions that count, also where a sample has several', async () => {
  const g = new GraphBuilder('which coordinates are positive');
  const x = g.input('x', 'float', ['batch', 3, 1]);
  const w = g.initializer('w', tensor('float', [1, 2], [0.1, -0.1]));
  g.output(g.matmul(x, w));
  const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: x, output: g.outputs[0].name };
  const signs = (count: number, seed: number): Samples => {
    const random = new Random(seed);
    const points = Float32Array.from({ length: 3 * count }, () => random.normal());
    // The last of three is not counted, and is wrong.
    const y = Int32Array.from(points, (value, i) => (i % 3 === 2 ? -1 : Number(value > 0)));
    return { count, x: points, y };
  };
  const loss: LossSpec = { kind: 'cross-entropy', ignoreIndex: -1 };
  const points: MetricPoint[] = [];
  const { best } = await train(
    {
      ...task('mlp'),
      compile: (options) =>
        compileTrainingStep(forward, { ...options, loss, optimizer: { kind: 'sgd' }, device: 'cpu' }),
      compileEvaluation: () => compileEvaluation(forward, { loss }),
      train: signs(203, 1),
      validation: signs(60, 2),
      settings: { ...task('mlp').settings, learningRate: 1 },
    },
    {
      points: (some) => points.push(...some),
      progress: () => undefined,
      best: () => undefined,
      pause: () => Promise.resolve(),
      stopRequested: () => false,
    },
  );
  expect(best.measures.accuracy).toBe(1);
  expect(best.train.accuracy).toBeCloseTo(1, 2);
  expect(points.filter(({ key }) => key === 'train/accuracy').at(-1)!.value).toBe(1);
});

it('a plateau lowers the rate by the validation loss, and goes on from a checkpoint', async () => {
  const settings = { ...task('mlp').settings, epochs: 6 };
  // So high a threshold that nothing counts as better.
  const falling = plateau({ rate: 0.05, factor: 0.5, patience: 0, threshold: 0.99 });
  const states: number[] = [];
  const seen: TrainingTask['plateau'] = {
    start: falling.start,
    next: (state, loss) => {
      const next = falling.next(state, loss);
      states.push(next.rate);
      return next;
    },
  };
  await run(task('mlp', { settings, plateau: seen }));
  const undisturbed = readCheckpoint(checkpointPath(folder, 'last'))!;
  expect(states).toEqual([0.05, 0.025, 0.0125, 0.00625, 0.003125, 0.0015625]);
  let calls = 0;
  await run(task('mlp', { settings, plateau: falling }), () => ++calls > 60);
  const [last, best] = (['last', 'best'] as const).map((which) => readCheckpoint(checkpointPath(folder, which))!);
  expect(last.position.plateau!.rate).toBeLessThan(0.05);
  await run(task('mlp', { settings, plateau: falling, from: { last, best }, stepsPerCall: 3 }));
  const end = readCheckpoint(checkpointPath(folder, 'last'))!;
  expect(end.position.plateau!.rate).toBe(0.0015625);
  expect(end.model).toEqual(undisturbed.model);
});

describe('buffers', () => {
  // ONNX Runtime does not notice when an output is written into a tensor that is being read, and trains on half-updated values.
  it('are never fed and fetched into in the same call', async () => {
    const program = task('cnn with batch norm and dropout').compile({ stepsPerCall: 2, batchSize: 16 });
    const calls: { feeds: Values; fetches: Values }[] = [];
    const session = {
      run: (feeds: Values, fetches: Values) => {
        calls.push({ feeds: { ...feeds }, fetches: { ...fetches } });
        return Promise.resolve({});
      },
    } as unknown as Session;
    const carried = new CarriedValues(program);
    const options = { batch: 16, carried, samples: bars(10, 1), rate: () => 0.1, seed: 1 };
    const stepper = new Stepper(session, program, options);
    for (let step = 0; step < 6; step += 2) await stepper.run(step);

    const memory = (values: Values): Set<unknown> =>
      new Set(Object.values(values).map((value) => (value.data as Float32Array).buffer));
    for (const { feeds, fetches } of calls) {
      const fed = memory(feeds);
      expect([...memory(fetches)].filter((buffer) => fed.has(buffer))).toEqual([]);
    }
    // What one call wrote is what the next one reads.
    for (const { input, output } of [...program.parameters, ...program.state]) {
      expect(calls[1].feeds[input]).toBe(calls[0].fetches[output]);
      expect(calls[2].feeds[input]).toBe(calls[0].feeds[input]);
    }
  });

  it('of random numbers differ from step to step, and not from K to K', async () => {
    const drawn = async (k: number): Promise<string[]> => {
      const program = task('mlp with dropout').compile({ stepsPerCall: k, batchSize: 16 });
      const mask = program.inputs.find((input) => input.role === 'random')!;
      const seen: string[] = [];
      const session = {
        run: (feeds: Values) => {
          const bytes = Buffer.from((feeds[mask.name].data as Uint8Array).slice().buffer);
          for (let i = 0; i < k; i++)
            seen.push(bytes.toString('hex', (i * bytes.length) / k, ((i + 1) * bytes.length) / k));
          return Promise.resolve({});
        },
      } as unknown as Session;
      const carried = new CarriedValues(program);
      const stepper = new Stepper(session, program, {
        batch: 16,
        carried,
        samples: clouds(9, 1),
        rate: () => 1,
        seed: 1,
      });
      for (let step = 0; step < 4; step += k) await stepper.run(step);
      return seen;
    };
    const one = await drawn(1);
    expect(new Set(one).size).toBe(4);
    expect(await drawn(2)).toEqual(one);
  });

  it.each([1, 2])('the learning rate follows its schedule step by step, %d a call', async (k) => {
    const program = task('mlp').compile({ stepsPerCall: k, batchSize: 16 });
    const rate = program.inputs.find((input) => input.role === 'learning_rate')!;
    const seen: number[] = [];
    const session = {
      run: (feeds: Values) => {
        seen.push(...(feeds[rate.name].data as Float32Array));
        return Promise.resolve({});
      },
    } as unknown as Session;
    const carried = new CarriedValues(program);
    const options = { batch: 16, carried, samples: clouds(9, 1), rate: (step: number) => 8 - step, seed: 1 };
    const stepper = new Stepper(session, program, options);
    for (let step = 0; step < 4; step += k) await stepper.run(step);
    expect(seen).toEqual([8, 7, 6, 5]);
  });
});
