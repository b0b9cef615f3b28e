import { learningNumbers } from '../../../src-main/shared/learning.ts';
import type { RunSummary, SettingValue } from '../../../src-main/shared/run.ts';
import type { TableColumn } from '../../ui/DataTable.svelte';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import {
  architectureWord,
  choiceWord,
  lowerIsBetter,
  metricRank,
  metricShort,
  metricValue,
  metricWord,
  settingWord,
  statusWord,
} from '../../words/terms.ts';

type RunColumn = TableColumn<RunSummary>;

export function settingShown(key: string, value: SettingValue | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'boolean') return value ? m.yes() : m.no();
  if (typeof value === 'number') return format.figure(value);
  if (key === 'architecture') return architectureWord(value);
  if (value === '') return m.choice_none();
  // Lists of widths are no words to look up.
  return /[\d,]/.test(value) || key === 'dataset' ? value : choiceWord(value);
}

export function runSeconds(run: RunSummary): number | null {
  return run.startedAt === null ? null : ((run.finishedAt ?? Date.now()) - run.startedAt) / 1000;
}

const metricColumn = (key: string, shown: boolean): RunColumn => ({
  id: `metric.${key}`,
  label: metricShort(key),
  help: metricWord(key),
  width: 112,
  hidden: !shown,
  align: 'end',
  mono: true,
  firstSort: lowerIsBetter(key) ? 'ascending' : 'descending',
  value: (run) => run.metrics[key],
  text: (run) => (run.metrics[key] === undefined ? '' : format.full(run.metrics[key])),
  brief: (run) => (run.metrics[key] === undefined ? '–' : metricValue(key, run.metrics[key])),
});

const settingColumn = (key: string, shown: boolean, of: (run: RunSummary) => SettingValue | undefined): RunColumn => ({
  id: `setting.${key}`,
  label: settingWord(key),
  width: key === 'optimizer' || key === 'architecture' ? 104 : 92,
  hidden: !shown,
  align: key === 'optimizer' || key === 'architecture' || key === 'device' ? 'start' : 'end',
  value: of,
  text: (run) => {
    const value = of(run);
    return value === undefined ? '' : typeof value === 'number' ? format.full(value) : settingShown(key, value);
  },
  brief: (run) => settingShown(key, of(run)),
});

const weighingOf = ({ settings: { classWeights } }: RunSummary): string | undefined =>
  classWeights === undefined || classWeights === 'balanced' ? classWeights : 'own';

const shownMetrics = [
  'validation/accuracy',
  'validation/loss',
  'test/accuracy',
  'validation/rmse',
  'test/rmse',
  'validation/r2',
  'validation/perplexity',
  'train/d_loss',
  'train/g_loss',
];

/** The columns that these runs can have: metrics and settings are found, not listed. */
export function runColumns(runs: readonly RunSummary[]): RunColumn[] {
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].sort((a, b) => {
    const rank = (key: string) => shownMetrics.indexOf(key) + 1 || 99;
    return rank(a) - rank(b) || metricRank(a) - metricRank(b) || a.localeCompare(b);
  });
  const own = [...new Set(runs.flatMap((run) => Object.keys(run.settings.architectureSettings)))];
  const learnt = (['loss', ...learningNumbers] as const).filter((key) =>
    runs.some(({ settings }) => settings[key] !== undefined),
  );
  return [
    { id: 'name', label: m.name(), width: 200, value: (run) => run.name, text: (run) => run.name },
    {
      id: 'status',
      label: m.status(),
      width: 112,
      value: (run) => run.status,
      text: (run) => statusWord(run.status),
    },
    {
      id: 'dataset',
      label: m.dataset(),
      width: 132,
      value: (run) => `${run.datasetName} ${run.versionNumber}`,
      text: (run) => m.name_version({ name: run.datasetName, n: format.integer(run.versionNumber) }),
    },
    ...metrics.map((key) => metricColumn(key, shownMetrics.includes(key))),
    settingColumn('architecture', true, (run) => run.settings.architecture),
    settingColumn('epochs', true, (run) => run.settings.epochs),
    settingColumn('batchSize', true, (run) => run.settings.batchSize),
    settingColumn('learningRate', true, (run) => run.settings.learningRate),
    settingColumn('optimizer', true, (run) => run.settings.optimizer),
    settingColumn('seed', false, (run) => run.settings.seed),
    settingColumn('schedule', false, (run) => run.settings.schedule),
    settingColumn('weightDecay', false, (run) => run.settings.weightDecay),
    settingColumn('patience', false, (run) => run.settings.patience),
    settingColumn('device', false, (run) => run.settings.device),
    settingColumn('threads', false, (run) => run.settings.threads),
    ...learnt.map((key) => settingColumn(key, false, (run) => run.settings[key])),
    ...(runs.some(({ settings }) => settings.classWeights !== undefined)
      ? [settingColumn('classWeights', false, weighingOf)]
      : []),
    ...(runs.some(({ settings }) => settings.part)
      ? [settingColumn('fold', false, ({ settings: { part } }) => part && `${part.fold + 1}/${part.folds}`)]
      : []),
    ...own.map((key) => settingColumn(key, false, (run) => run.settings.architectureSettings[key])),
    {
      id: 'parameters',
      label: m.parameters(),
      width: 104,
      align: 'end',
      mono: true,
      firstSort: 'descending',
      value: (run) => run.parameterCount,
      text: (run) => (run.parameterCount === null ? '' : format.integer(run.parameterCount)),
      brief: (run) => (run.parameterCount === null ? '–' : format.compact(run.parameterCount)),
    },
    {
      id: 'speed',
      label: m.samples_per_second(),
      width: 104,
      align: 'end',
      mono: true,
      firstSort: 'descending',
      value: (run) => run.samplesPerSecond,
      text: (run) => (run.samplesPerSecond === null ? '' : format.full(run.samplesPerSecond)),
      brief: (run) => (run.samplesPerSecond === null ? '–' : format.compact(run.samplesPerSecond)),
    },
    {
      id: 'duration',
      label: m.duration(),
      width: 92,
      align: 'end',
      mono: true,
      firstSort: 'descending',
      value: runSeconds,
      text: (run) => {
        const seconds = runSeconds(run);
        return seconds === null ? '–' : format.duration(seconds);
      },
    },
    {
      id: 'created',
      label: m.created(),
      width: 120,
      firstSort: 'descending',
      value: (run) => run.createdAt,
      text: (run) => format.moment(run.createdAt),
      brief: (run) => format.ago(run.createdAt),
    },
  ];
}
