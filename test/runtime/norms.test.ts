import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileEvaluation, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { OptimizerSpec, UpdateOptions } from '../../src-main/autodiff/types.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import { EpochOrder } from '../../src-main/runtime/batches.ts';
import { checkpointPath, readCheckpoint } from '../../src-main/runtime/checkpoint.ts';
import { MetricRecorder } from '../../src-main/runtime/metric-recorder.ts';
import { PausedTraining, train, type TrainingTask } from '../../src-main/runtime/training-loop.ts';
import type { MetricPoint } from '../../src-main/shared/run.ts';
import { linearSamples } from './linear.ts';

// How large gradients are and how far updates go, as a run's curves tell it, beside plain float64 over the same batches.

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'atelier-norms-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const features = 5;
const batch = 16;
const epochs = 3;
const rate = 0.05;
const samples = linearSamples(203, features, 1, 0.1);

const g = new GraphBuilder('linear');
const x = g.input('x', 'float', ['batch', features]);
const w = g.initializer(
  'w',
  tensor(
    'float',
    [features, 1],
    Float32Array.from({ length: features }, (_, i) => i / 3 - 0.5),
  ),
);
const b = g.initializer('b', tensor('float', [1], [0.25]));
g.output(g.add(g.matmul(x, w), b));
const forward: ForwardModel = { graph: g.finish(), parameters: [w, b], input: x, output: g.outputs[0].name };

const both: UpdateOptions = { metrics: ['gradient_norm', 'update_norm'] };

function task(update: UpdateOptions, change: Partial<TrainingTask> = {}, optimizer: OptimizerSpec = { kind: 'sgd' }) {
  const settings = { epochs, batchSize: batch, learningRate: rate, seed: 7, device: 'cpu', threads: 1, patience: 0 };
  const loss = { kind: 'mean-squared-error' } as const;
  return {
    compile: (options) => compileTrainingStep(forward, { ...options, loss, optimizer, update, device: 'cpu' }),
    compileEvaluation: () => compileEvaluation(forward, { loss }),
    train: samples,
    validation: linearSamples(20, features, 2, 0.1),
    goal: 'loss',
    settings: { ...settings, accumulate: update.accumulate },
    runFolder: folder,
    stepsPerCall: 1,
    ...change,
  } as TrainingTask;
}

async function run(which: TrainingTask, pauseAfter = Infinity) {
  const points: MetricPoint[] = [];
  let pauses = 0;
  const outcome = await train(which, {
    points: (some) => points.push(...some),
    progress: () => undefined,
    best: () => undefined,
    pause: () => Promise.resolve(),
    stopRequested: () => false,
    pauseRequested: () => ++pauses > pauseAfter,
  }).catch((error: unknown) => {
    if (error instanceof PausedTraining) return null;
    throw error;
  });
  const curve = (key: string) => points.filter((point) => point.key === key).map(({ step, value }) => [step, value]);
  return { outcome, gradient: curve('train/gradient_norm'), update: curve('train/update_norm') };
}

/** Gradient descent in float64: [step, norm] of each update's gradient before clipping, and of how far it went. */
function reference(accumulate = 1, clipNorm = Infinity) {
  const weights = [...Array.from({ length: features }, (_, i) => Math.fround(i / 3 - 0.5)), 0.25];
  const order = new EpochOrder(7, samples.count);
  const told = { gradient: [] as number[][], update: [] as number[][] };
  const norm = (vector: number[]) => Math.sqrt(vector.reduce((sum, each) => sum + each * each, 0));
  let step = 0;
  let held = new Array<number>(features + 1).fill(0);
  for (let epoch = 0; epoch < epochs; epoch++) {
    order.begin(epoch);
    for (let from = 0; from < samples.count; from += batch) {
      const members = [...order.order.subarray(from, Math.min(samples.count, from + batch))];
      const gradient = new Array<number>(features + 1).fill(0);
      for (const i of members) {
        const inputs = [...samples.x.subarray(i * features, (i + 1) * features), 1];
        const error = inputs.reduce((sum, each, f) => sum + each * weights[f], 0) - samples.y[i];
        inputs.forEach((each, f) => (gradient[f] += (2 * error * each) / members.length));
      }
      held = held.map((each, f) => each + gradient[f] / accumulate);
      if (++step % accumulate !== 0) continue;
      const size = norm(held);
      const moves = held.map((each) => rate * each * Math.min(1, clipNorm / size));
      moves.forEach((move, f) => (weights[f] -= move));
      told.gradient.push([step, size]);
      told.update.push([step, norm(moves)]);
      held.fill(0);
    }
  }
  return told;
}

function expectCurve(found: number[][], wanted: number[][]): void {
  expect(found.map(([step]) => step)).toEqual(wanted.map(([step]) => step));
  found.forEach(([step, value], i) => {
    const off = Math.abs(value / wanted[i][1] - 1);
    expect(off, `step ${step}: ${value} beside ${wanted[i][1]}`).toBeLessThan(1e-4);
  });
}

describe('norms of gradients and updates', () => {
  it.each([
    ['one step a call', 1, {}],
    ['four steps a call', 4, {}],
    ['three batches an update', 1, { accumulate: 3 }],
    ['clipped', 4, { clipNorm: 1 }],
  ] as const)('are those of float64: %s', async (_, stepsPerCall, update: UpdateOptions) => {
    const found = await run(task({ ...both, ...update }, { stepsPerCall }));
    const wanted = reference(update.accumulate, update.clipNorm);
    expectCurve(found.gradient, wanted.gradient);
    expectCurve(found.update, wanted.update);
  });

  it.each([['sgd'], ['adam'], ['lamb'], ['momentum']] as const)('change no bit of what %s learns', async (kind) => {
    const bits = async (update: UpdateOptions) => {
      const { outcome } = await run(task(update, { stepsPerCall: 4 }, { kind }));
      return [...outcome!.model.values()].flatMap(({ data }) => [...new Uint32Array((data as Float32Array).buffer)]);
    };
    expect(await bits(both)).toEqual(await bits({}));
  });

  it('go on with a run as if it had never stopped, also between two batches of an update', async () => {
    const update = { ...both, accumulate: 3 };
    const whole = await run(task(update));
    const first = await run(task(update), 1);
    expect(first.outcome).toBeNull();
    const read = (name: string) => readCheckpoint(checkpointPath(folder, name));
    const rest = await run(task(update, { from: { last: read('last')!, best: read('best') } }));
    expect([...first.gradient, ...rest.gradient]).toEqual(whole.gradient);
    expect([...first.update, ...rest.update]).toEqual(whole.update);
    expect(first.gradient.length).toBeGreaterThan(0);
    expect(rest.gradient.length).toBeGreaterThan(0);
  });

  it('of a long run are means over the updates since the point before, which outlive a pause', () => {
    const points: MetricPoint[] = [];
    const options = { totalSteps: 4000, secondsBefore: 0, post: (some: MetricPoint[]) => points.push(...some) };
    const before = new MetricRecorder(options);
    expect(before.every).toBe(4);
    before.step(1, 0, 16, { loss: 1 }, { gradient_norm: 3 });
    before.step(2, 0, 16, { loss: 2 });
    const after = new MetricRecorder({ ...options, window: before.window });
    after.step(3, 0, 16, { loss: 3 }, { gradient_norm: 5 });
    after.step(4, 0, 16, { loss: 4 });
    for (let step = 5; step <= 8; step++) after.step(step, 0, 16, { loss: step });
    after.flush();
    expect(points.map(({ key, step, value }) => [key, step, value])).toEqual([
      ['train/loss', 4, 2.5],
      ['train/gradient_norm', 4, 4],
      // No update since: nothing is told of any.
      ['train/loss', 8, 6.5],
    ]);
  });
});
