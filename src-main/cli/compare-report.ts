import { groupChartCsv, groupChartSvg } from '../shared/chart/groups-svg.ts';
import type { GroupChart } from '../shared/chart/groups.ts';
import { laterColour } from '../shared/chart/hues.ts';
import { lineChartCsv, lineChartSvg, type LineChart } from '../shared/chart/line-svg.ts';
import type { Report, ReportCell, ReportRow } from '../shared/chart/report-html.ts';
import type { MetricSeries, RunSummary } from '../shared/run.ts';
import type { ChartFiles } from './chart-files.ts';
import { bytes, count, duration, metric, when } from './format.ts';

export interface Compared {
  runs: readonly RunSummary[];
  /** Setting by setting a value per run; null where a run has none. */
  settings: Readonly<Record<string, readonly (string | null)[]>>;
  differing: readonly string[];
  metricKeys: readonly string[];
  series: ReadonlyMap<RunSummary, readonly MetricSeries[]>;
  /** What runs are put together by in bars and boxes; null for none. */
  groups: { by: string; of: readonly { name: string; runs: readonly RunSummary[] }[] } | null;
}

/** Okabe and Ito's colours, which colour-blind people tell apart; past them as the window has them, and lines dashed. */
const colours = ['#0072b2', '#c77a00', '#00855f', '#d55e00', '#b8578d', '#2f8fc9', '#8f8200', '#6b7280'];

export const printedColour = (n: number): string => colours[n] ?? laterColour(n, colours.length, false);

/** What `runs compare` prints, with curves, as a report. */
export function compareReport({ runs, settings, differing, metricKeys, series, groups }: Compared): Report {
  const head = runs.map((run, i): ReportCell => ({ text: run.name, colour: printedColour(i) }));
  const row = (label: string, texts: readonly string[]): ReportRow => ({
    label,
    cells: texts.map((text) => ({ text })),
  });
  const settingRow = (key: string) =>
    row(
      key,
      settings[key].map((value) => value ?? '–'),
    );
  const lasted = ({ startedAt, finishedAt }: RunSummary) =>
    startedAt === null || finishedAt === null ? '–' : duration((finishedAt - startedAt) / 1000);
  return {
    language: 'en',
    title: `Compare ${count(runs.length)} runs`,
    subtitle: `Made with Atelier, ${when(Date.now())}`,
    sections: [
      {
        heading: 'Runs',
        table: {
          head,
          rows: [
            row(
              'status',
              runs.map((run) => run.status),
            ),
            row(
              'parameters',
              runs.map((run) => (run.parameterCount === null ? '–' : count(run.parameterCount))),
            ),
            row('lasted', runs.map(lasted)),
            row(
              'created',
              runs.map((run) => when(run.createdAt)),
            ),
            row(
              'notes',
              runs.map((run) => run.notes || '–'),
            ),
          ],
        },
      },
      {
        heading: 'Metrics',
        table: {
          head,
          rows: metricKeys.map((key) =>
            row(
              key,
              runs.map((run) => metric(key, run.metrics[key])),
            ),
          ),
        },
      },
      { heading: 'Settings that differ', table: { head, rows: differing.map(settingRow) } },
      { heading: 'Curves', charts: curveCharts(runs, series) },
      ...(groups
        ? [
            {
              heading: `By ${groups.by}`,
              note: 'Bars: mean ± one standard deviation (n − 1). Boxes: quartiles and median; whiskers to the last run within 1.5 box heights; each dot is a run.',
              charts: metricKeys.filter((key) => !key.startsWith('system/')).flatMap((key) => groupCharts(key, groups)),
            },
          ]
        : []),
      {
        heading: 'Settings that all share',
        folded: true,
        table: {
          head,
          rows: Object.keys(settings)
            .filter((key) => !differing.includes(key))
            .map(settingRow),
        },
      },
    ],
  };
}

/** A chart for each metric, validation first, with a line for each run. */
function curveCharts(runs: readonly RunSummary[], series: Compared['series']): LineChart[] {
  const keys = new Set([...series.values()].flatMap((curves) => curves.map(({ key }) => key)));
  const rank = (key: string) => ['validation/', 'train/'].findIndex((split) => key.startsWith(split)) + 1 || 9;
  return [...keys]
    .filter((key) => !key.startsWith('test/') && !key.startsWith('system/'))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((key) => ({
      title: key,
      x: { name: 'step', format: count },
      y: { name: key, format: (value) => (/[/_]memory$/.test(key) ? bytes(value) : metric(key, value)) },
      width: 540,
      height: 300,
      lines: runs.flatMap((run, i) => {
        const curve = series.get(run)?.find((one) => one.key === key);
        if (!curve) return [];
        const look = i < colours.length ? 'line' : 'dashed';
        return [{ name: run.name, colour: printedColour(i), x: curve.steps, y: curve.values, look } as const];
      }),
    }));
}

/** Bars and boxes of a metric; nothing where no run has it. */
function groupCharts(key: string, { by, of }: NonNullable<Compared['groups']>): GroupChart[] {
  const groups = of.map(({ name, runs }, i) => ({
    name,
    colour: printedColour(i),
    values: runs.map((run) => run.metrics[key]).filter((value) => Number.isFinite(value)),
  }));
  if (groups.every(({ values }) => values.length === 0)) return [];
  return (['bars', 'boxes'] as const).map((kind) => ({
    kind,
    title: `${key} by ${by}`,
    by,
    y: { name: key, format: (value) => metric(key, value) },
    groups,
    width: 540,
    height: 320,
  }));
}

/** The curves, and bars and boxes where runs are put together, as files called by their metric. */
export function compareCharts({ runs, series, groups, metricKeys }: Compared): ChartFiles[] {
  return [
    ...curveCharts(runs, series).map((chart) => ({
      name: chart.title,
      svg: lineChartSvg({ ...chart, width: 960, height: 480 }),
      csv: lineChartCsv(chart),
    })),
    ...(groups ? metricKeys.flatMap((key) => groupCharts(key, groups)) : []).map((chart) => ({
      name: `${chart.title} ${chart.kind}`,
      svg: groupChartSvg({ ...chart, width: 960, height: 480 }),
      csv: groupChartCsv(chart),
    })),
  ];
}
