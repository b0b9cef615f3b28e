import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src-main/autodiff/phases/5-differentiate.ts';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { lower } from '../../src-main/autodiff/phases/8-lower.ts';
import { asModel, nameOutputs } from '../../src-main/autodiff/phases/9-package.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { sameShape } from '../../src-main/onnx/dims.ts';
import { withOutputs } from '../../src-main/onnx/graph.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Graph, Shape } from '../../src-main/onnx/types.ts';
import { expectClose } from '../support/check-gradient.ts';
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

describe('a number for each channel', () => {
  const X = [2, 3, 19, 18];
  const sizes: Record<string, { f: readonly number[]; W?: readonly number[]; seen?: boolean; past: boolean }> = {
    'goes past a convolution': { f: [1, 4, 1, 1], past: true },
    'without an axis for the batch, too': { f: [4, 1, 1], past: true },
    'stays where weights are more than pictures': { f: [1, 64, 1, 1], W: [64, 3, 7, 7], past: false },
    'stays where something else reads the product': { f: [1, 4, 1, 1], seen: true, past: false },
    'stays where it is one of each row': { f: [1, 1, 17, 1], past: false },
  };
  it.each(Object.entries(sizes))('%s', async (_, { f, W = [4, 3, 3, 3], seen = false, past }) => {
    const g = new GraphBuilder('scaled');
    const given = { X, W, B: [W[0]], f, share: [2, W[0], 20 - W[2], 19 - W[3]] };
    for (const [name, shape] of Object.entries(given)) g.input(name, 'float', shape);
    const y = g.op('Conv', ['X', 'W', 'B'], { kernel_shape: W.slice(2) });
    const loss = g.reduceSum(g.mul(g.mul(y, 'f'), 'share'), [0, 1, 2, 3], false);
    const { graph, gradients } = differentiate(g.finish(), loss, ['X', 'W', 'B']);
    const found = ['X', 'W', 'B'].map((name) => gradients.get(name)!);
    const [product] = graph.nodes.find(({ op, inputs }) => op === 'ConvWeightGrad' && inputs[1] === 'X')!.inputs;
    const whole = withOutputs(graph, [...found, ...(seen ? [product] : [])]);
    const names = whole.outputs.map((_, index) => `out${index}`);
    const after = nameOutputs(simplify(whole), names);
    const large = after.nodes.filter(({ op, inputs, outputs }) => {
      return op === 'Mul' && inputs.includes('f') && sameShape(after.values.get(outputs[0])!.shape, given.share);
    });
    expect(large).toHaveLength(past ? 0 : 1);

    const values = Object.fromEntries(
      Object.entries(given).map(([name, shape], at) => {
        const size = shape.reduce((a, b) => a * b, 1);
        return [
          name,
          tensor(
            'float',
            shape,
            Array.from({ length: size }, (_, i) => Math.sin(i + at)),
          ),
        ];
      }),
    );
    const run = (each: Graph) => runModel(asModel(nameOutputs(lower(each, 'cpu'), names), 18), values);
    const [wanted, actual] = [await run(whole), await run(after)];
    for (const name of names) {
      expectClose(actual[name].data as Float32Array, wanted[name].data as Float32Array, 1e-5, name);
    }
  });
});
