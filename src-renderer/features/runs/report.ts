import type { GroupChart } from '../../../src-main/shared/chart/groups.ts';
import type { LineChart } from '../../../src-main/shared/chart/line-svg.ts';
import type { Report, ReportCell, ReportRow, ReportSection } from '../../../src-main/shared/chart/report-html.ts';
import { fewRuns, type RunImportance } from '../../../src-main/shared/run-importance.ts';
import type { RunProvenance } from '../../../src-main/shared/run-provenance.ts';
import type { RunSummary } from '../../../src-main/shared/run.ts';
import { resolveColour } from '../../charts/colours.ts';
import { format } from '../../words/format.ts';
import { locale } from '../../words/locale.svelte.ts';
import { m } from '../../words/messages.ts';
import { statusWord } from '../../words/job-terms.ts';
import { metricValue, metricWord } from '../../words/metric-terms.ts';
import { settingWord } from '../../words/setting-terms.ts';
import type { CurvePlan } from './curves.ts';
import { levelsShown, signed, togetherWords } from './importance.ts';
import { metricRows, provenanceRows, settingsDiff } from './diff.ts';
import { datasetWords, runSeconds, settingShown } from './run-columns.ts';

/** What is said of all runs compared, of which a report shows so many side by side. */
export interface WholeComparison {
  groups: Omit<GroupChart, 'width' | 'height'> | null;
  importance: RunImportance | null;
  total: number;
  /** Of the runs that stand side by side. */
  provenance: readonly (RunProvenance | null)[];
}

/** A comparison as it is seen, to be kept or sent: what the runs are, what they reached, where they differ, their curves. */
export function compareReport(
  runs: readonly RunSummary[],
  plans: readonly CurvePlan[],
  x: LineChart['x'],
  colourOf: (run: RunSummary) => string,
  { groups, importance, total, provenance }: WholeComparison,
): Report {
  const head = runs.map((run): ReportCell => ({ text: run.name, colour: resolveColour(colourOf(run)) }));
  const settings = [...settingsDiff(runs), ...provenanceRows(provenance)];
  const settingRow = ({ key, values }: (typeof settings)[number]): ReportRow => ({
    label: settingWord(key),
    cells: values.map((value) => ({ text: settingShown(key, value) })),
  });
  const about = (label: string, of: (run: RunSummary) => string): ReportRow => ({
    label,
    cells: runs.map((run) => ({ text: of(run) })),
  });
  return {
    language: locale.current,
    title: m.compare_n({ count: total, n: format.integer(total) }),
    subtitle: m.report_made({ time: format.moment(Date.now()) }),
    sections: [
      {
        heading: m.report_about(),
        ...(runs.length < total
          ? { note: m.runs_of({ n: format.integer(runs.length), total: format.integer(total) }) }
          : {}),
        table: {
          head,
          rows: [
            about(m.status(), (run) => statusWord(run.status)),
            about(m.dataset(), datasetWords),
            about(m.parameters(), (run) => (run.parameterCount === null ? '–' : format.integer(run.parameterCount))),
            about(m.duration(), (run) => {
              const seconds = runSeconds(run);
              return seconds === null ? '–' : format.duration(seconds);
            }),
            about(m.created(), (run) => format.moment(run.createdAt)),
            ...(provenance.some((one) => one !== null && one.looks.count > 0)
              ? [about(m.test_looks(), (run) => looksOf(provenance.find((one) => one?.run === run.id)))]
              : []),
            ...(runs.some((run) => run.notes !== '') ? [about(m.notes(), (run) => run.notes || '–')] : []),
          ],
        },
      },
      {
        heading: m.tab_metrics(),
        note: m.metrics_note(),
        table: {
          head,
          rows: metricRows(runs).map(({ key, values, best }) => ({
            label: metricWord(key),
            cells: values.map((value, i) => ({
              text: value === undefined ? '–' : metricValue(key, value),
              best: best.has(i),
            })),
          })),
        },
      },
      {
        heading: m.report_differing(),
        ...(settings.some((row) => row.differs)
          ? { table: { head, rows: settings.filter((row) => row.differs).map(settingRow) } }
          : { note: m.settings_same() }),
      },
      {
        heading: m.tab_curves(),
        charts: plans
          .filter(({ id }) => !id.startsWith('system/'))
          .map(({ title, y, series }) => ({
            title,
            x,
            y,
            width: 540,
            height: 300,
            lines: series.map((line) => ({ ...line, colour: resolveColour(line.colour) })),
          })),
      },
      ...(groups && groups.groups.length > 0
        ? [
            {
              heading: m.tab_groups(),
              note: groups.kind === 'boxes' ? m.groups_boxes_note() : m.groups_bars_note(),
              charts: [{ ...groups, width: 960, height: 420 }],
            },
          ]
        : []),
      ...(importance && importance.settings.length > 0 ? [importanceSection(importance)] : []),
      {
        heading: m.report_common(),
        folded: true,
        table: { head, rows: settings.filter((row) => !row.differs).map(settingRow) },
      },
    ],
  };
}

const looksOf = (one: RunProvenance | null | undefined): string => (one ? format.integer(one.looks.count) : '–');

function importanceSection({ metric, runs, settings, combined, foretold }: RunImportance): ReportSection {
  const notes = [
    m.importance_runs({ count: runs, n: format.integer(runs) }),
    ...(foretold === null ? [] : [m.importance_foretold({ r: format.fixed(foretold, 2) })]),
    ...(runs < fewRuns ? [m.importance_few({ n: format.integer(fewRuns) })] : []),
    ...settings
      .filter(({ together }) => together.length > 0)
      .map((one) => `${settingWord(one.key)}: ${togetherWords(one)}`),
  ];
  const share = (value: number) => format.percent(value);
  return {
    heading: m.name_value({ name: m.tab_importance(), value: metricWord(metric) }),
    note: notes.join(' · '),
    table: {
      head: [m.importance_share(), m.importance_correlation(), m.importance_levels()].map((text) => ({ text })),
      rows: [
        ...settings.map((one): ReportRow => ({
          label: [one.key, ...one.together].map(settingWord).join(' = '),
          cells: [
            share(one.share),
            one.correlation === null ? '' : signed(one.correlation),
            levelsShown(metric, one)
              .map(({ text }) => text)
              .join(', '),
          ].map((text) => ({ text })),
        })),
        { label: m.importance_combined(), cells: [{ text: share(combined) }, { text: '' }, { text: '' }] },
      ],
    },
  };
}
