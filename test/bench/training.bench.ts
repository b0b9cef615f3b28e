// Steps per second against PyTorch on the same models and batches, from uint8 pixels to updated weights. The two take
// turns, so that what else the machine does hits both; ratios are per turn, above 1 ours is faster.
//   npm run bench -- training            BENCH_TURNS=7 BENCH_THREADS=1,2
// Needs Debian's python3-torch (`apt-get install python3-torch`); without it only our own numbers are printed.

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { buildForward, type Settings } from '../../src-main/architectures/index.ts';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';

const BATCH = 32;
const SAMPLES = 8192;
const turns = Number(process.env.BENCH_TURNS ?? 5);
const threadCounts = (process.env.BENCH_THREADS ?? '1,2').split(',').map(Number);
const models: { name: string; architecture: string; settings: Settings; steps: number; stepsPerCall: number }[] = [
  { name: 'mlp', architecture: 'mlp', settings: {}, steps: 480, stepsPerCall: 16 },
  { name: 'cnn', architecture: 'cnn', settings: {}, steps: 48, stepsPerCall: 4 },
  { name: 'cnn-norm', architecture: 'cnn', settings: { batchNorm: true }, steps: 48, stepsPerCall: 4 },
];

const pixels = Uint8Array.from({ length: SAMPLES * 784 }, (_, i) => (i * 2654435761) >>> 24);
const labels = Int32Array.from({ length: SAMPLES }, (_, i) => ((i * 2654435761) >>> 16) % 10);

/** Returns a function that trains so many steps and gives the seconds. */
async function ours(architecture: string, settings: Settings, stepsPerCall: number, threads: number) {
  const forward = buildForward(architecture, settings, {
    input: { kind: 'image', height: 28, width: 28, channels: 1 },
    output: { kind: 'classes', count: 10 },
    seed: 1,
  });
  const options = {
    loss: { kind: 'cross-entropy' },
    optimizer: { kind: 'adam' },
    device: 'cpu',
    stepsPerCall,
  } as const;
  const step = compileTrainingStep(forward, options);
  const session = await ort.InferenceSession.create(writeModel(step.model), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // As the product runs it: Adam's decaying averages end in denormal numbers, which cost a hundred cycles each.
    extra: { session: { set_denormal_as_zero: '1' } },
  });
  const lead = stepsPerCall > 1 ? [stepsPerCall] : [];
  const perCall = stepsPerCall * BATCH;
  const x = new Uint8Array(perCall * 784);
  const y = new Int32Array(perCall);
  const [data, target, rate] = step.inputs;
  const fed = {
    [data.name]: new ort.Tensor('uint8', x, [...lead, BATCH, 28, 28, 1]),
    [target.name]: new ort.Tensor('int32', y, [...lead, BATCH]),
    [rate.name]: new ort.Tensor('float32', new Float32Array(stepsPerCall).fill(1e-3), lead),
  };
  const floats = ({ data }: Tensor): Float32Array => Float32Array.from(data as Float32Array);
  const carried = [...step.parameters, ...step.state].map((value) => {
    const sides = [floats(value.initial), floats(value.initial)].map(
      (side) => new ort.Tensor('float32', side, [...value.shape]),
    );
    return { ...value, sides };
  });
  // Two sets of buffers, in turn fed and fetched into: a graph must never write what it reads.
  const turnOf = (from: number) => ({
    feeds: { ...fed, ...Object.fromEntries(carried.map(({ input, sides }) => [input, sides[from]])) },
    fetches: {
      loss: new ort.Tensor('float32', new Float32Array(stepsPerCall), lead),
      ...Object.fromEntries(carried.map(({ output, sides }) => [output, sides[1 - from]])),
    },
  });
  const both = [turnOf(0), turnOf(1)];
  let side = 0;
  return async (steps: number): Promise<number> => {
    const start = performance.now();
    for (let done = 0; done < steps; done += stepsPerCall) {
      for (let i = 0; i < perCall; i++) {
        const sample = ((done * BATCH + i) * 40503) % SAMPLES;
        x.set(pixels.subarray(sample * 784, (sample + 1) * 784), i * 784);
        y[i] = labels[sample];
      }
      await session.run(both[side].feeds, both[side].fetches);
      side = 1 - side;
    }
    return (performance.now() - start) / 1000;
  };
}

interface Peer {
  train(model: string, steps: number): Promise<number>;
  end(): void;
}

/** undefined where there is no PyTorch. */
async function pytorch(threads: number): Promise<Peer | undefined> {
  const python = ['/usr/bin/python3', 'python3'].find((each) => spawnSync(each, ['-c', 'import torch']).status === 0);
  if (!python) return undefined;
  const script = fileURLToPath(new URL('training-peer.py', import.meta.url));
  const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
  const child = spawn(python, [script, String(threads), String(BATCH)], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async train(model, steps) {
      child.stdin.write(`${model} ${steps}\n`);
      return Number((await lines.next()).value);
    },
    end: () => void child.stdin.end(),
  };
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

for (const threads of threadCounts) {
  const peer = await pytorch(threads);
  if (!peer) console.log('no PyTorch here (apt-get install python3-torch): only our own numbers');
  for (const { name, architecture, settings, steps, stepsPerCall } of models) {
    const train = await ours(architecture, settings, stepsPerCall, threads);
    await train(Math.max(16, stepsPerCall));
    await peer?.train(name, 16);
    const rates: number[] = [];
    const ratios: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const mine = await train(steps);
      rates.push(steps / mine);
      if (peer) ratios.push((await peer.train(name, steps)) / mine);
    }
    const against = peer
      ? `  ${median(ratios).toFixed(2)}x PyTorch (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`
      : '';
    const what = `${name}, ${threads} thread${threads > 1 ? 's' : ''}, ${stepsPerCall} steps a call`;
    console.log(`${what.padEnd(36)} ${median(rates).toFixed(0).padStart(5)} steps/s${against}`);
  }
  peer?.end();
}
