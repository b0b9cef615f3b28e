import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/shared/random.ts';
import { fanova, marginalVariance, variance } from '../../../src-main/search/importance/fanova.ts';
import type { Leaf } from '../../../src-main/search/importance/forest.ts';
import { pedAnova } from '../../../src-main/search/importance/ped-anova.ts';
import type { Params } from '../../../src-main/search/space/parameter.ts';
import { parseStudy } from '../../../src-main/search/study-file.ts';
import { Study } from '../../../src-main/search/study.ts';

const unit = { type: 'float', low: 0, high: 1 };
function searched(space: object, value: (params: Params) => number, trials: number, direction = 'minimize'): Study {
  const study = new Study(parseStudy({ space, sampler: 'random', seed: 8, direction }));
  const random = new Random(8);
  for (let i = 0; i < trials; i++) {
    const params = study.space.random(random);
    study.add(params, [value(params)]);
  }
  return study;
}

describe('fANOVA', () => {
  it('divides the variance of a sum as the sum does', () => {
    // Var(a x) = a²/12: 9 : 4 : 1 : 0.
    const study = searched(
      { a: unit, b: unit, c: unit, none: unit },
      ({ a, b, c }) => 3 * (a as number) + 2 * (b as number) + (c as number),
      2000,
    );
    const found = fanova(study.history);
    expect(found.a).toBeCloseTo(9 / 14, 1.2);
    expect(found.b).toBeCloseTo(4 / 14, 1.2);
    expect(found.c).toBeCloseTo(1 / 14, 1.2);
    expect(found.none).toBeLessThan(0.01);
    expect(Object.values(found).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
  });

  it('has exact marginals: those of a tree, against a sum over a lattice', () => {
    // Of [0, 1] × [0, 4): the left half 1, the right half 5 below 3 and 9 above.
    const leaf = (low: number[], high: number[], value: number): Leaf => ({
      low: Float64Array.from(low),
      high: Float64Array.from(high),
      value,
    });
    const leaves = [leaf([0, 0], [0.5, 4], 1), leaf([0.5, 0], [1, 3], 5), leaf([0.5, 3], [1, 4], 9)];
    const at = (x: number, k: number) => (x < 0.5 ? 1 : k < 3 ? 5 : 9);
    const values = [0.25, 0.75].flatMap((x) => [0, 1, 2, 3].map((k) => at(x, k)));
    const of = (list: number[]) => {
      const mean = list.reduce((a, b) => a + b, 0) / list.length;
      return list.reduce((sum, each) => sum + (each - mean) ** 2, 0) / list.length;
    };
    expect(variance(leaves, [1, 4])).toBeCloseTo(of(values), 12);
    expect(marginalVariance(leaves, [1, 4], 0)).toBeCloseTo(of([1, 6]), 12);
    expect(marginalVariance(leaves, [1, 4], 1)).toBeCloseTo(of([3, 3, 3, 5]), 12);
  });

  it('counts categories and conditional parameters', () => {
    const space = {
      kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
      extra: { ...unit, when: { kind: 'a' } },
      none: unit,
    };
    const study = searched(
      space,
      ({ kind, extra }) => (kind === 'a' ? 0.5 * (extra as number) : kind === 'b' ? 5 : 2),
      600,
    );
    const found = fanova(study.history);
    expect(found.kind).toBeGreaterThan(0.8);
    expect(found.none).toBeLessThan(0.05);
  });
});

describe('PED-ANOVA', () => {
  it('finds what the best have in common, whichever way is better', () => {
    for (const direction of ['minimize', 'maximize']) {
      const sign = direction === 'minimize' ? 1 : -1;
      const space = {
        a: unit,
        n: { type: 'int', low: 1, high: 9 },
        none: unit,
        kind: { type: 'categorical', choices: ['x', 'y'] },
      };
      const study = searched(
        space,
        ({ a, n, kind }) => sign * (10 * ((a as number) - 0.3) ** 2 + 0.02 * (n as number) + (kind === 'x' ? 0.3 : 0)),
        1500,
        direction,
      );
      const found = pedAnova(study.history);
      expect(Object.keys(found).sort((x, y) => found[y] - found[x])).toEqual(['a', 'kind', 'n', 'none']);
      expect(found.none).toBeLessThan(0.03);
    }
  });
});

describe('importance', () => {
  it.each([
    ['fANOVA', fanova],
    ['PED-ANOVA', pedAnova],
  ])('%s: nothing matters where all are equal, and few trials are too few', (_, importance) => {
    const equal = searched({ a: unit, b: unit }, () => 1, 50);
    const found = importance(equal.history);
    expect(Math.max(...Object.values(found))).toBeLessThanOrEqual(1);
    expect(() => importance(searched({ a: unit }, () => 1, 3).history)).toThrow(
      expect.objectContaining({ code: 'too_few_trials' }),
    );
  });

  it('is there within a second at 10,000 trials', () => {
    const space = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x${i}`, unit]));
    const { history } = searched(
      space,
      (params) => Object.values(params).reduce<number>((sum, x, i) => sum + (i + 1) * ((x as number) - 0.5) ** 2, 0),
      10_000,
    );
    for (const importance of [fanova, pedAnova]) {
      const from = process.cpuUsage();
      const found = importance(history);
      const { user, system } = process.cpuUsage(from);
      expect(found.x9).toBeGreaterThan(found.x0);
      expect((user + system) / 1e6).toBeLessThan(1);
    }
  });
});
