import { describe, expect, it } from 'vitest';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { asModel } from '../../src-main/autodiff/phases/9-package.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Shape } from '../../src-main/onnx/types.ts';
import { runModel } from '../support/run-model.ts';

interface Case {
  shape?: Shape;
  type?: DataType;
  build(g: GraphBuilder, x: Value): Value;
  /** The operators that are left. */
  left: string[];
}

const cases: Record<string, Case> = {
  'two transposes that undo each other': {
    build: (g, x) => g.exp(g.transpose(g.transpose(x, [1, 2, 0]), [2, 0, 1])),
    left: ['Exp'],
  },
  'two transposes as one': {
    build: (g, x) => g.transpose(g.transpose(x, [1, 2, 0]), [0, 2, 1]),
    left: ['Transpose'],
  },
  'four transposes as one': {
    build: (g, x) => [0, 1, 2, 3].reduce((y) => g.transpose(y, [1, 2, 0]), x),
    left: ['Transpose'],
  },
  'reshapes in a row as the last one': {
    build: (g, x) => g.exp(g.op('Reshape', [g.op('Flatten', [x]), g.int64s([4, -1])])),
    left: ['Reshape', 'Exp'],
  },
  'a reshape there and back': {
    build: (g, x) => g.exp(g.reshape(g.reshape(x, [24]), [2, 3, 4])),
    left: ['Exp'],
  },
  'a size copied from what lies between stays': {
    build: (g, x) => g.exp(g.op('Reshape', [g.reshape(x, [6, 4]), g.int64s([0, 2, 2])])),
    left: ['Reshape', 'Reshape', 'Exp'],
  },
  'a cast there and back': { build: (g, x) => g.exp(g.cast(g.cast(x, 'double'), 'float')), left: ['Exp'] },
  'a cast that loses something stays': {
    build: (g, x) => g.exp(g.cast(g.cast(x, 'int32'), 'float')),
    left: ['Cast', 'Cast', 'Exp'],
  },
  'whole numbers through a float that holds them': {
    type: 'uint8',
    build: (g, x) => g.cast(g.cast(x, 'float'), 'int32'),
    left: ['Cast'],
  },
  'whole numbers through a float that does not': {
    type: 'int32',
    build: (g, x) => g.cast(g.cast(x, 'float'), 'int64'),
    left: ['Cast', 'Cast'],
  },
  'the same twice': { build: (g, x) => g.add(g.exp(x), g.exp(x)), left: ['Exp', 'Add'] },
  'what nobody asks for': {
    build: (g, x) => {
      g.log(x);
      return g.exp(x);
    },
    left: ['Exp'],
  },
  'arithmetic on constants': {
    build: (g, x) => g.mul(x, g.sqrt(g.add(g.scalar(9, x), g.scalar(7, x)))),
    left: ['Mul'],
  },
  'arithmetic on sizes': {
    build: (g, x) => {
      const size = g.op('Gather', [g.op('Shape', [x]), g.int64s([2])]);
      return g.op('Reshape', [x, g.concat([g.int64s([-1]), size], 0)]);
    },
    left: ['Reshape'],
  },
};

describe('simplification leaves', () => {
  it.each(Object.entries(cases))('%s', async (_, { shape = [2, 3, 4], type = 'float', build, left }) => {
    const g = new GraphBuilder('case');
    g.output(build(g, g.input('x', type, shape)));
    const before = g.finish();
    const after = simplify(before);
    expect(after.nodes.map(({ op }) => op)).toEqual(left);
    const x = tensor(
      type,
      [2, 3, 4],
      Array.from({ length: 24 }, (_, i) => (type === 'float' ? Math.sin(i) : i * 10)),
    );
    const [wanted, given] = await Promise.all([before, after].map((graph) => runModel(asModel(graph, 18), { x })));
    const [was, is] = [Object.values(wanted)[0], Object.values(given)[0]];
    expect(is.shape).toEqual(was.shape);
    expect(is.data).toEqual(was.data);
  });
});
