// What it costs a training to be watched: the same steps with and without all that is told of them (curves, learning rate, speed, memory,
// processor), which goes into the run's folder and to another process, as it goes to the window's. On and off take turns in one process.
//   npm run bench -- live                BENCH_TURNS=9 BENCH_THREADS=1 BENCH_STEPS=10000

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { EpochOrder, Gatherer } from '../../src-main/runtime/batches.ts';
import { channelBlock } from '../../src-main/runtime/channel-block.ts';
import { MetricRecorder } from '../../src-main/runtime/metric-recorder.ts';
import { RunLog } from '../../src-main/runtime/run-log.ts';
import { Steppers } from '../../src-main/runtime/steppers.ts';
import { models, type BenchModel } from './models.ts';
import { BATCH } from './trainer.ts';

const turns = Number(process.env.BENCH_TURNS ?? 9);
const threads = Number(process.env.BENCH_THREADS ?? 1);
const count = 4096;
const stepsPerEpoch = count / BATCH;
/** Turns are parts of a run of so many steps: however long a run is, its curves have about a thousand points each. */
const runSteps = Number(process.env.BENCH_STEPS ?? 10_000);

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure(model: BenchModel): Promise<string> {
  const x = Uint8Array.from({ length: count * 784 }, (_, i) => (Math.imul(i, 2654435761) >>> 8) & 255);
  const y = Int32Array.from({ length: count }, (_, i) => (Math.imul(i, 40503) >>> 4) % model.classes);
  const train = { count, x, y };
  const settings = { epochs: 1, batchSize: BATCH, learningRate: 1e-4, seed: 1, device: 'cpu' as const, threads };
  const machine = { device: 'cpu' as const, channelBlock: await channelBlock(), threads };
  const steppers = await Steppers.open(
    {
      train,
      settings,
      stepsPerCall: model.stepsPerCall,
      compile: (options) =>
        compileTrainingStep(model.forward(), {
          ...options,
          loss: { kind: 'cross-entropy' },
          optimizer: { kind: 'adam' },
          ...machine,
        }),
    },
    stepsPerEpoch,
  );
  const order = new EpochOrder(1, count);
  const gatherer = new Gatherer(train);
  const epochs = Math.max(1, Math.ceil(model.steps / stepsPerEpoch));

  /** Milliseconds of processor time of so many epochs. */
  async function turn(recorder: MetricRecorder | null): Promise<number> {
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
          recorder?.step(step, epoch + offset / count, call.batch, measures);
        }
        recorder?.worked(step, epoch + offset / count, call.samplesPerCall, (performance.now() - began) / 1000);
        // Both let messages out.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    recorder?.finish(step, epochs);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }

  const folder = mkdtempSync(join(tmpdir(), 'atelier-live-'));
  const log = new RunLog(folder);
  let told = 0;
  const watched = () =>
    new MetricRecorder({
      totalSteps: runSteps,
      secondsBefore: 0,
      rate: () => settings.learningRate,
      post(points) {
        told += points.length;
        process.send!({ type: 'metrics', points });
        log.metrics(points);
      },
    });
  await turn(null);
  const [on, off]: number[][] = [[], []];
  for (let i = 0; i < turns; i++) {
    // Which one goes first changes, too.
    for (const watching of i % 2 === 0 ? [false, true] : [true, false]) {
      (watching ? on : off).push(await turn(watching ? watched() : null));
    }
  }
  await steppers.close();
  log.close();
  rmSync(folder, { recursive: true, force: true });
  const ratios = on.map((value, i) => value / off[i] - 1).sort((a, b) => a - b);
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  return `${model.name}: ${share(median(on) / median(off) - 1)} more processor time watched (turn by turn ${share(ratios[0])} to ${share(ratios.at(-1)!)}; ${Math.round(told / turns)} points a turn of ${epochs * stepsPerEpoch} steps)`;
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
