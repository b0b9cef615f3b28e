import type { RunSummary, SettingValue } from '../../../src-main/shared/run.ts';
import type { Variable } from '../../charts/scale.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { lowerIsBetter, metricRank, metricShort, metricValue, settingWord } from '../../words/terms.ts';
import { settingsDiff } from './diff.ts';
import { runSeconds, settingShown } from './run-columns.ts';

/** What runs can be charted by: settings that differ among them, then what came of them. */
export interface RunVariables {
  settings: Variable[];
  metrics: Variable[];
}

export function runVariables(runs: readonly RunSummary[]): RunVariables {
  const settings = settingsDiff(runs)
    .filter((row) => row.differs)
    .map(({ key, values }) => settingVariable(key, values));
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))]
    .filter((key) => !key.startsWith('system/'))
    .sort((a, b) => splitRank(a) - splitRank(b) || metricRank(a) - metricRank(b) || a.localeCompare(b));
  const measured = keys.map((key): Variable => ({
    id: `metric.${key}`,
    label: metricShort(key),
    kind: 'number',
    values: runs.map((run) => run.metrics[key]),
    format: (value) => metricValue(key, Number(value)),
    lowerIsBetter: lowerIsBetter(key),
  }));
  const counted = (
    id: string,
    label: string,
    of: (run: RunSummary) => number | null,
    shown: (value: number) => string,
  ): Variable => ({
    id,
    label,
    kind: 'number',
    values: runs.map((run) => of(run) ?? undefined),
    format: (value) => shown(Number(value)),
    lowerIsBetter: id === 'duration' || id === 'parameters',
  });
  return {
    settings,
    metrics: [
      ...measured,
      counted('parameters', m.parameters(), (run) => run.parameterCount, format.compact),
      counted('duration', m.duration(), runSeconds, format.duration),
      counted('speed', m.samples_per_second(), (run) => run.samplesPerSecond, format.compact),
    ].filter((variable) => variable.values.some((value) => value !== undefined)),
  };
}

const splitRank = (key: string) =>
  ['validation/', 'test/', 'train/'].findIndex((split) => key.startsWith(split)) + 1 || 9;

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
