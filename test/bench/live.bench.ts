// What it costs a training to be watched: the same steps with and without all that is told of them (curves, learning rate, speed, memory,
// processor), which goes into the run's folder and to another process, as it goes to the window's. On and off take turns in one process,
// in pairs whose first one changes; by the processor and by the clock, and, apart, with the norms of gradients and updates as well, and with
// what is predicted of 24 samples after each epoch. What the
// telling takes alone, without a training beside it, is told too: on a machine with other work pairs differ by more than that.
//   npm run bench -- live                BENCH_TURNS=15 BENCH_THREADS=1 BENCH_STEPS=10000

import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { EpochOrder, Gatherer } from '../../src-main/runtime/batches.ts';
import { channelBlock } from '../../src-main/runtime/channel-block.ts';
import { MetricRecorder } from '../../src-main/runtime/metric-recorder.ts';
import { RunLog } from '../../src-main/runtime/run-log.ts';
import { Steppers } from '../../src-main/runtime/steppers.ts';
import type { UpdateMetric } from '../../src-main/autodiff/types.ts';
import { EpochPredictions } from '../../src-main/utility/work/epoch-predictions.ts';
import { models, type BenchModel } from './models.ts';
import { BATCH } from './trainer.ts';

const turns = Number(process.env.BENCH_TURNS ?? 15);
const threads = Number(process.env.BENCH_THREADS ?? 1);
const count = 4096;
const stepsPerEpoch = count / BATCH;
/** Turns are parts of a run of so many steps: however long a run is, its curves have about a thousand points each. */
const runSteps = Number(process.env.BENCH_STEPS ?? 10_000);

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure(model: BenchModel): Promise<string> {
  const x = Uint8Array.from({ length: count * 784 }, (_, i) => (Math.imul(i, 2654435761) >>> 8) & 255);
  const y = Int32Array.from({ length: count }, (_, i) => (Math.imul(i, 40503) >>> 4) % model.classes);
  const train = { count, x, y };
  const settings = { epochs: 1, batchSize: BATCH, learningRate: 1e-4, seed: 1, device: 'cpu' as const, threads };
  const machine = { device: 'cpu' as const, channelBlock: await channelBlock(), threads };
  const open = (metrics: readonly UpdateMetric[]) =>
    Steppers.open(
      {
        train,
        settings,
        stepsPerCall: model.stepsPerCall,
        compile: (options) =>
          compileTrainingStep(model.forward(), {
            ...options,
            loss: { kind: 'cross-entropy' },
            optimizer: { kind: 'adam' },
            update: { metrics },
            ...machine,
          }),
      },
      stepsPerEpoch,
    );
  const plain = await open([]);
  const normed = await open(['gradient_norm', 'update_norm']);
  const order = new EpochOrder(1, count);
  const gatherer = new Gatherer(train);
  const epochs = Math.max(1, Math.ceil(model.steps / stepsPerEpoch));

  const folder = mkdtempSync(join(tmpdir(), 'atelier-live-'));
  const log = new RunLog(folder);
  /** One run, of which each turn that predicts is a part: its time goes on in these alone. */
  const run = { began: performance.now(), before: 0, epoch: 0 };
  const runTime = (): number => run.before + performance.now() - run.began;
  const samples = { ...train, indices: Int32Array.from(x.subarray(0, count), (_, i) => i) };
  const openPredictions = (to: string, now: () => number) =>
    EpochPredictions.open(
      to,
      { task: 'classification', forward: model.forward(), loss: { kind: 'cross-entropy' } },
      {
        encoder: {
          kind: 'images',
          image: { height: 28, width: 28, channels: 1 },
          classes: Array.from({ length: model.classes }, (_, i) => String(i)),
        },
        splits: { train: samples, validation: samples, test: samples },
      },
      { epochs: Infinity, threads },
      false,
      now,
    )!;
  const predictions = openPredictions(folder, runTime);

  /** Milliseconds of so many epochs. */
  async function turn(steppers: Steppers, recorder: MetricRecorder | null, predicts = false): Promise<Times> {
    const start = performance.now();
    run.began = start;
    const before = process.cpuUsage();
    let step = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      order.begin(epoch);
      for (let offset = 0; offset < count;) {
        const began = performance.now();
        const call = steppers.for(count - offset);
        gatherer.gather(order.order, offset, call.samplesPerCall, call.buffers);
        await call.run(step);
        for (let k = 0; k < call.stepsPerCall; k++) {
          const measures = call.measures(k);
          step++;
          offset += call.batch;
          recorder?.step(step, epoch + offset / count, call.batch, measures, call.norms(k));
        }
        recorder?.worked(step, epoch + offset / count, call.samplesPerCall, (performance.now() - began) / 1000);
        // Both let messages out.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (predicts) await predictions.write(++run.epoch, async () => (await steppers.carried.view()).model);
    }
    recorder?.finish(step, epochs);
    if (predicts) run.before = runTime();
    const { user, system } = process.cpuUsage(before);
    return { processor: (user + system) / 1000, clock: performance.now() - start };
  }

  let told = 0;
  const watched = (now?: () => number) =>
    new MetricRecorder({
      now,
      totalSteps: runSteps,
      secondsBefore: 0,
      rate: () => settings.learningRate,
      post(points) {
        told += points.length;
        process.send!({ type: 'metrics', points });
        log.metrics(points);
      },
    });
  /** Milliseconds of processor time that telling of so many steps takes which take so long. */
  async function alone(steps: number, msPerStep: number): Promise<number> {
    let clock = 0;
    const recorder = watched(() => clock);
    const before = process.cpuUsage();
    for (let step = 0; step < steps;) {
      for (let k = 0; k < model.stepsPerCall; k++) {
        step++;
        recorder.step(step, step / stepsPerEpoch, BATCH, { loss: 1 / step, accuracy: 0.5 });
      }
      clock += model.stepsPerCall * msPerStep;
      recorder.worked(step, step / stepsPerEpoch, model.stepsPerCall * BATCH, msPerStep / 1000);
      if (step % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    recorder.finish(steps, steps / stepsPerEpoch);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }

  /** Milliseconds of processor time that predicting takes after the first epoch, and after each of the next ones where all are let. */
  async function predictingAlone(): Promise<number[]> {
    const alone = openPredictions(join(folder, 'alone'), () => 0);
    const taken: number[] = [];
    for (let epoch = 1; epoch <= 21; epoch++) {
      const before = process.cpuUsage();
      await alone.write(epoch, async () => (await plain.carried.view()).model);
      const { user, system } = process.cpuUsage(before);
      taken.push((user + system) / 1000);
    }
    await alone.close();
    return taken;
  }

  const ways = {
    off: () => turn(plain, null),
    watched: () => turn(plain, watched()),
    norms: () => turn(normed, watched()),
    predicted: () => turn(plain, watched(), true),
  };
  for (const way of Object.values(ways)) await way();
  told = 0;
  const taken: Record<keyof typeof ways, Times[]> = { off: [], watched: [], norms: [], predicted: [] };
  const names = Object.keys(ways) as (keyof typeof ways)[];
  for (let i = 0; i < turns; i++) {
    // Which one goes first changes, too.
    for (const name of i % 2 === 0 ? names : names.toReversed()) taken[name].push(await ways[name]());
  }
  const steps = epochs * stepsPerEpoch;
  const points = Math.round(told / turns / 3);
  const msPerStep = median(taken.off.map(({ processor }) => processor)) / steps;
  const own: number[] = [];
  for (let i = 0; i < 5; i++) own.push((await alone(runSteps, msPerStep)) / runSteps / msPerStep);
  const [opening, ...predicting] = await predictingAlone();
  await plain.close();
  await normed.close();
  await predictions.close();
  log.close();
  const written = readdirSync(join(folder, 'predictions')).length;
  rmSync(folder, { recursive: true, force: true });
  const share = (value: number) => `${(100 * value).toFixed(2)} %`;
  const more = (name: Exclude<keyof typeof ways, 'off'>, by: keyof Times): string => {
    const ratios = taken[name].map((times, i) => times[by] / taken.off[i][by] - 1).sort((a, b) => a - b);
    const quarter = Math.floor(ratios.length / 4);
    const [least, most] = [share(ratios[0]), share(ratios[ratios.length - 1])];
    const half = `${share(ratios[quarter])} to ${share(ratios[ratios.length - 1 - quarter])}`;
    // Other work only ever adds: the turns that were disturbed least say most.
    const calm = (of: readonly Times[]): number => Math.min(...of.map((times) => times[by]));
    const undisturbed = share(calm(taken[name]) / calm(taken.off) - 1);
    return `${share(median(ratios))} by the ${by} (${least} to ${most}, the middle half ${half}; least turn by least turn ${undisturbed})`;
  };
  return [
    `${model.name}, ${steps} steps of ${msPerStep.toFixed(2)} ms a turn, ${turns} pairs:`,
    `  watched: ${more('watched', 'processor')}, ${more('watched', 'clock')}; ${points} points a turn`,
    `  the telling alone: ${share(median(own))} of the training's processor time`,
    `  with norms: ${more('norms', 'processor')}, ${more('norms', 'clock')}`,
    `  with predictions: ${more('predicted', 'processor')}, ${more('predicted', 'clock')}; ${written} of ${run.epoch} epochs left some`,
    `  predicting alone: ${opening.toFixed(1)} ms of processor time after the first epoch, ${median(predicting).toFixed(1)} ms after others that are let`,
  ].join('\n');
}

interface Times {
  processor: number;
  clock: number;
}

if (process.send) {
  for (const model of models.filter(({ kind, name }) => kind === 'pixels' && /mlp|cnn/.test(name))) {
    process.send({ type: 'line', line: await measure(model) });
  }
  process.disconnect();
} else {
  const child = fork(fileURLToPath(import.meta.url), {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (message: { type: string; line?: string }) => message.line && console.log(message.line));
  await new Promise((resolve) => child.on('exit', resolve));
}
