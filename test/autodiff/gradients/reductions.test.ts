import { describe, expect, it } from 'vitest';
import type { AttributeInput } from '../../../src-main/onnx/attributes.ts';
import { checkGradient, compiledGradients, type GradientCase, type InputCase } from '../../support/check-gradient.ts';

const positive = (x: number): number => 0.5 + Math.abs(x);
const awayFromZero = (x: number): number => x + (Math.sign(x) || 1) * 0.1;
const same = (x: number): number => x;

/** Where each is smooth. */
const maps: Record<string, (x: number) => number> = {
  ReduceL1: awayFromZero,
  ReduceL2: same,
  ReduceLogSum: positive,
  ReduceLogSumExp: (x) => 3 * x,
  ReduceMax: same,
  ReduceMean: same,
  ReduceMin: same,
  ReduceProd: awayFromZero,
  ReduceSum: same,
  ReduceSumSquare: same,
};

const reduction = (
  op: string,
  input: InputCase,
  axes: readonly number[] | undefined,
  attributes: Readonly<Record<string, AttributeInput>> = {},
): GradientCase => ({
  inputs: { X: input },
  build: (g, { X }) => g.op(op, [X, axes && g.int64s(axes)], attributes),
});

/** dX in units of dY, for a reduction of everything to one number. */
async function shares(op: string, values: readonly number[]): Promise<number[][]> {
  const test = reduction(op, { shape: [values.length], values }, [0]);
  const sum = reduction('ReduceSum', { shape: [values.length], values }, [0]);
  const results: number[][] = [];
  for (const device of ['cpu', 'webgpu'] as const) {
    const [dX, dY] = await Promise.all(
      [test, sum].map(async (each) => (await compiledGradients(each, device))['d.X'].data as Float32Array),
    );
    results.push(Array.from(dX, (d, i) => d / dY[i]));
  }
  return results;
}

async function expectShares(op: string, values: readonly number[], wanted: readonly number[]): Promise<void> {
  for (const actual of await shares(op, values)) {
    actual.forEach((d, i) => expect(d, `${op} [${values.join(', ')}] at ${i}`).toBeCloseTo(wanted[i], 4));
  }
}

for (const [op, map] of Object.entries(maps)) {
  describe(op, () => {
    for (const keepdims of [0, 1]) {
      for (const axes of [undefined, [], [0], [-1], [1, -1], [2, 0], [0, 1, 2]]) {
        it(`axes ${axes ? `[${axes.join(', ')}]` : 'left out'}, keepdims=${keepdims}`, () =>
          checkGradient(reduction(op, { shape: [3, 2, 4], map }, axes, { keepdims })));
      }
      it(`no axes, which here means none, keepdims=${keepdims}`, () =>
        checkGradient(reduction(op, { shape: [2, 3], map }, [], { keepdims, noop_with_empty_axes: 1 })));
      it(`axes whose sizes are unknown, keepdims=${keepdims}`, () =>
        checkGradient(reduction(op, { shape: [3, 2, 4], map, declared: ['batch', 'seq', 4] }, [1, -3], { keepdims })));
      it(`a known axis between unknown ones, keepdims=${keepdims}`, () =>
        checkGradient(reduction(op, { shape: [3, 2, 4], map, declared: ['a', 2, 'b'] }, [1], { keepdims })));
    }
    it('noop_with_empty_axes with axes', () =>
      checkGradient(reduction(op, { shape: [2, 3], map }, [1], { noop_with_empty_axes: 1 })));
    it('an axis of size 1', () => checkGradient(reduction(op, { shape: [3, 1, 2], map }, [1])));
    it('a scalar', () => checkGradient(reduction(op, { shape: [], map }, undefined)));
    it('axes that the run computes', () =>
      checkGradient({
        inputs: {
          X: { shape: [2, 3, 2], map },
          axes: { shape: [2], type: 'int64', values: [1, -1], declared: ['some'] },
        },
        build: (g, { X, axes }) => g.op(op, [X, axes]),
      }));
  });
}

describe('reductions, number by number', () => {
  it('equal extremes share the gradient evenly', async () => {
    await expectShares('ReduceMax', [2, 5, 5, -1, 5], [0, 1 / 3, 1 / 3, 0, 1 / 3]);
    await expectShares('ReduceMin', [2, -1, 5, -1], [0, 0.5, 0, 0.5]);
    await expectShares('ReduceMax', [-Infinity, -Infinity], [0.5, 0.5]);
  });
  it('a product knows its zeros', async () => {
    await expectShares('ReduceProd', [2, 3, -4], [-12, -8, 6]);
    await expectShares('ReduceProd', [2, 0, -4], [0, -8, 0]);
    await expectShares('ReduceProd', [0, 3, 0], [0, 0, 0]);
    await expectShares('ReduceProd', [0], [1]);
  });
  it('zeros in some products and not in others', () =>
    checkGradient(
      reduction('ReduceProd', { shape: [3, 3], values: [1, 2, 3, 0, -2, 4, 0, 5, 0] }, [1], { keepdims: 0 }),
    ));
  it('products over several axes, a zero in one', () =>
    checkGradient(reduction('ReduceProd', { shape: [2, 2, 2], values: [1, 2, 3, 4, 0.5, -2, 0, 3] }, [0, 2])));
  it('norms of zeros have gradient 0', async () => {
    await expectShares('ReduceL1', [0, -2, 3], [0, -1, 1]);
    await expectShares('ReduceL2', [0, 0, 0], [0, 0, 0]);
    await expectShares('ReduceL2', [0, 3, -4], [0, 0.6, -0.8]);
  });
  it('ReduceLogSumExp of large numbers and of −∞', async () => {
    await expectShares('ReduceLogSumExp', [1000, 1000, 900], [0.5, 0.5, 0]);
    await expectShares('ReduceLogSumExp', [-1000, -1000, -Infinity], [0.5, 0.5, 0]);
    await expectShares('ReduceLogSumExp', [-Infinity, -Infinity], [0, 0]);
  });
});

describe('LpNormalization', () => {
  for (const p of [1, 2]) {
    for (const axis of [0, 1, -1]) {
      it(`p=${p}, axis ${axis}`, () =>
        checkGradient({
          inputs: { X: { shape: [3, 4, 2], map: awayFromZero } },
          build: (g, { X }) => g.op('LpNormalization', [X], { p, axis }),
        }));
    }
    it(`p=${p}, sizes unknown`, () =>
      checkGradient({
        inputs: { X: { shape: [3, 4], map: awayFromZero, declared: ['batch', 'features'] } },
        build: (g, { X }) => g.op('LpNormalization', [X], { p }),
      }));
    it(`p=${p}: zeros get no gradient`, async () => {
      const { 'd.X': dX } = await compiledGradients(
        {
          inputs: { X: { shape: [2, 2], values: [0, 0, 3, 4] } },
          build: (g, { X }) => g.op('LpNormalization', [X], { p }),
        },
        'cpu',
      );
      expect(Array.from(dX.data as Float32Array, Math.abs).slice(0, 2)).toEqual([0, 0]);
      expect((dX.data as Float32Array).every(Number.isFinite)).toBe(true);
    });
  }
});

describe('MeanVarianceNormalization', () => {
  const cases: [number[], number[] | undefined, (number | string)[] | undefined][] = [
    [[2, 3, 2, 3], undefined, undefined],
    [[2, 3, 2, 3], undefined, ['batch', 3, 'height', 'width']],
    [[2, 3, 4], [-1], undefined],
    [[3, 4], [0], ['batch', 4]],
    [[2, 3, 4], [1, 2], undefined],
  ];
  for (const [shape, axes, declared] of cases) {
    it(`[${(declared ?? shape).join(', ')}], axes ${axes ? `[${axes.join(', ')}]` : 'left out'}`, () =>
      checkGradient({
        inputs: { X: { shape, declared } },
        build: (g, { X }) => g.op('MeanVarianceNormalization', [X], { axes }),
        tolerance: 1e-4,
      }));
  }
});
