import { describe, expect, it } from 'vitest';
import { largestDifference, measureSpeed, samplesNeeded, trainedBy } from '../../src-main/runtime/device-check.ts';
import { findDevices, tryDevice } from '../../src-main/runtime/device.ts';
import type { TrainingProgram } from '../../src-main/runtime/programs.ts';
import { deviceNames } from '../../src-main/shared/device.ts';
import { selfTest } from '../../src-main/utility/work/self-test.ts';
import { linearProgram, linearSamples } from './linear.ts';

const batch = 8;
const cpu = { device: 'cpu', threads: 1 } as const;
const task = (change: (program: TrainingProgram) => TrainingProgram = (program) => program) => ({
  samples: linearSamples(samplesNeeded(batch), 3, 1),
  batch,
  compile: ({ stepsPerCall, batchSize }: { stepsPerCall: number; batchSize: number }) =>
    change(linearProgram(3, stepsPerCall, batchSize)),
});

describe('the comparison of two devices', () => {
  it('finds none between one and itself', async () => {
    const moved = await trainedBy(task(), cpu);
    expect([...moved.get('w')!].every((value) => value !== 0)).toBe(true);
    expect(largestDifference(moved, await trainedBy(task(), cpu))).toBe(0);
  });

  it('finds a kernel that is a little off', async () => {
    // As if the device computed the gradient a tenth too large.
    const wrong = task((program) => {
      const nodes = program.model.graph.nodes.map((node) =>
        node.op === 'Gemm'
          ? { ...node, attributes: { ...node.attributes, alpha: { kind: 'float', value: 2.2 } as const } }
          : node,
      );
      return { ...program, model: { ...program.model, graph: { ...program.model.graph, nodes } } };
    });
    const difference = largestDifference(await trainedBy(task(), cpu), await trainedBy(wrong, cpu));
    expect(difference).toBeGreaterThan(0.03);
    expect(difference).toBeLessThan(0.3);
  });

  it('tells values that are no numbers, on either side', () => {
    const good = new Map([['w', Float64Array.of(1, 2)]]);
    const bad = new Map([['w', Float64Array.of(1, NaN)]]);
    expect(largestDifference(good, bad)).toBeNaN();
    expect(largestDifference(bad, good)).toBeNaN();
  });
});

describe('measuring', () => {
  it('gives samples a second', async () => {
    const settings = { epochs: 1, batchSize: batch, learningRate: 0.01, seed: 1, device: 'cpu', threads: 1 } as const;
    const speed = await measureSpeed(
      {
        compile: ({ stepsPerCall, batchSize }) => linearProgram(3, stepsPerCall, batchSize),
        train: linearSamples(256, 3, 1),
        settings,
      },
      () => Promise.resolve(),
    );
    expect(speed).toBeGreaterThan(1000);
  });
});

describe('this machine', () => {
  it('has every kind of device in its list, and a processor with a name', async () => {
    const { found, cores, onnxruntime } = await findDevices();
    expect(found.map(({ device }) => device)).toEqual(deviceNames);
    expect(found[0]).toMatchObject({ device: 'cpu', gap: null, memory: expect.any(Number) as number });
    expect(cores).toBeGreaterThan(0);
    expect(onnxruntime).toMatch(/^\d+\.\d+/);
    await expect(tryDevice('cpu')).resolves.toBeUndefined();
  });

  it('passes the test on its processor, which is measured for every number of threads', async () => {
    const [facts] = (await findDevices()).found;
    const stages: string[] = [];
    const [test] = await selfTest(
      { devices: [facts], threads: [1, 2] },
      {
        progress: ({ stage, done, total }) => void stages.push(`${stage} ${done}/${total}`),
        log: () => undefined,
        post: () => undefined,
        signal: new AbortController().signal,
        cancelled: () => false,
        stopRequested: () => false,
        pauseRequested: () => false,
        pause: () => Promise.resolve(),
      },
    );
    expect(test).toMatchObject({ device: 'cpu', status: 'passed', reason: null });
    expect(test.largestDifference).toBeLessThan(1e-4);
    expect(test.speeds.map(({ family, threads }) => `${family} ${threads}`)).toEqual([
      'mlp 1',
      'mlp 2',
      'cnn 1',
      'cnn 2',
    ]);
    expect(test.speeds.every(({ samplesPerSecond }) => samplesPerSecond > 10)).toBe(true);
    expect(stages.at(-1)).toBe('testing cpu 6/6');
  });
});
