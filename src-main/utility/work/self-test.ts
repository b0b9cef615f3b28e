import { buildForward } from '../../architectures/index.ts';
import { compileTrainingStep } from '../../autodiff/compile.ts';
import type { OptimizerSpec } from '../../autodiff/types.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';
import { channelBlock } from '../../runtime/channel-block.ts';
import { tryDevice } from '../../runtime/device.ts';
import {
  largestDifference,
  measureSpeed,
  samplesNeeded,
  trainedBy,
  type CheckTask,
} from '../../runtime/device-check.ts';
import type { Samples } from '../../runtime/programs.ts';
import { families, gapFacts, type DeviceFacts, type DeviceTest, type Family, type Speed } from '../../shared/device.ts';
import { errorFacts, type ErrorFacts } from '../../shared/errors.ts';
import type { SelfTestParams } from '../../shared/work/devices.ts';
import { Random } from '../../shared/random.ts';
import type { DeviceName } from '../../shared/run.ts';
import type { JobContext } from '../port/job-port.ts';

/** Of an update. Devices round differently (TensorFloat-32 to 1e-3); a wrong kernel is off by far more. */
const tolerance = 0.01;

/** A device that takes this long over a few steps of small nets is slower than any processor: how slow need not be known. */
const patienceMs = 30_000;

/** Tests each device in turn: whether it opens, whether it trains as the processor does, and how fast. */
export async function selfTest(params: SelfTestParams, context: JobContext): Promise<DeviceTest[]> {
  const tests: DeviceTest[] = [];
  for (const facts of params.devices) tests.push(await testDevice(facts, params, context));
  return tests;
}

async function testDevice(facts: DeviceFacts, params: SelfTestParams, context: JobContext): Promise<DeviceTest> {
  const { device, name } = facts;
  const test: DeviceTest = {
    device,
    name,
    status: 'passed',
    reason: null,
    speeds: [],
    largestDifference: null,
    testedAt: Date.now(),
  };
  try {
    await tryDevice(device);
  } catch (error) {
    const { details, message } = errorFacts(error);
    // What the system lacks says more than what the library says of it.
    return facts.gap
      ? { ...test, status: 'missing', reason: { ...gapFacts(facts.gap), details: [message, ...details] } }
      : { ...test, status: 'failed', reason: errorFacts(error) };
  }
  if (params.quick) return test;

  const threads = device === 'cpu' ? params.threads : params.threads.slice(0, 1);
  const total = families.length * (1 + threads.length);
  const begun = performance.now();
  let done = 0;
  const tick = async (): Promise<void> => {
    context.progress({ stage: `testing ${device}`, unit: 'steps', done: ++done, total });
    await context.pause();
  };
  context.progress({ stage: `testing ${device}`, unit: 'steps', done: 0, total });
  try {
    for (const family of families) {
      const difference = await differenceOf(family, device, Math.max(...threads));
      test.largestDifference = Math.max(test.largestDifference ?? 0, difference);
      if (!(difference <= tolerance)) return { ...test, status: 'failed', reason: wrong(family, difference) };
      await tick();
    }
    for (const family of families) {
      for (const count of threads) {
        if (performance.now() - begun < patienceMs) {
          test.speeds.push(await speedOf(family, device, count, () => context.pause()));
        }
        await tick();
      }
    }
  } catch (error) {
    context.signal.throwIfAborted();
    return { ...test, status: 'failed', reason: errorFacts(error) };
  }
  return test;
}

function wrong(family: Family, difference: number): ErrorFacts {
  const message = Number.isFinite(difference)
    ? `A small net (${family}) trained on it differs from one trained on the processor by ${(100 * difference).toFixed(1)} % of the update; up to ${100 * tolerance} % is rounding.`
    : `A small net (${family}) trained on it has weights that are no numbers.`;
  return { code: 'device_wrong', message, details: [] };
}

/** From one thread on the processor. The processor itself is tried with all its threads: they must agree too. */
async function differenceOf(family: Family, device: DeviceName, threads: number): Promise<number> {
  const side = 12;
  const batch = 8;
  const samples = pictures(samplesNeeded(batch), side, 4);
  const forward = build(family, side, 4, { hidden: '16', channels: '4,8' });
  const task = (on: DeviceName): CheckTask => ({
    samples,
    batch,
    compile: (options) => compile(forward, options, { kind: 'momentum' }, on),
  });
  const reference = await trainedBy(task('cpu'), { device: 'cpu', threads: 1 });
  return largestDifference(reference, await trainedBy(task(device), { device, threads }));
}

/** As a run on small pictures with the architecture's own defaults would go. */
async function speedOf(
  family: Family,
  device: DeviceName,
  threads: number,
  pause: () => Promise<void>,
): Promise<Speed> {
  const side = 28;
  const batchSize = 32;
  const forward = build(family, side, 10, {});
  const block = device === 'cpu' ? await channelBlock() : undefined;
  const samplesPerSecond = await measureSpeed(
    {
      compile: (options) => compile(forward, { ...options, channelBlock: block, threads }, { kind: 'adam' }, device),
      train: pictures(64 * batchSize, side, 10),
      settings: { epochs: 1, batchSize, learningRate: 1e-3, seed: 1, device, threads },
    },
    pause,
  );
  return { family, threads, samplesPerSecond };
}

function build(family: Family, side: number, classes: number, settings: Record<string, string>): ForwardModel {
  const own: Record<Family, string[]> = { mlp: ['hidden'], cnn: ['channels', 'hidden'] };
  const fitting = Object.fromEntries(Object.entries(settings).filter(([key]) => own[family].includes(key)));
  return buildForward(family, fitting, {
    input: { kind: 'image', height: side, width: side, channels: 1 },
    output: { kind: 'classes', count: classes },
    seed: 1,
  });
}

const compile = (
  forward: ForwardModel,
  options: { stepsPerCall: number; batchSize?: number; channelBlock?: number; threads?: number },
  optimizer: OptimizerSpec,
  device: DeviceName,
) => compileTrainingStep(forward, { ...options, loss: { kind: 'cross-entropy' }, optimizer, device });

/** Noise with flat patches, as real pictures have: equal values side by side are where pooling goes wrong. */
function pictures(count: number, side: number, classes: number): Samples {
  const random = new Random(5);
  const x = new Uint8Array(count * side * side);
  for (let i = 0; i < x.length; i++) x[i] = i % side < side / 3 ? 0 : random.below(256);
  return { count, x, y: Int32Array.from({ length: count }, () => random.below(classes)) };
}
