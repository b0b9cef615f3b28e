import { readSynonymsRef } from '../../../src-main/shared/augment/synonyms.ts';
import { readTokenizerRef } from '../../../src-main/shared/text.ts';
import { fieldValue, type FieldValue, type RunFields, type RunField } from '../../../src-main/shared/run-fields.ts';
import { aggregate } from '../../../src-main/shared/run-groups.ts';
import type { RunSummary, SettingValue } from '../../../src-main/shared/run.ts';
import type { TableColumn } from '../../ui/DataTable.svelte';
import type { Cell } from '../../ui/table-state.svelte.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { architectureWord } from '../../words/architecture-terms.ts';
import { statusWord } from '../../words/job-terms.ts';
import {
  isRelative,
  lowerIsBetter,
  metricRank,
  metricShort,
  metricValue,
  metricWord,
} from '../../words/metric-terms.ts';
import { choiceWord, settingWord } from '../../words/setting-terms.ts';
import type { AskedRun, Line } from './lines.ts';

export interface RunColumn extends TableColumn<Line> {
  field: RunField;
}

export function settingShown(key: string, value: SettingValue | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'boolean') return value ? m.yes() : m.no();
  if (typeof value === 'number') return format.figure(value);
  if (key === 'architecture') return architectureWord(value);
  if (value === '') return m.choice_none();
  // A file that was brought is told by its name, not by its hash.
  if (readSynonymsRef(value) || readTokenizerRef(value)) return choiceWord(value);
  // Lists of widths are no words to look up.
  return /[\d,]/.test(value) || key === 'dataset' ? value : choiceWord(value);
}

/** What it was trained on, as far as that is known. */
export function datasetWords(run: RunSummary): string {
  if (run.origin !== null) return run.datasetName || '–';
  return m.name_version({ name: run.datasetName, n: format.integer(run.versionNumber) });
}

export function runSeconds(run: RunSummary): number | null {
  return run.startedAt === null ? null : ((run.finishedAt ?? Date.now()) - run.startedAt) / 1000;
}

interface Look {
  id: string;
  field: RunField;
  label: string;
  help?: string;
  width: number;
  shown: boolean;
  start?: boolean;
  firstSort?: 'ascending' | 'descending';
  /** What a value says in full, and what is shown of it; `beside` is the number whose deviation or difference it is. */
  text: (value: FieldValue, run?: RunSummary, beside?: number) => string;
  brief?: (value: FieldValue, run?: RunSummary, beside?: number) => string;
}

function cellOf(value: FieldValue): Cell {
  return typeof value === 'object' ? value.join(', ') : value;
}

/** A column of runs and of groups of them: of these the mean with its spread, or what all share. */
function column(
  { text, brief = text, start = false, shown, ...look }: Look,
  baseline: AskedRun | undefined,
  inGroups: boolean,
): RunColumn {
  const { field } = look;
  const grouped = ({ group }: Line, say: typeof text): string => {
    const all = aggregate(group!.runs, field);
    if (all.distinct === 1) return say(all.same, group!.runs[0].run);
    if (all.n === 0) return m.n_different({ n: format.integer(all.distinct) });
    const mean = say(all.mean);
    return all.n === 1
      ? mean
      : m.mean_spread({ mean, spread: say(all.std, undefined, all.mean), n: format.integer(all.n) });
  };
  const single = (run: AskedRun, say: typeof text): string => {
    const value = fieldValue(run, field);
    const shownValue = say(value, run.run);
    if (!baseline || field.kind !== 'metric' || baseline.run.id === run.run.id || isRelative(field.key))
      return shownValue;
    const [here, there] = [value, fieldValue(baseline, field)];
    if (typeof here !== 'number' || typeof there !== 'number' || !Number.isFinite(here - there)) return shownValue;
    const difference = here - there;
    return m.value_difference({
      value: shownValue,
      sign: difference < 0 ? '−' : '+',
      difference: say(Math.abs(difference), undefined, here),
    });
  };
  const told = (line: Line, say: typeof text) => (line.run ? single(line.run, say) : grouped(line, say));
  return {
    ...look,
    // Room for a difference, and for a mean with its spread.
    width:
      look.width +
      (baseline && field.kind === 'metric' ? 56 : 0) +
      (inGroups && (!start || look.id === 'name') ? 72 : 0),
    hidden: !shown,
    align: start ? 'start' : 'end',
    mono: !start && field.kind !== 'setting',
    value: (line) => {
      if (line.run) return cellOf(fieldValue(line.run, field));
      const all = aggregate(line.group!.runs, field);
      return all.distinct === 1 ? cellOf(all.same) : all.n > 0 ? all.mean : undefined;
    },
    text: (line) => told(line, text),
    brief: (line) => told(line, brief),
  };
}

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

const shownSettings = ['architecture', 'epochs', 'batchSize', 'learningRate', 'optimizer'];
const settingOrder = [...shownSettings, 'seed', 'schedule', 'weightDecay', 'patience', 'device', 'threads'];
export const settingRank = (key: string): number => settingOrder.indexOf(key) + 1 || 99;
const words = ['optimizer', 'architecture', 'device', 'schedule'];

const fact = (key: Extract<RunField, { kind: 'fact' }>['key']): RunField => ({ kind: 'fact', key });
const orDash =
  (say: (value: number, beside?: number) => string) => (value: FieldValue, _run?: RunSummary, beside?: number) =>
    typeof value === 'number' ? say(value, beside) : '–';

/** The columns that these fields give; `there` are the metrics to show unless somebody chose otherwise. */
export function runColumns(
  fields: RunFields,
  there: ReadonlySet<string>,
  baseline: AskedRun | undefined,
  inGroups: boolean,
): RunColumn[] {
  const rank = (key: string) => shownMetrics.indexOf(key) + 1 || 99;
  const metrics = [...fields.metrics].sort(
    (a, b) => rank(a) - rank(b) || metricRank(a) - metricRank(b) || a.localeCompare(b),
  );
  const settings = [...fields.settings].sort((a, b) => settingRank(a) - settingRank(b));
  const looks: Look[] = [
    {
      id: 'name',
      field: fact('name'),
      label: m.name(),
      width: 200,
      shown: true,
      start: true,
      text: (v) => String(v ?? ''),
    },
    {
      id: 'status',
      field: fact('status'),
      label: m.status(),
      width: 112,
      shown: true,
      start: true,
      text: (_, run) => (run ? statusWord(run.status) : ''),
    },
    {
      id: 'tags',
      field: fact('tags'),
      label: m.tags(),
      width: 120,
      shown: true,
      start: true,
      text: (value) => (typeof value === 'object' ? value.join(', ') : ''),
    },
    {
      id: 'dataset',
      field: fact('dataset'),
      label: m.dataset(),
      width: 132,
      shown: true,
      start: true,
      text: (value, run) => (run ? datasetWords(run) : String(value ?? '–')),
    },
    ...metrics.map((key): Look => ({
      id: `metric.${key}`,
      field: { kind: 'metric', key },
      label: metricShort(key),
      help: metricWord(key),
      width: 112,
      shown: shownMetrics.includes(key) && there.has(key),
      firstSort: lowerIsBetter(key) ? 'ascending' : 'descending',
      text: orDash((value) => format.full(value)),
      brief: orDash((value, beside) => metricValue(key, value, false, beside)),
    })),
    ...settings.map((key): Look => ({
      id: `setting.${key}`,
      field: { kind: 'setting', key },
      label: settingWord(key),
      width: words.includes(key) ? 104 : 92,
      shown: shownSettings.includes(key),
      start: words.includes(key),
      text: (value) => (typeof value === 'number' ? format.full(value) : settingShown(key, value as SettingValue)),
      brief: (value) => settingShown(key, value as SettingValue),
    })),
    {
      id: 'parameters',
      field: fact('parameters'),
      label: m.parameters(),
      width: 104,
      shown: true,
      firstSort: 'descending',
      text: orDash((value) => format.integer(Math.round(value))),
      brief: orDash((value) => format.compact(value)),
    },
    {
      id: 'speed',
      field: fact('samples_per_second'),
      label: m.samples_per_second(),
      width: 104,
      shown: true,
      firstSort: 'descending',
      text: orDash((value) => format.full(value)),
      brief: orDash((value) => format.compact(value)),
    },
    {
      id: 'duration',
      field: fact('duration'),
      label: m.duration(),
      width: 92,
      shown: true,
      firstSort: 'descending',
      text: orDash((value) => format.duration(value)),
    },
    {
      id: 'source',
      field: fact('source'),
      label: m.fact_source(),
      width: 104,
      shown: false,
      start: true,
      text: (value) => String(value ?? '–'),
    },
    {
      id: 'experiment',
      field: fact('experiment'),
      label: m.run_experiment(),
      width: 120,
      shown: false,
      start: true,
      text: (value) => String(value ?? '–'),
    },
    {
      id: 'created',
      field: fact('created'),
      label: m.created(),
      width: 120,
      shown: true,
      firstSort: 'descending',
      text: (value, run) => (run && typeof value === 'number' ? format.moment(value) : ''),
      brief: (value, run) => (run && typeof value === 'number' ? format.ago(value) : ''),
    },
  ];
  return looks.map((look) => column(look, baseline, inGroups));
}

/** "mlp · seed 3": what the runs of a group share. */
export function groupName(by: readonly RunField[], values: readonly FieldValue[]): string {
  return by
    .map((field, i) => {
      const value = values[i];
      if (field.kind === 'fact') {
        return field.key === 'status' ? statusWord(value as RunSummary['status']) : String(value ?? '–');
      }
      if (field.kind === 'metric') return `${metricShort(field.key)} ${String(value ?? '–')}`;
      const shown = settingShown(field.key, value as SettingValue | undefined);
      return words.includes(field.key) ? shown : `${settingWord(field.key)} ${shown}`;
    })
    .join(' · ');
}
