import { describe, it } from 'vitest';
import { choose, join, scan } from '../../support/control-flow.ts';
import { checkGradient, type GradientCase } from '../../support/check-gradient.ts';

const half = (x: number): number => x / 2;
const S = { shape: [2, 3], map: half };
const X = { shape: [4, 2, 3], map: half };

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
