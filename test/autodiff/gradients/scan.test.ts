import { describe, it } from 'vitest';
import { GraphBuilder, type Inside, type Value } from '../../../src-main/onnx/builder.ts';
import { scalar, tensor } from '../../../src-main/onnx/tensors.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { join, scan, type Body } from '../../support/control-flow.ts';
import { checkGradient, type GradientCase } from '../../support/check-gradient.ts';

type Inputs = Readonly<Record<string, Value>>;

const half = (x: number): number => x / 2;
const S = { shape: [2, 3], map: half };
const X = { shape: [4, 2, 3], map: half };

describe('Scan', () => {
  const step: Body = (b, [s, x]) => {
    const next = b.op('Tanh', [b.add(b.mul(s, x), x)]);
    return [next, b.mul(next, x)];
  };
  const simple = (which: (values: Value[]) => Value[]): GradientCase => ({
    inputs: { S, X },
    build: (g, { S, X }) => join(g, which(scan(g, { states: [S], scanned: [X], results: 1, body: step }))),
  });
  const weights = { W: { shape: [3, 3], map: half }, b: { shape: [3], map: half } };
  const withWeights = (body: (x: Inputs) => Body, declared?: Partial<Record<string, Shape>>): GradientCase => ({
    inputs: {
      S: { ...S, declared: declared?.S },
      X: { ...X, declared: declared?.X },
      ...weights,
    },
    build: (g, x) => join(g, scan(g, { states: [x.S], scanned: [x.X], results: 1, body: body(x) })),
  });
  const layer =
    (x: Inputs): Body =>
    (b, [s, slice]) => {
      const next = b.op('Tanh', [b.add(b.add(b.matmul(s, x.W), x.b), slice)]);
      return [next, b.op('Sigmoid', [next])];
    };

  const cases: Record<string, GradientCase> = {
    'states and results': simple((values) => values),
    'the last state only': simple(([final]) => [final]),
    'the results only': simple(([, stack]) => [stack]),
    'no states': {
      inputs: { X, w: { shape: [3] } },
      build: (g, { X, w }) =>
        scan(g, { states: [], scanned: [X], results: 1, body: (b, [x]) => [b.mul(b.op('Exp', [x]), w)] })[0],
    },
    'weights from outside': withWeights(layer),
    'weights used twice': withWeights((x) => (b, [s, slice]) => {
      const next = b.op('Tanh', [b.matmul(b.matmul(s, x.W), x.W)]);
      return [next, b.add(b.mul(next, slice), b.mul(x.b, x.b))];
    }),
    'weights transposed, as Gemm': withWeights((x) => (b, [s, slice]) => {
      const next = b.op('Tanh', [b.op('Gemm', [s, b.transpose(x.W, [1, 0]), x.b], { transB: 0 })]);
      return [next, b.op('Gemm', [slice, x.W], { transB: 1 })];
    }),
    'weights that only the body can add up': withWeights((x) => (b, [s, slice]) => {
      const next = b.op('Tanh', [b.matmul(b.mul(x.W, x.W), b.transpose(s, [1, 0]))]);
      return [b.transpose(next, [1, 0]), b.mul(b.matmul(slice, b.mul(b.exp(x.W), x.b)), x.b)];
    }),
    'a state that is not float': {
      inputs: { S, X },
      build: (g, { S, X }) => {
        const inside: Inside = { outer: g, repeated: true };
        const b = new GraphBuilder('body', inside);
        const n = b.input('n', 'int64', []);
        const s = b.input('s', 'float', [2, 3]);
        const x = b.input('x', 'float', [2, 3]);
        b.output(b.add(n, g.constant(scalar('int64', 1))));
        b.output(b.mul(b.op('Tanh', [b.add(s, x)]), b.cast(b.add(n, g.constant(scalar('int64', 2))), 'float')));
        return g.node(
          'Scan',
          [g.constant(scalar('int64', 0)), S, X],
          { body: { kind: 'graph', value: b.finish() }, num_scan_inputs: 1 },
          { outputs: ['count', 'final'] },
        )[1];
      },
    },
    'states that change places, and one that only passes': {
      inputs: { S, T: S, U: S, X },
      build: (g, { S, T, U, X }) =>
        join(
          g,
          scan(g, {
            states: [S, T, U],
            scanned: [X],
            results: 1,
            body: (b, [s, t, u, x]) => [t, b.mul(s, x), u, b.mul(u, t)],
          }),
        ),
    },
    'a state that does not depend on the one before': {
      inputs: { S, X },
      build: (g, { S, X }) =>
        join(g, scan(g, { states: [S], scanned: [X], results: 1, body: (b, [s, x]) => [b.exp(x), s] })),
    },
    'a state that starts constant': {
      inputs: { X },
      build: (g, { X }) => {
        const zero = g.constant(tensor('float', [2, 3], new Array<number>(6).fill(0)));
        return join(g, scan(g, { states: [zero], scanned: [X], results: 1, body: step }));
      },
    },
    'results that are one value, a state, a slice, or from outside': {
      inputs: { S, X, w: { shape: [3] } },
      build: (g, { S, X, w }) =>
        join(
          g,
          scan(g, {
            states: [S],
            scanned: [X],
            results: 5,
            body: (b, [s, x]) => {
              const y = b.mul(s, x);
              return [y, y, y, s, x, w];
            },
          }),
        ),
    },
    'several inputs, some backward, on other axes': {
      inputs: { S, X, Z: { shape: [2, 4, 3] }, V: { shape: [2, 3, 4] } },
      build: (g, { S, X, Z, V }) =>
        join(
          g,
          scan(g, {
            states: [S],
            scanned: [X, Z, V],
            axes: [0, 1, 2],
            directions: [0, 1, 1],
            results: 2,
            outputAxes: [1, 0],
            outputDirections: [1, 0],
            body: (b, [s, x, z, v]) => {
              const next = b.op('Tanh', [b.add(b.mul(s, z), b.mul(x, v))]);
              return [next, b.mul(next, x), b.mul(next, v)];
            },
          }),
        ),
    },
    'backward, weights from outside': {
      inputs: { S, X, ...weights },
      build: (g, x) =>
        join(
          g,
          scan(g, {
            states: [x.S],
            scanned: [x.X],
            directions: [1],
            outputDirections: [1],
            results: 1,
            body: (b, inputs) => layer(x)(b, [inputs[0], b.matmul(inputs[1], x.W)]),
          }),
        ),
    },
    'sizes with names': withWeights(layer, { S: ['batch', 3], X: ['steps', 'batch', 3] }),
    'a softmax over weights of each step': {
      inputs: { S, X, W: { shape: [3, 5] } },
      build: (g, { S, X, W }) =>
        join(
          g,
          scan(g, {
            states: [S],
            scanned: [X],
            results: 1,
            body: (b, [s, x]) => {
              const attention = b.op('Softmax', [b.matmul(s, W)], { axis: -1 });
              return [b.add(b.matmul(attention, b.transpose(W, [1, 0])), x), b.reduceMean(attention, [1])];
            },
          }),
        ),
    },
    'operators that devices spell differently': {
      inputs: { S: { shape: [1, 2, 4, 4] }, X: { shape: [3, 1, 2, 4, 4] }, K: { shape: [2, 2, 3, 3], map: half } },
      build: (g, { S, X, K }) =>
        join(
          g,
          scan(g, {
            states: [S],
            scanned: [X],
            results: 1,
            body: (b, [s, x]) => {
              const y = b.op('Relu', [b.op('Conv', [b.add(s, x), K], { pads: [1, 1, 1, 1] })]);
              return [b.op('Tanh', [y]), b.op('MaxPool', [y], { kernel_shape: [2, 2], strides: [2, 2] })];
            },
          }),
        ),
    },
    'inside another': {
      inputs: { S: { shape: [3] }, X: { shape: [2, 4, 3], map: half }, W: { shape: [3, 3], map: half } },
      build: (g, { S, X, W }) =>
        join(
          g,
          scan(g, {
            states: [S],
            scanned: [X],
            results: 1,
            body: (b, [s, rows]) => {
              const [final, stack] = scan(b, {
                states: [s],
                scanned: [rows],
                results: 1,
                body: (c, [t, row]) => {
                  const product = c.matmul(c.unsqueeze(t, [0]), W);
                  const next = c.op('Tanh', [c.add(c.op('Squeeze', [product, c.int64s([0])]), c.mul(row, s))]);
                  return [next, c.mul(next, t)];
                },
              });
              return [b.mul(final, s), stack];
            },
          }),
        ),
    },
    'an LSTM in every step': {
      inputs: {
        S: { shape: [1, 2, 2], map: half },
        X: { shape: [2, 3, 2, 2], map: half },
        W: { shape: [1, 8, 2], map: half },
        R: { shape: [1, 8, 2], map: half },
      },
      build: (g, { S, X, W, R }) =>
        join(
          g,
          scan(g, {
            states: [S],
            scanned: [X],
            results: 1,
            body: (b, [s, x]) => {
              const [Y, last] = b.node(
                'LSTM',
                [x, W, R, undefined, undefined, s],
                { hidden_size: 2 },
                { outputs: ['Y', 'Y_h'] },
              );
              return [last, b.op('Squeeze', [Y, b.int64s([1])])];
            },
          }),
        ),
    },
  };
  it.each(Object.entries(cases))('%s', (_, test) => checkGradient(test));
});
