// Convolutions, pools and sampling, in one to three dimensions.

import { describe, expect, it } from 'vitest';
import { type AttributeInput, float, GraphBuilder, type Value } from '../../../src-main/onnx/builder.ts';
import { scalar, tensor } from '../../../src-main/onnx/tensors.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { differentiate } from '../../../src-main/autodiff/phases/5-differentiate.ts';
import { lower } from '../../../src-main/autodiff/phases/8-lower.ts';
import { checkGradient, compiledGradients, expectClose, type GradientCase } from '../../support/check-gradient.ts';

type Attributes = Record<string, AttributeInput>;

function cases(name: string, list: Record<string, GradientCase>): void {
  describe(name, () => {
    for (const [what, test] of Object.entries(list)) it(what, () => checkGradient(test));
  });
}

/** Far enough apart that no difference crosses a tie. */
function distinct(shape: readonly number[]): number[] {
  const length = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length }, (_, i) => ((i * 37) % length) / length - 0.4);
}

const oneInput =
  (op: string, tie = false) =>
  (shape: number[], attributes: Attributes, declared?: Shape): GradientCase => ({
    inputs: { X: { shape, declared, ...(tie && { values: distinct(shape) }) } },
    build: (g, { X }) => g.op(op, [X], attributes),
  });

const convolution =
  (op: string) =>
  (x: number[], w: number[], attributes: Attributes, declared?: Shape): GradientCase => {
    const channels = op === 'Conv' ? w[0] : w[1] * Number(attributes.group ?? 1);
    return {
      inputs: { X: { shape: x, declared }, W: { shape: w }, B: { shape: [channels] } },
      build: (g, { X, W, B }) => g.op(op, [X, W, B], attributes),
    };
  };

const conv = convolution('Conv');
const image = ['batch', 2, 'height', 'width'];

cases('Conv', {
  'many channels, a product per tap': conv([2, 8, 2, 3], [2, 8, 3, 2], { pads: [1, 1, 1, 0] }),
  'many channels, few places': conv([2, 8, 2, 2], [9, 8, 2, 2], { pads: [0, 0, 1, 1] }),
  'many channels, 1×1': conv([2, 9, 3, 3], [4, 9, 1, 1], {}),
  'many channels, strided': conv([1, 8, 4, 5], [2, 8, 3, 2], { strides: [2, 2], pads: [1, 1, 1, 0] }),
  'a large kernel with strides': conv([1, 2, 9, 7], [1, 2, 5, 4], { strides: [2, 3], pads: [2, 1, 2, 1] }),
  'strides above the kernel': conv([1, 2, 9, 8], [2, 2, 2, 2], { strides: [4, 3] }),
  'strides and dilations that share a factor': conv([1, 2, 11, 11], [2, 2, 3, 3], {
    strides: [2, 2],
    dilations: [2, 4],
    pads: [1, 2, 1, 2],
  }),
  'depthwise with strides': conv([2, 3, 7, 6], [3, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  'depthwise with strides, rows left over': conv([2, 3, 9, 10], [3, 1, 2, 3], { group: 3, strides: [3, 4] }),
  'depthwise with strides and dilations': conv([1, 2, 11, 9], [2, 1, 3, 2], {
    group: 2,
    strides: [2, 3],
    dilations: [1, 2],
    pads: [0, 1, 2, 0],
  }),
  'depthwise, 1×1': conv([2, 3, 3, 4], [3, 1, 1, 1], { group: 3 }),
  'depthwise, 1-D': conv([2, 4, 7], [4, 1, 3], { group: 4, pads: [2, 0] }),
  'depthwise, 1-D with strides': conv([2, 4, 8], [4, 1, 3], { group: 4, strides: [2] }),
  'depthwise, 3-D with strides': conv([1, 2, 4, 5, 4], [2, 1, 2, 3, 2], { group: 2, strides: [1, 2, 2] }),
  'depthwise, unknown sizes': conv(
    [2, 2, 5, 4],
    [2, 1, 3, 3],
    { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] },
    image,
  ),
  'depthwise, unknown batch': conv([2, 2, 5, 4], [2, 1, 3, 3], { group: 2, strides: [2, 2] }, ['batch', 2, 5, 4]),
  '3-D, strides, dilations, groups': conv([1, 4, 3, 4, 4], [2, 2, 2, 2, 2], {
    group: 2,
    strides: [2, 1, 2],
    dilations: [1, 2, 1],
    pads: [1, 0, 1, 0, 1, 2],
  }),
  '3-D, SAME_LOWER': conv([1, 1, 4, 3, 5], [2, 1, 2, 3, 2], { auto_pad: 'SAME_LOWER', strides: [1, 2, 2] }),
  '1-D, SAME_UPPER': conv([2, 2, 9], [3, 2, 4], { auto_pad: 'SAME_UPPER', strides: [2] }),
  'unknown sizes and strides': conv([2, 2, 7, 6], [3, 2, 3, 3], { strides: [2, 3], pads: [1, 0, 1, 2] }, image),
  'unknown sizes, strides and rows left over': conv([1, 2, 8, 9], [2, 2, 3, 3], { strides: [2, 4] }, image),
  'unknown sizes, pads above a stride': conv(
    [1, 2, 5, 5],
    [2, 2, 5, 5],
    { strides: [2, 2], pads: [4, 3, 4, 4] },
    image,
  ),
  'unknown sizes, SAME with stride 1': conv([1, 2, 5, 4], [2, 2, 2, 3], { auto_pad: 'SAME_UPPER' }, image),
  'unknown sizes, groups': conv([1, 2, 5, 4], [4, 1, 2, 2], { group: 2 }, image),
});

// Two sizes along each axis: with the stride, the pads depend on them.
const same = { strides: [2, 3], auto_pad: 'SAME_UPPER' };

cases('auto_pad SAME with strides over unknown sizes', {
  'Conv, SAME_UPPER': conv([2, 2, 5, 6], [2, 2, 3, 2], same, image),
  'Conv, SAME_LOWER': conv([2, 2, 6, 7], [2, 2, 2, 4], { ...same, auto_pad: 'SAME_LOWER' }, image),
  'Conv, depthwise': conv([1, 2, 4, 5], [2, 1, 3, 3], { ...same, group: 2 }, image),
  'Conv, nothing to pad': conv([1, 2, 4, 6], [2, 2, 2, 3], same, image),
  'Conv, only the width unknown': conv([1, 2, 5, 4], [2, 2, 3, 3], same, ['batch', 2, 5, 'width']),
  'MaxPool, SAME_UPPER': oneInput('MaxPool', true)([2, 2, 5, 7], { ...same, kernel_shape: [3, 4] }, image),
  'MaxPool, SAME_LOWER': oneInput('MaxPool', true)(
    [1, 2, 6, 5],
    { ...same, auto_pad: 'SAME_LOWER', kernel_shape: [3, 2] },
    image,
  ),
  AveragePool: oneInput('AveragePool')([2, 2, 5, 7], { ...same, kernel_shape: [3, 4] }, image),
  'AveragePool, pads counted': oneInput('AveragePool')(
    [2, 2, 5, 7],
    { ...same, kernel_shape: [3, 4], count_include_pad: 1 },
    image,
  ),
  LpPool: oneInput('LpPool')([2, 2, 5, 7], { ...same, kernel_shape: [3, 4] }, image),
});

const transposed = convolution('ConvTranspose');

cases('ConvTranspose', {
  plain: transposed([2, 3, 3, 4], [3, 2, 3, 3], {}),
  'stride 2': transposed([2, 2, 3, 3], [2, 3, 2, 2], { strides: [2, 2] }),
  'stride, pads and output_padding': transposed([1, 2, 3, 4], [2, 3, 3, 3], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  }),
  'output_padding beyond the pads': transposed([1, 2, 3, 3], [2, 2, 2, 2], { strides: [3, 2], output_padding: [2, 1] }),
  'uneven pads': transposed([1, 2, 4, 4], [2, 2, 3, 4], { pads: [0, 2, 1, 1], strides: [2, 1] }),
  dilations: transposed([1, 2, 3, 3], [2, 2, 3, 2], { dilations: [2, 3], strides: [1, 2] }),
  groups: transposed([2, 4, 3, 3], [4, 3, 2, 2], { group: 2, strides: [2, 2] }),
  depthwise: transposed([2, 3, 3, 3], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
  'depthwise with strides': transposed([2, 3, 3, 3], [3, 1, 4, 4], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  'kernel below the stride': transposed([1, 2, 3, 3], [2, 2, 1, 1], { strides: [2, 3] }),
  '1-D': transposed([2, 3, 4], [3, 2, 3], { strides: [2], pads: [1, 0], output_padding: [1] }),
  '3-D': transposed([1, 2, 2, 3, 2], [2, 2, 2, 3, 2], { strides: [2, 1, 2], pads: [0, 1, 0, 0, 1, 1] }),
  '3-D, groups and dilations': transposed([1, 4, 2, 2, 3], [4, 1, 2, 2, 2], { group: 2, dilations: [1, 2, 1] }),
  SAME_UPPER: transposed([1, 2, 3, 4], [2, 2, 3, 4], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  SAME_LOWER: transposed([1, 2, 3, 4], [2, 2, 4, 3], { auto_pad: 'SAME_LOWER', strides: [2, 3] }),
  VALID: transposed([1, 2, 3, 3], [2, 2, 2, 2], { auto_pad: 'VALID', strides: [2, 2] }),
  'output_shape, odd pads': transposed([1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], output_shape: [6, 5] }),
  'output_shape, SAME_UPPER': transposed([1, 2, 3, 3], [2, 2, 3, 4], {
    strides: [2, 2],
    output_shape: [6, 7],
    auto_pad: 'SAME_UPPER',
  }),
  'output_shape beyond all that is reached': transposed([1, 2, 3, 3], [2, 2, 3, 3], {
    strides: [2, 2],
    output_shape: [8, 7],
  }),
  'no bias': {
    inputs: { X: { shape: [1, 2, 3, 3] }, W: { shape: [2, 2, 2, 2] } },
    build: (g, { X, W }) => g.op('ConvTranspose', [X, W]),
  },
  'unknown batch': transposed([2, 2, 3, 3], [2, 3, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }, ['batch', 2, 3, 3]),
  'unknown sizes': transposed(
    [1, 2, 3, 2],
    [2, 2, 4, 4],
    { strides: [2, 3], pads: [1, 1, 1, 1], output_padding: [1, 2] },
    image,
  ),
  'unknown sizes, SAME_UPPER': transposed(
    [2, 2, 3, 4],
    [2, 3, 3, 3],
    { strides: [2, 2], auto_pad: 'SAME_UPPER' },
    image,
  ),
});

const maxPool = oneInput('MaxPool', true);
const volume = ['batch', 1, 'depth', 'height', 'width'];

cases('MaxPool', {
  '1-D, tiles': maxPool([2, 3, 6], { kernel_shape: [2], strides: [2] }),
  '1-D, overlapping': maxPool([2, 3, 7], { kernel_shape: [3], strides: [2], pads: [1, 1] }),
  '1-D, ceil and dilation': maxPool([2, 2, 8], { kernel_shape: [2], strides: [3], dilations: [3], ceil_mode: 1 }),
  '3-D, tiles': maxPool([1, 2, 4, 2, 6], { kernel_shape: [2, 2, 3], strides: [2, 2, 3] }),
  '3-D, overlapping': maxPool([1, 2, 4, 5, 3], { kernel_shape: [2, 3, 2], pads: [0, 1, 1, 1, 1, 0] }),
  '3-D, ceil, dilation and stride': maxPool([1, 1, 5, 5, 4], {
    kernel_shape: [2, 2, 2],
    strides: [2, 2, 1],
    dilations: [1, 2, 2],
    ceil_mode: 1,
  }),
  SAME_LOWER: maxPool([1, 2, 5, 6], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_LOWER' }),
  'column-major storage': maxPool([1, 2, 5, 5], { kernel_shape: [3, 3], strides: [2, 2], storage_order: 1 }),
  'unknown batch, tiles': maxPool([2, 2, 4, 6], { kernel_shape: [2, 3], strides: [2, 3] }, ['batch', 2, 4, 6]),
  'unknown batch, overlapping': maxPool([2, 2, 5, 5], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, [
    'batch',
    2,
    5,
    5,
  ]),
  'unknown sizes, tiles': maxPool([2, 2, 4, 6], { kernel_shape: [2, 2], strides: [2, 2] }, image),
  'unknown sizes, rows left over': maxPool([2, 2, 5, 7], { kernel_shape: [2, 2], strides: [2, 2] }, image),
  'unknown sizes, overlapping': maxPool(
    [2, 2, 6, 5],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    image,
  ),
  'unknown sizes, ceil': maxPool([2, 2, 6, 5], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, image),
  'unknown sizes, 3-D': maxPool([1, 1, 3, 4, 5], { kernel_shape: [2, 2, 2], strides: [1, 2, 2] }, volume),
});

describe('MaxPool: ties', () => {
  const tied = (shape: number[], attributes: Attributes): GradientCase => ({
    inputs: { X: { shape, values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * i) % 3) } },
    build: (g, { X }) => g.op('MaxPool', [X], attributes),
  });
  it.each([
    ['1-D', tied([1, 2, 9], { kernel_shape: [3], strides: [2], pads: [1, 1] })],
    ['1-D tiles', tied([1, 2, 9], { kernel_shape: [3], strides: [3] })],
    ['3-D', tied([1, 1, 4, 4, 4], { kernel_shape: [2, 3, 2], strides: [2, 1, 2], pads: [0, 1, 0, 0, 1, 0] })],
    ['dilated', tied([1, 2, 7, 7], { kernel_shape: [2, 2], dilations: [2, 3] })],
  ] as const)('%s: the devices agree, and dX sums to dY', async (_, test) => {
    const [cpu, gpu] = [await compiledGradients(test, 'cpu'), await compiledGradients(test, 'webgpu')];
    expectClose(gpu['d.X'].data as Float32Array, cpu['d.X'].data as Float32Array, 1e-6, 'dX');
  });

  it('a window of −∞ passes its gradient on, and no NaN', async () => {
    const test: GradientCase = {
      inputs: { X: { shape: [1, 1, 5], values: [-Infinity, -Infinity, -Infinity, 1, 2] } },
      build: (g, { X }) => {
        const pooled = g.op('MaxPool', [X], { kernel_shape: [2], strides: [1] });
        return g.op('Max', [pooled, g.scalar(-5, X)]);
      },
    };
    const { 'd.X': dX } = await compiledGradients(test, 'cpu');
    expect(Array.from(dX.data as Float32Array).some(Number.isNaN)).toBe(false);
  });
});

const averagePool = oneInput('AveragePool');

for (const count_include_pad of [0, 1]) {
  cases(`AveragePool, count_include_pad=${count_include_pad}`, {
    'ceil and pads': averagePool([1, 2, 6, 5], {
      kernel_shape: [3, 2],
      strides: [2, 2],
      pads: [1, 0, 1, 1],
      ceil_mode: 1,
      count_include_pad,
    }),
    '1-D': averagePool([2, 2, 7], { kernel_shape: [3], strides: [2], pads: [1, 1], count_include_pad }),
    '3-D': averagePool([1, 2, 4, 3, 5], { kernel_shape: [2, 2, 3], pads: [1, 0, 1, 0, 1, 1], count_include_pad }),
    '3-D, ceil': averagePool([1, 1, 4, 5, 4], {
      kernel_shape: [2, 2, 2],
      strides: [3, 2, 2],
      ceil_mode: 1,
      count_include_pad,
    }),
    dilations: {
      ...averagePool([1, 2, 8, 7], {
        kernel_shape: [3, 2],
        strides: [2, 1],
        dilations: [2, 3],
        pads: [1, 1, 1, 1],
        count_include_pad,
      }),
      opset: 19,
    },
    'dilations and ceil': {
      ...averagePool([1, 1, 7, 7], {
        kernel_shape: [2, 2],
        strides: [2, 3],
        dilations: [3, 2],
        pads: [1, 0, 1, 0],
        ceil_mode: 1,
        count_include_pad,
      }),
      opset: 19,
    },
    SAME_UPPER: averagePool([1, 2, 5, 6], {
      kernel_shape: [2, 3],
      strides: [2, 2],
      auto_pad: 'SAME_UPPER',
      count_include_pad,
    }),
    SAME_LOWER: averagePool([1, 2, 5, 6], { kernel_shape: [2, 3], auto_pad: 'SAME_LOWER', count_include_pad }),
    'unknown sizes': averagePool([2, 2, 4, 6], { kernel_shape: [2, 3], strides: [2, 2], count_include_pad }, image),
    'unknown sizes, pads': averagePool(
      [2, 2, 5, 6],
      { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 1, 1], count_include_pad },
      image,
    ),
    'unknown sizes, pads and ceil': averagePool(
      [2, 2, 6, 6],
      { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 1, 1], ceil_mode: 1, count_include_pad },
      image,
    ),
    'unknown sizes, a last window dropped': averagePool(
      [1, 2, 5, 4],
      { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad },
      image,
    ),
  });
}

for (const p of [1, 2, 3]) {
  cases(`LpPool, p=${p}`, {
    overlapping: oneInput('LpPool')([1, 2, 5, 6], { p, kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
    '1-D, ceil and dilation': oneInput('LpPool')([2, 2, 8], {
      p,
      kernel_shape: [2],
      strides: [2],
      dilations: [2],
      ceil_mode: 1,
    }),
    '3-D': oneInput('LpPool')([1, 1, 3, 4, 3], { p, kernel_shape: [2, 2, 2] }),
    'unknown sizes': oneInput('LpPool')([1, 2, 5, 6], { p, kernel_shape: [2, 2], strides: [2, 2] }, image),
    'over everything': oneInput('GlobalLpPool')([2, 3, 4, 2], { p }),
    'over everything, opset 22': { ...oneInput('GlobalLpPool')([2, 3, 5], { p }), opset: 22 },
    'over everything, unknown sizes': oneInput('GlobalLpPool')([2, 2, 4, 3], { p }, image),
  });
}

it('LpPool passes nothing where all of a window is 0', async () => {
  const { 'd.X': dX } = await compiledGradients(
    {
      inputs: { X: { shape: [1, 1, 4], values: [0, 0, 3, 4] } },
      build: (g, { X }) => g.op('LpPool', [X], { kernel_shape: [2], strides: [2] }),
    },
    'cpu',
  );
  expect([...(dX.data as Float32Array)].map((x) => x !== 0)).toEqual([false, false, true, true]);
});

cases('pools over everything', {
  'maximum, 1-D': oneInput('GlobalMaxPool', true)([2, 3, 5], {}),
  'maximum, 2-D': oneInput('GlobalMaxPool', true)([2, 3, 4, 2], {}),
  'maximum, 3-D': oneInput('GlobalMaxPool', true)([1, 2, 2, 3, 2], {}),
  'maximum, unknown sizes': oneInput('GlobalMaxPool', true)([2, 2, 3, 4], {}, image),
  'average, 1-D': oneInput('GlobalAveragePool')([2, 3, 5], {}),
  'average, 3-D': oneInput('GlobalAveragePool')([1, 2, 2, 3, 2], {}),
  'average, unknown batch': oneInput('GlobalAveragePool')([2, 2, 3, 4], {}, ['batch', 2, 3, 4]),
  'average, unknown sizes': oneInput('GlobalAveragePool')([2, 2, 3, 4], {}, image),
});

it('GlobalMaxPool gives all of a tie to the first', async () => {
  const { 'd.X': dX } = await compiledGradients(
    {
      inputs: { X: { shape: [1, 2, 2, 2], values: [1, 3, 3, 0, 2, 2, 2, 2] } },
      build: (g, { X }) => g.op('GlobalMaxPool', [X]),
    },
    'cpu',
  );
  expect([...(dX.data as Float32Array)].map((x) => x !== 0)).toEqual([
    false,
    true,
    false,
    false,
    true,
    false,
    false,
    false,
  ]);
});

describe('MaxUnpool', () => {
  const unpool = (attributes: Attributes, shape: number[] | undefined, declared?: Shape): GradientCase => ({
    inputs: {
      X: { shape: [1, 2, 2, 2], declared },
      I: { shape: [1, 2, 2, 2], declared, type: 'int64', values: [0, 3, 9, 14, 17, 22, 24, 31] },
    },
    build: (g, { X, I }) => g.op('MaxUnpool', [X, I, shape && g.int64s(shape)], attributes),
  });
  const list: Record<string, GradientCase> = {
    'by the windows': unpool({ kernel_shape: [2, 2], strides: [2, 2] }, undefined),
    'to a given size': unpool({ kernel_shape: [2, 2], strides: [2, 2] }, [1, 2, 4, 5]),
    'unknown sizes': unpool({ kernel_shape: [2, 2], strides: [2, 2] }, undefined, image),
  };
  for (const [what, test] of Object.entries(list)) it(what, () => checkGradient(test));
  it('after a MaxPool, as in SegNet', () =>
    checkGradient({
      inputs: { X: { shape: [2, 2, 4, 6], values: distinct([2, 2, 4, 6]) } },
      devices: ['cpu'],
      build: (g, { X }) => {
        const windows = { kernel_shape: [2, 2], strides: [2, 2] };
        const [values, places] = g.node('MaxPool', [X], windows, { outputs: ['Y', 'Indices'] });
        return g.op('MaxUnpool', [g.op('Tanh', [values]), places], windows);
      },
    }));
});

describe('Resize', () => {
  const byScale = (shape: number[], scales: number[], attributes: Attributes, declared?: Shape): GradientCase => ({
    inputs: { X: { shape, declared } },
    build: (g, { X }) =>
      g.op('Resize', [X, undefined, g.constant(tensor('float', [scales.length], scales))], attributes),
  });
  const bySize = (shape: number[], sizes: number[], attributes: Attributes, declared?: Shape): GradientCase => ({
    inputs: { X: { shape, declared } },
    build: (g, { X }) => g.op('Resize', [X, undefined, undefined, g.int64s(sizes)], attributes),
  });
  const nearest = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];
  const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];

  for (const coordinate_transformation_mode of [...coordinates, 'half_pixel_symmetric']) {
    const opset = coordinate_transformation_mode === 'half_pixel_symmetric' ? 19 : 18;
    for (const nearest_mode of nearest) {
      const attributes = { coordinate_transformation_mode, nearest_mode };
      it(`nearest, ${coordinate_transformation_mode}, ${nearest_mode}`, async () => {
        await checkGradient({ ...byScale([1, 2, 3, 4], [1, 1, 2, 3], attributes), opset });
        await checkGradient({ ...byScale([1, 2, 5, 4], [1, 1, 1.7, 0.55], attributes), opset });
      });
    }
  }
  for (const mode of ['linear', 'cubic']) {
    for (const coordinate_transformation_mode of [...coordinates, 'half_pixel_symmetric']) {
      const opset = coordinate_transformation_mode === 'half_pixel_symmetric' ? 19 : 18;
      it(`${mode}, ${coordinate_transformation_mode}`, async () => {
        const attributes = { mode, coordinate_transformation_mode };
        await checkGradient({ ...byScale([1, 2, 3, 4], [1, 1, 2, 3], attributes), opset });
        await checkGradient({ ...byScale([1, 2, 5, 4], [1, 1, 1.7, 0.55], attributes), opset });
        await checkGradient({ ...bySize([1, 2, 5, 3], [1, 2, 4, 7], attributes), opset });
        await checkGradient({ ...bySize([1, 2, 5, 3], [1, 2, 1, 3], attributes), opset });
      });
    }
  }

  const cropped = (mode: string): GradientCase => ({
    inputs: { X: { shape: [1, 1, 4, 5] } },
    build: (g, { X }) =>
      g.op(
        'Resize',
        [X, g.constant(tensor('float', [8], [0, 0, 0.2, -0.3, 1, 1, 0.9, 1.2])), undefined, g.int64s([1, 1, 3, 6])],
        { mode, coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(7) },
      ),
  });
  const list: Record<string, GradientCase> = {
    'nearest, 1-D': byScale([2, 3, 4], [1, 1, 2], {
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
    'nearest, 3-D': byScale([1, 2, 2, 3, 2], [1, 1, 2, 1, 3], {
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    }),
    'nearest, 3-D, uneven': bySize([1, 1, 2, 3, 2], [1, 1, 3, 5, 3], {}),
    'nearest, batch and channels too': byScale([2, 2, 3], [2, 1.5, 2], {}),
    'nearest, as opset 11 had it for TensorFlow': byScale([1, 1, 2, 3], [1, 1, 2, 3], {
      coordinate_transformation_mode: 'tf_half_pixel_for_nn',
      nearest_mode: 'floor',
    }),
    'nearest, smaller': byScale([1, 2, 6, 6], [1, 1, 0.5, 0.34], {
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    }),
    'nearest, the size it has': bySize([1, 2, 3, 3], [1, 2, 3, 3], {}),
    'linear, 1-D': byScale([2, 3, 4], [1, 1, 2.5], { mode: 'linear' }),
    'linear, 3-D': bySize([1, 1, 2, 3, 4], [1, 1, 3, 5, 3], {
      mode: 'linear',
      coordinate_transformation_mode: 'align_corners',
    }),
    'linear, a matrix': bySize([3, 4], [5, 6], { mode: 'linear' }),
    'cubic with its own coefficient, outside excluded': byScale([1, 1, 4, 5], [1, 1, 1.6, 2], {
      mode: 'cubic',
      cubic_coeff_a: float(-0.5),
      exclude_outside: 1,
    }),
    'linear with antialiasing': bySize([1, 1, 7, 9], [1, 1, 3, 5], { mode: 'linear', antialias: 1 }),
    'cubic with antialiasing': bySize([1, 1, 7, 9], [1, 1, 3, 5], { mode: 'cubic', antialias: 1 }),
    'given axes': {
      inputs: { X: { shape: [2, 3, 4, 2] } },
      build: (g, { X }) =>
        g.op('Resize', [X, undefined, undefined, g.int64s([7, 5])], { mode: 'linear', axes: [-1, 2] }),
    },
    'crop and resize, linear': cropped('linear'),
    'crop and resize, nearest': cropped('nearest'),
    'no larger than': bySize([1, 1, 4, 6], [8, 8], {
      mode: 'linear',
      axes: [2, 3],
      keep_aspect_ratio_policy: 'not_larger',
    }),
    'no smaller than': bySize([1, 1, 4, 6], [8, 8], {
      mode: 'linear',
      axes: [2, 3],
      keep_aspect_ratio_policy: 'not_smaller',
    }),
    'unknown batch, nearest': byScale([2, 2, 3, 3], [1, 1, 2, 2], {}, ['batch', 2, 3, 3]),
    'unknown batch, linear': byScale([2, 2, 3, 3], [1, 1, 2, 2], { mode: 'linear' }, ['batch', 2, 3, 3]),
    'unknown sizes, nearest': byScale([2, 2, 3, 4], [1, 1, 2, 2], {}, image),
    'unknown sizes, linear': byScale([2, 2, 3, 4], [1, 1, 2, 2.5], { mode: 'linear' }, image),
    'unknown sizes, half': byScale([2, 2, 6, 4], [1, 1, 0.5, 0.5], { mode: 'cubic' }, image),
    'unknown sizes, 3-D, uneven': byScale([1, 1, 3, 2, 4], [1, 1, 1.5, 2, 1.25], { mode: 'linear' }, volume),
    'to the size of another value': {
      inputs: {
        X: { shape: [2, 2, 3, 4], declared: image },
        Z: { shape: [2, 2, 5, 6], declared: ['batch', 2, 'h', 'w'] },
      },
      build: (g, { X, Z }) => {
        const sizes = g.op('Shape', [Z]);
        return g.add(g.op('Resize', [X, undefined, undefined, sizes], { mode: 'linear' }), Z);
      },
    },
    'scales computed in the graph': {
      inputs: { X: { shape: [1, 2, 3, 4], declared: image }, scales: { shape: [4], values: [1, 1, 2, 1.5] } },
      wrt: ['X'],
      build: (g, { X, scales }) => g.op('Resize', [X, undefined, scales], { mode: 'linear' }),
    },
    'empty scales beside sizes, as opset 11 had them': {
      inputs: { X: { shape: [1, 2, 3, 4] } },
      build: (g, { X }) => {
        const none = g.constant(tensor('float', [0], []));
        return g.op('Resize', [X, none, none, g.int64s([1, 2, 5, 8])], { mode: 'linear' });
      },
    },
  };
  for (const [what, test] of Object.entries(list)) it(what, () => checkGradient(test));
});

describe('GridSample', () => {
  // Between the elements, so that no difference crosses a kink; some places lie outside.
  const between = (x: number): number => {
    const at = Math.max(-1.6, Math.min(1.6, x * 0.8));
    return Math.round(at * 7) / 7 + 0.031;
  };
  const sample = (x: number[], grid: number[], attributes: Attributes, declared?: [Shape, Shape]): GradientCase => ({
    inputs: { X: { shape: x, declared: declared?.[0] }, grid: { shape: grid, map: between, declared: declared?.[1] } },
    wrt: attributes.mode === 'nearest' ? ['X'] : undefined,
    tolerance: 1e-4,
    build: (g, { X, grid }) => g.op('GridSample', [X, grid], attributes),
  });
  for (const padding_mode of ['zeros', 'border', 'reflection']) {
    for (const align_corners of [0, 1]) {
      const attributes = { padding_mode, align_corners };
      it(`bilinear, ${padding_mode}, align_corners=${align_corners}`, () =>
        checkGradient(sample([2, 2, 4, 5], [2, 3, 4, 2], { ...attributes, mode: 'bilinear' })));
      it(`nearest, ${padding_mode}, align_corners=${align_corners}`, () =>
        checkGradient(sample([2, 2, 4, 5], [2, 3, 4, 2], { ...attributes, mode: 'nearest' })));
      it(`in a volume, ${padding_mode}, align_corners=${align_corners}`, () =>
        checkGradient({
          ...sample([1, 2, 3, 2, 4], [1, 2, 2, 3, 3], { ...attributes, mode: 'linear' }),
          opset: 20,
        }));
    }
  }
  it('unknown sizes', () =>
    checkGradient(
      sample([2, 2, 4, 3], [2, 3, 2, 2], { mode: 'bilinear', align_corners: 1 }, [
        image,
        ['batch', 'rows', 'columns', 2],
      ]),
    ));
  it('nearest passes no gradient to the grid', async () => {
    const test = { ...sample([1, 1, 4, 4], [1, 2, 2, 2], { mode: 'nearest' }), wrt: ['X', 'grid'] };
    const { 'd.grid': dgrid } = await compiledGradients(test, 'cpu');
    expect([...(dgrid.data as Float32Array)].every((x) => x === 0)).toBe(true);
  });
});

describe('AffineGrid', () => {
  for (const align_corners of [0, 1]) {
    it(`a picture, align_corners=${align_corners}`, () =>
      checkGradient({
        inputs: { theta: { shape: [2, 2, 3] } },
        opset: 20,
        build: (g, { theta }) => g.op('AffineGrid', [theta, g.int64s([2, 3, 4, 5])], { align_corners }),
      }));
    it(`a volume, align_corners=${align_corners}`, () =>
      checkGradient({
        inputs: { theta: { shape: [2, 3, 4] } },
        opset: 20,
        build: (g, { theta }) => g.op('AffineGrid', [theta, g.int64s([2, 1, 2, 3, 4])], { align_corners }),
      }));
  }
  it('a spatial transformer of pictures of unknown size', () =>
    checkGradient({
      inputs: {
        X: { shape: [2, 2, 4, 5], declared: image },
        theta: {
          shape: [2, 2, 3],
          declared: ['batch', 2, 3],
          values: [0.83, 0.11, 0.03, -0.2, 0.71, 0.07, 0.62, -0.3, 0.21, 0.17, 0.9, -0.13],
        },
      },
      opset: 20,
      tolerance: 1e-4,
      build: (g, { X, theta }) => g.op('GridSample', [X, g.op('AffineGrid', [theta, g.op('Shape', [X])])]),
    }));
});

describe('Col2Im', () => {
  const fold = (
    shape: number[],
    picture: number[],
    block: number[],
    attributes: Attributes,
    declared?: Shape,
  ): GradientCase => ({
    inputs: { X: { shape, declared } },
    build: (g, { X }) => g.op('Col2Im', [X, g.int64s(picture), g.int64s(block)], attributes),
  });
  const list: Record<string, GradientCase> = {
    plain: fold([2, 8, 6], [3, 4], [2, 2], {}),
    'strides and pads': fold([1, 12, 9], [5, 4], [3, 2], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    dilations: fold([1, 4, 8], [4, 5], [2, 2], { dilations: [2, 1] }),
    'uneven pads': fold([1, 6, 12], [4, 4], [3, 2], { pads: [1, 0, 0, 1] }),
    '1-D': fold([2, 6, 4], [6], [3], {}),
    '3-D': fold([1, 8, 12], [3, 3, 4], [2, 2, 2], {}),
    'blocks of one': fold([2, 3, 6], [2, 3], [1, 1], {}),
    'unknown batch': fold([2, 8, 6], [3, 4], [2, 2], {}, ['batch', 8, 6]),
  };
  for (const [what, test] of Object.entries(list)) it(what, () => checkGradient(test));
});

describe('what is refused', () => {
  const refused = (build: (g: GraphBuilder) => Value, device: 'cpu' | 'webgpu' = 'cpu') => {
    const g = new GraphBuilder('refused');
    const y = build(g);
    const loss = g.reduceSum(
      y,
      g.shape(y).map((_, axis) => axis),
      false,
    );
    g.output(loss);
    return () => lower(differentiate(g.finish(), loss, ['X']).graph, device);
  };
  const X = (g: GraphBuilder, shape: Shape = [1, 2, 4, 4]) => g.input('X', 'float', shape);
  it('says which node, and what', () => {
    expect(
      refused((g) => g.op('GridSample', [X(g), g.input('grid', 'float', [1, 2, 2, 2])], { mode: 'bicubic' })),
    ).toThrow(/GridSample "GridSample": mode="bicubic"/);
    expect(
      refused((g) =>
        g.op('RoiAlign', [X(g), g.constant(tensor('float', [1, 4], [0, 0, 2, 2])), g.constant(scalar('int64', 0))]),
      ),
    ).toThrow(/RoiAlign "RoiAlign": lies between a parameter and the loss, but how many samples/);
    expect(
      refused(
        (g) =>
          g.op('MaxPool', [X(g, image)], { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }),
        'webgpu',
      ),
    ).toThrow(/rounds up over the unknown size "height"/);
  });
});
