import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/shared/random.ts';
import { rankCorrelation, settingsImportance } from '../../../src-main/search/importance/settings.ts';
import type { Outcome } from '../../../src-main/search/importance/settings.ts';

function importance(runs: readonly Outcome[]) {
  const working = settingsImportance(runs);
  for (;;) {
    const { done, value } = working.next();
    if (done) return value;
  }
}
const byKey = (runs: readonly Outcome[]) =>
  Object.fromEntries(importance(runs).settings.map((setting) => [setting.key, setting]));

/** Every combination of two words, three steps and four seeds. */
const grid = (value: (optimizer: string, batch: number, seed: number) => number): Outcome[] =>
  ['sgd', 'adam'].flatMap((optimizer) =>
    [16, 64, 256].flatMap((batchSize) =>
      [1, 2, 3, 4].map((seed) => ({
        settings: { optimizer, batchSize, seed, epochs: 10 },
        value: value(optimizer, batchSize, seed),
      })),
    ),
  );

describe('importance of settings', () => {
  it('divides the variance of a whole factorial as the analysis of variance does', () => {
    // Effects ±2 of the word (variance 4), -1, 0, 1 of the step (2/3), and nothing of the seed: 6/7 and 1/7.
    const found = byKey(grid((optimizer, batch) => (optimizer === 'adam' ? 2 : -2) + Math.log2(batch / 64) / 2));
    expect(found.optimizer.share).toBeCloseTo(6 / 7, 1);
    expect(found.batchSize.share).toBeCloseTo(1 / 7, 1);
    expect(found.seed.share).toBeLessThan(0.02);
    expect(found).not.toHaveProperty('epochs');
  });

  it('gives to combinations what no setting does alone', () => {
    // ± by whether the two agree: each alone has no effect at all.
    const runs = [0, 1, 2, 3, 4, 5].flatMap((seed) =>
      ['a', 'b'].flatMap((x) =>
        ['c', 'd'].map((y) => ({ settings: { x, y, seed: seed % 3 }, value: (x === 'a') === (y === 'c') ? 1 : -1 })),
      ),
    );
    const { combined, settings } = importance(runs);
    expect(combined).toBeGreaterThan(0.6);
    expect(settings.find(({ key }) => key === 'seed')!.share).toBeLessThan(0.1);
  });

  it('tells the sign of a number, the means of few values, and how far it can be trusted', () => {
    const random = new Random(3);
    const runs = Array.from({ length: 60 }, (_, i) => {
      const learningRate = 10 ** -(1 + 4 * random.uniform());
      return {
        settings: { learningRate, batchSize: [16, 32, 64][i % 3] },
        value: -Math.log10(learningRate) + [3, 0, 0][i % 3],
      };
    });
    const found = byKey(runs);
    expect(found.learningRate.correlation).toBeLessThan(-0.5);
    expect(found.learningRate.levels).toEqual([]);
    const mean = runs.filter((_, i) => i % 3 === 0).reduce((sum, { value }) => sum + value, 0) / 20;
    expect(found.batchSize.levels[0]).toEqual({ value: 16, mean: expect.closeTo(mean, 12), runs: 20 });
    expect(importance(runs).foretold).toBeGreaterThan(0.6);
    const noise = runs.map((run) => ({ ...run, value: random.normal() }));
    expect(importance(noise).foretold).toBeLessThan(0.2);
  });

  it('counts a setting that some runs do not have as a value of its own, behind one that says the same', () => {
    const runs = Array.from({ length: 40 }, (_, i): Outcome => {
      const filters = [8, 16][(i >> 1) % 2];
      return i % 2 === 0
        ? { settings: { dropout: (i % 4) / 10, architecture: 'mlp' }, value: 1 }
        : { settings: { filters, architecture: 'cnn' }, value: 5 + filters / 8 };
    });
    const found = byKey(runs);
    expect(found.architecture.share).toBeGreaterThan(0.8);
    expect(found.filters.levels).toEqual([
      { value: 8, mean: 6, runs: 10 },
      { value: 16, mean: 7, runs: 10 },
      { value: null, mean: 1, runs: 20 },
    ]);
    expect(found.filters.correlation).toBeCloseTo(1, 12);
  });

  it('does not tell apart what changed together, and leaves out names', () => {
    const runs = Array.from({ length: 12 }, (_, i): Outcome => ({
      settings: { batchSize: [16, 64][i % 2], learningRate: [0.1, 0.4][i % 2], note: `take ${i}`, seed: i },
      value: i % 2,
    }));
    const { settings, leftOut } = importance(runs);
    expect(settings.map(({ key, together }) => [key, together])).toEqual([['batchSize', ['learningRate']]]);
    expect(leftOut).toEqual(['note', 'seed']);
  });

  it('says nothing where nothing differs', () => {
    expect(importance(grid(() => 0.5))).toMatchObject({ combined: 0, foretold: null });
    expect(importance(Array.from({ length: 5 }, (_, i) => ({ settings: { epochs: 1 }, value: i }))).settings).toEqual(
      [],
    );
  });
});

it('ranks as Spearman does, ties sharing their mean', () => {
  // scipy.stats.spearmanr([1, 2, 2, 4, 5], [3, 1, 4, 4, 9]).statistic
  expect(rankCorrelation([1, 2, 2, 4, 5], [3, 1, 4, 4, 9])).toBeCloseTo(0.7631578947368421, 12);
  expect(rankCorrelation([1, undefined, 3, 2], [10, 0, 30, 20])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
  expect(rankCorrelation([1, 2], [1, 2])).toBeNull();
});
