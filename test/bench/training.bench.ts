// Steps per second against PyTorch on the same models and batches, from uint8 pixels or token ids to updated weights. The two
// take turns, so that what else the machine does hits both; ratios are per turn, above 1 ours is faster. The last table takes
// each side at the number of threads that suits it best.
//   npm run bench -- training            BENCH_TURNS=7 BENCH_THREADS=1,2 BENCH_MODELS=cnn,lstm
// Needs Debian's python3-torch (`apt-get install python3-torch`); without it only our own numbers are printed.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { type BenchModel, length, models, vocabulary } from './models.ts';

const BATCH = 32;
const SAMPLES = 8192;
const turns = Number(process.env.BENCH_TURNS ?? 5);
const threadCounts = (process.env.BENCH_THREADS ?? '1,2').split(',').map(Number);
const chosen = models.filter(({ name }) => process.env.BENCH_MODELS?.split(',').includes(name) ?? true);

const hash = (i: number): number => Math.imul(i, 2654435761) >>> 8;
const pixels = Uint8Array.from({ length: SAMPLES * 784 }, (_, i) => hash(i) & 255);
const tokens = BigInt64Array.from({ length: SAMPLES * length }, (_, i) => BigInt(hash(i) % vocabulary));
const labels = Int32Array.from({ length: SAMPLES }, (_, i) => hash(i) % 10);

/** The samples of a kind, one after the other, and a call's worth of room for them. */
function dataOf(kind: BenchModel['kind'], perCall: number) {
  const size = kind === 'pixels' ? 784 : length;
  const x = kind === 'pixels' ? new Uint8Array(perCall * size) : new BigInt64Array(perCall * size);
  const put = (sample: number, at: number): void => {
    if (x instanceof Uint8Array) x.set(pixels.subarray(sample * size, (sample + 1) * size), at * size);
    else x.set(tokens.subarray(sample * size, (sample + 1) * size), at * size);
  };
  return {
    x,
    put,
    type: kind === 'pixels' ? ('uint8' as const) : ('int64' as const),
    dims: kind === 'pixels' ? [28, 28, 1] : [length],
  };
}

/** Returns a function that trains so many steps and gives the seconds. */
async function ours({ forward, kind, classes, stepsPerCall }: BenchModel, threads: number) {
  const step = compileTrainingStep(forward(), {
    loss: { kind: 'cross-entropy' },
    optimizer: { kind: 'adam' },
    device: 'cpu',
    stepsPerCall,
    batchSize: BATCH,
  });
  const session = await ort.InferenceSession.create(writeModel(step.model), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // As the product runs it: Adam's decaying averages end in denormal numbers, which cost a hundred cycles each.
    extra: { session: { set_denormal_as_zero: '1' } },
  });
  const lead = stepsPerCall > 1 ? [stepsPerCall] : [];
  const perCall = stepsPerCall * BATCH;
  const { x, put, type, dims } = dataOf(kind, perCall);
  const y = new Int32Array(perCall);
  const [data, target, rate] = step.inputs;
  const fed = {
    [data.name]: new ort.Tensor(type, x, [...lead, BATCH, ...dims]),
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
        put(sample, i);
        y[i] = labels[sample] % classes;
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

/** OpenBLAS, which Debian's PyTorch multiplies with, takes virtual processors for old ones; it is told what this one can do. */
function bestKernels(): Record<string, string> {
  const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  if (/\bavx512f\b/.test(flags)) return { OPENBLAS_CORETYPE: 'SkylakeX' };
  return /\bavx2\b/.test(flags) ? { OPENBLAS_CORETYPE: 'Haswell' } : {};
}

/** undefined where there is no PyTorch. */
async function pytorch(threads: number): Promise<Peer | undefined> {
  const python = ['/usr/bin/python3', 'python3'].find((each) => spawnSync(each, ['-c', 'import torch']).status === 0);
  if (!python) return undefined;
  const script = fileURLToPath(new URL('training-peer.py', import.meta.url));
  const env = { ...bestKernels(), ...process.env, OMP_NUM_THREADS: String(threads) };
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

/** Per model, the best median rate of each side over the thread counts. */
const best = new Map<string, { ours: number; theirs: number }>();

for (const threads of threadCounts) {
  const peer = await pytorch(threads);
  if (!peer) console.log('no PyTorch here (apt-get install python3-torch): only our own numbers');
  for (const model of chosen) {
    const { name, steps, stepsPerCall } = model;
    const train = await ours(model, threads);
    await train(stepsPerCall > 1 ? stepsPerCall : 4);
    await peer?.train(name, 4);
    const rates: number[] = [];
    const theirs: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      rates.push(steps / (await train(steps)));
      if (peer) theirs.push(steps / (await peer.train(name, steps)));
    }
    const ratios = theirs.map((rate, turn) => rates[turn] / rate);
    const against = peer
      ? `  ${median(ratios).toFixed(2)}x PyTorch (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`
      : '';
    const what = `${name}, ${threads} thread${threads > 1 ? 's' : ''}, ${stepsPerCall} step${stepsPerCall > 1 ? 's' : ''} a call`;
    console.log(`${what.padEnd(36)} ${median(rates).toFixed(1).padStart(7)} steps/s${against}`);
    const before = best.get(name) ?? { ours: 0, theirs: 0 };
    best.set(name, {
      ours: Math.max(before.ours, median(rates)),
      theirs: peer ? Math.max(before.theirs, median(theirs)) : 0,
    });
  }
  peer?.end();
}
if ([...best.values()].some(({ theirs }) => theirs > 0)) {
  console.log('\neach side at its better thread count');
  for (const [name, { ours: mine, theirs }] of best) {
    console.log(`${name.padEnd(36)} ${mine.toFixed(1).padStart(7)} steps/s  ${(mine / theirs).toFixed(2)}x PyTorch`);
  }
}
