import { describe, expect, it } from 'vitest';
import { architectureOf, buildForward, completeSettings, parameterCount } from '../../src-main/architectures/index.ts';
import type { BuildOptions, Settings } from '../../src-main/architectures/index.ts';
import { LayerBuilder } from '../../src-main/architectures/layers.ts';
import { compileInference } from '../../src-main/autodiff/compile.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { printGraph } from '../../src-main/onnx/print.ts';
import { numbersOf, tensor } from '../../src-main/onnx/tensors.ts';
import { runModel } from '../support/run-model.ts';

const grey = {
  input: { kind: 'image', height: 28, width: 28, channels: 1 },
  output: { kind: 'classes', count: 10 },
  seed: 7,
} as const;
const iris = { input: { kind: 'table', features: 4 }, output: { kind: 'classes', count: 3 }, seed: 7 } as const;

/** The nodes as they are printed, without the pixels' scaling. */
const printed = (id: string, settings: Settings, options: BuildOptions): string[] =>
  printGraph(buildForward(id, settings, options).graph)
    .split('\n')
    .filter((line) => / = /.test(line) && !line.startsWith('pixels'));

const shapeIn = (forward: ForwardModel, name: string) => forward.graph.values.get(name)?.shape;

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

describe('linear', () => {
  it('is one layer', () => {
    expect(printed('linear', {}, iris)).toEqual([
      'output: float[batch, 3] = Gemm(features, output.weight, output.bias)',
    ]);
    expect(parameterCount(buildForward('linear', {}, grey))).toBe(7850);
  });
  it('has nothing to set', () =>
    expect(() => completeSettings(architectureOf('linear'), { hidden: '3' })).toThrow(/no setting "hidden"/));
});

describe('series', () => {
  const series = (length: number, gaps: number[] = []): BuildOptions => ({
    input: { kind: 'series', length, gaps },
    output: { kind: 'classes', count: 3 },
    seed: 1,
  });
  it('say where values were missing, each in its place', async () => {
    const layers = new LayerBuilder(1);
    const forward = layers.finish(layers.series({ kind: 'series', length: 4, gaps: [0, 2] }, 2));
    const model = compileInference(forward, new Map());
    const features = tensor('float', [2, 6], [1, 2, 3, 4, 0, 1, 5, 6, 7, 8, 1, 0]);
    const results = await runModel(model, { features });
    const [result] = Object.values(results);
    expect(result.shape).toEqual([2, 4, 2]);
    expect(numbersOf(result)).toEqual([1, 0, 2, 0, 3, 1, 4, 0, 5, 1, 6, 0, 7, 0, 8, 0]);
  });
  it('cnn1d goes along them', () => {
    const forward = buildForward('cnn1d', { channels: '4,8', kernel: 3, hidden: '', batchNorm: false }, series(9));
    expect(shapeIn(forward, 'conv2/pool')).toEqual(['batch', 8, 2]);
    expect(parameterCount(forward)).toBe(3 * 4 + 4 + (4 * 3 * 8 + 8) + (16 * 3 + 3));
  });
  it.each([
    ['lstm', 4],
    ['gru', 3],
  ] as const)('%s has the matrices that its settings ask for', (id, gates) => {
    const gated = (inputs: number, units: number) => gates * units * (inputs + units + 2);
    const count = (settings: Settings, gaps?: number[]) => parameterCount(buildForward(id, settings, series(5, gaps)));
    expect(count({ units: 6 })).toBe(gated(1, 6) + 6 * 3 + 3);
    expect(count({ units: 6 }, [1])).toBe(gated(2, 6) + 6 * 3 + 3);
    expect(count({ units: 6, layers: 2 })).toBe(gated(1, 6) + gated(6, 6) + 6 * 3 + 3);
    expect(count({ units: 6, layers: 2, bidirectional: true })).toBe(2 * gated(1, 6) + 2 * gated(12, 6) + 12 * 3 + 3);
  });
  it('an LSTM’s forget gate is open in the beginning, and its gates start apart', () => {
    const { graph } = buildForward('lstm', { units: 2, bidirectional: true }, series(5));
    expect(numbersOf(graph.initializers.get('lstm1.bias')!)).toEqual(
      [0, 1].flatMap(() => [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    );
    const recurrence = numbersOf(graph.initializers.get('lstm1.recurrence')!);
    expect(new Set(recurrence.map(Math.abs)).size).toBeGreaterThan(8);
  });
  it('transformer reads values as places', () => {
    const forward = buildForward('transformer', { width: 8, layers: 1, heads: 2, expansion: 2 }, series(5));
    const layer = 4 * 8 + (8 * 24 + 24) + (8 * 8 + 8) + (2 * 8 * 16 + 16 + 8);
    expect(parameterCount(forward)).toBe(16 + 5 * 8 + layer + 16 + 27);
    expect(() => buildForward('transformer', { width: 9, heads: 2 }, series(5))).toThrow(/heads=2: width=9/);
    expect(() => buildForward('transformer', {}, series(1025))).toThrow(/1025 places are too many/);
  });
});

describe('recommender', () => {
  const pair: BuildOptions = { input: { kind: 'pair', sizes: [5, 7] }, output: { kind: 'value' }, seed: 1 };
  it('is a product of two rows, with biases', () => {
    expect(parameterCount(buildForward('recommender', { embedding: 3 }, pair))).toBe(5 * 3 + 7 * 3 + 5 + 7 + 1);
    const classes: BuildOptions = { ...pair, output: { kind: 'classes', count: 4 } };
    expect(parameterCount(buildForward('recommender', { embedding: 3 }, classes))).toBe((5 + 7) * (3 + 4) + 3 * 4 + 4);
  });
  it('has a tower for each side', () => {
    const towers = buildForward('recommender', { embedding: 3, hidden: '6,2' }, pair);
    expect(shapeIn(towers, 'common')).toEqual(['batch', 2]);
  });
  it('answers the mean for what it never saw', async () => {
    const forward = buildForward('recommender', {}, pair);
    const model = compileInference(forward, new Map([['output.bias', tensor('float', [1], [2.5])]]));
    const [result] = Object.values(await runModel(model, { features: tensor('float', [2, 2], [0, 6, 4, 6]) }));
    const [unseen, seen] = numbersOf(result);
    expect(unseen).toBe(2.5);
    expect(seen).not.toBe(2.5);
  });
});
