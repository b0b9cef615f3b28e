import type { Params } from '../../src-main/search/space/parameter.ts';
import { numeric, type Objective, sum } from './objectives.ts';

/** The objectives of test/fixtures/optuna/other_objectives.py: none of them was looked at while the samplers were written. */

const A3 = [
  [3, 10, 30],
  [0.1, 10, 35],
  [3, 10, 30],
  [0.1, 10, 35],
];
const P3 = [
  [3689, 1170, 2673],
  [4699, 4387, 7470],
  [1091, 8732, 5547],
  [381, 5743, 8828],
];

const foxholes: readonly (readonly [number, number, number, number, number])[] = [
  [4, 4, 4, 4, 0.1],
  [1, 1, 1, 1, 0.2],
  [8, 8, 8, 8, 0.2],
  [6, 6, 6, 6, 0.4],
  [3, 7, 3, 7, 0.4],
  [2, 9, 2, 9, 0.6],
  [5, 3, 5, 3, 0.3],
  [8, 1, 8, 1, 0.7],
  [6, 2, 6, 2, 0.5],
  [7, 3.6, 7, 3.6, 0.5],
];

function tree(params: Params): number {
  const { layers, optimizer, momentum, epsilon } = params;
  let cost = 0.6 * ((layers as number) - 2) ** 2;
  for (let i = 0; i < (layers as number); i++) cost += 0.15 * (Math.log2(params[`width${i}`] as number) - 7 + i) ** 2;
  const rate = Math.log10(params.rate as number);
  if (optimizer === 'sgd') return cost + (rate + 1.2) ** 2 + 4 * ((momentum as number) - 0.9) ** 2;
  if (optimizer === 'adam') return cost + 0.1 + (rate + 3) ** 2 + (0.3 * (Math.log10(epsilon as number) + 7) ** 2) / 4;
  return cost + 0.5 + (rate + 3.5) ** 2;
}

function machine({ kernel, c, gamma, degree }: Params): number {
  const much = Math.log10(c as number);
  if (kernel === 'linear') return 0.14 + 0.004 * (much + 1) ** 2;
  const off = 0.02 * (much + Math.log10(gamma as number) + 1) ** 2 + 0.003 * (much - 2) ** 2;
  return kernel === 'rbf' ? 0.05 + off : 0.06 + off + 0.015 * Math.abs((degree as number) - 3);
}

function switches(params: Params): number {
  const on = Array.from({ length: 8 }, (_, i) => params[`s${i}`] as boolean);
  const [a, b] = [params.a as number, params.b as number];
  const alike = sum([0, 2].map((i) => (on[i] !== on[i + 1] ? 1 : on[i] ? 0.4 : 0)));
  const unlike = sum([4, 6].map((i) => (on[i] === on[i + 1] ? 1 : on[i] ? 0.3 : 0)));
  return alike + unlike + 0.02 * (a - 13) ** 2 + 0.1 * Math.abs(a + b - 17);
}

const width = (layers: readonly number[]) => ({ type: 'int', low: 4, high: 1024, log: true, when: { layers } });

export const otherObjectives: Readonly<Record<string, Objective>> = {
  zakharov: numeric(4, -5, 10, (x) => {
    const s = sum(x.map((v, i) => 0.5 * (i + 1) * v));
    return sum(x.map((v) => v * v)) + s ** 2 + s ** 4;
  }),
  'dixon-price': numeric(
    4,
    -10,
    10,
    (x) => (x[0] - 1) ** 2 + sum(x.slice(1).map((v, i) => (i + 2) * (2 * v * v - x[i]) ** 2)),
  ),
  'six-hump-camel': {
    space: { x0: { type: 'float', low: -3, high: 3 }, x1: { type: 'float', low: -2, high: 2 } },
    value: ({ x0, x1 }) => {
      const [x, y] = [x0 as number, x1 as number];
      return (4 - 2.1 * x ** 2 + x ** 4 / 3) * x ** 2 + x * y + (-4 + 4 * y ** 2) * y ** 2;
    },
  },
  beale: numeric(
    2,
    -4.5,
    4.5,
    ([x, y]) => (1.5 - x + x * y) ** 2 + (2.25 - x + x * y ** 2) ** 2 + (2.625 - x + x * y ** 3) ** 2,
  ),
  powell: numeric(
    4,
    -4,
    5,
    ([a, b, c, d]) => (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4,
  ),
  himmelblau: numeric(2, -6, 6, ([x, y]) => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2),
  hartmann3: numeric(
    3,
    0,
    1,
    (x) =>
      -sum([1, 1.2, 3, 3.2].map((c, k) => c * Math.exp(-sum(x.map((v, i) => A3[k][i] * (v - P3[k][i] / 1e4) ** 2))))),
  ),
  shekel: numeric(
    4,
    0,
    10,
    (x) => -sum(foxholes.map((hole) => 1 / (sum(x.map((v, i) => (v - hole[i]) ** 2)) + hole[4]))),
  ),
  'goldstein-price': numeric(2, -2, 2, ([x, y]) => {
    const a = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x ** 2 - 14 * y + 6 * x * y + 3 * y ** 2);
    const b = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x ** 2 + 48 * y - 36 * x * y + 27 * y ** 2);
    return Math.log(a * b);
  }),
  eggholder: numeric(
    2,
    -512,
    512,
    ([x, y]) =>
      -(y + 47) * Math.sin(Math.sqrt(Math.abs(x / 2 + y + 47))) - x * Math.sin(Math.sqrt(Math.abs(x - y - 47))),
  ),
  'drop-wave': numeric(2, -4, 6.24, ([x, y]) => {
    const r2 = x * x + y * y;
    return -(1 + Math.cos(12 * Math.sqrt(r2))) / (0.5 * r2 + 2);
  }),
  trid: numeric(4, -16, 16, (x) => sum(x.map((v) => (v - 1) ** 2)) - sum(x.slice(1).map((v, i) => v * x[i]))),
  bukin: {
    space: { x0: { type: 'float', low: -15, high: -5 }, x1: { type: 'float', low: -3, high: 3 } },
    value: ({ x0, x1 }) => {
      const [x, y] = [x0 as number, x1 as number];
      return 100 * Math.sqrt(Math.abs(y - 0.01 * x * x)) + 0.01 * Math.abs(x + 10);
    },
  },
  schwefel2: numeric(2, -500, 500, (x) => 418.9829 * 2 - sum(x.map((v) => v * Math.sin(Math.sqrt(Math.abs(v)))))),
  ellipsoid: numeric(6, -5, 5, (x) => sum(x.map((v, i) => 10 ** ((4 * i) / 5) * (v - 1.3) ** 2))),
  'noisy-rosenbrock': numeric(
    3,
    -2,
    2,
    (x) =>
      sum(x.slice(1).map((v, i) => 10 * (v - x[i] ** 2) ** 2 + (1 - x[i]) ** 2)) +
      0.3 * Math.sin(sum(x.map((v, i) => Math.floor(v * 1000) * [12.9898, 78.233, 37.719][i]))),
  ),
  terraces: numeric(3, -5, 5, (x) => sum(x.map((v) => Math.floor(1.7 * (v - 1.37)) ** 2))),
  tree: {
    space: {
      layers: { type: 'int', low: 1, high: 3 },
      width0: width([1, 2, 3]),
      width1: width([2, 3]),
      width2: width([3]),
      optimizer: { type: 'categorical', choices: ['sgd', 'adam', 'rmsprop'] },
      rate: { type: 'float', low: 1e-6, high: 1, log: true },
      momentum: { type: 'float', low: 0, high: 0.99, when: { optimizer: 'sgd' } },
      epsilon: { type: 'float', low: 1e-10, high: 1e-2, log: true, when: { optimizer: 'adam' } },
    },
    value: tree,
  },
  machine: {
    space: {
      kernel: { type: 'categorical', choices: ['linear', 'rbf', 'poly'] },
      c: { type: 'float', low: 1e-4, high: 1e4, log: true },
      gamma: { type: 'float', low: 1e-6, high: 1e2, log: true, when: { kernel: ['rbf', 'poly'] } },
      degree: { type: 'int', low: 2, high: 6, when: { kernel: 'poly' } },
    },
    value: machine,
  },
  switches: {
    space: {
      ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`s${i}`, { type: 'boolean' }])),
      a: { type: 'int', low: 0, high: 20 },
      b: { type: 'int', low: 0, high: 20 },
    },
    value: switches,
  },
};
