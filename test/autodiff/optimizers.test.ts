import { describe, expect, it } from 'vitest';
import { buildForward } from '../../src-main/architectures/index.ts';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { optimizerOf } from '../../src-main/autodiff/optimizers/index.ts';
import type { OptimizerSpec, UpdateOptions } from '../../src-main/autodiff/types.ts';
import { expectClose } from '../support/check-gradient.ts';
import { onDevices } from '../support/run-model.ts';
import { expectTrajectory, runTrajectory, trajectories } from '../support/trajectory.ts';

const plain = trajectories.filter(({ update }) => update === undefined);

describe.each(plain)('PyTorch, fifteen steps: $name', (trajectory) => {
  it.each(
    onDevices([
      ['cpu', 1],
      ['cpu', 5],
      ['webgpu', 1],
    ] as const),
  )('%s, %d a call', async (device, stepsPerCall) => expectTrajectory(trajectory, { device, stepsPerCall }));

  it('several steps a call are the same steps, bit for bit', async () => {
    const [one, three] = [await runTrajectory(trajectory), await runTrajectory(trajectory, { stepsPerCall: 3 })];
    expect(three.results).toEqual(one.results);
    expect(three.values).toEqual(one.values);
  });
});

describe('optimizers', () => {
  it('every kind is compared with PyTorch', () => {
    const kinds = 'sgd momentum nesterov adagrad rmsprop adam adamw adamax nadam lamb lion'.split(' ');
    expect([...new Set(plain.map(({ optimizer }) => optimizer.kind))].sort()).toEqual(kinds.sort());
  });

  it('a model in double is trained in double', async () => {
    const trajectory = plain.find(({ name }) => name === 'adam')!;
    const { step, results, values } = await runTrajectory(trajectory, {}, 'double');
    expect(new Set(step.state.map(({ type }) => type))).toEqual(new Set(['double']));
    // What is left is the learning rate, which is a float.
    expectClose(results.loss, trajectory.losses, 2e-8, 'loss');
    for (const [name, wanted] of Object.entries(trajectory.final)) expectClose(values[name], wanted, 2e-7, name);
  });

  it('adam stays lean: eight operators for all, ten for small parameters together and for each large one', async () => {
    const { step } = await runTrajectory({ ...plain[0], optimizer: { kind: 'adam' } });
    const { step: sgd } = await runTrajectory({ ...plain[0], optimizer: { kind: 'sgd' } });
    const more = step.model.graph.nodes.length - sgd.model.graph.nodes.length;
    // Put side by side and taken apart: two Concat, a Split, and three Reshape for each that is no vector.
    const matrices = step.parameters.filter(({ shape }) => shape.length > 1).length;
    expect(more).toBe(8 + 10 + 3 + 3 * matrices - 2 * step.parameters.length);
    expect(step.state.map(({ name }) => name).sort()).toEqual(['bias1', 'bias2', 'bundle0/m', 'bundle0/v']);
  });

  it('parameters that are large, or of another group, move by themselves', () => {
    const output = { kind: 'classes', count: 4 } as const;
    const input = { kind: 'table', features: 300 } as const;
    const forward = buildForward('mlp', { hidden: '64,32,16' }, { input, output, seed: 1 });
    const statesOf = (update: UpdateOptions) =>
      compileTrainingStep(forward, {
        loss: { kind: 'cross-entropy' },
        optimizer: { kind: 'momentum' },
        stepsPerCall: 1,
        device: 'cpu',
        update,
      }).state.map(({ shape }) => shape);
    const vectors = 64 + 32 + 16 + 4;
    const matrices = 64 * 32 + 32 * 16 + 16 * 4;
    expect(statesOf({})).toEqual([[vectors + matrices], [300, 64]]);
    // Three matrices are too few to be put together.
    const apart = statesOf({ groups: [{ match: 'bias', rate: 2 }] });
    expect(apart.map((shape) => shape.join('x')).sort()).toEqual(['116', '16x4', '300x64', '32x16', '64x32']);
  });

  it('nesterov is momentum with a flag', () => {
    expect(String(optimizerOf({ kind: 'nesterov' }).rule)).toBe(String(optimizerOf({ kind: 'momentum' }).rule));
  });

  const refused: [OptimizerSpec, RegExp][] = [
    [{ kind: 'sgd', weightDecay: -1 }, /weightDecay=-1: a number from 0/],
    [{ kind: 'sgd', l1: NaN }, /l1=NaN/],
    [{ kind: 'momentum', momentum: 1 }, /momentum=1: from 0, below 1/],
    [{ kind: 'adam', beta2: 1.5 }, /beta2=1.5/],
    [{ kind: 'adam', epsilon: -1 }, /epsilon=-1/],
    [{ kind: 'rmsprop', alpha: 1 }, /alpha=1/],
    [{ kind: 'lamb', decoupled: true }, /lamb has weight decay of its own kind/],
  ];
  it.each(refused)('%j is refused', (spec, message) => expect(() => optimizerOf(spec)).toThrow(message));
});
