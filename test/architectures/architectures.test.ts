import { describe, expect, it } from 'vitest';
import {
  architectureOf,
  architectures,
  buildForward,
  completeSettings,
  parameterCount,
} from '../../src-main/architectures/index.ts';
import type { BuildOptions, Settings } from '../../src-main/architectures/index.ts';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import { printGraph } from '../../src-main/onnx/print.ts';
import { numbersOf, tensor } from '../../src-main/onnx/tensors.ts';
import { Random } from '../../src-main/shared/random.ts';
import { openModel, type Values } from '../support/run-model.ts';

const grey = {
  input: { kind: 'image', height: 28, width: 28, channels: 1 },
  output: { kind: 'classes', count: 10 },
  seed: 7,
} as const;
const iris = { input: { kind: 'table', features: 4 }, output: { kind: 'classes', count: 3 }, seed: 7 } as const;

describe('every architecture', () => {
  it.each(architectures.map((architecture) => [architecture.id, architecture] as const))('%s', (id, architecture) => {
    expect(architectureOf(id)).toBe(architecture);
    expect(new Set(architecture.fields.map(({ key }) => key)).size).toBe(architecture.fields.length);
    for (const kind of architecture.inputs) {
      for (const output of [{ kind: 'classes', count: 10 }, { kind: 'value' }] as const) {
        const options: BuildOptions = { ...(kind === 'image' ? grey : iris), output };
        const forward = buildForward(id, {}, options);
        checkGraph(forward.graph);
        const [first] = forward.graph.inputs;
        expect(first.name).toBe(forward.input);
        expect(first.shape?.[0]).toBe('batch');
        expect(forward.graph.values.get(forward.output)?.shape).toEqual(['batch', output.kind === 'classes' ? 10 : 1]);
      }
    }
  });

  it.each(architectures.map(({ id }) => id))('%s: a seed decides all weights', (id) => {
    const weights = (seed: number) => buildForward(id, {}, { ...grey, seed }).graph.initializers;
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });
});

describe('mlp', () => {
  const count = (settings: Settings, options: BuildOptions = iris) =>
    parameterCount(buildForward('mlp', settings, options));
  it('has the layers it was asked for', () => {
    expect(count({ hidden: '' })).toBe(4 * 3 + 3);
    expect(count({ hidden: '8' })).toBe(4 * 8 + 8 + 8 * 3 + 3);
    expect(count({ hidden: '8,5' })).toBe(4 * 8 + 8 + 8 * 5 + 5 + 5 * 3 + 3);
    expect(count({}, grey)).toBe(101_770);
  });
  it('reads as what it is', () => {
    const graph = buildForward('mlp', { hidden: '8', activation: 'tanh', dropout: 0.5 }, iris).graph;
    const nodes = printGraph(graph)
      .split('\n')
      .filter((line) => / = /.test(line));
    expect(nodes).toEqual([
      'dense1: float[batch, 8] = Gemm(features, dense1.weight, dense1.bias)',
      'dense1/activation: float[batch, 8] = Tanh(dense1)',
      'dense1/dropout: float[batch, 8] = Dropout(dense1/activation, const/float_0.5)',
      'output: float[batch, 3] = Gemm(dense1/dropout, output.weight, output.bias)',
    ]);
  });
  it('starts with He’s variance, and biases at zero', () => {
    const { initializers } = buildForward('mlp', { hidden: '256' }, grey).graph;
    const weights = numbersOf(initializers.get('dense1.weight')!);
    const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
    expect(variance * (784 / 2)).toBeCloseTo(1, 1);
    expect(numbersOf(initializers.get('dense1.bias')!).every((b) => b === 0)).toBe(true);
  });
});

describe('cnn', () => {
  it('halves the image while it can', () => {
    const tiny: BuildOptions = { ...grey, input: { kind: 'image', height: 3, width: 5, channels: 3 } };
    const { graph } = buildForward('cnn', { channels: '2,2,2' }, tiny);
    expect(graph.nodes.filter(({ op }) => op === 'MaxPool')).toHaveLength(1);
    expect(graph.values.get('flatten')?.shape).toEqual(['batch', 2 * 1 * 2]);
  });
  it('keeps the image’s size under an even kernel', () => {
    const { graph } = buildForward('cnn', { kernel: 4 }, grey);
    expect(graph.values.get('conv1')?.shape).toEqual(['batch', 16, 28, 28]);
  });
  it('takes no tables', () => expect(() => buildForward('cnn', {}, iris)).toThrow(/images, not tables/));
});

describe('settings', () => {
  const mlp = architectureOf('mlp');
  it('fills in defaults, and takes text as a command line gives it', () => {
    expect(completeSettings(mlp, {})).toEqual({ hidden: '128', activation: 'relu', dropout: 0 });
    expect(completeSettings(mlp, { hidden: ' 64, 32', dropout: '0.25' })).toEqual({
      hidden: '64,32',
      activation: 'relu',
      dropout: 0.25,
    });
    expect(completeSettings(architectureOf('cnn'), { batchNorm: 'true', kernel: '5' })).toMatchObject({
      batchNorm: true,
      kernel: 5,
    });
  });
  const wrong: [Settings, RegExp][] = [
    [{ hidden: '0' }, /hidden=0: at most 8 whole numbers from 1 to 8192/],
    [{ hidden: '1.5' }, /hidden=1.5/],
    [{ hidden: 'wide' }, /hidden=wide/],
    [{ activation: 'swish' }, /activation=swish: one of relu/],
    [{ dropout: 1 }, /dropout=1: a number from 0 to 0.9/],
    [{ dropout: '' }, /dropout=/],
    [{ layers: 3 }, /mlp has no setting "layers"/],
  ];
  it.each(wrong)('%j is refused', (settings, message) =>
    expect(() => completeSettings(mlp, settings)).toThrow(message),
  );
  it('an unknown architecture', () => expect(() => architectureOf('rnn')).toThrow(/"rnn"; there are mlp, cnn/));
});

describe('learning', () => {
  /** Two classes of 8×8 images: a bright stripe across or down, somewhere. */
  function stripes(seed: number, count: number): { pixels: number[]; labels: number[] } {
    const random = new Random(seed);
    const pixels: number[] = [];
    const labels = Array.from({ length: count }, () => random.below(2));
    for (const label of labels) {
      const at = random.below(8);
      for (let i = 0; i < 64; i++)
        pixels.push((label ? i % 8 : i >> 3) === at ? 200 + random.below(56) : random.below(60));
    }
    return { pixels, labels };
  }

  it.each([
    ['mlp', {}],
    ['mlp', { dropout: 0.2, hidden: '64,32' }],
    ['cnn', { channels: '8' }],
    ['cnn', { channels: '8', batchNorm: true, dropout: 0.2 }],
  ] as const)('%s %j learns which way a stripe runs', async (id, settings) => {
    const forward = buildForward(id, settings, {
      input: { kind: 'image', height: 8, width: 8, channels: 1 },
      output: { kind: 'classes', count: 2 },
      seed: 1,
    });
    const step = compileTrainingStep(forward, {
      loss: { kind: 'cross-entropy' },
      optimizer: { kind: 'adam' },
      device: 'cpu',
      stepsPerCall: 10,
    });
    const model = await openModel(step.model);
    const carried = [...step.parameters, ...step.state];
    let values: Values = Object.fromEntries(carried.map(({ input, initial }) => [input, initial]));
    let [correct, seen] = [0, 0];
    for (let call = 0; call < 20; call++) {
      const { pixels, labels } = stripes(call, 320);
      const feeds = Object.fromEntries(
        step.inputs.map(({ name, role, shape }) => {
          const dims = shape.map((dim) => (typeof dim === 'string' ? 32 : dim));
          if (role === 'data') return [name, tensor('uint8', dims, pixels)];
          if (role === 'target') return [name, tensor('int32', dims, labels)];
          if (role === 'learning_rate') return [name, tensor('float', dims, Array<number>(10).fill(0.005))];
          const bytes = new Uint8Array(dims.reduce((a, b) => a * b, 1));
          new Random(call, 9).fillBytes(bytes);
          return [name, { type: 'uint8' as const, shape: dims, data: bytes }];
        }),
      );
      const results = await model.run({ ...values, ...feeds });
      values = Object.fromEntries(carried.map(({ input, output }) => [input, results[output]]));
      if (call < 15) continue;
      correct += (results.correct.data as Int32Array).reduce((a, b) => a + b, 0);
      seen += 320;
    }
    expect(correct / seen).toBeGreaterThan(0.9);
  });
});
