import { expect, it } from 'vitest';
import { type AttributeInput, float } from '../../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../../src-main/onnx/builder.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { differentiate } from '../../../src-main/autodiff/phases/5-differentiate.ts';
import { simplify } from '../../../src-main/autodiff/phases/7-simplify.ts';
import { lower } from '../../../src-main/autodiff/phases/8-lower.ts';
import { withOutputs } from '../../../src-main/onnx/graph.ts';
import type { GradientCase } from '../../support/check-gradient.ts';
import { cases as gradientCases } from '../../support/gradient-cases.ts';

type Inputs = Readonly<Record<string, Value>>;
type Attributes = Record<string, AttributeInput>;

const cases = (name: string, list: Record<string, GradientCase>): void =>
  gradientCases(name, list, { tolerance: 1e-4 });

const positive = (x: number): number => 0.5 + Math.abs(x);
const image = ['batch', 4, 'height', 'width'];

function layer(x: number[], scale: number[], attributes: Attributes, bias = true, declared?: Shape): GradientCase {
  return {
    inputs: { X: { shape: x, declared }, scale: { shape: scale }, ...(bias && { B: { shape: scale } }) },
    build: (g, i: Inputs) => g.op('LayerNormalization', [i.X, i.scale, i.B], attributes),
  };
}

cases('LayerNormalization', {
  'last axis': layer([2, 3, 5], [5], {}),
  'no bias': layer([2, 3, 5], [5], {}, false),
  'its own epsilon': layer([4, 3], [3], { epsilon: float(0.1) }),
  'from axis 1': layer([2, 3, 4], [3, 4], { axis: 1 }),
  'from axis −2, pictures': layer([2, 2, 3, 4], [3, 4], { axis: -2 }),
  'from axis 0': layer([3, 4], [3, 4], { axis: 0 }),
  'scale that broadcasts': layer([2, 3, 4], [1, 4], { axis: 1 }),
  'rows of two': layer([3, 2], [2], { epsilon: float(1) }),
  'a vector': layer([6], [6], {}),
  'unknown batch and length': layer([2, 3, 4], [4], {}, true, ['batch', 'length', 4]),
  'unknown batch, from axis 1': layer([2, 3, 4], [3, 4], { axis: 1 }, true, ['batch', 3, 4]),
  'a single scale for rows of unknown length': layer([2, 5], [1], {}, true, ['batch', 'features']),
  'its statistics are used': {
    inputs: { X: { shape: [3, 4] }, scale: { shape: [4] } },
    build: (g, { X, scale }) => {
      const outputs = ['Y', 'Mean', 'InvStdDev'];
      const [y, mean, factor] = g.node('LayerNormalization', [X, scale], {}, { outputs });
      return g.add(g.mul(y, factor), g.mul(mean, mean));
    },
  },
  'only its statistics are used': {
    inputs: { X: { shape: [3, 4], declared: ['batch', 'features'] }, scale: { shape: [1] } },
    wrt: ['X'],
    build: (g, { X, scale }) => {
      const outputs = ['Y', 'Mean', 'InvStdDev'];
      const [, mean, factor] = g.node('LayerNormalization', [X, scale], {}, { outputs });
      return g.mul(mean, factor);
    },
  },
  'in double precision': {
    inputs: { X: { shape: [2, 5] }, scale: { shape: [5] }, B: { shape: [5] } },
    build: (g, { X, scale, B }) => {
      const doubles = [X, scale, B].map((value) => g.cast(value, 'double'));
      return g.cast(g.op('LayerNormalization', doubles), 'float');
    },
  },
});

it('LayerNormalization and its gradient share one node', () => {
  const g = new GraphBuilder('case');
  const X = g.input('X', 'float', ['batch', 4]);
  const scale = g.input('scale', 'float', [4]);
  const y = g.op('LayerNormalization', [X, scale]);
  const loss = g.reduceSum(y, [0, 1], false);
  g.output(loss);
  const { graph, gradients } = differentiate(g.finish(), loss, ['X', 'scale']);
  const whole = simplify(lower(simplify(withOutputs(graph, [y, ...gradients.values()])), 'cpu'));
  expect(whole.nodes.filter(({ op }) => op === 'LayerNormalization')).toHaveLength(1);
});

function rootMeanSquare(x: number[], scale: number[], attributes: Attributes, declared?: Shape): GradientCase {
  return {
    inputs: { X: { shape: x, declared }, scale: { shape: scale } },
    opset: 23,
    build: (g, { X, scale }) => g.op('RMSNormalization', [X, scale], attributes),
  };
}

cases('RMSNormalization', {
  'last axis': rootMeanSquare([2, 3, 5], [5], {}),
  'its own epsilon': rootMeanSquare([4, 3], [3], { epsilon: float(0.1) }),
  'from axis 1': rootMeanSquare([2, 3, 4], [3, 4], { axis: 1 }),
  'from axis −2, scale that broadcasts': rootMeanSquare([2, 3, 4], [4], { axis: -2 }),
  'unknown batch and length': rootMeanSquare([2, 3, 4], [4], {}, ['batch', 'length', 4]),
});

function instance(x: number[], attributes: Attributes = {}, declared?: Shape): GradientCase {
  return {
    inputs: { X: { shape: x, declared }, scale: { shape: [x[1]] }, B: { shape: [x[1]] } },
    build: (g, { X, scale, B }) => g.op('InstanceNormalization', [X, scale, B], attributes),
  };
}

cases('InstanceNormalization', {
  '1-D': instance([2, 3, 5]),
  '2-D': instance([2, 3, 3, 4]),
  '3-D': instance([2, 2, 2, 3, 2]),
  'its own epsilon': instance([2, 3, 5], { epsilon: float(0.1) }),
  'one channel': instance([2, 1, 6]),
  'unknown batch': instance([2, 4, 3, 3], {}, ['batch', 4, 3, 3]),
  'unknown sizes': instance([2, 4, 2, 3], {}, image),
});

function group(x: number[], groups: number, weights: number, opset: number, declared?: Shape): GradientCase {
  return {
    inputs: { X: { shape: x, declared }, scale: { shape: [weights] }, bias: { shape: [weights] } },
    opset,
    build: (g, { X, scale, bias }) =>
      g.op('GroupNormalization', [X, scale, bias], { num_groups: groups, epsilon: float(1e-3) }),
  };
}

cases('GroupNormalization', {
  'weights per group, as before opset 21': group([2, 4, 3, 2], 2, 2, 18),
  'weights per channel': group([2, 4, 3, 2], 2, 4, 21),
  'one group': group([2, 3, 4], 1, 3, 21),
  'one group, one weight': group([2, 3, 4], 1, 1, 18),
  'as many groups as channels': group([2, 3, 4], 3, 3, 21),
  'no spatial axes': group([3, 6], 2, 6, 21),
  '3-D': group([2, 4, 2, 2, 2], 2, 4, 21),
  'unknown batch': group([2, 4, 3, 2], 2, 4, 21, ['batch', 4, 3, 2]),
  'unknown sizes': group([2, 4, 3, 2], 2, 4, 21, image),
  'unknown sizes, weights per group': group([2, 4, 3, 2], 2, 2, 18, image),
});

cases('InstanceNormalization over groups, as PyTorch exports GroupNorm', {
  'unknown sizes': {
    inputs: {
      X: { shape: [2, 4, 3, 2], declared: image },
      scale: { shape: [4, 1, 1] },
      B: { shape: [4, 1, 1] },
    },
    build: (g, { X, scale, B }) => {
      const ones = g.initializer('ones', { type: 'float', shape: [2], data: Float32Array.of(1, 1) });
      const zeros = g.initializer('zeros', { type: 'float', shape: [2], data: Float32Array.of(0, 0) });
      const split = g.op('Reshape', [X, g.int64s([0, 2, -1])]);
      const normal = g.op('InstanceNormalization', [split, ones, zeros]);
      return g.add(g.mul(g.op('Reshape', [normal, g.op('Shape', [X])]), scale), B);
    },
  },
});

function response(x: number[], attributes: Attributes, declared?: Shape): GradientCase {
  return {
    inputs: { X: { shape: x, declared } },
    build: (g, { X }) => g.op('LRN', [X], attributes),
  };
}

cases('LRN', {
  'three neighbours': response([2, 5, 2, 3], { size: 3, alpha: float(0.5), beta: float(0.75), bias: float(2) }),
  defaults: response([1, 4, 3, 2], { size: 5 }),
  'more neighbours than channels': response([1, 2, 2, 2], { size: 5, alpha: float(1) }),
  'an even number of neighbours': response([2, 5, 2, 2], { size: 2, alpha: float(1), beta: float(0.5) }),
  'one neighbour': response([2, 3, 2, 2], { size: 1, alpha: float(1) }),
  '1-D': response([2, 4, 3], { size: 3, alpha: float(1) }),
  '3-D': response([1, 4, 2, 2, 2], { size: 4, alpha: float(1) }),
  'no places': response([3, 4], { size: 3, alpha: float(1) }),
  'unknown sizes': response([2, 4, 2, 3], { size: 3, alpha: float(1) }, image),
});

function batch(x: number[], training_mode: number, declared?: Shape, attributes: Attributes = {}): GradientCase {
  const channels = [x[1]];
  return {
    inputs: {
      X: { shape: x, declared },
      scale: { shape: channels, map: positive },
      B: { shape: channels },
      mean: { shape: channels },
      variance: { shape: channels, map: positive },
    },
    wrt: training_mode ? ['X', 'scale', 'B'] : undefined,
    build: (g, { X, scale, B, mean, variance }) => {
      const outputs = training_mode ? ['Y', 'running_mean', 'running_var'] : ['Y'];
      return g.node(
        'BatchNormalization',
        [X, scale, B, mean, variance],
        { training_mode, ...attributes },
        { outputs },
      )[0];
    },
  };
}

for (const training of [0, 1]) {
  cases(`BatchNormalization, ${training ? 'training' : 'inference'}`, {
    vectors: batch([5, 3], training),
    '1-D': batch([3, 2, 4], training),
    '2-D': batch([2, 3, 2, 4], training),
    '3-D': batch([2, 2, 2, 3, 2], training),
    'its own epsilon and momentum': batch([4, 2, 3], training, undefined, {
      epsilon: float(0.1),
      momentum: float(0.5),
    }),
    'unknown batch': batch([3, 4, 2, 2], training, ['batch', 4, 2, 2]),
    'unknown batch of vectors': batch([5, 3], training, ['batch', 3]),
    'unknown sizes': batch([2, 4, 3, 2], training, image),
    'opset 15': { ...batch([3, 2, 4], training), opset: 22 },
  });
}

cases('BatchNormalization: the running statistics', {
  'are blended by momentum': {
    inputs: {
      X: { shape: [4, 2, 3] },
      mean: { shape: [2] },
      variance: { shape: [2], map: positive },
    },
    build: (g, { X, mean, variance }) => {
      const ones = g.initializer('ones', { type: 'float', shape: [2], data: Float32Array.of(1, 1) });
      const outputs = ['Y', 'running_mean', 'running_var'];
      const attributes = { training_mode: 1, momentum: float(0.75) };
      const [, nextMean, nextVariance] = g.node('BatchNormalization', [X, ones, ones, mean, variance], attributes, {
        outputs,
      });
      return g.mul(nextMean, nextVariance);
    },
  },
});
