import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bandwidth, contourLines, contourOf, type Contour } from '../../../src-main/shared/study-plots/contour.ts';
import { studyEdf } from '../../../src-main/shared/study-plots/edf.ts';
import { studyFront } from '../../../src-main/shared/study-plots/front.ts';
import { studyHistory } from '../../../src-main/shared/study-plots/history.ts';
import { studyIntermediate } from '../../../src-main/shared/study-plots/intermediate.ts';
import { studyPairs } from '../../../src-main/shared/study-plots/pairs.ts';
import { ranks } from '../../../src-main/shared/study-plots/rank.ts';
import { studySlices } from '../../../src-main/shared/study-plots/slice.ts';
import { studyTimeline } from '../../../src-main/shared/study-plots/timeline.ts';
import type { Plotted } from '../../../src-main/shared/study-plots/told.ts';
import type { ParameterRange, StoredTrial, StudyPlan } from '../../../src-main/shared/study.ts';
import { repository } from '../../support/temp-workspace.ts';

/** What Optuna plots of the same study; test/fixtures/study-plots/make-study-plots.py makes it. */
interface Fixture {
  trials: (Pick<StoredTrial, 'number' | 'state' | 'params' | 'values' | 'worker' | 'askedAt' | 'endedAt'> & {
    reports: [number, number][];
  })[];
  history: { trials: number[]; best: number[] };
  edf: { x: number[]; y: number[] };
  slices: { parameter: string; log: boolean; trials: number[]; x: (number | string)[]; y: number[] }[];
  contour: Record<string, (number | null)[]>;
  field: number[];
  ranks: number[];
  timeline: { trial: number; from: number; to: number }[];
  intermediate: { trial: number; values: [number, number][] }[];
}
const optuna = JSON.parse(
  readFileSync(join(repository, 'test/fixtures/study-plots/study-plots.json'), 'utf8'),
) as Fixture;

const space: Record<string, ParameterRange> = {
  lr: { type: 'float', low: 1e-4, high: 0.1, log: true },
  drop: { type: 'float', low: 0, high: 0.5 },
  kind: { type: 'categorical', choices: ['a', 'b'] },
  extra: { type: 'int', low: 1, high: 9, when: { kind: 'b' } },
};
const plan = { space, metrics: ['validation/accuracy'], directions: ['maximize'] } as unknown as StudyPlan;
const whole = (trial: Partial<StoredTrial> & { number: number }): StoredTrial => ({
  state: 'complete',
  params: {},
  values: null,
  reports: [],
  why: { code: 'random' },
  run: null,
  worker: 0,
  tries: 1,
  askedAt: null,
  endedAt: null,
  ...trial,
});
const study: Plotted = { plan, trials: optuna.trials.map(whole), front: [] };
const none: Plotted = { plan, trials: [], front: [] };

describe('plots of a study are those of Optuna', () => {
  it('history: the best so far', () => {
    const rows = studyHistory(study);
    expect(rows.map(({ trial }) => trial)).toEqual(optuna.history.trials);
    expect(rows.map(({ best }) => best)).toEqual(optuna.history.best);
    expect(new Set(optuna.history.best).size).toBeGreaterThan(3);
  });

  it('slices: who has each parameter, and where', () => {
    const slices = studySlices(study);
    expect(slices.map(({ parameter }) => parameter)).toEqual(['lr', 'drop', 'kind', 'extra']);
    for (const theirs of optuna.slices) {
      const { axis, trials, x, value } = slices.find(({ parameter }) => parameter === theirs.parameter)!;
      expect(trials).toEqual(theirs.trials);
      const told = axis.kind === 'category' ? [...x].map((i) => axis.choices[i]) : [...x];
      expect(told).toEqual(theirs.x);
      expect([...value]).toEqual(theirs.y);
      expect(axis.kind === 'number' && axis.log).toBe(theirs.log);
    }
  });

  it('empirical distribution: at every place that Optuna draws', () => {
    const { value, share } = studyEdf(study);
    const at = (x: number) => share[value.findLastIndex((each) => each <= x)] ?? 0;
    optuna.edf.x.forEach((x, i) => expect(at(x)).toBeCloseTo(optuna.edf.y[i], 12));
  });

  it('ranks: equal values share the mean of their places', () => {
    const complete = study.trials.filter(({ state }) => state === 'complete');
    const values = complete.map(({ values }) => values![0]);
    // Optuna counts from 0 and from the least.
    expect([...ranks(values, 'minimize')].map((rank) => rank - 1)).toEqual(optuna.ranks);
    expect([...ranks(values, 'maximize')]).toEqual(optuna.ranks.map((rank) => values.length - rank));
    expect(new Set(values).size).toBeLessThan(values.length);
  });

  it('two parameters: the trials that have both, and the mean around', () => {
    const pairs = studyPairs(study, 'lr', 'drop');
    const complete = study.trials.filter(({ state }) => state === 'complete').map(({ number }) => number);
    expect(pairs.trials).toEqual(complete);
    const given = (list: (number | null)[]) => list.filter((each) => each !== null);
    expect([...pairs.x.values]).toEqual(given(optuna.contour.lr));
    expect([...pairs.y.values]).toEqual(given(optuna.contour.drop));
    const { mean } = contourOf(pairs, 8);
    const shown = [...mean].map((value, i) => [value, optuna.field[i]]).filter(([ours]) => !Number.isNaN(ours));
    expect(shown.length).toBeGreaterThan(40);
    for (const [ours, scipy] of shown) expect(Math.abs(ours - scipy)).toBeLessThan(1e-9);
  });

  it('timeline and reports', () => {
    const bars = studyTimeline(study).map(({ trial, from, to }) => ({ trial, from, to }));
    expect(bars.sort((a, b) => a.trial - b.trial)).toEqual(optuna.timeline);
    expect(
      studyIntermediate(study).map(({ trial, steps, values }) => ({
        trial,
        values: steps.map((step, i) => [step, values[i]]),
      })),
    ).toEqual(optuna.intermediate.filter(({ values }) => values.length > 0));
  });
});

describe('plots of a study', () => {
  it('are empty where it is', () => {
    expect(studyHistory(none)).toEqual([]);
    expect(studyTimeline(none)).toEqual([]);
    expect(studyIntermediate(none)).toEqual([]);
    expect(studyFront(none)).toEqual([]);
    expect(studyEdf(none)).toEqual({ value: new Float64Array(), share: new Float64Array() });
    expect(studySlices(none).map(({ trials }) => trials)).toEqual([[], [], [], []]);
    expect([...contourOf(studyPairs(none, 'lr', 'kind'), 3).mean]).toEqual(Array<number>(6).fill(NaN));
  });

  it('take neither what breaks a limit nor what is pruned for the best', () => {
    const trials = [
      whole({ number: 0, values: [0.5] }),
      whole({ number: 1, values: [0.9], violations: [0.1] }),
      whole({ number: 2, values: [0.8], state: 'pruned' }),
      whole({ number: 3, state: 'failed' }),
      whole({ number: 4, values: [0.6], violations: [-1] }),
      whole({ number: 5, state: 'running' }),
    ];
    expect(studyHistory({ plan, trials, front: [] }).map(({ trial, best }) => [trial, best])).toEqual([
      [0, 0.5],
      [1, 0.5],
      [2, 0.5],
      [3, 0.5],
      [4, 0.6],
    ]);
  });

  it('leave out values that are no numbers', () => {
    const params = { lr: 0.01, drop: 0.1, kind: 'a' };
    const trials = [whole({ number: 0, values: [NaN], params }), whole({ number: 1, values: [0.5], params })];
    const odd: Plotted = { plan, trials, front: [] };
    expect(studyHistory(odd).map(({ value }) => value)).toEqual([null, 0.5]);
    expect([...studyEdf(odd).share]).toEqual([1]);
    expect(studySlices(odd)[0].trials).toEqual([1]);
  });

  it('have a field that keeps the choices of a category apart', () => {
    const trials = ['a', 'a', 'b'].map((kind, i) =>
      whole({ number: i, values: [[0.2, 0.4, 0.9][i]], params: { lr: 0.01, drop: 0.25, kind } }),
    );
    const { x, y, mean } = contourOf(studyPairs({ plan, trials, front: [] }, 'drop', 'kind'), 5);
    expect([...x].map((each) => Number(each.toFixed(3)))).toEqual([0.05, 0.15, 0.25, 0.35, 0.45]);
    expect([...y]).toEqual([0, 1]);
    expect(mean[2]).toBeCloseTo(0.3, 12);
    expect(mean[7]).toBeCloseTo(0.9, 12);
    expect(mean[0]).toBeNaN();
    expect(bandwidth(Float64Array.of(0.5, 0.5))).toBe(0.02);
  });

  it('have lines of equal means: a circle where the field is a bowl, its radius by the level', () => {
    const cells = 40;
    const axis = { kind: 'number', low: -1, high: 1, log: false, whole: false } as const;
    const middles = Float64Array.from({ length: cells }, (_, i) => -1 + (i + 0.5) / (cells / 2));
    const mean = new Float64Array(cells * cells);
    for (let i = 0; i < mean.length; i++) mean[i] = Math.hypot(middles[i % cells], middles[Math.floor(i / cells)]) ** 2;
    const field: Contour = { x: middles, y: middles, mean };
    const side = { parameter: 'x', axis, values: new Float64Array() };
    const lines = contourLines({ x: side, y: side }, field, [0.25, 0.49, 7]);
    expect(lines.map(({ level }) => level)).toEqual([0.25, 0.49]);
    for (const { level, x, y } of lines) {
      const radii = [...x].flatMap((at, i) => (Number.isNaN(at) ? [] : [Math.hypot(at, y[i])]));
      expect(radii.length).toBeGreaterThan(80);
      // Places between the cells' middles are by a straight line, the bowl is round: of the second order of a cell.
      for (const radius of radii) expect(Math.abs(radius - Math.sqrt(level))).toBeLessThan(0.002);
      // All around: pieces are chords, whose lengths make the circle's.
      let length = 0;
      for (let i = 0; i + 1 < x.length; i += 3) length += Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
      expect(length / (2 * Math.PI * Math.sqrt(level))).toBeCloseTo(1, 2);
    }
    mean.fill(NaN, 0, (cells * cells) / 2);
    const [half] = contourLines({ x: side, y: side }, field, [0.25]);
    expect(Math.min(...half.y.filter((each) => !Number.isNaN(each)))).toBeGreaterThan(0);
  });

  it('cut a saddle so that the corners on the side of its middle hang together, and have no lines between choices', () => {
    const axis = { kind: 'number', low: 0, high: 2, log: false, whole: false } as const;
    const side = { parameter: 'x', axis, values: new Float64Array() };
    const two = Float64Array.of(0.5, 1.5);
    const field = (mean: number[]): Contour => ({ x: two, y: two, mean: Float64Array.from(mean) });
    const ends = (mean: number[]) => {
      const [{ x, y }] = contourLines({ x: side, y: side }, field(mean), [0]);
      return [0, 3].map((i) => [x[i], y[i], x[i + 1], y[i + 1]]);
    };
    // High at (0.5, 0.5) and (1.5, 1.5), and between them: low corners are cut off.
    expect(ends([3, -1, -1, 3])).toEqual([
      [1.25, 0.5, 1.5, 0.75],
      [0.75, 1.5, 0.5, 1.25],
    ]);
    expect(ends([1, -3, -3, 1])).toEqual([
      [0.75, 0.5, 0.5, 0.75],
      [1.5, 1.25, 1.25, 1.5],
    ]);
    const kinds = { parameter: 'kind', axis: { kind: 'category', choices: ['a', 'b'] }, values: two } as const;
    expect(contourLines({ x: side, y: kinds }, field([1, -1, 1, -1]), [0])).toEqual([]);
  });

  it('name a parameter that is not searched', () => {
    expect(() => studyPairs(study, 'lr', 'depth')).toThrow(/"depth" is not searched.*lr, drop, kind, extra/);
  });

  it('tell of several metrics which trials no other one beats', () => {
    const trials = [
      whole({ number: 0, values: [1, 2] }),
      whole({ number: 1, state: 'failed' }),
      whole({ number: 2, values: [0, 1], violations: [3] }),
    ];
    expect(studyFront({ plan, trials, front: [0] })).toEqual([
      { trial: 0, values: [1, 2], best: true, keepsLimits: true },
      { trial: 2, values: [0, 1], best: false, keepsLimits: false },
    ]);
  });
});
