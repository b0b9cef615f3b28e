import type { AttributeInput } from '../../../src-main/onnx/attributes.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { cases, oneInput } from '../../support/gradient-cases.ts';
import type { GradientCase } from '../../support/check-gradient.ts';

type Attributes = Record<string, AttributeInput>;

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
