import { readFileSync } from 'node:fs';
import type { Params } from '../../src-main/search/space/parameter.ts';

/** The objectives of test/fixtures/optuna/make-optuna.py, with their spaces. */
export interface Objective {
  space: Record<string, unknown>;
  value(params: Params): number;
}

const axes = (n: number, low: number, high: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`x${i}`, { type: 'float', low, high }]));
export const numeric = (n: number, low: number, high: number, f: (x: number[]) => number): Objective => ({
  space: axes(n, low, high),
  value: (params) => f(Array.from({ length: n }, (_, i) => params[`x${i}`] as number)),
});
export const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const A6 = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const P6 = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];

function mixed({ kind, rate, depth, wide, extra, units, drop }: Params): number {
  const value = (Math.log10(rate as number) + 2.6) ** 2 + 0.05 * ((depth as number) - 5) ** 2 + (wide ? 0 : 0.4);
  if (kind === 'a') return value + 6 * ((extra as number) - 0.35) ** 2;
  if (kind === 'b') {
    return value + 0.2 + 0.1 * (Math.log2(units as number) - 6) ** 2 + 2 * ((drop as number) - 0.3) ** 2;
  }
  return value + (kind === 'c' ? 1 : 2);
}

/** Real small nets on noisy digits: the validation error after 1, 3, 9 and 27 epochs, of every setting. */
export const nets = JSON.parse(readFileSync(new URL('../fixtures/optuna/table.json', import.meta.url), 'utf8')) as {
  epochs: number[];
  errors: Record<string, number[]>;
};

export const netErrors = ({ activation, layers, width, rate, alpha }: Params) =>
  nets.errors[`${activation} ${layers} ${width} ${rate} ${alpha}`];

/** What noise there is follows from the place alone, the same in every language. */
const shaking = [12.9898, 78.233, 37.719, 4.581];

function integers({ units, batch, depth, rate, step }: Params): number {
  const work = Math.log2(units as number) - 7.3;
  const size = Math.log2(batch as number) - 5;
  return (
    0.3 * work ** 2 +
    0.2 * (size - 0.3 * work) ** 2 +
    0.01 * ((depth as number) - 12) ** 2 +
    (Math.log10(rate as number) + 3 - 0.2 * size) ** 2 +
    Math.abs((step as number) - 35) / 50
  );
}

function categoricals(params: Params): number {
  const picks = Array.from({ length: 10 }, (_, i) => Number(params[`c${i}`]));
  const off = picks.map((pick, i) => (((pick - (3 * i + 2)) % 5) + 5) % 5);
  return sum(off) + 1.5 * picks.filter((pick, i) => i > 0 && pick === picks[i - 1]).length;
}

export const objectives: Readonly<Record<string, Objective>> = {
  sphere: numeric(5, -5, 5, (x) => sum(x.map((v) => (v - 1.7) ** 2))),
  rosenbrock: numeric(4, -2, 2, (x) => sum(x.slice(1).map((v, i) => 100 * (v - x[i] ** 2) ** 2 + (1 - x[i]) ** 2))),
  rastrigin: numeric(5, -5.12, 5.12, (x) =>
    sum(x.map((v) => (v - 0.9) ** 2 - 10 * Math.cos(2 * Math.PI * (v - 0.9)) + 10)),
  ),
  ackley: numeric(
    5,
    -15,
    25,
    (x) =>
      -20 * Math.exp(-0.2 * Math.sqrt(sum(x.map((v) => v * v)) / x.length)) -
      Math.exp(sum(x.map((v) => Math.cos(2 * Math.PI * v))) / x.length) +
      20 +
      Math.E,
  ),
  branin: {
    space: { x0: { type: 'float', low: -5, high: 10 }, x1: { type: 'float', low: 0, high: 15 } },
    value: ({ x0, x1 }) => {
      const [x, y] = [x0 as number, x1 as number];
      const bent = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
      return bent ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    },
  },
  hartmann6: numeric(
    6,
    0,
    1,
    (x) =>
      -sum([1, 1.2, 3, 3.2].map((c, k) => c * Math.exp(-sum(x.map((v, i) => A6[k][i] * (v - P6[k][i] / 1e4) ** 2))))),
  ),
  'styblinski-tang': numeric(5, -5, 5, (x) => sum(x.map((v) => v ** 4 - 16 * v * v + 5 * v)) / 2),
  mixed: {
    space: {
      kind: { type: 'categorical', choices: ['a', 'b', 'c', 'd'] },
      rate: { type: 'float', low: 1e-5, high: 1, log: true },
      depth: { type: 'int', low: 1, high: 12 },
      wide: { type: 'boolean' },
      extra: { type: 'float', low: 0, high: 1, when: { kind: 'a' } },
      units: { type: 'int', low: 8, high: 512, log: true, when: { kind: 'b' } },
      drop: { type: 'float', low: 0, high: 0.8, step: 0.1, when: { kind: 'b' } },
    },
    value: mixed,
  },
  nets: {
    space: {
      activation: { type: 'categorical', choices: ['relu', 'tanh', 'logistic'] },
      layers: { type: 'int', low: 1, high: 2 },
      width: { type: 'int', low: 0, high: 4 },
      rate: { type: 'int', low: 0, high: 6 },
      alpha: { type: 'int', low: 0, high: 2 },
    },
    value: (params) => netErrors(params).at(-1)!,
  },
  levy: numeric(5, -10, 10, (x) => {
    const w = x.map((v) => 1 + (v - 1) / 4);
    const last = w.at(-1)!;
    return (
      Math.sin(Math.PI * w[0]) ** 2 +
      sum(w.slice(0, -1).map((v) => (v - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * v + 1) ** 2))) +
      (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2)
    );
  }),
  griewank: numeric(
    5,
    -600,
    400,
    (x) => sum(x.map((v) => v * v)) / 4000 - x.reduce((all, v, i) => all * Math.cos(v / Math.sqrt(i + 1)), 1) + 1,
  ),
  michalewicz: numeric(
    5,
    0,
    Math.PI,
    (x) => -sum(x.map((v, i) => Math.sin(v) * Math.sin(((i + 1) * v * v) / Math.PI) ** 20)),
  ),
  schwefel: numeric(4, -500, 500, (x) => 418.9829 * 4 - sum(x.map((v) => v * Math.sin(Math.sqrt(Math.abs(v)))))),
  noisy: numeric(
    4,
    -1,
    1,
    (x) => sum(x.map((v) => (v - 0.35) ** 2)) + 0.1 * Math.sin(sum(x.map((v, i) => Math.floor(v * 1000) * shaking[i]))),
  ),
  categoricals: {
    space: Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`c${i}`, { type: 'categorical', choices: ['0', '1', '2', '3', '4'] }]),
    ),
    value: categoricals,
  },
  integers: {
    space: {
      units: { type: 'int', low: 1, high: 4096, log: true },
      batch: { type: 'int', low: 1, high: 1024, log: true },
      depth: { type: 'int', low: 1, high: 50 },
      rate: { type: 'float', low: 1e-6, high: 1, log: true },
      step: { type: 'int', low: 0, high: 100, step: 5 },
    },
    value: integers,
  },
  sphere20: numeric(20, -5, 5, (x) => sum(x.map((v) => (v - 1.7) ** 2))),
  rastrigin20: numeric(20, -5.12, 5.12, (x) =>
    sum(x.map((v) => (v - 0.9) ** 2 - 10 * Math.cos(2 * Math.PI * (v - 0.9)) + 10)),
  ),
};
