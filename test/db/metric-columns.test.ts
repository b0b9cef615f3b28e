import { describe, expect, it } from 'vitest';
import { decodeColumns, encodeColumns, noColumns, type Columns } from '../../src-main/db/metric-columns.ts';
import { Random } from '../../src-main/shared/random.ts';

function there(columns: Columns): { back: Columns; bytes: number } {
  const bytes = encodeColumns(columns);
  const back = noColumns();
  decodeColumns(bytes, back);
  return { back, bytes: bytes.length };
}

const steps = (count: number) => Array.from({ length: count }, (_, i) => (i + 1) * 10);
const curve = (change: Partial<Columns>): Columns => {
  const count = Object.values(change)[0].length;
  return {
    steps: steps(count),
    epochs: steps(count).map((step) => step / 390),
    milliseconds: steps(count).map((step) => step * 7),
    values: steps(count).map((step) => 1 / step),
    ...change,
  };
};

describe('columns of metric points', () => {
  it.each<[string, Partial<Columns>]>([
    ['one point', { values: [0.25] }],
    ['numbers that are none, have no end, or a sign alone', { values: [NaN, Infinity, -Infinity, -0, 0, 5e-324] }],
    ['nothing but NaN', { values: [NaN, NaN, NaN] }],
    ['0 and -0', { values: [0, -0] }],
    ['the ends of float64 and float32', { values: [Number.MAX_VALUE, -Number.MIN_VALUE, 3.4028234663852886e38, 1.5] }],
    ['whole numbers', { values: [5, 3, 1000, -7, 2 ** 40, 0] }],
    ['whole numbers too large for differences', { values: [2 ** 53, -(2 ** 53), 1] }],
    ['steps at no pace, from below 0', { steps: [-5, 0, 1, 1000, 2 ** 40] }],
    ['times that go back', { milliseconds: [0, 5000, 100, 100, 2 ** 45] }],
    ['epochs that follow no steps', { epochs: [0.1, 0.1, NaN, 7, Infinity] }],
    ['epochs of single precision', { epochs: [0.5, 0.75, 9, 9.5] }],
    ['epochs of 0', { epochs: [0, 0, 0] }],
  ])('come back to the bit: %s', (_, change) => {
    const columns = curve(change);
    expect(there(columns).back).toEqual(columns);
  });

  it('come back to the bit, whatever they are', () => {
    const source = new Random(7);
    const random = () => source.uniform();
    const kinds = [
      () => random() * 2 - 1,
      () => Math.fround(random()),
      () => Math.floor(random() * 1000),
      () => (random() < 0.2 ? NaN : 10 ** (random() * 600 - 300)),
      () => 3,
    ];
    for (let round = 0; round < 300; round++) {
      const kind = kinds[round % kinds.length];
      const columns = noColumns();
      let step = Math.floor(random() * 1e6);
      for (let i = Math.floor(random() * 60) + 1; i > 0; i--) {
        columns.steps.push((step += 1 + (round % 2 === 0 ? 0 : Math.floor(random() * 300))));
        columns.epochs.push(round % 3 === 0 ? random() : step / 37);
        columns.milliseconds.push(Math.floor(random() * 1e9));
        columns.values.push(kind());
      }
      expect(there(columns).back).toEqual(columns);
    }
  });

  it('take no more than their values need and a byte or two', () => {
    const source = new Random(3);
    const random = () => source.uniform();
    const count = 1024;
    const jitter = { milliseconds: steps(count).map((step) => step * 20 + Math.floor(random() * 40)) };
    const doubles = there(curve({ values: steps(count).map(() => random()), ...jitter })).bytes;
    expect(doubles / count).toBeLessThan(9.6);
    const floats = there(curve({ values: steps(count).map(() => Math.fround(random())), ...jitter })).bytes;
    expect(floats / count).toBeLessThan(5.6);
    expect(there(curve({ values: steps(count).map(() => 1) })).bytes).toBeLessThan(1100);
  });

  it('that are cut short or are none are refused by name', () => {
    const bytes = encodeColumns(curve({ values: [1, 2, 0.3] }));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeColumns(bytes.subarray(0, length), noColumns())).toThrow(
        expect.objectContaining({ code: 'workspace_damaged' }),
      );
    }
    expect(() => decodeColumns(Buffer.alloc(400, 0xff), noColumns())).toThrow(/damaged/);
  });
});
