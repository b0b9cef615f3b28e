import { describe, expect, it } from 'vitest';
import { newId } from '../../../src-main/shared/ids.ts';
import type { TrainedRun } from '../../../src-main/shared/run.ts';
import type { RunProvenance } from '../../../src-main/shared/run-provenance.ts';
import {
  areRepeats,
  classScores,
  metricRows,
  provenanceRows,
  settingsDiff,
} from '../../../src-renderer/features/runs/diff.ts';
import { metricValue } from '../../../src-renderer/words/metric-terms.ts';

describe('comparing runs', () => {
  const run = (metrics: Record<string, number>, settings: object) =>
    ({
      origin: null,
      datasetName: 'd',
      versionNumber: 1,
      metrics,
      settings: { architecture: 'mlp', architectureSettings: {}, ...settings },
    }) as unknown as TrainedRun;

  it('tells the mean and deviation of a metric that all of them have, and which fold each is', () => {
    const part = (fold: number) => ({ part: { name: 'd · mlp', fold, folds: 3 }, classWeights: { spam: 2 } });
    const runs = [run({ a: 1, b: 5 }, part(0)), run({ a: 3 }, part(1))];
    const [a, b] = metricRows(runs);
    expect([a.spread, b.spread]).toEqual([{ mean: 2, std: Math.SQRT2, runs: 2 }, null]);
    const rows = new Map(settingsDiff(runs).map((row) => [row.key, row.values]));
    expect(rows.get('fold')).toEqual(['1/3', '2/3']);
    expect(rows.get('classWeights')).toEqual(['own', 'own']);
    expect(rows.get('classWeight.spam')).toEqual([2, 2]);
    expect(rows.has('part')).toBe(false);
    expect(areRepeats(settingsDiff(runs))).toBe(true);
    expect(areRepeats(settingsDiff([...runs, run({ a: 1 }, { ...part(2), epochs: 3 })]))).toBe(false);
  });

  it('tells recipe and code where they are known, and calls no runs of two recipes repeats of one', () => {
    const scaled = { kind: 'standard', settings: { columns: ['age'] } };
    const found = (recipe: RunProvenance['recipe'], atelier: string): RunProvenance => ({
      ...{ run: newId('run'), recipe, code: { atelier, platform: 'linux-x64' }, looks: { count: 1, last: null } },
    });
    const rows = provenanceRows([found([], '1.0'), found([scaled], '1.1'), null]);
    expect(rows.map(({ key }) => key)).toEqual(['recipe', 'code']);
    expect(rows[0].values[0]).toBe('No recipe');
    expect(rows[0].values[1]).toMatch(/^\w.*: age$/);
    expect(rows[1].values).toEqual(['Atelier 1.0, linux-x64', 'Atelier 1.1, linux-x64', undefined]);
    expect([areRepeats([rows[0]]), areRepeats([rows[1]])]).toEqual([false, true]);
    expect(provenanceRows([null, null])).toEqual([]);
  });

  it('puts what differs first, and knows a setting that one of them lacks', () => {
    const rows = settingsDiff([
      run({}, { epochs: 5, seed: 1 }),
      run({}, { epochs: 9, seed: 1, architectureSettings: { hidden: '4' } }),
    ]);
    expect(rows.filter((row) => row.differs).map((row) => row.key)).toEqual(['epochs', 'hidden']);
    expect(rows[0].differs && !rows[rows.length - 1].differs).toBe(true);
    expect(rows.find((row) => row.key === 'hidden')?.values).toEqual([undefined, '4']);
  });
  it('tells the same rows of runs of which there is other news, and others where one was asked for something else', () => {
    const runs = [run({ a: 1 }, { epochs: 5 }), run({ a: 2 }, { epochs: 9 })];
    const rows = settingsDiff(runs);
    expect(settingsDiff([{ ...runs[0], metrics: { a: 3 }, name: 'other' }, runs[1]])).toBe(rows);
    expect(settingsDiff([runs[0], { ...runs[1], settings: { ...runs[1].settings, epochs: 7 } }])[0].values).toEqual([
      5, 7,
    ]);
    expect(settingsDiff([runs[0]]).every((row) => !row.differs)).toBe(true);
    expect(settingsDiff([])).toEqual([]);
  });
  it('marks the best: least of a loss, most of an accuracy, none where all are alike', () => {
    const rows = metricRows([
      run({ 'test/loss': 0.3, 'test/accuracy': 0.9, 'train/loss': 1, 'system/learning_rate': 1 }, {}),
      run({ 'test/loss': 0.2, 'test/accuracy': 0.8, 'train/loss': 1, 'system/learning_rate': 2 }, {}),
    ]);
    const best = Object.fromEntries(rows.map((row) => [row.key, [...row.best]]));
    // No rate is the best one: it is what was asked for.
    expect(best).toEqual({ 'test/loss': [1], 'test/accuracy': [0], 'train/loss': [], 'system/learning_rate': [] });
  });
  it('tells values by validation first, and small ones apart, with the decimals of what they stand beside', () => {
    const all = { 'train/loss': 1, 'test/loss': 1, 'validation/loss': 1 };
    expect(metricRows([run(all, {})]).map(({ key }) => key)).toEqual(['validation/loss', 'test/loss', 'train/loss']);
    const loss = (value: number, beside?: number) => metricValue('validation/loss', value, false, beside);
    expect([5.57e-5, 6.96e-5, 0.25, 0].map((value) => loss(value))).toEqual(['5.57e−5', '6.96e−5', '0.2500', '0.0000']);
    expect(loss(0.0004, 0.92)).toBe('0.0004');
  });
  it('scores classes as scikit-learn does', () => {
    const [a, b, c] = classScores(
      ['a', 'b', 'c'],
      [
        [8, 2, 0],
        [1, 9, 0],
        [0, 0, 0],
      ],
    );
    expect([a.precision, a.recall]).toEqual([8 / 9, 0.8]);
    expect(b.f1).toBeCloseTo((2 * 9) / 21);
    expect([c.precision, c.recall, c.support]).toEqual([0, 0, 0]);
  });
});
