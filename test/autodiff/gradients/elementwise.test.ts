import { describe, expect, it } from 'vitest';
import { type AttributeInput, float } from '../../../src-main/onnx/attributes.ts';
import type { Value } from '../../../src-main/onnx/builder.ts';
import { tensor } from '../../../src-main/onnx/tensors.ts';
import { checkGradient, compiledGradients, type GradientCase, type InputCase } from '../../support/check-gradient.ts';

type Inputs = Readonly<Record<string, Value>>;
const same = (x: number): number => x;
const positive = (x: number): number => 0.5 + Math.abs(x);
/** Strictly between −1 and 1. */
const inside = (x: number): number => 0.9 * Math.tanh(x);
/** Away from kinks at multiples of `step`, where finite differences straddle two slopes. */
const awayFrom =
  (step: number, scale = 1) =>
  (x: number): number => {
    const nearest = Math.round((scale * x) / step) * step;
    const off = scale * x - nearest;
    return nearest + Math.sign(off || 1) * Math.max(Math.abs(off), 0.02 * step);
  };

/** dX of `op` at the given numbers, on each device's lowering. */
async function gradientsAt(
  op: string,
  values: readonly number[],
  attributes: Readonly<Record<string, AttributeInput>> = {},
  more: readonly InputCase[] = [],
): Promise<number[][]> {
  const inputs = Object.fromEntries([{ shape: [values.length], values }, ...more].map((each, i) => [`X${i}`, each]));
  const test: GradientCase = { inputs, wrt: ['X0'], build: (g, x: Inputs) => g.op(op, Object.values(x), attributes) };
  const weights: GradientCase = { inputs, wrt: ['X0'], build: (g, { X0 }) => g.op('Identity', [X0]) };
  const results: number[][] = [];
  for (const device of ['cpu', 'webgpu'] as const) {
    const [actual, unit] = [await compiledGradients(test, device), await compiledGradients(weights, device)];
    const [dX, dY] = [actual, unit].map((each) => each['d.X0'].data as Float32Array);
    results.push(Array.from(dX, (d, i) => d / dY[i]));
  }
  return results;
}

async function expectGradientsAt(wanted: readonly number[], ...args: Parameters<typeof gradientsAt>): Promise<void> {
  for (const actual of await gradientsAt(...args)) {
    expect(actual.length).toBe(wanted.length);
    actual.forEach((d, i) => expect(d, `${args[0]}'(${args[1][i]})`).toBeCloseTo(wanted[i], 5));
  }
}

describe('functions of one number', () => {
  const maps: Record<string, (x: number) => number> = {
    Abs: awayFrom(1),
    Acos: inside,
    Acosh: (x) => 1.1 + Math.abs(x),
    Asin: inside,
    Asinh: (x) => 3 * x,
    Atan: (x) => 2 * x,
    Atanh: inside,
    Celu: awayFrom(1),
    Cos: (x) => 3 * x,
    Cosh: same,
    Elu: awayFrom(1),
    Erf: same,
    HardSigmoid: awayFrom(2.5, 3),
    HardSwish: awayFrom(3, 3),
    Mish: (x) => 2 * x,
    Reciprocal: (x) => Math.sign(x) * positive(x),
    Selu: awayFrom(1),
    Shrink: awayFrom(0.5),
    Sin: (x) => 3 * x,
    Sinh: same,
    Softplus: (x) => 3 * x,
    Softsign: awayFrom(1, 2),
    Tan: inside,
    ThresholdedRelu: awayFrom(1, 2),
  };
  for (const [op, map] of Object.entries(maps)) {
    it(op, () => checkGradient({ inputs: { X: { shape: [3, 5], map } }, build: (g, { X }) => g.op(op, [X]) }));
    it(`${op}, sizes unknown`, () =>
      checkGradient({
        inputs: { X: { shape: [2, 1, 3], map, declared: ['batch', 'seq', 3] } },
        build: (g, { X }) => g.op(op, [X]),
      }));
  }

  const attributes: [string, Readonly<Record<string, AttributeInput>>, (x: number) => number, number?][] = [
    ['Elu', { alpha: float(2.5) }, awayFrom(1)],
    ['Selu', { alpha: float(1.5), gamma: float(2) }, awayFrom(1)],
    ['Celu', { alpha: float(0.5) }, awayFrom(1)],
    ['Celu', { alpha: float(3) }, awayFrom(1)],
    ['Gelu', {}, (x) => 2 * x, 20],
    ['Gelu', { approximate: 'none' }, same, 20],
    ['Gelu', { approximate: 'tanh' }, (x) => 2 * x, 20],
    ['HardSigmoid', { alpha: float(1 / 6), beta: float(0.5) }, awayFrom(3, 3)],
    ['HardSigmoid', { alpha: float(0.5), beta: float(0.25) }, awayFrom(0.5)],
    ['ThresholdedRelu', { alpha: float(-0.5) }, awayFrom(0.5)],
    ['Shrink', { lambd: float(1), bias: float(0.3) }, awayFrom(1, 2)],
    ['Swish', {}, (x) => 2 * x, 24],
    ['Swish', { alpha: float(1.7) }, same, 24],
  ];
  for (const [op, given, map, opset] of attributes) {
    it(`${op} ${JSON.stringify(given)}`, () =>
      checkGradient({ inputs: { X: { shape: [11], map } }, build: (g, { X }) => g.op(op, [X], given), opset }));
  }

  it('at their kinks they do what PyTorch does', async () => {
    await expectGradientsAt([0, 0, 1, -1], 'Abs', [0, -0, 2, -2]);
    await expectGradientsAt([0, 0, 0.2, 0], 'HardSigmoid', [-2.5, 2.5, 0, 3]);
    await expectGradientsAt([-0.5, 1, 0, 1], 'HardSwish', [-3, 3, -3.5, 3.5]);
    await expectGradientsAt([2, 1], 'Elu', [0, 1], { alpha: float(2) });
    await expectGradientsAt([0, 0, 0, 1, 1], 'Shrink', [0.5, -0.5, 0, 0.75, -0.75]);
    await expectGradientsAt([0, 1], 'ThresholdedRelu', [1, 1.5]);
    await expectGradientsAt([0.25, 0.25, 1], 'PRelu', [0, -1, 1], {}, [{ shape: [1], values: [0.25] }]);
  });
  it('large numbers stay finite', async () => {
    await expectGradientsAt([1, 0, 1, 0], 'Softplus', [100, -200, 30, -90]);
    await expectGradientsAt([1, 0], 'Mish', [100, -100]);
    await expectGradientsAt([1, 0], 'Elu', [100, -100]);
    await expectGradientsAt([0, 0], 'Erf', [30, -30]);
  });
});

describe('Clip', () => {
  const values = [-2, -1.2, -0.5, 0.3, 0.8, 1.4, 3];
  const X = { shape: [7], values };
  const bound = (value: number): InputCase => ({ shape: [], values: [value] });
  it('constant bounds', () =>
    checkGradient({
      inputs: { X },
      build: (g, { X }) => g.op('Clip', [X, g.scalar(-1, X), g.scalar(1, X)]),
    }));
  it('no bounds', () => checkGradient({ inputs: { X }, build: (g, { X }) => g.op('Clip', [X]) }));
  it('only a minimum', () =>
    checkGradient({ inputs: { X, min: bound(-0.7) }, build: (g, { X, min }) => g.op('Clip', [X, min]) }));
  it('only a maximum', () =>
    checkGradient({
      inputs: { X, max: bound(1) },
      build: (g, { X, max }) => g.op('Clip', [X, undefined, max]),
    }));
  it('both, learnt', () =>
    checkGradient({
      inputs: { X: { shape: [2, 5] }, min: bound(-0.31), max: bound(0.53) },
      build: (g, { X, min, max }) => g.op('Clip', [X, min, max]),
    }));
  it('a minimum above the maximum: everything is the maximum', () =>
    checkGradient({
      inputs: { X, min: bound(1), max: bound(-1) },
      build: (g, { X, min, max }) => g.op('Clip', [X, min, max]),
    }));
  it('passes the gradient at the bounds', () =>
    expectGradientsAt([1, 1, 1, 0, 0], 'Clip', [-1, 1, 0, 2, -2], {}, [bound(-1), bound(1)]));
});

describe('Where', () => {
  const condition = { shape: [3, 4], type: 'bool', values: [1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1] } as const;
  const shapes: Record<string, [number[], number[]]> = {
    'equal shapes': [
      [3, 4],
      [3, 4],
    ],
    'a scalar and a row': [[], [4]],
    'a column and a size of one': [
      [3, 1],
      [1, 1],
    ],
    'more axes': [[2, 3, 4], [4]],
  };
  for (const [what, [X, Y]] of Object.entries(shapes)) {
    it(what, () =>
      checkGradient({
        inputs: { condition, X: { shape: X }, Y: { shape: Y } },
        build: (g, { condition, X, Y }) => g.where(condition, X, Y),
      }),
    );
  }
  it('a condition that broadcasts, sizes unknown', () =>
    checkGradient({
      inputs: {
        condition: { shape: [3, 1], declared: ['batch', 1], type: 'bool', values: [1, 0, 1] },
        X: { shape: [3, 4], declared: ['batch', 'seq'] },
        Y: { shape: [4], declared: ['seq'] },
      },
      build: (g, { condition, X, Y }) => g.where(condition, X, Y),
    }));
  it('what is not picked may be infinite', async () => {
    const test: GradientCase = {
      inputs: { X: { shape: [3], values: [0, 1, 2] } },
      build: (g, { X }) => g.where(g.op('Greater', [X, g.scalar(0, X)]), g.op('Identity', [X]), g.scalar(-Infinity, X)),
    };
    const { 'd.X': dX } = await compiledGradients(test, 'cpu');
    expect(Array.from(dX.data as Float32Array, (d) => d !== 0)).toEqual([false, true, true]);
  });
});

describe('PRelu', () => {
  const map = awayFrom(1);
  const slopes: Record<string, number[]> = {
    'per channel': [3, 1, 1],
    single: [1],
    'per element': [2, 3, 2, 2],
    'per last axis': [2],
  };
  for (const [what, slope] of Object.entries(slopes)) {
    it(what, () =>
      checkGradient({
        inputs: { X: { shape: [2, 3, 2, 2], map }, slope: { shape: slope } },
        build: (g, { X, slope }) => g.op('PRelu', [X, slope]),
      }),
    );
  }
  it('an unknown batch', () =>
    checkGradient({
      inputs: { X: { shape: [2, 3], map, declared: ['batch', 3] }, slope: { shape: [3] } },
      build: (g, { X, slope }) => g.op('PRelu', [X, slope]),
    }));
});

describe('Max, Min, Sum and Mean', () => {
  const three: Record<string, [number[], number[], number[]]> = {
    'equal shapes': [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    broadcasting: [[2, 3], [3], [2, 1]],
    'a scalar': [[], [2, 3], [1]],
  };
  for (const op of ['Max', 'Min', 'Sum', 'Mean']) {
    for (const [what, [A, B, C]] of Object.entries(three)) {
      it(`${op}: ${what}`, () =>
        checkGradient({
          inputs: { A: { shape: A }, B: { shape: B }, C: { shape: C } },
          build: (g, { A, B, C }) => g.op(op, [A, B, C]),
        }));
    }
    it(`${op} of two, sizes unknown`, () =>
      checkGradient({
        inputs: { A: { shape: [2, 3], declared: ['batch', 'seq'] }, B: { shape: [3], declared: ['seq'] } },
        build: (g, { A, B }) => g.op(op, [A, B]),
      }));
    it(`${op} of one`, () => checkGradient({ inputs: { A: { shape: [4] } }, build: (g, { A }) => g.op(op, [A]) }));
    it(`${op} of a value and itself`, () =>
      checkGradient({ inputs: { A: { shape: [4] } }, build: (g, { A }) => g.op(op, [A, A]) }));
  }
  it('equal numbers share the gradient', async () => {
    const others = (...values: number[]): InputCase => ({ shape: [values.length], values });
    await expectGradientsAt([0.5, 1, 0], 'Max', [1, 2, 3], {}, [others(1, 1, 4)]);
    await expectGradientsAt([0.5, 0, 1], 'Min', [1, 2, 3], {}, [others(1, 1, 4)]);
    await expectGradientsAt([1 / 3, 0.5, 1], 'Max', [1, 2, 3], {}, [others(1, 2, 2), others(1, 0, 0)]);
  });
});

describe('Mod', () => {
  const A = { shape: [2, 3], values: [5.3, -5.3, 0.7, 7.9, -2.2, 3.1] };
  it('of floating-point numbers', () =>
    checkGradient({
      inputs: { A, B: { shape: [3], values: [2, -1.5, 3.3] } },
      build: (g, { A, B }) => g.op('Mod', [A, B], { fmod: 1 }),
    }));
});

describe('Pow', () => {
  const bases = { shape: [5], values: [0, 0, 0, 2, 1.5] };
  it('a base of zero', async () => {
    await expectGradientsAt([0, 1, 0, 4, 0], 'Pow', bases.values, {}, [{ shape: [5], values: [2, 1, 0, 2, 0] }]);
  });
  it('an exponent of zero', () =>
    checkGradient({
      inputs: { X: { shape: [3], map: positive }, Y: { shape: [3], values: [0, 1, 2] } },
      build: (g, { X, Y }) => g.pow(X, Y),
    }));
  it('the exponent’s gradient where the base is zero', async () => {
    const test: GradientCase = {
      inputs: { X: bases, Y: { shape: [5], values: [2, 1, 0.5, 2, 3] } },
      wrt: ['Y'],
      build: (g, { X, Y }) => g.pow(X, Y),
    };
    const { 'd.Y': dY } = await compiledGradients(test, 'cpu');
    expect(Array.from(dY.data as Float32Array, (d) => d === 0)).toEqual([true, true, true, false, false]);
  });
  it.each([0, 1, 2, 3])('to the constant %d, of zero and negative numbers', (n) =>
    checkGradient({
      inputs: { X: { shape: [3], values: [0, -1.5, 2] } },
      build: (g, { X }) => g.pow(X, g.scalar(n, X)),
    }),
  );
  it('to a constant vector', () =>
    checkGradient({
      inputs: { X: { shape: [2, 3], map: positive } },
      build: (g, { X }) => g.pow(X, g.constant(tensor('float', [3], [0, 2, -0.5]))),
    }));
  it('to a whole-numbered exponent', () =>
    checkGradient({
      inputs: { X: { shape: [3] } },
      build: (g, { X }) => g.pow(X, g.int64s([2, 3, 1])),
    }));
});

describe('CastLike and Dropout', () => {
  it('CastLike there and back', () =>
    checkGradient({
      inputs: { X: { shape: [3] } },
      build: (g, { X }) => {
        const wide = g.op('CastLike', [X, g.constant(tensor('double', [1], [0]))]);
        return g.op('CastLike', [g.mul(wide, wide), X]);
      },
    }));
  it('Dropout in inference passes everything', () =>
    checkGradient({
      inputs: { X: { shape: [2, 3] } },
      build: (g, { X }) => g.op('Dropout', [X, g.scalar(0.5, X), g.constant(tensor('bool', [], [0]))]),
    }));
  it('Dropout that drops is refused', async () => {
    const test: GradientCase = {
      inputs: { X: { shape: [2, 3] } },
      build: (g, { X }) => g.op('Dropout', [X, g.scalar(0.5, X), g.constant(tensor('bool', [], [1]))]),
    };
    await expect(compiledGradients(test, 'cpu')).rejects.toMatchObject({ code: 'not_differentiable' });
  });
});
