import { describe, expect, it } from 'vitest';
import { type AttributeInput, float } from '../../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../../src-main/onnx/builder.ts';
import { scalar, tensor } from '../../../src-main/onnx/tensors.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { differentiate } from '../../../src-main/autodiff/phases/5-differentiate.ts';
import { lower } from '../../../src-main/autodiff/phases/8-lower.ts';
import { checkGradient, compiledGradients, type GradientCase } from '../../support/check-gradient.ts';

type Attributes = Record<string, AttributeInput>;

const image = ['batch', 2, 'height', 'width'];

const volume = ['batch', 1, 'depth', 'height', 'width'];

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
