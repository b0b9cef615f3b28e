import type { RunId } from '../../../src-main/shared/ids.ts';
import type { RunSummary, SettingValue } from '../../../src-main/shared/run.ts';
import type { Variable } from '../../charts/scale.ts';
import { runs as every } from '../../state/runs.svelte.ts';
import { attempt } from '../../ui/toasts.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { lowerIsBetter, metricRank, metricShort, metricValue } from '../../words/metric-terms.ts';
import { settingWord } from '../../words/setting-terms.ts';
import { settingsDiff, type DiffRow } from './diff.ts';
import { runSeconds, settingShown } from './run-columns.ts';

const metricPrefix = 'metric.';

/** What runs can be charted by: settings that differ among them, then what came of them. */
export interface RunVariables {
  settings: Variable[];
  metrics: Variable[];
}

/** The very same variables as long as the runs are the same, but for metrics that become known of them. */
export function runVariables(runs: readonly RunSummary[]): RunVariables {
  let one = known.get(runs);
  if (!one) known.set(runs, (one = { names: 0, measured: new Map(), counted: countedVariables(runs), found: null }));
  const names = every.metrics.namesOf(runs);
  if (one.found === null || names.size !== one.names) {
    one.names = names.size;
    one.found = {
      settings: settingVariables(settingsDiff(runs)),
      metrics: [...measuredVariables(runs, names, one.measured), ...one.counted],
    };
  }
  return one.found;
}

/** What is known of a list: every part of a comparison asks it of the same one. */
interface Known {
  /** How many metrics were known. */
  names: number;
  readonly measured: Map<string, Variable>;
  readonly counted: readonly Variable[];
  found: RunVariables | null;
}
const known = new WeakMap<readonly RunSummary[], Known>();

function measuredVariables(runs: readonly RunSummary[], names: Iterable<string>, made: Map<string, Variable>) {
  const keys = [...names]
    .filter((key) => !key.startsWith('system/'))
    .map((key) => ({ key, split: splitRank(key), rank: metricRank(key) }))
    .sort((a, b) => a.split - b.split || a.rank - b.rank || inOrder.compare(a.key, b.key));
  return keys.map(({ key }) => {
    let one = made.get(key);
    if (!one) {
      one = measuredVariable(`${metricPrefix}${key}`, metricShort(key), lowerIsBetter(key), {
        column: () => every.metrics.columnOf(key),
        of: (column) => runs.map((run) => run.metrics[key] ?? column?.get(run.id)),
        shown: (value) => metricValue(key, value),
      });
      made.set(key, one);
    }
    return one;
  });
}

function countedVariables(runs: readonly RunSummary[]): Variable[] {
  const counted = (
    id: string,
    label: string,
    of: (run: RunSummary) => number | null,
    shown: (value: number) => string,
  ): Variable[] => {
    if (!runs.some((run) => of(run) !== null)) return [];
    const values = () => runs.map((run) => of(run) ?? undefined);
    return [measuredVariable(id, label, id !== 'speed', { column: () => undefined, of: values, shown })];
  };
  return [
    ...counted('parameters', m.parameters(), (run) => run.parameterCount, format.compact),
    ...counted('duration', m.duration(), runSeconds, format.duration),
    ...counted('speed', m.samples_per_second(), (run) => run.samplesPerSecond, format.compact),
  ];
}

/** Of 1,500 names a collator that is made once takes a tenth of the time of `localeCompare`. */
const inOrder = new Intl.Collator();

type Column = ReadonlyMap<RunId, number> | undefined;

/** Its values are gathered once somebody charts by it: of 1,500 metrics most never are. */
function measuredVariable(
  id: string,
  label: string,
  lowerIsBetter: boolean,
  by: { column: () => Column; of: (column: Column) => (number | undefined)[]; shown: (value: number) => string },
): Variable {
  let gathered: { column: Column; values: (number | undefined)[] } | null = null;
  return {
    id,
    label,
    kind: 'number',
    get values() {
      const column = by.column();
      if (gathered?.column !== column) gathered = null;
      return (gathered ??= { column, values: by.of(column) }).values;
    },
    format: (value) => by.shown(Number(value)),
    lowerIsBetter,
  };
}

/** Has what is charted at hand of every run: of many runs only the usual metrics are. */
export async function charted(variables: readonly (Variable | undefined)[]): Promise<void> {
  const keys = variables.flatMap((one) =>
    one?.id.startsWith(metricPrefix) ? [one.id.slice(metricPrefix.length)] : [],
  );
  await Promise.all(keys.map((key) => every.metrics.column(key)));
}

/** The same for who shows it as far as it is here. */
export const wantCharted = (variables: readonly (Variable | undefined)[]): void =>
  void attempt(() => charted(variables));

const splitRank = (key: string) =>
  ['validation/', 'test/', 'train/'].findIndex((split) => key.startsWith(split)) + 1 || 9;

function settingVariables(rows: DiffRow[]): Variable[] {
  let variables = ofSettings.get(rows);
  if (!variables) {
    variables = rows.filter((row) => row.differs).map(({ key, values }) => settingVariable(key, values));
    ofSettings.set(rows, variables);
  }
  return variables;
}
const ofSettings = new WeakMap<DiffRow[], Variable[]>();

function settingVariable(key: string, values: readonly (SettingValue | undefined)[]): Variable {
  const numeric = values.every((value) => value === undefined || typeof value === 'number');
  return {
    id: `setting.${key}`,
    label: settingWord(key),
    kind: numeric ? 'number' : 'category',
    values: values.map((value) => (typeof value === 'boolean' ? String(value) : value)),
    format: (value) => settingShown(key, value === 'true' || value === 'false' ? value === 'true' : value),
  };
}

/** Where nobody has chosen: the settings that differ, and the metric that matters most. */
export function standardAxes({ settings, metrics }: RunVariables): string[] {
  return [...settings.slice(0, 8), ...metrics.slice(0, settings.length > 0 ? 1 : 3)].map(({ id }) => id);
}
