import { describe, expect, it } from 'vitest';
import { rootOf } from '../../../src-main/datasets/recipes/root.ts';

const root = async (f: (x: number) => number, bound = 100) => {
  let asked = 0;
  const found = await rootOf((x) => (asked++, Promise.resolve(f(x))), 1, bound);
  return { found, asked };
};

describe('where a falling function is 0', () => {
  it('is found to twelve digits in few steps, either side of the start', async () => {
    for (const zero of [-40.125, -0.3, 0, 0.9999, 1, 1.5, 77.7]) {
      for (const f of [
        (x: number) => zero - x,
        (x: number) => Math.exp(-x / 9) - Math.exp(-zero / 9),
        (x: number) => -Math.atan(5 * (x - zero)),
        (x: number) => -((x - zero) ** 3) - (x - zero) / 100,
      ]) {
        const { found, asked } = await root(f);
        expect(Math.abs(found - zero)).toBeLessThan(1e-9);
        expect(asked).toBeLessThan(60);
      }
    }
  });

  it('is the bound where there is none', async () => {
    expect((await root(() => 1, 20)).found).toBe(21);
    expect((await root((x) => -1 - Math.exp(x), 20)).found).toBe(-19);
    expect(Number.isFinite((await root((x) => (x > 5 ? NaN : 1))).found)).toBe(true);
  });
});
