import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileEvaluation, compileInference, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { lossOf } from '../../src-main/autodiff/losses/index.ts';
import { attachLoss } from '../../src-main/autodiff/phases/4-attach-loss.ts';
import { differentiate } from '../../src-main/autodiff/phases/5-differentiate.ts';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { lower } from '../../src-main/autodiff/phases/8-lower.ts';
import { asModel, nameOutputs } from '../../src-main/autodiff/phases/9-package.ts';
import type { LossSpec, OptimizerSpec } from '../../src-main/autodiff/types.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { withOutputs } from '../../src-main/onnx/graph.ts';
import { tensor, zeros } from '../../src-main/onnx/tensors.ts';
import type { DataType, Shape, Tensor } from '../../src-main/onnx/types.ts';
import { checkGradient, expectClose, type GradientCase } from '../support/check-gradient.ts';
import { devices, runModel, type Values } from '../support/run-model.ts';

interface Numbers {
  shape: number[];
  data: number[];
  type: DataType;
}

interface Fixture {
  name: string;
  spec: LossSpec;
  outputs: Record<string, Numbers>;
  target?: Numbers;
  mean: number;
  sum: number;
  weight?: number;
  correct?: number;
  counted?: number;
  gradients: Record<string, Numbers>;
}

const fixtures = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/pytorch/losses.json'), 'utf8'),
) as Fixture[];

const asTensor = ({ type, shape, data }: Numbers): Tensor => tensor(type, shape, data);
/** As many samples as predictions, where those are not one number. */
const samplesOf = ({ outputs }: Pick<Fixture, 'outputs'>): number[] => [Object.values(outputs)[0].shape[0] ?? 3, 1];

/** A graph whose outputs are its inputs: what is fed is the prediction. */
function forwardOf(fixture: Pick<Fixture, 'outputs'>, declare: (shape: number[]) => Shape): ForwardModel {
  const { outputs } = fixture;
  const g = new GraphBuilder('predictions');
  g.input('samples', 'float', declare(samplesOf(fixture)));
  for (const [name, { type, shape }] of Object.entries(outputs)) {
    g.output(g.node('Identity', [g.input(`of/${name}`, type, declare(shape))], {}, { outputs: [name] })[0]);
  }
  return { graph: g.finish(), parameters: [], input: 'samples', output: Object.keys(outputs)[0] };
}

const feedsOf = ({ outputs, target }: Fixture): Values => ({
  samples: zeros('float', samplesOf({ outputs })),
  ...Object.fromEntries(Object.entries(outputs).map(([name, value]) => [`of/${name}`, asTensor(value)])),
  ...(target && { target: asTensor(target) }),
});

const declarations: [string, (shape: number[]) => Shape][] = [
  ['known sizes', (shape) => shape],
  ['an open batch', ([_, ...rest]) => (_ === undefined ? [] : ['batch', ...rest])],
  ['open batch and length', (shape) => (shape.length > 2 ? ['batch', 'length', ...shape.slice(2)] : shape)],
];

/** The number of classes must be known: it is not a size that can be left open. */
const opens = ({ spec, outputs }: Fixture, [what]: (typeof declarations)[number]): boolean => {
  const [{ shape }] = Object.values(outputs);
  if (what === 'known sizes') return true;
  if (what === 'an open batch') return shape.length > 0;
  const classAxis = 'classAxis' in spec ? spec.classAxis : undefined;
  const classesSecond = classAxis === undefined ? shape.length > 3 : classAxis === 1;
  return shape.length > 2 && !classesSecond;
};

describe.each(fixtures)('PyTorch: $name', (fixture) => {
  const cases = declarations.filter((declaration) => opens(fixture, declaration));
  it.each(cases)('mean and gradients, %s', async (_, declare) => {
    const forward = forwardOf(fixture, declare);
    const loss = attachLoss(forward.graph, forward, lossOf(fixture.spec), 'mean');
    const names = Object.keys(fixture.outputs);
    const wrt = names.map((name) => `of/${name}`);
    for (const device of devices) {
      const { graph, gradients } = differentiate(loss.graph, loss.loss, wrt);
      const metrics = [loss.correct, loss.counted].flatMap((value) => value ?? []);
      const whole = withOutputs(graph, [loss.loss, ...wrt.map((name) => gradients.get(name)!), ...metrics]);
      const lean = simplify(lower(simplify(whole), device));
      const shown = ['loss', ...names.map((name) => `d.${name}`), ...['correct', 'counted'].slice(0, metrics.length)];
      const used = lean.inputs.map(({ name }) => name);
      const feeds = feedsOf(fixture);
      const results = await runModel(
        asModel(nameOutputs(lean, shown), 18),
        Object.fromEntries(Object.entries(feeds).filter(([name]) => used.includes(name))),
        device,
      );
      expectClose(results.loss.data as Float32Array, [fixture.mean], 1e-5, `loss, ${device}`);
      expect(results.loss.shape).toEqual([]);
      for (const name of names) {
        const { shape, data } = fixture.gradients[name];
        expect([...results[`d.${name}`].shape]).toEqual(shape);
        expectClose(results[`d.${name}`].data as Float32Array, data, 1e-5, `d.${name}, ${device}`);
      }
      expect(results.correct?.data[0]).toEqual(fixture.correct);
      expect(results.counted?.data[0]).toEqual(fixture.counted);
    }
  });

  it.each(devices)('sum and metrics, in evaluation, %s', async (device) => {
    const forward = forwardOf(fixture, declarations[1][1]);
    const { model, outputs } = compileEvaluation(forward, { loss: fixture.spec, device });
    const results = await runModel(model, feedsOf(fixture), device);
    const of = (role: string): Tensor | undefined => {
      const output = outputs.find((each) => each.role === role);
      return output && results[output.name];
    };
    expectClose(of('loss')!.data as Float32Array, [fixture.sum], 1e-5, 'sum');
    expect(of('correct')?.data[0]).toEqual(fixture.correct);
    expect(of('counted')?.data[0]).toEqual(fixture.counted);
    if (fixture.weight === undefined) expect(of('weight')).toBeUndefined();
    else expect(of('weight')!.data[0]).toBeCloseTo(fixture.weight, 5);
    expect(of('prediction')!.shape).toEqual(Object.values(fixture.outputs)[0].shape);
  });
});

describe('finite differences', () => {
  /** A loss as an operator: its target is fed under its own name. */
  function lossCase(spec: LossSpec, inputs: GradientCase['inputs']): GradientCase {
    const [prediction] = Object.keys(inputs);
    return {
      inputs,
      build: (g) =>
        lossOf(spec).attach({
          g,
          prediction,
          input: prediction,
          reduction: 'mean',
          output: (name) => name,
          target: () => 'target',
          extra: (role) => role,
        }).loss,
      wrt: Object.keys(inputs).filter((name) => !name.includes('target')),
    };
  }
  const labels = (values: number[], ...shape: number[]) => ({ type: 'int32' as const, shape, values });
  const away = (x: number) => x + Math.sign(x) / 4;
  const float = (...shape: number[]) => ({ shape, map: away });
  const flags = (values: number[], ...shape: number[]) => ({ type: 'float' as const, shape, values });
  const cases: [LossSpec, GradientCase['inputs']][] = [
    [{ kind: 'cross-entropy' }, { x: float(3, 4), target: labels([0, 3, 1], 3) }],
    [
      { kind: 'cross-entropy', labelSmoothing: 0.2, classWeights: [1, 2, 0, 3], ignoreIndex: -1 },
      { x: float(2, 3, 4), target: labels([0, 3, 1, -1, 2, 1], 2, 3) },
    ],
    [
      { kind: 'cross-entropy', mixed: true },
      {
        x: float(3, 4),
        target: labels([0, 3, 1], 3),
        second_target: labels([2, 3, 0], 3),
        target_share: flags([0.7, 0.5, 1], 3),
      },
    ],
    [
      { kind: 'cross-entropy', mixed: true, labelSmoothing: 0.1, classWeights: [1, 2, 0.5, 3] },
      {
        x: float(3, 4),
        target: labels([0, 3, 1], 3),
        second_target: labels([2, 3, 0], 3),
        target_share: flags([0.7, 0.5, 1], 3),
      },
    ],
    [
      { kind: 'focal', gamma: 1.5, alpha: [1, 2, 0.5, 3] },
      { x: float(3, 4), target: labels([0, 3, 1], 3) },
    ],
    [
      { kind: 'binary-cross-entropy', positiveWeight: [1, 3] },
      { x: float(2, 2), target: flags([1, 0, 0.25, 1], 2, 2) },
    ],
    [{ kind: 'mean-squared-error' }, { x: float(2, 3), target: float(2, 3) }],
    [{ kind: 'mean-absolute-error' }, { x: float(2, 3), target: float(2, 3) }],
    [
      { kind: 'huber', delta: 0.7 },
      { x: float(2, 3), target: float(2, 3) },
    ],
    [{ kind: 'kl-divergence' }, { x: float(2, 3), target: flags([0.5, 0.25, 0.25, 1, 0, 0], 2, 3) }],
    [
      { kind: 'cosine-embedding', margin: 0.1 },
      { x: float(6, 3), target: labels([1, -1, -1], 3) },
    ],
    [{ kind: 'triplet', margin: 2, swap: true }, { x: float(9, 2) }],
    [
      { kind: 'triplet', norm: 1, outputs: ['a', 'p', 'n'] },
      { a: float(3, 2), p: float(3, 2), n: float(3, 2) },
    ],
    [{ kind: 'contrastive', temperature: 0.5 }, { x: float(6, 3) }],
    [
      { kind: 'contrastive', outputs: ['a', 'b'] },
      { a: float(3, 2), b: float(3, 2) },
    ],
    [
      { kind: 'hinge', squared: true },
      { x: float(2, 3), target: flags([1, -1, 1, -1, 1, 1], 2, 3) },
    ],
    [{ kind: 'multi-class-hinge' }, { x: float(3, 4), target: labels([0, 3, 1], 3) }],
    [
      { kind: 'gan', player: 'discriminator' },
      { x: float(4, 1), target: flags([1, 0, 0, 1], 4, 1) },
    ],
    [
      { kind: 'gan', player: 'discriminator', form: 'hinge' },
      { x: float(4, 1), target: flags([1, 0, 0, 1], 4, 1) },
    ],
    [{ kind: 'gan', player: 'generator' }, { x: float(4, 1) }],
    [{ kind: 'gan', player: 'generator', form: 'hinge' }, { x: float(4, 1) }],
  ];
  it.each(cases)('%j', async (spec, inputs) => checkGradient(lossCase(spec, inputs)));
});

describe('mixed targets', () => {
  const logits = [1, -2, 0.5, 0.25, 3, 0, -1, 2, 2.5];
  const [first, second, share] = [
    [0, 1, 2],
    [2, 0, 2],
    [0.75, 0.5, 1],
  ];
  const fixture = { outputs: { y: { type: 'float', shape: [3, 3], data: logits } } } as const;
  async function evaluated(
    loss: LossSpec,
    feeds: Values,
  ): Promise<{ roles: string[]; results: Record<string, Tensor> }> {
    const forward = forwardOf(fixture as unknown as Fixture, declarations[1][1]);
    const { model, inputs } = compileEvaluation(forward, { loss });
    const results = await runModel(model, {
      samples: zeros('float', [3, 1]),
      'of/y': asTensor(fixture.outputs.y as never),
      ...feeds,
    });
    return { results, roles: inputs.map(({ role }) => role) };
  }
  const given = (y1: number[], y2: number[], shares: number[]): Values => ({
    target: tensor('int32', [3], y1),
    second_target: tensor('int32', [3], y2),
    target_share: tensor('float', [3], shares),
  });

  it('are the cross-entropies of both, by their shares; right is what says the first', async () => {
    const { results, roles } = await evaluated({ kind: 'cross-entropy', mixed: true }, given(first, second, share));
    const logP = (i: number, c: number) => {
      const row = logits.slice(3 * i, 3 * i + 3);
      return row[c] - Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
    };
    const wanted = first.reduce((sum, c, i) => sum - share[i] * logP(i, c) - (1 - share[i]) * logP(i, second[i]), 0);
    expect(results.loss.data[0]).toBeCloseTo(wanted, 5);
    expect(results.correct.data[0]).toBe(3);
    expect(roles).toEqual(['data', 'data', 'target', 'second_target', 'target_share']);
  });

  it.each<LossSpec>([
    { kind: 'cross-entropy' },
    { kind: 'cross-entropy', labelSmoothing: 0.2 },
    { kind: 'cross-entropy', labelSmoothing: 0.2, classWeights: [1, 5, 0.5] },
  ])('of one share are as without: %j', async (loss) => {
    const { results: mixed } = await evaluated({ ...loss, mixed: true } as LossSpec, given(first, second, [1, 1, 1]));
    const { results: plain } = await evaluated(loss, { target: tensor('int32', [3], first) });
    expect(mixed.loss.data[0]).toBeCloseTo(plain.loss.data[0] as number, 5);
    expect(mixed.weight?.data[0]).toBe(plain.weight?.data[0]);
    // And of the other's it is the same the other way round.
    const { results: other } = await evaluated({ ...loss, mixed: true } as LossSpec, given(second, first, [0, 0, 0]));
    expect(other.loss.data[0]).toBeCloseTo(plain.loss.data[0] as number, 5);
  });

  it('are of samples with one label each, all of which count', () => {
    const wide = forwardOf({ outputs: { y: { type: 'float', shape: [2, 3, 4], data: [] } } }, declarations[1][1]);
    expect(() => compileEvaluation(wide, { loss: { kind: 'cross-entropy', mixed: true } })).toThrow(
      expect.objectContaining({ code: 'unsupported_shape' }),
    );
    expect(() => lossOf({ kind: 'cross-entropy', mixed: true, ignoreIndex: -1 })).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    );
  });
});

describe('the training step', () => {
  const sgd: OptimizerSpec = { kind: 'sgd' };
  const options = { optimizer: sgd, device: 'cpu', stepsPerCall: 1 } as const;

  function linear(width: number, ...names: string[]): ForwardModel {
    const g = new GraphBuilder('linear');
    const x = g.input('x', 'float', ['batch', 2]);
    const w = g.initializer(
      'w',
      tensor(
        'float',
        [2, width],
        Array.from({ length: 2 * width }, (_, i) => Math.sin(i)),
      ),
    );
    for (const name of names) g.output(g.node('MatMul', [x, w], {}, { outputs: [name] })[0]);
    return { graph: g.finish(), parameters: ['w'], input: x, output: names[0] };
  }

  it('has no target where the loss needs none', () => {
    const step = compileTrainingStep(linear(3, 'y'), { ...options, loss: { kind: 'contrastive' } });
    expect(step.inputs.map(({ role }) => role)).toEqual(['data', 'learning_rate']);
    expect(step.outputs.map(({ role }) => role)).toEqual(['loss', 'correct', 'counted']);
  });

  it('says how many predictions count, in every step of a call', async () => {
    const g = new GraphBuilder('sequence');
    const x = g.input('x', 'float', ['batch', 'length', 2]);
    const w = g.initializer('w', tensor('float', [2, 3], [1, 2, 3, -1, 0, 1]));
    g.output(g.node('MatMul', [x, w], {}, { outputs: ['y'] })[0]);
    const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: x, output: 'y' };
    const step = compileTrainingStep(forward, {
      ...options,
      loss: { kind: 'cross-entropy', ignoreIndex: -1 },
      stepsPerCall: 2,
    });
    expect(step.inputs.find(({ role }) => role === 'target')).toMatchObject({
      type: 'int32',
      shape: [2, 'batch', 'length'],
    });
    const results = await runModel(step.model, {
      x: tensor('float', [2, 1, 3, 2], [1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1]),
      target: tensor('int32', [2, 1, 3], [2, 2, -1, 2, -1, -1]),
      learning_rate: tensor('float', [2], [0, 0]),
      w: step.parameters[0].initial,
    });
    expect([...(results.correct.data as Int32Array)]).toEqual([2, 1]);
    expect([...(results.counted.data as Int32Array)]).toEqual([2, 1]);
  });

  describe('ctc', () => {
    const g = new GraphBuilder('frames');
    const x = g.input('x', 'float', ['batch', 'frames', 2]);
    const w = g.initializer('w', tensor('float', [2, 3], [1, 0.5, -1, 0, 1, 2]));
    g.output(g.node('MatMul', [x, w], {}, { outputs: ['y'] })[0]);
    const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: x, output: 'y' };
    const data = Array.from({ length: 2 * 2 * 5 * 2 }, (_, i) => Math.sin(i));
    const labels = [1, 2, 2, -1, 1, -1, 1, 1];
    const step = (stepsPerCall: number, zeroInfinity = false) =>
      compileTrainingStep(forward, { ...options, loss: { kind: 'ctc', zeroInfinity }, stepsPerCall });

    it('trains the same in several steps a call', async () => {
      const rate = (shape: number[]) => tensor('float', shape, Array<number>(shape[0] ?? 1).fill(0.5));
      const [one, two] = [step(1), step(2)];
      const both = await runModel(two.model, {
        x: tensor('float', [2, 2, 5, 2], data),
        target: tensor('int32', [2, 2, 2], labels),
        learning_rate: rate([2]),
        w: one.parameters[0].initial,
      });
      let weights = one.parameters[0].initial;
      const losses: number[] = [];
      for (const k of [0, 1]) {
        const results = await runModel(one.model, {
          x: tensor('float', [2, 5, 2], data.slice(20 * k, 20 * k + 20)),
          target: tensor('int32', [2, 2], labels.slice(4 * k, 4 * k + 4)),
          learning_rate: rate([]),
          w: weights,
        });
        weights = results['w/next'];
        losses.push(results.loss.data[0] as number);
      }
      expect(both['w/next'].data).toEqual(weights.data);
      expect([...(both.loss.data as Float32Array)]).toEqual(losses);
      expect(weights.data).not.toEqual(one.parameters[0].initial.data);
    });

    it.each([
      [false, Infinity],
      [true, 0],
    ])('what the frames cannot spell, zeroInfinity: %s', async (zeroInfinity, loss) => {
      const results = await runModel(step(1, zeroInfinity).model, {
        x: tensor('float', [1, 2, 2], data.slice(0, 4)),
        target: tensor('int32', [1, 2], [1, 1]),
        learning_rate: tensor('float', [], [0.5]),
        w: tensor('float', [2, 3], [1, 0.5, -1, 0, 1, 2]),
      });
      expect(results.loss.data[0]).toBe(loss);
      expect([...(results['w/next'].data as Float32Array)]).toEqual([1, 0.5, -1, 0, 1, 2]);
    });
  });

  it('an output that is the loss, its target an input of the graph', async () => {
    const g = new GraphBuilder('own loss');
    const [x, y] = [g.input('x', 'float', ['batch', 2]), g.input('y', 'float', ['batch', 1])];
    const w = g.initializer('w', tensor('float', [2, 1], [1, -1]));
    const difference = g.sub(g.matmul(x, w), y);
    g.output(g.reduceMean(g.mul(difference, difference), [0, 1], false));
    const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: 'x', output: g.outputs[0].name };
    const own = compileTrainingStep(forward, { ...options, loss: { kind: 'output' } });
    expect(own.inputs.map(({ name, role }) => [name, role])).toEqual([
      ['x', 'data'],
      ['y', 'data'],
      ['learning_rate', 'learning_rate'],
    ]);
    const feeds = {
      x: tensor('float', [3, 2], [1, 2, 3, 4, 5, 7]),
      y: tensor('float', [3, 1], [0, 1, 2]),
      learning_rate: tensor('float', [], [0.1]),
      w: tensor('float', [2, 1], [1, -1]),
    };
    const results = await runModel(own.model, feeds);
    // ŷ = −1, −1, −2 and d = −1, −2, −4
    expect(results.loss.data[0]).toBeCloseTo(21 / 3, 5);
    const dw = [(2 * (-1 - 6 - 20)) / 3, (2 * (-2 - 8 - 28)) / 3];
    expectClose(results['w/next'].data as Float32Array, [1 - 0.1 * dw[0], -1 - 0.1 * dw[1]], 1e-5, 'w');
  });

  it('a GAN’s generator learns against a discriminator that is held', async () => {
    const g = new GraphBuilder('d after g');
    const z = g.input('z', 'float', ['batch', 1]);
    const made = g.mul(z, g.initializer('g/w', tensor('float', [1], [1])));
    g.output(g.node('Mul', [made, g.initializer('d/w', tensor('float', [1], [3]))], {}, { outputs: ['y'] })[0]);
    const forward: ForwardModel = { graph: g.finish(), parameters: ['g/w'], input: 'z', output: 'y' };
    const step = compileTrainingStep(forward, {
      ...options,
      loss: { kind: 'gan', player: 'generator', form: 'hinge' },
      held: ['d/w'],
    });
    expect(step.state).toMatchObject([{ kind: 'held', name: 'd/w', input: 'd/w', output: 'd/w/next' }]);
    const results = await runModel(step.model, {
      z: tensor('float', [2, 1], [1, 2]),
      'g/w': tensor('float', [1], [1]),
      'd/w': tensor('float', [1], [-2]),
      learning_rate: tensor('float', [], [1]),
    });
    // The loss is −mean(g·d·z).
    expect(results.loss.data[0]).toBeCloseTo(3, 6);
    expect(results['g/w/next'].data[0]).toBeCloseTo(1 + (-2 * 3) / 2, 6);
    expect(results['d/w/next'].data[0]).toBe(-2);
  });

  it('shows probabilities of logits, by the axis of the classes', async () => {
    const forward = linear(3, 'y');
    const shown = (loss: LossSpec) => compileInference(forward, new Map(), { loss }).graph;
    expect(shown({ kind: 'focal' }).outputs[0].name).toBe('probabilities');
    expect(shown({ kind: 'binary-cross-entropy' }).nodes.at(-1)!.op).toBe('Sigmoid');
    expect(shown({ kind: 'huber' }).outputs[0].name).toBe('y');
  });

  const refuse = (loss: LossSpec, message: RegExp, forward = linear(4, 'y')) =>
    expect(() => compileTrainingStep(forward, { ...options, loss })).toThrow(message);
  it('refuses what makes no sense', () => {
    refuse({ kind: 'cross-entropy', labelSmoothing: 1.5 }, /labelSmoothing=1.5: from 0 to 1/);
    refuse({ kind: 'cross-entropy', classWeights: [1, -1, 1, 1] }, /classWeights=1,-1,1,1: numbers from 0/);
    refuse({ kind: 'cross-entropy', classWeights: [1] }, /1 class weights for 4 classes/);
    refuse({ kind: 'cross-entropy', ignoreIndex: 0.5 }, /ignoreIndex=0.5/);
    refuse({ kind: 'cross-entropy', classAxis: 2 as 1 }, /classAxis=2: one of 1, -1/);
    refuse({ kind: 'gan', player: 'both' as 'generator' }, /player=both: one of generator, discriminator/);
    refuse({ kind: 'output', reduction: 'none' as 'sum' }, /reduction=none/);
    refuse({ kind: 'triplet', norm: 3 as 2 }, /norm=3/);
    refuse({ kind: 'focal', gamma: -1 }, /gamma=-1: a number from 0/);
    refuse({ kind: 'huber', delta: 0 }, /delta=0: a number above 0/);
    refuse({ kind: 'contrastive', temperature: NaN }, /temperature=NaN/);
    refuse({ kind: 'binary-cross-entropy', positiveWeight: [1, 2] }, /2 positive weights for \[batch, 4\]/);
    refuse({ kind: 'cosine-embedding', outputs: ['y'] }, /outputs=y; this loss compares 2/);
    refuse({ kind: 'cosine-embedding', outputs: ['y', 'z'] }, /outputs=z: the graph has no such output/);
    refuse({ kind: 'output' }, /the output \[batch, 4\] is to be the loss/);
    expect(() => compileTrainingStep(linear(4, 'y'), { ...options, loss: { kind: 'triplet' }, batchSize: 4 })).toThrow(
      /4 embeddings in a batch; this loss compares 3/,
    );
    expect(() => compileTrainingStep(linear(4, 'y'), { ...options, loss: { kind: 'hinge' }, held: ['w'] })).toThrow(
      /held=w/,
    );
  });
});
