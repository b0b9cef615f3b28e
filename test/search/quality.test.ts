import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bestAfter, median, rankSum } from '../support/compare-search.ts';
import { objectives } from '../support/objectives.ts';

// Made by test/fixtures/optuna/make-optuna.py: 30 seeds. All of it is held against ours by `npm run bench -- search`; here is what is quick.
const { best } = JSON.parse(readFileSync(new URL('../fixtures/optuna/optuna.json', import.meta.url), 'utf8')) as {
  best: Record<string, Record<string, Record<string, number[]>>>;
};

it('the rank sum has the p of scipy.stats.mannwhitneyu', () => {
  expect(rankSum([1, 2, 2, 5, 9, 4], [3, 3, 8, 10, 12, 11, 2])).toBeCloseTo(0.1717629, 5);
});

describe('against Optuna, with as many trials', () => {
  it.each([
    ['tpe', 'sphere', 50],
    ['tpe', 'branin', 50],
    ['tpe', 'mixed', 50],
    ['cma-es', 'rosenbrock', 100],
    ['cma-es', 'styblinski-tang', 200],
  ])('%s is not behind on %s after %i', (sampler, name, budget) => {
    const ours = bestAfter(objectives[name], sampler, [budget], 12).get(budget)!;
    const theirs = best[name][sampler][budget];
    const behind = median(ours) > median(theirs) && rankSum(ours, theirs) < 0.05;
    expect(behind, `ours ${median(ours)}, theirs ${median(theirs)}`).toBe(false);
  });

  it('TPE beats chance clearly', () => {
    const ours = bestAfter(objectives.sphere, 'tpe', [50], 12).get(50)!;
    expect(rankSum(ours, best.sphere.random[50])).toBeLessThan(1e-4);
    expect(median(ours)).toBeLessThan(0.3 * median(best.sphere.random[50]));
  });

  it('a Gaussian process with 30 trials is ahead of TPE with 50', () => {
    const ours = bestAfter(objectives.branin, 'gp', [30], 4).get(30)!;
    expect(median(ours)).toBeLessThan(median(best.branin.tpe[50]));
  });
});
