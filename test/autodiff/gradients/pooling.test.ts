import { describe, expect, it } from 'vitest';
import type { AttributeInput } from '../../../src-main/onnx/attributes.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { cases, distinct, oneInput } from '../../support/gradient-cases.ts';
import { checkGradient, compiledGradients, expectClose, type GradientCase } from '../../support/check-gradient.ts';

type Attributes = Record<string, AttributeInput>;

const image = ['batch', 2, 'height', 'width'];

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
      inputs: { X: { shape: [2, 2, 4, 6], values: distinct(2 * 2 * 4 * 6) } },
      devices: ['cpu'],
      build: (g, { X }) => {
        const windows = { kernel_shape: [2, 2], strides: [2, 2] };
        const [values, places] = g.node('MaxPool', [X], windows, { outputs: ['Y', 'Indices'] });
        return g.op('MaxUnpool', [g.op('Tanh', [values]), places], windows);
      },
    }));
});
