import { describe, expect, it } from 'vitest';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { TrainingOptions, UpdateOptions } from '../../src-main/autodiff/types.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { printGraph } from '../../src-main/onnx/print.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import { expectClose } from '../support/check-gradient.ts';
import { onDevices, runModel } from '../support/run-model.ts';
import { expectTrajectory, forwardOf, runTrajectory, trajectories } from '../support/trajectory.ts';
import { initialValues, nextValues } from '../support/run-step.ts';

const updated = trajectories.filter(({ update }) => update !== undefined);
const parameters = updated[0].parameters;
const base: TrainingOptions = {
  loss: { kind: 'mean-squared-error' },
  optimizer: { kind: 'sgd' },
  device: 'cpu',
  stepsPerCall: 1,
};

describe.each(updated)('PyTorch, fifteen steps: $name', (trajectory) => {
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

describe('update options', () => {
  const compile = (update: UpdateOptions, more: Partial<TrainingOptions> = {}) =>
    compileTrainingStep(forwardOf(parameters), { ...base, update, ...more });

  it('cost nothing where they ask for nothing', () => {
    const print = (update?: UpdateOptions) =>
      printGraph(compileTrainingStep(forwardOf(parameters), { ...base, update }).model.graph);
    const idle = { accumulate: 1, groups: [{ match: '.' }], spareVectors: true, metrics: [] };
    expect(print(idle)).toBe(print());
    expect(print({})).toBe(print());
  });

  it('accumulated gradients are those of one large batch, for every mean loss of batches of one size', async () => {
    const g = new GraphBuilder('classes');
    const x = g.input('x', 'float', ['batch', 2]);
    const w = g.initializer('w', tensor('float', [2, 3], [1, 0, -1, 0.5, 2, 0]));
    g.output(g.matmul(x, w));
    const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: x, output: g.outputs[0].name };
    const options: TrainingOptions = { ...base, loss: { kind: 'cross-entropy' } };
    const large = compileTrainingStep(forward, options);
    const [data, target] = [
      [1, 2, 3, 4, -1, 0, 0.5, 1],
      [0, 2, 1, 1],
    ];
    const rate = tensor('float', [], [0.3]);
    const whole = await runModel(large.model, {
      x: tensor('float', [4, 2], data),
      target: tensor('int32', [4], target),
      learning_rate: rate,
      w: large.parameters[0].initial,
    });
    const small = compileTrainingStep(forward, { ...options, update: { accumulate: 2 } });
    let values = initialValues(small);
    for (const half of [0, 1]) {
      const results = await runModel(small.model, {
        ...values,
        x: tensor('float', [2, 2], data.slice(half * 4, half * 4 + 4)),
        target: tensor('int32', [2], target.slice(half * 2, half * 2 + 2)),
        learning_rate: rate,
      });
      values = nextValues(small, results);
      if (half === 0) expect(values.w.data).toEqual(small.parameters[0].initial.data);
    }
    expectClose(values.w.data as Float32Array, whole['w/next'].data as Float32Array, 1e-6, 'w');
    for (const { input, kind } of small.state) {
      expect(kind).toBe('optimizer');
      expect((values[input].data as Float32Array).every((each) => each === 0)).toBe(true);
    }
  });

  it('an average starts at the weights and says whose it is', () => {
    const { state, parameters: trained } = compile({ average: { decay: 0.99 } });
    expect(state.map(({ kind, name, parameter }) => [kind, name, parameter])).toEqual(
      parameters.map((name) => ['average', `average/${name}`, name]),
    );
    state.forEach(({ initial }, index) => expect(initial).toEqual(trained[index].initial));
  });

  it('metrics come as outputs of their own, one number a step', () => {
    const { outputs } = compile({ metrics: ['update_norm', 'gradient_norm'] }, { stepsPerCall: 4 });
    expect(outputs.map(({ role, type, shape }) => [role, type, shape])).toEqual([
      ['loss', 'float', [4]],
      ['update_norm', 'float', [4]],
      ['gradient_norm', 'float', [4]],
    ]);
  });

  it('refuses what makes no sense', () => {
    const refuse = (update: UpdateOptions, message: RegExp) => expect(() => compile(update)).toThrow(message);
    refuse({ clipNorm: 0 }, /clipNorm=0: a number above 0/);
    refuse({ clipValue: -1 }, /clipValue=-1/);
    refuse({ accumulate: 1.5 }, /accumulate=1.5: a whole number from 1/);
    refuse({ average: { decay: 1 } }, /decay=1: from 0, below 1/);
    refuse({ groups: [{ match: 'dense7' }] }, /match=dense7: no parameter has such a name/);
    refuse({ groups: [{ match: '(' }] }, /match=\(: /);
    refuse({ groups: [{ match: 'dense1', rate: 0 }] }, /rate=0/);
    refuse({ groups: [{ match: 'dense1', weightDecay: -1 }] }, /weightDecay=-1/);
  });
});

describe('a frozen batch normalisation', () => {
  const g = new GraphBuilder('norm');
  const x = g.input('x', 'float', ['batch', 2]);
  const value = (name: string, data: number[]) => g.initializer(name, tensor('float', [2], data));
  const norm = ['scale', 'bias', 'mean', 'var'].map((name, i) => value(name, [i + 1, i + 2]));
  g.output(g.mul(g.op('BatchNormalization', [x, ...norm]), value('w', [1, 1])));
  const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: x, output: g.outputs[0].name };
  const run = async (frozenNorms?: 'batch' | 'running', trained = ['w']) => {
    const step = compileTrainingStep({ ...forward, parameters: trained }, { ...base, frozenNorms });
    expect(step.state.map(({ name, kind }) => [name, kind])).toEqual([
      ['mean', 'statistics'],
      ['var', 'statistics'],
    ]);
    const results = await runModel(step.model, {
      ...initialValues(step),
      x: tensor('float', [2, 2], [3, 1, 5, 4]),
      target: tensor('float', [2, 2], [0, 0, 0, 0]),
      learning_rate: tensor('float', [], [1]),
    });
    return { loss: results.loss.data[0] as number, mean: [...(results['mean/next'].data as Float32Array)] };
  };

  it('takes the batch’s statistics and keeps running ones, like any other', async () => {
    expect((await run()).mean).toEqual((await run('batch')).mean);
    const { mean } = await run();
    expectClose(mean, [0.9 * 3 + 0.1 * 4, 0.9 * 4 + 0.1 * 2.5], 1e-6, 'mean');
  });

  it('or stays as in inference, where that is asked for', async () => {
    const { loss, mean } = await run('running');
    expect(mean).toEqual([3, 4]);
    // y = scale·(x − 3 or 4)/√(4 or 5) + bias
    const y = [2, 3 - (2 * 3) / Math.sqrt(5), 2 + 2 / Math.sqrt(4), 3];
    expect(loss).toBeCloseTo(y.reduce((sum, each) => sum + each * each, 0) / 4, 4);
  });

  it('is not frozen where its scale or its bias is trained', async () => {
    const { mean } = await run('running', ['w', 'bias']);
    expect(mean).not.toEqual([3, 4]);
  });
});
