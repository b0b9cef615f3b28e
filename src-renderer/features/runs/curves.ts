import type { RunSummary } from '../../../src-main/shared/run.ts';
import { lowerBound } from '../../../src-main/shared/chart/decimate.ts';
import type { ChartAxis, ChartSeries, Window } from '../../charts/plot.ts';
import { smooth } from '../../charts/smooth.ts';
import type { LiveSeries } from '../../state/live-series.svelte.ts';
import { runs } from '../../state/runs.svelte.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { splitColour, splitWord } from '../../words/data-terms.ts';
import { closeMetricValue, metricParts, metricValue, metricWord } from '../../words/metric-terms.ts';

export const xKinds = ['step', 'epoch', 'time', 'samples'] as const;
export type XKind = (typeof xKinds)[number];

/** In training steps; 0 draws the points as they are. */
export const reaches = [0, 5, 20, 50, 100, 300, 1000] as const;

export interface CurvePlan {
  id: string;
  title: string;
  y: ChartAxis;
  series: ChartSeries[];
}

export function xAxis(kind: XKind, log = false): ChartAxis {
  return { ...axisWords(kind), log };
}

function axisWords(kind: XKind): ChartAxis {
  switch (kind) {
    case 'step':
      return {
        name: m.axis_step(),
        format: (x) => format.compact(Math.round(x)),
        exact: (x) => format.integer(Math.round(x)),
        whole: true,
      };
    case 'epoch':
      return { name: m.axis_epoch(), format: (x) => format.figure(x, 3), exact: (x) => format.figure(x, 10) };
    case 'time':
      return { name: m.axis_time(), format: (x) => format.figure(x, 3), exact: (x) => format.figure(x, 10) };
    case 'samples':
      return {
        name: m.axis_samples(),
        format: (x) => format.compact(Math.round(x)),
        exact: (x) => format.integer(Math.round(x)),
        whole: true,
      };
  }
}

export type Drawn = LiveSeries['drawn'];
/** Where the points of a curve lie along x: all that it has, or what is drawn of it. */
export function along(live: LiveSeries, x: XKind, { steps, epochs, times }: Drawn = live): number[] {
  switch (x) {
    case 'step':
      return steps;
    case 'epoch':
      return epochs;
    case 'time':
      return times;
    case 'samples': {
      const samples = runs.curves.samplesAt(live);
      return steps.map((step, i) => samples(step, epochs[i]));
    }
  }
}

/** Whether there is no telling where it lies along x: of what another program wrote down nobody knows the epochs, say. */
export const hasNoPlace = (live: LiveSeries, x: XKind): boolean => live.length > 0 && Number.isNaN(along(live, x)[0]);

/** The steps that a window of the x axis takes in, and the next ones on both sides. */
export function stepsOf(live: LiveSeries, x: XKind, { from, to }: Window): { from: number; to: number } {
  const xs = along(live, x);
  const { steps } = live;
  const first = Math.max(0, lowerBound(xs, from) - 1);
  const last = Math.min(steps.length - 1, lowerBound(xs, to));
  return { from: steps[first], to: steps[last] };
}

/** The stretches of steps that are read more closely for a window: one, or on a logarithmic axis one a decade, each of the same width. */
export function stretchesOf(live: LiveSeries, x: XKind, { from, to }: Window, log: boolean): Window[] {
  if (!log) return [stepsOf(live, x, { from, to })];
  const decades = Math.ceil(Math.log10(to / from) - 1e-9);
  return Array.from({ length: Math.max(1, decades) }, (_, i) =>
    stepsOf(live, x, { from: from * 10 ** i, to: Math.min(to, from * 10 ** (i + 1)) }),
  );
}

/** Of many metrics those that are drawn: of as many charts as there is room for, those that say most first. */
export function keysToDraw(keys: Iterable<string>, find: string, charts: number): { keys: string[]; more: number } {
  const wanted = find.trim().toLowerCase();
  const found = [...keys]
    .filter((key) => !key.startsWith('test/'))
    .filter((key) => wanted === '' || `${key} ${metricWord(key)}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || inOrder.compare(a, b));
  const byChart = new Map<string, string[]>();
  for (const key of found) {
    const chart = isSystem(key) ? key : (families[metricOf(key)] ?? metricOf(key));
    const members = byChart.get(chart);
    if (members) members.push(key);
    else byChart.set(chart, [key]);
  }
  const drawn = [...byChart.values()].slice(0, charts);
  return { keys: drawn.flat(), more: byChart.size - drawn.length };
}

/** Whether the same curves stand for both, in the same words: of what a run is, its latest numbers matter least. */
export const drawnAlike = (a: RunSummary, b: RunSummary): boolean =>
  a.id === b.id && a.name === b.name && a.status === b.status && a.settings === b.settings;

function lines(
  live: LiveSeries,
  x: XKind,
  reach: number,
  given: Pick<ChartSeries, 'id' | 'name' | 'colour' | 'legend'>,
): ChartSeries[] {
  const drawn = live.drawn;
  const xs = along(live, x, drawn);
  if (hasNoPlace(live, x)) return [];
  const base = { ...given, ...(drawn.sampledEvery > 1 ? { stored: drawn.total } : {}) };
  // Few points have nothing to smooth away.
  if (reach === 0 || drawn.values.length < 8) return [{ ...base, x: xs, y: drawn.values }];
  return [
    { ...base, id: `${base.id} raw`, look: 'behind', x: xs, y: drawn.values },
    { ...base, x: xs, y: smooth(drawn.steps, drawn.values, reach) },
  ];
}

/** Of a thousand names a collator that is made once takes a tenth of the time of `localeCompare`. */
const inOrder = new Intl.Collator();
const order = [
  'loss',
  'perplexity',
  'd_loss',
  'g_loss',
  'accuracy',
  'd_accuracy_real',
  'd_accuracy_generated',
  'rmse',
  'mae',
  'r2',
];
/** Training's and validation's of one name are drawn together; what bears another prefix stands alone. */
const metricOf = (key: string) => (metricParts(key).split === null ? key : key.split('/').slice(1).join('/'));
const rank = (key: string) => {
  const at = order.indexOf(metricOf(key));
  return at < 0 ? order.length : at;
};
/** Metrics that are drawn in one chart: of two nets that play against each other, and what is told of each update. */
const families: Readonly<Record<string, string>> = {
  d_loss: 'player_losses',
  g_loss: 'player_losses',
  d_accuracy_real: 'player_accuracies',
  d_accuracy_generated: 'player_accuracies',
  gradient_norm: 'norms',
  update_norm: 'norms',
  d_gradient_norm: 'norms',
  d_update_norm: 'norms',
  g_gradient_norm: 'norms',
  g_update_norm: 'norms',
};
/** What spans powers of ten is drawn on a log axis unless somebody says otherwise. */
export const usuallyLog = (plan: string): boolean => /(^|_)norms?$/.test(plan);
export const isSystem = (key: string) => key.startsWith('system/');

function yAxis(key: string): ChartAxis {
  const { metric } = metricParts(key);
  const unit = key.endsWith('samples_per_second') ? m.unit_per_second() : '';
  return {
    name: unit ? m.name_unit({ name: metric, unit }) : metric,
    format: (value) => metricValue(key, value, true),
    exact: (value) => closeMetricValue(key, value),
  };
}

const isFamily = (metric: string) => Object.values(families).includes(metric);

/** A colour for each metric; validation dashed. */
function familyLines(members: readonly LiveSeries[], x: XKind, reach: number): ChartSeries[] {
  const metrics = [...new Set(members.map(({ key }) => metricOf(key)))].sort();
  return members.flatMap((live) => {
    const validation = live.key.startsWith('validation/');
    return lines(live, x, validation ? 0 : reach, {
      id: live.key,
      legend: live.key,
      name: validation ? metricWord(live.key) : metricParts(live.key).metric,
      colour: `var(--category-${metrics.indexOf(metricOf(live.key))})`,
    }).map((line) => (validation ? { ...line, look: 'dashed' as const } : line));
  });
}

/** One run: a chart for each metric, with training and validation in it. */
export function oneRunCurves(series: ReadonlyMap<string, LiveSeries>, x: XKind, reach: number): CurvePlan[] {
  const groups = new Map<string, LiveSeries[]>();
  for (const live of [...series.values()].sort((a, b) => rank(a.key) - rank(b.key))) {
    if (live.key.startsWith('test/') || live.length === 0) continue;
    const metric = isSystem(live.key) ? live.key : (families[metricOf(live.key)] ?? metricOf(live.key));
    groups.set(metric, [...(groups.get(metric) ?? []), live]);
  }
  return [...groups].map(([metric, members]) => ({
    id: metric,
    title: metricParts(isFamily(metric) ? metric : members[0].key).metric,
    y: yAxis(isFamily(metric) ? metric : members[0].key),
    series: isFamily(metric)
      ? familyLines(members, x, reach)
      : members
          .toSorted((a) => (a.key.startsWith('train/') ? -1 : 1))
          .flatMap((live) => {
            const { split } = metricParts(live.key);
            return lines(live, x, isSystem(live.key) ? 0 : reach, {
              id: live.key,
              legend: split ?? live.key,
              name: split ? splitWord(split) : metricWord(live.key),
              colour: split ? splitColour(split) : 'var(--category-0)',
            });
          }),
  }));
}

/** The metrics that these runs have curves of: validation first, the most telling before the others. */
export function curveKeys(
  list: readonly RunSummary[],
  seriesOf: (run: RunSummary) => ReadonlyMap<string, LiveSeries>,
): string[] {
  const keys = new Set<string>();
  for (const run of list)
    for (const live of seriesOf(run).values()) if (live.length > 0 && !live.key.startsWith('test/')) keys.add(live.key);
  const splitRank = (key: string) => (key.startsWith('validation/') ? 0 : key.startsWith('train/') ? 1 : 2);
  return [...keys].sort((a, b) => splitRank(a) - splitRank(b) || rank(a) - rank(b) || a.localeCompare(b));
}

export const planOf = (key: string, series: ChartSeries[]): CurvePlan => ({
  id: key,
  title: metricWord(key),
  y: yAxis(key),
  series,
});

/** Several runs: a chart for each metric of each split, with a line for each run. */
export function manyRunCurves(
  list: readonly RunSummary[],
  seriesOf: (run: RunSummary) => ReadonlyMap<string, LiveSeries>,
  colourOf: (run: RunSummary) => string,
  x: XKind,
  reach: number,
): CurvePlan[] {
  return curveKeys(list, seriesOf).map((key) =>
    planOf(
      key,
      list.flatMap((run) => {
        const live = seriesOf(run).get(key);
        if (!live || live.length === 0) return [];
        return lines(live, x, isSystem(key) ? 0 : reach, {
          id: run.id,
          legend: run.id,
          name: run.name,
          colour: colourOf(run),
        });
      }),
    ),
  );
}
