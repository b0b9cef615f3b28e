import { describe, expect, it } from 'vitest';
import { foreignModel } from '../../src-main/autodiff/foreign-model.ts';
import { asModel } from '../../src-main/autodiff/phases/9-package.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { filled, scalar } from '../../src-main/onnx/tensors.ts';
import type { Model } from '../../src-main/onnx/types.ts';

/** A picture through a convolution, a norm, a scale, an upsampling; a table of positions that only chooses; one weight too many. */
function model(): Model {
  const g = new GraphBuilder('foreign');
  const weight = (name: string, ...shape: number[]) => g.initializer(name, filled('float', shape, 0.5));
  g.input('mask', 'float', [1, 4]);
  g.input('image', 'float', ['batch', 1, 4, 4]);
  const conv = g.op('Conv', ['image', weight('conv.weight', 2, 1, 1, 1), weight('conv.bias', 2)]);
  const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => weight(`norm.${name}`, 2));
  const normed = g.op('BatchNormalization', [conv, ...norm]);
  const scaled = g.mul(normed, g.initializer('scale', scalar('float', 2)));
  const sign = g.cast(g.op('Greater', [scaled, weight('threshold', 1, 2, 1, 1)]), 'float');
  const large = g.op('Resize', [g.mul(scaled, sign), undefined, g.initializer('sizes', filled('float', [4], 1))], {});
  g.output(g.op('GlobalAveragePool', [large]));
  g.output(g.op('GlobalAveragePool', [g.mul(large, weight('head', 1, 2, 1, 1))]));
  return asModel(g.finish(), 18);
}

describe('a model made elsewhere', () => {
  it('trains what the first output follows little by little, and takes its batch from the input that has one', () => {
    const { forward } = foreignModel(model());
    expect(forward.parameters).toEqual(['conv.weight', 'conv.bias', 'norm.weight', 'norm.bias']);
    expect(forward).toMatchObject({ input: 'image', output: 'GlobalAveragePool', opset: 18 });
  });

  it('trains what another output follows, and what a pattern names', () => {
    const other = foreignModel(model(), { output: 'GlobalAveragePool_2', trainable: /head|scale|threshold/ });
    expect(other.forward.parameters).toEqual(['scale', 'head']);
    expect(other.unused).toEqual(['threshold']);
  });
});
