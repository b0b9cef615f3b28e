import type { Figure, FigureAxis, PointLayer } from '../../../../src-main/shared/chart/figure.ts';
import { csvText } from '../../../../src-main/shared/csv-line.ts';
import type { ParameterAxis } from '../../../../src-main/shared/study-plots/parameter-axis.ts';
import { studyPlotRows, type PlotChoice, type StudyPlotKind } from '../../../../src-main/shared/study-plots/rows.ts';
import type { StudyDetail, TrialState } from '../../../../src-main/shared/study.ts';
import type { ReadoutRow } from '../../../charts/Readout.svelte';
import { format } from '../../../words/format.ts';
import { m } from '../../../words/messages.ts';
import { trialStateWord } from '../../../words/reasons.ts';
import { metricShort, metricValue } from '../../../words/metric-terms.ts';
import { parameterValue, parameterWord } from '../trials.ts';

/** What every plot of a study is given: ids are the numbers of trials. */
export interface PlotProps {
  study: StudyDetail;
  /** Which of several metrics it is of. */
  objective: number;
  hovered: number | null;
  onhover: (trial: number | null) => void;
  chosen: number | null;
  onchoose: (trial: number) => void;
  onopen: (trial: number) => void;
}

/** A readout has room for so many settings. */
const mostRows = 12;

/** What the pointer reads of a trial. */
export function describeTrial({ plan, trials }: StudyDetail, number: number): { title: string; rows: ReadoutRow[] } {
  const { state, values, params } = trials[number];
  return {
    title: `${m.tune_trial_n({ n: format.integer(number) })} · ${trialStateWord(state)}`,
    rows: [
      ...(values ?? []).map((value, i) => ({
        label: metricShort(plan.metrics[i]),
        value: metricValue(plan.metrics[i], value),
        mono: true,
      })),
      ...Object.entries(params)
        .slice(0, mostRows)
        .map(([name, value]) => ({
          label: parameterWord(name),
          value: parameterValue(name, value),
          mono: typeof value === 'number',
        })),
    ],
  };
}

export function metricAxis(metric: string, { low, high }: { low: number; high: number }, log = false): FigureAxis {
  return {
    kind: 'number',
    name: metricShort(metric),
    low,
    high,
    log: log && low > 0,
    format: (value) => metricValue(metric, value, true),
    exact: (value) => format.full(value),
  };
}

export function settingAxis(parameter: string, axis: ParameterAxis): FigureAxis {
  const name = parameterWord(parameter);
  if (axis.kind === 'category')
    return { kind: 'category', name, words: axis.choices.map((choice) => parameterValue(parameter, choice)) };
  return {
    kind: 'number',
    name,
    low: axis.low,
    high: axis.high,
    log: axis.log,
    whole: axis.whole,
    format: (value) => parameterValue(parameter, value),
    exact: (value) => format.full(value),
  };
}

/** A whole number: of trials, of epochs. */
export function countAxis(name: string, low: number, high: number): FigureAxis {
  const label = (value: number) => (Number.isInteger(value) ? format.integer(value) : '');
  return { kind: 'number', name, low, high: Math.max(low + 1, high), whole: true, format: label };
}

/** Choices stand apart by the order of their trials, not on each other. */
export const besideEachOther = (axis: ParameterAxis, values: Float64Array): Float64Array =>
  axis.kind === 'category' ? values.map((value, i) => value + (((i * 0.618034) % 1) - 0.5) * 0.6) : values;

export const stateColours: Readonly<Record<TrialState, string>> = {
  waiting: 'var(--text-faint)',
  running: 'var(--text-muted)',
  complete: 'var(--category-0)',
  pruned: 'var(--warn)',
  failed: 'var(--bad)',
};

/** Points of trials of one state. */
export function trialPoints(
  trials: readonly { trial: number; x: number; y: number }[],
  look: Pick<PointLayer, 'shape' | 'colour' | 'name' | 'colours'>,
): PointLayer {
  return {
    kind: 'points',
    ...look,
    ids: trials.map(({ trial }) => trial),
    x: trials.map(({ x }) => x),
    y: trials.map(({ y }) => y),
  };
}

export function plotCsv(kind: StudyPlotKind, study: StudyDetail, choice: Partial<PlotChoice> = {}): string {
  const rows = studyPlotRows(kind, study, { objective: 0, x: '', y: '', ...choice });
  const head = Object.keys(rows[0] ?? { trial: null });
  return csvText([head, ...rows.map((row) => head.map((name) => row[name]))]);
}

/** Trials that an axis has left to stand at its edge. */
export const beyondNote = (beyond: number): string | undefined =>
  beyond > 0 ? m.plot_beyond({ count: beyond, n: format.integer(beyond) }) : undefined;

export const canLog = ({ y }: Figure): boolean => y.kind === 'number' && y.low > 0;
