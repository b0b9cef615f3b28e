import { contourOf } from './contour.ts';
import { studyEdf } from './edf.ts';
import { studyFront } from './front.ts';
import { studyHistory } from './history.ts';
import { studyIntermediate } from './intermediate.ts';
import { studyPairs } from './pairs.ts';
import type { ParameterAxis } from './parameter-axis.ts';
import { ranks } from './rank.ts';
import { studySlices } from './slice.ts';
import { studyTimeline } from './timeline.ts';
import { completeOnes, type Plotted } from './told.ts';

export const studyPlotKinds = [
  'history',
  'parallel',
  'slice',
  'contour',
  'rank',
  'edf',
  'intermediate',
  'timeline',
  'front',
] as const;
export type StudyPlotKind = (typeof studyPlotKinds)[number];

/** Which of several metrics it is of, and for contour and rank the two parameters. */
export interface PlotChoice {
  objective: number;
  x: string;
  y: string;
}

export type PlotRow = Readonly<Record<string, string | number | boolean | null>>;

const shown = (axis: ParameterAxis, value: number) => (axis.kind === 'category' ? axis.choices[value] : value);
const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** What a plot of a study draws, as records of one kind: for scripts and for spreadsheets. */
export function studyPlotRows(kind: StudyPlotKind, study: Plotted, { objective, x, y }: PlotChoice): PlotRow[] {
  return rows[kind](study, objective, x, y);
}

const rows: Readonly<Record<StudyPlotKind, (study: Plotted, objective: number, x: string, y: string) => PlotRow[]>> = {
  history: (study, objective) => studyHistory(study, objective).map((row) => ({ ...row })),

  parallel: (study) =>
    completeOnes(study, 0).map(({ number: trial, params, values }) => ({
      trial,
      ...Object.fromEntries(Object.keys(study.plan.space).map((name) => [name, params[name] ?? null])),
      ...Object.fromEntries(study.plan.metrics.map((metric, i) => [metric, finite(values![i])])),
    })),

  slice: (study, objective) =>
    studySlices(study, objective).flatMap(({ parameter, axis, trials, x, value, breaks }) =>
      trials.map((trial, i) => ({
        parameter,
        trial,
        x: shown(axis, x[i]),
        value: value[i],
        keeps_limits: breaks[i] === 0,
      })),
    ),

  contour: (study, objective, across, up) => {
    const pairs = studyPairs(study, across, up, objective);
    const { x, y, mean } = contourOf(pairs);
    return Array.from(mean, (value, i) => ({
      x: shown(pairs.x.axis, x[i % x.length]),
      y: shown(pairs.y.axis, y[Math.floor(i / x.length)]),
      mean: finite(value),
    }));
  },

  rank: (study, objective, across, up) => {
    const { trials, x, y, value } = studyPairs(study, across, up, objective);
    const places = ranks(value, study.plan.directions[objective]);
    return trials.map((trial, i) => ({
      trial,
      x: shown(x.axis, x.values[i]),
      y: shown(y.axis, y.values[i]),
      value: value[i],
      rank: places[i],
    }));
  },

  edf: (study, objective) => {
    const { value, share } = studyEdf(study, objective);
    return Array.from(value, (each, i) => ({ value: each, share: share[i] }));
  },

  intermediate: (study) =>
    studyIntermediate(study).flatMap(({ trial, state, steps, values }) =>
      steps.map((step, i) => ({ trial, state, step, value: finite(values[i]) })),
    ),

  timeline: (study) =>
    studyTimeline(study).map(({ trial, state, worker, from, to, tries }) => ({
      trial,
      state,
      worker,
      asked_at: iso(from),
      ended_at: iso(to),
      seconds: to === null ? null : (to - from) / 1000,
      tries,
    })),

  front: (study) =>
    studyFront(study).map(({ trial, values, best, keepsLimits }) => ({
      trial,
      ...Object.fromEntries(study.plan.metrics.map((metric, i) => [metric, values[i]])),
      front: best,
      keeps_limits: keepsLimits,
    })),
};
