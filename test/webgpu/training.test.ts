// The training loop on WebGPU itself: what is learned stays on the device from call to call, and everything that asks for it
// (checkpoints, evaluation, going on, averages, a change to the processor) gets what the processor would give.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildForward } from '../../src-main/architectures/index.ts';
import { compileEvaluation, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { OptimizerSpec, UpdateOptions } from '../../src-main/autodiff/types.ts';
import { scalar, tensor } from '../../src-main/onnx/tensors.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { CarriedValues } from '../../src-main/runtime/carried.ts';
import { checkpointPath, readCheckpoint, type Checkpoint } from '../../src-main/runtime/checkpoint.ts';
import { largestDifference, trainedBy } from '../../src-main/runtime/device-check.ts';
import type { CarriedValue, Samples } from '../../src-main/runtime/programs.ts';
import { DeviceMemory } from '../../src-main/runtime/device-memory.ts';
import { Session, type Values } from '../../src-main/runtime/session.ts';
import { train, type TrainingTask, type TrainingWatch } from '../../src-main/runtime/training-loop.ts';
import { AtelierError } from '../../src-main/shared/errors.ts';
import type { DeviceName, MetricPoint } from '../../src-main/shared/run.ts';
import { Random } from '../../src-main/shared/random.ts';
import { expectClose } from '../support/check-gradient.ts';

// The device goes with its last session, and all shaders with it.
const onWebGpu = { device: 'webgpu', threads: 1 } as const;
let device: DeviceMemory;
beforeAll(async () => void (device = await DeviceMemory.open([{ type: 'float', shape: [1] }], onWebGpu)));
afterAll(() => device.close());

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'atelier-webgpu-'))));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const side = 6;

/** Pictures of one bright row or one bright column. */
function bars(count: number, seed: number): Samples {
  const random = new Random(seed);
  const y = Int32Array.from({ length: count }, (_, n) => n % 2);
  const x = new Uint8Array(count * side * side);
  for (let i = 0; i < x.length; i++) {
    const [n, at] = [Math.floor(i / (side * side)), i % (side * side)];
    const line = y[n] === 0 ? Math.floor(at / side) : at % side;
    x[i] = random.below(60) + (line === n % side ? 180 : 0);
  }
  return { count, x, y };
}

const spec = {
  input: { kind: 'image', height: side, width: side, channels: 1 },
  output: { kind: 'classes', count: 2 },
  seed: 1,
} as const;
const nets = {
  mlp: buildForward('mlp', { hidden: '8', dropout: 0.2 }, spec),
  /** Running statistics, too. */
  cnn: buildForward('cnn', { channels: '4', hidden: '8', batchNorm: true }, spec),
};
const loss = { kind: 'cross-entropy' } as const;
const optimizer: OptimizerSpec = { kind: 'adam' };

interface Change extends Partial<TrainingTask> {
  net?: ForwardModel;
  update?: UpdateOptions;
}

function task(device: DeviceName, { net = nets.mlp, update, ...change }: Change = {}): TrainingTask {
  return {
    compile: (options) => compileTrainingStep(net, { ...options, loss, optimizer, device, update }),
    compileEvaluation: () => compileEvaluation(net, { loss, device }),
    // Six batches of 16 and one of 5.
    train: bars(101, 1),
    validation: bars(30, 2),
    goal: 'loss',
    settings: { epochs: 2, batchSize: 16, learningRate: 0.01, seed: 3, device, threads: 1, patience: 0 },
    runFolder: folder,
    ...(device === 'cpu' ? { stepsPerCall: 1 } : {}),
    ...change,
  };
}

async function run(which: TrainingTask, change: Partial<TrainingWatch> = {}) {
  const points: MetricPoint[] = [];
  const outcome = await train(which, {
    points: (some) => points.push(...some),
    progress: () => undefined,
    best: () => undefined,
    pause: () => Promise.resolve(),
    stopRequested: () => false,
    ...change,
  });
  const of = (key: string): number[] => points.filter((point) => point.key === key).map(({ value }) => value);
  return { ...outcome, losses: of('train/loss'), validation: of('validation/loss') };
}
const saved = (which: 'best' | 'last'): Checkpoint => readCheckpoint(checkpointPath(folder, which))!;

/** Of the largest entry, after fourteen steps. */
const tolerance = 1e-4;
function expectSame(actual: ReadonlyMap<string, Tensor>, wanted: ReadonlyMap<string, Tensor>): void {
  expect([...actual.keys()]).toEqual([...wanted.keys()]);
  for (const [name, { data }] of wanted)
    expectClose(actual.get(name)!.data as Float32Array, data as Float32Array, tolerance, name);
}

describe('a run', () => {
  it.each(Object.entries(nets))('of a %s goes as on the processor: losses, validation, checkpoints', async (_, net) => {
    const cpu = await run(task('cpu', { net }));
    const wanted = { last: saved('last'), best: saved('best') };
    const gpu = await run(task('webgpu', { net }));
    expect(gpu.losses).toHaveLength(14);
    expectClose(gpu.losses, cpu.losses, 1e-4, 'loss');
    expectClose(gpu.validation, cpu.validation, 1e-4, 'validation');
    expect(gpu.best.epoch).toBe(cpu.best.epoch);
    for (const which of ['last', 'best'] as const) {
      expectSame(saved(which).model, wanted[which].model);
      expectSame(saved(which).optimizer, wanted[which].optimizer);
    }
    expectSame(gpu.model, cpu.model);
  });

  it('keeps what it carries on the device, and takes nothing but batches there', async () => {
    const { parameters, state } = task('webgpu').compile({ stepsPerCall: 1 });
    const carried = new Set([...parameters, ...state].flatMap(({ input, output }) => [input, output]));
    const places = new Set<string>();
    const { run: real } = Session.prototype;
    vi.spyOn(Session.prototype, 'run').mockImplementation(function (this: Session, feeds, fetches = {}) {
      const note = (way: string, values: Values) => {
        for (const [name, { location }] of Object.entries(values))
          places.add(`${carried.has(name) ? 'carried' : 'fresh'} ${way}: ${location}`);
      };
      if ('learning_rate' in feeds) {
        note('in', feeds);
        note('out', fetches);
      }
      return real.call(this, feeds, fetches);
    });
    const { stepsPerCall } = await run(task('webgpu'));
    expect([...places].sort()).toEqual([
      'carried in: gpu-buffer',
      'carried out: gpu-buffer',
      'fresh in: cpu',
      'fresh out: cpu',
    ]);
    expect(stepsPerCall).toBe(1);
  });

  it('goes on from a checkpoint as if it had never stopped', async () => {
    await run(task('webgpu'));
    const undisturbed = saved('last');
    let calls = 0;
    await run(task('webgpu'), { stopRequested: () => ++calls > 9 });
    const from = { last: saved('last'), best: saved('best') };
    expect(from.last.position.offset).toBeGreaterThan(0);
    await run(task('webgpu', { from }));
    expect(saved('last').model).toEqual(undisturbed.model);
    expect(saved('last').optimizer).toEqual(undisturbed.optimizer);
    expect(saved('last').position.step).toBe(14);
  });

  it('whose device fails goes on on the processor, from its last checkpoint', async () => {
    await run(task('cpu'));
    const wanted = saved('last');
    const { run: real } = Session.prototype;
    let calls = 0;
    const failing = vi.spyOn(Session.prototype, 'run').mockImplementation(function (this: Session, feeds, fetches) {
      if ('learning_rate' in feeds && ++calls > 9) throw new AtelierError('run_failed', 'Device lost.');
      return real.call(this, feeds, fetches);
    });
    await expect(run(task('webgpu'))).rejects.toMatchObject({ code: 'run_failed' });
    failing.mockRestore();
    const from = { last: saved('last'), best: saved('best') };
    expect(from.last.position.step).toBeGreaterThan(0);
    await run(task('cpu', { from }));
    expect(saved('last').position.step).toBe(14);
    expectSame(saved('last').model, wanted.model);
  });

  it('is cancelled in the middle, and the next one begins anew', async () => {
    let pauses = 0;
    const cancelled = run(task('webgpu'), {
      pause: () => (++pauses === 3 ? Promise.reject(new Error('cancelled')) : Promise.resolve()),
    });
    await expect(cancelled).rejects.toThrow('cancelled');
    const { losses } = await run(task('webgpu'));
    expect(losses).toHaveLength(14);
  });

  it('evaluates averaged weights where they lie', async () => {
    const update: UpdateOptions = { average: { decay: 0.9 } };
    const cpu = await run(task('cpu', { update }));
    const gpu = await run(task('webgpu', { update }));
    expectClose(gpu.validation, cpu.validation, 1e-4, 'validation');
    const { model, optimizer: state } = saved('best');
    for (const name of nets.mlp.parameters) expect(state.get(`average/${name}`)!.data).toEqual(model.get(name)!.data);
  });

  it('in several steps a call is the same', async () => {
    const one = await run(task('webgpu'));
    const three = await run(task('webgpu', { stepsPerCall: 3 }));
    expect(three.stepsPerCall).toBe(3);
    expectClose(three.losses, one.losses, 1e-5, 'loss');
  });

  it('that diverges is told of', async () => {
    const settings = { ...task('webgpu').settings, learningRate: 1e30 };
    await expect(run(task('webgpu', { settings }))).rejects.toMatchObject({ code: 'diverged' });
  });
});

describe('values on the device', () => {
  const carried = (name: string, initial: Tensor): CarriedValue => {
    return { name, input: name, output: `${name}/next`, type: initial.type, shape: initial.shape, initial };
  };
  const program = {
    parameters: [carried('w', tensor('float', [2, 2], [1, 2, 3, 4]))],
    state: [
      { ...carried('count', scalar('int32', 7)), kind: 'optimizer' as const },
      { ...carried('exact', tensor('double', [2], [0.1, 0.2])), kind: 'optimizer' as const },
    ],
  };

  it('come back as they went, those that WebGPU knows no type for from the processor', async () => {
    const values = new CarriedValues(program);
    await values.moveTo(onWebGpu);
    try {
      const lie = values.bindingsOf(program).map(({ slot }) => slot.sides.map(({ location }) => location));
      expect(lie).toEqual([
        ['gpu-buffer', 'gpu-buffer'],
        ['gpu-buffer', 'gpu-buffer'],
        ['cpu', 'cpu'],
      ]);
      const { model, optimizer: state } = await values.view();
      expect(model.get('w')).toEqual(program.parameters[0].initial);
      expect(state.get('count')).toEqual(program.state[0].initial);
      expect(state.get('exact')).toEqual(program.state[1].initial);
    } finally {
      await values.close();
    }
  });

  it('are put back in place, all or none', async () => {
    const values = new CarriedValues(program);
    await values.moveTo(onWebGpu);
    try {
      const [{ slot }] = values.bindingsOf(program);
      const [buffer] = slot.sides;
      const w = tensor('float', [2, 2], [5, 6, 7, 8]);
      const optimizer = new Map([
        ['count', scalar('int32', 8)],
        ['exact', tensor('double', [2], [0.3, 0.4])],
      ]);
      await values.restore({ model: new Map([['w', w]]), optimizer });
      expect(slot.sides[0]).toBe(buffer);
      expect((await values.view()).model.get('w')!.data).toEqual(w.data);
      const other = { model: new Map([['w', tensor('float', [3], [0, 0, 0])]]), optimizer: new Map() };
      await expect(values.restore(other)).rejects.toMatchObject({ code: 'checkpoint_differs' });
      expect((await values.view()).model.get('w')!.data).toEqual(w.data);
    } finally {
      await values.close();
    }
  });

  it('a snapshot stays what it was', async () => {
    const values = new CarriedValues(program);
    await values.moveTo(onWebGpu);
    try {
      const before = await values.snapshot();
      const model = new Map([['w', tensor('float', [2, 2], [9, 9, 9, 9])]]);
      await values.restore({ ...(await values.view()), model });
      expect(before.model.get('w')!.data).toEqual(program.parameters[0].initial.data);
    } finally {
      await values.close();
    }
  });
});

it('the test of a device compares it with the processor', async () => {
  const check = (device: DeviceName) => ({
    samples: bars(32, 1),
    batch: 8,
    compile: task(device).compile,
  });
  const reference = await trainedBy(check('cpu'), { device: 'cpu', threads: 1 });
  const difference = largestDifference(reference, await trainedBy(check('webgpu'), onWebGpu));
  expect(difference).toBeLessThan(0.01);
});
