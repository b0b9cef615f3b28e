// Our side of the benches: one of models.ts compiled as the product compiles it, on made-up samples.

import * as ort from 'onnxruntime-node';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { channelBlock } from '../../src-main/runtime/channel-block.ts';
import { type BenchModel, length, vocabulary } from './models.ts';

export const BATCH = 32;
const SAMPLES = 8192;

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
export async function openTrainer(
  { forward, kind, classes, stepsPerCall }: BenchModel,
  threads: number,
  options: { recompute?: boolean } = {},
) {
  const step = compileTrainingStep(forward(), {
    loss: { kind: 'cross-entropy' },
    optimizer: { kind: 'adam' },
    device: 'cpu',
    stepsPerCall,
    batchSize: BATCH,
    channelBlock: await channelBlock(),
    threads,
    ...options,
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
