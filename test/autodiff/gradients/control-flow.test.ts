import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Inside, type Value } from '../../../src-main/onnx/builder.ts';
import { scalar, tensor } from '../../../src-main/onnx/tensors.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { differentiate } from '../../../src-main/autodiff/phases/5-differentiate.ts';
import { checkGradient, type GradientCase } from '../../support/check-gradient.ts';

type Inputs = Readonly<Record<string, Value>>;
type Body = (b: GraphBuilder, inputs: readonly Value[]) => readonly Value[];

/** A graph inside a node of `outer`, its inputs typed like `shapes`. */
function subgraph(outer: GraphBuilder, shapes: readonly Shape[], body: Body, repeated = true) {
  const inside: Inside = { outer, repeated };
  const b = new GraphBuilder('body', inside);
  b.scope = outer.unique('body');
  const inputs = shapes.map((shape) => b.input(b.unique('in'), 'float', shape));
  for (const output of body(b, inputs)) b.output(output);
  return { kind: 'graph', value: b.finish() } as const;
}

interface ScanOptions {
  readonly states: readonly Value[];
  readonly scanned: readonly Value[];
  readonly results?: number;
  readonly axes?: readonly number[];
  readonly directions?: readonly number[];
  readonly outputAxes?: readonly number[];
  readonly outputDirections?: readonly number[];
  readonly body: Body;
}

function scan(g: GraphBuilder, options: ScanOptions): Value[] {
  const { states, scanned, results = 0, axes, directions, outputAxes, outputDirections, body } = options;
  const slices = scanned.map((x, i) => g.shape(x).filter((_, axis) => axis !== (axes?.[i] ?? 0)));
  return g.node(
    'Scan',
    [...states, ...scanned],
    {
      body: subgraph(g, [...states.map((state) => g.shape(state)), ...slices], body),
      num_scan_inputs: scanned.length,
      scan_input_axes: axes,
      scan_input_directions: directions,
      scan_output_axes: outputAxes,
      scan_output_directions: outputDirections,
    },
    { outputs: [...states.map(() => 'final'), ...new Array<string>(results).fill('stack')] },
  );
}

/** All of the values, flat and one after the other. */
function join(g: GraphBuilder, values: readonly Value[]): Value {
  const flat = values.map((value) => g.op('Reshape', [value, g.int64s([-1])]));
  return flat.length === 1 ? flat[0] : g.concat(flat, 0);
}

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

interface LoopOptions {
  readonly trips?: Value;
  readonly condition?: Value;
  readonly states: readonly Value[];
  readonly results?: number;
  /** The number of the run and the states → the states and the results. */
  readonly body: Body;
  readonly goesOn?: (b: GraphBuilder, before: Value, states: readonly Value[]) => Value;
  readonly shapes?: readonly Shape[];
}

function loop(g: GraphBuilder, options: LoopOptions): Value[] {
  const { trips, condition, states, results = 0, body, shapes = states.map((state) => g.shape(state)) } = options;
  const { goesOn = (b) => b.constant(scalar('bool', 1)) } = options;
  const inside: Inside = { outer: g, repeated: true };
  const b = new GraphBuilder('body', inside);
  b.scope = g.unique('body');
  const number = b.input(b.unique('run'), 'int64', []);
  const before = b.input(b.unique('goes'), 'bool', []);
  const inputs = shapes.map((shape) => b.input(b.unique('in'), 'float', shape));
  const outputs = body(b, [number, ...inputs]);
  b.output(goesOn(b, before, inputs));
  for (const output of outputs) b.output(output);
  return g.node(
    'Loop',
    [trips, condition, ...states],
    { body: { kind: 'graph', value: b.finish() } },
    { outputs: [...states.map(() => 'final'), ...new Array<string>(results).fill('stack')] },
  );
}

const times = (g: GraphBuilder, n: number): Value => g.constant(scalar('int64', n));

describe('Loop', () => {
  const body =
    (W: Value): Body =>
    (b, [run, s]) => {
      const next = b.op('Tanh', [b.matmul(b.mul(s, b.add(b.cast(run, 'float'), b.scalar(1, s))), W)]);
      return [next, b.mul(next, s)];
    };
  const W = { shape: [3, 3], map: half };
  const cases: Record<string, GradientCase> = {
    'a constant number of runs': {
      inputs: { S, W },
      build: (g, { S, W }) => join(g, loop(g, { trips: times(g, 3), states: [S], results: 1, body: body(W) })),
    },
    'one run': {
      inputs: { S, W },
      build: (g, { S, W }) => join(g, loop(g, { trips: times(g, 1), states: [S], results: 1, body: body(W) })),
    },
    'a condition that is constant': {
      inputs: { S, W },
      build: (g, { S, W }) =>
        loop(g, {
          trips: times(g, 2),
          condition: g.constant(scalar('bool', 1)),
          states: [S],
          results: 1,
          body: body(W),
        })[0],
    },
    'as often as there are rows': {
      inputs: { S, X: { shape: [4, 2, 3], declared: ['rows', 2, 3] }, W },
      build: (g, { S, X, W }) => {
        const rows = g.op('Squeeze', [g.sizeVector('rows'), g.int64s([0])]);
        const row = (b: GraphBuilder, run: Value) => b.op('Gather', [X, run], { axis: 0 });
        return join(
          g,
          loop(g, {
            trips: rows,
            states: [S],
            results: 1,
            body: (b, [run, s]) => body(W)(b, [run, b.add(s, row(b, run))]),
          }),
        );
      },
    },
    'a condition over a counter': {
      inputs: { S, W },
      build: (g, { S, W }) => {
        const b = new GraphBuilder('body', { outer: g, repeated: true });
        b.input('run', 'int64', []);
        b.input('goes', 'bool', []);
        const [i, s] = [b.input('i', 'int64', []), b.input('s', 'float', [2, 3])];
        const next = b.add(i, times(g, 2));
        b.output(b.op('Less', [next, times(g, 5)]));
        b.output(next);
        b.output(b.op('Tanh', [b.mul(b.matmul(s, W), b.cast(next, 'float'))]));
        const body = { kind: 'graph', value: b.finish() } as const;
        return g.node('Loop', [undefined, undefined, times(g, 0), S], { body }, { outputs: ['count', 'final'] })[1];
      },
    },
    'a value that grows': {
      inputs: { S: { shape: [1, 3] }, W },
      build: (g, { S, W }) =>
        loop(g, {
          trips: times(g, 3),
          states: [S],
          shapes: [['n', 3]],
          body: (b, [, s]) => [b.concat([s, b.op('Tanh', [b.matmul(b.reduceMean(s, [0]), W)])], 0)],
        })[0],
    },
  };
  it.each(Object.entries(cases))('%s', (_, test) => checkGradient(test));

  const refused = (build: (g: GraphBuilder, s: Value) => Value, message: RegExp) => () => {
    const g = new GraphBuilder('g');
    const result = build(g, g.input('S', 'float', [2, 3]));
    const loss = g.reduceSum(result, [0, 1], false);
    g.output(loss);
    expect(() => differentiate(g.finish(), loss, ['S'])).toThrow(message);
  };
  const double: Body = (b, [, s]) => [b.add(s, s)];
  const small = (b: GraphBuilder, _before: Value, [s]: readonly Value[]) =>
    b.op('Less', [b.reduceSum(s, [0, 1], false), b.scalar(9, s)]);
  it(
    'refuses a condition that only the run can tell',
    refused(
      (g, S) => loop(g, { trips: times(g, 3), states: [S], body: double, goesOn: small })[0],
      /^Loop "final": lies between a parameter and the loss, but whether it goes on is computed while it runs/,
    ),
  );
  it(
    'refuses one that never ends',
    refused((g, S) => loop(g, { states: [S], body: double })[0], /runs more than 64 times/),
  );
  it(
    'refuses many runs of a value that grows',
    refused(
      (g, S) =>
        loop(g, {
          trips: times(g, 100),
          states: [S],
          shapes: [['n', 3]],
          body: (b, [, s]) => [b.concat([s, s], 0)],
        })[0],
      /runs more than 64 times/,
    ),
  );
  it(
    'refuses a value that grows as often as only the run can tell',
    refused((g, S) => {
      const many = g.cast(g.reduceSum(S, [0, 1], false), 'int64');
      return loop(g, { trips: many, states: [S], shapes: [['n', 3]], body: (b, [, s]) => [b.concat([s, s], 0)] })[0];
    }, /its number of runs is not constant/),
  );
});

/** Each branch sees the values around it. */
function choose(
  g: GraphBuilder,
  condition: Value,
  then: (b: GraphBuilder) => Value[],
  otherwise: (b: GraphBuilder) => Value[],
) {
  const branches = [then, otherwise].map((branch) => subgraph(g, [], branch, false));
  const [then_branch, else_branch] = branches;
  return g.node(
    'If',
    [condition],
    { then_branch, else_branch },
    { outputs: then_branch.value.outputs.map(() => 'chosen') },
  );
}

describe('If', () => {
  const yes = (x: number): GradientCase['inputs'] => ({
    c: { shape: [], type: 'bool', values: [x] },
    A: { shape: [2, 3] },
    B: { shape: [3, 3] },
    C: { shape: [3] },
  });
  describe.each([1, 0])('condition %d', (condition) => {
    const inputs = yes(condition);
    const cases: Record<string, GradientCase> = {
      'both branches use everything': {
        inputs,
        build: (g, { c, A, B, C }) =>
          choose(
            g,
            c,
            (b) => [b.add(b.op('Tanh', [b.matmul(A, B)]), C)],
            (b) => [b.mul(b.matmul(A, b.exp(B)), C)],
          )[0],
      },
      'a value that one branch alone uses': {
        inputs,
        build: (g, { c, A, B, C }) =>
          g.add(
            choose(
              g,
              c,
              (b) => [b.op('Sigmoid', [b.matmul(A, B)])],
              (b) => [b.mul(A, C)],
            )[0],
            g.add(g.mul(A, A), g.add(C, g.reduceSum(B, [0], false))),
          ),
      },
      'a branch that only passes on': {
        inputs,
        build: (g, { c, A, B }) =>
          g.matmul(
            choose(
              g,
              c,
              () => [A],
              (b) => [b.op('Tanh', [A])],
            )[0],
            B,
          ),
        wrt: ['A', 'B'],
      },
      'several results, one not used': {
        inputs,
        build: (g, { c, A, B, C }) => {
          const [y, , z] = choose(
            g,
            c,
            (b) => [b.mul(A, A), b.exp(C), b.matmul(A, B)],
            (b) => [b.add(A, C), C, b.mul(A, C)],
          );
          return g.mul(y, z);
        },
      },
      'one inside another': {
        inputs,
        build: (g, { c, A, B, C }) => {
          const not = g.op('Not', [c]);
          return choose(
            g,
            c,
            (b) =>
              choose(
                b,
                not,
                (d) => [d.mul(A, C)],
                (d) => [d.op('Tanh', [d.matmul(A, B)])],
              ),
            (b) => [
              b.mul(
                choose(
                  b,
                  not,
                  (d) => [d.mul(A, A)],
                  (d) => [d.matmul(A, B)],
                )[0],
                C,
              ),
            ],
          )[0];
        },
        wrt: ['A', 'B', 'C'],
      },
      'in every step of a Scan': {
        inputs: { ...inputs, S, X },
        build: (g, { c, B, C, S, X }) =>
          join(
            g,
            scan(g, {
              states: [S],
              scanned: [X],
              results: 1,
              body: (b, [s, x]) => {
                const many = b.op('Greater', [b.reduceSum(x, [0, 1], false), b.scalar(0, x)]);
                const [next] = choose(
                  b,
                  b.op('Equal', [many, c]),
                  (d) => [d.op('Tanh', [d.matmul(s, B)])],
                  (d) => [d.mul(d.add(s, x), C)],
                );
                return [next, b.mul(next, x)];
              },
            }),
          ),
        wrt: ['B', 'C', 'S', 'X'],
      },
      'a Scan in one branch': {
        inputs: { ...inputs, S, X },
        build: (g, { c, B, C, S, X }) =>
          choose(
            g,
            c,
            (b) =>
              scan(b, { states: [S], scanned: [X], body: (d, [s, x]) => [d.op('Tanh', [d.add(d.matmul(s, B), x)])] }),
            (b) => [b.add(b.reduceSum(X, [0], false), b.mul(S, C))],
          )[0],
        wrt: ['B', 'C', 'S', 'X'],
      },
    };
    it.each(Object.entries(cases))('%s', (_, test) => checkGradient(test));
  });
});
