import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../../../src-main/onnx/builder.ts';
import { scalar } from '../../../src-main/onnx/tensors.ts';
import { differentiate } from '../../../src-main/autodiff/phases/5-differentiate.ts';
import { join, loop, times, type Body } from '../../support/control-flow.ts';
import { checkGradient, type GradientCase } from '../../support/check-gradient.ts';

const half = (x: number): number => x / 2;
const S = { shape: [2, 3], map: half };

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
