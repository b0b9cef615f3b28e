import { sharesSvg } from '../../../src-main/shared/chart/shares-svg.ts';
import { csvText } from '../../../src-main/shared/csv-line.ts';
import { leastRuns } from '../../../src-main/shared/run-importance.ts';
import type { RunImportance, SettingImportance } from '../../../src-main/shared/run-importance.ts';
import type { RunSummary } from '../../../src-main/shared/run.ts';
import { pageTheme } from '../../charts/figure-colours.ts';
import { runs } from '../../state/runs.svelte.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { lowerIsBetter, metricValue } from '../../words/metric-terms.ts';
import { settingWord } from '../../words/setting-terms.ts';
import { settingShown } from './run-columns.ts';
import { charted, runVariables } from './variables.ts';

export interface LevelShown {
  text: string;
  best: boolean;
}

/** The mean of each value in words, the best of them marked where they differ. */
export function levelsShown(metric: string, { key, levels }: SettingImportance): LevelShown[] {
  const means = levels.map(({ mean }) => mean);
  const best = lowerIsBetter(metric) ? Math.min(...means) : Math.max(...means);
  const telling = means.some((mean) => mean !== best);
  return levels.map(({ value, mean, runs }) => ({
    text: m.group_n({
      name: m.name_value({
        name: value === null ? m.importance_no_setting() : settingShown(key, value),
        value: metricValue(metric, mean),
      }),
      n: format.integer(runs),
    }),
    best: telling && mean === best,
  }));
}

export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${format.fixed(Math.abs(value), 2)}`;
/** Below it the forest foretells next to nothing. */
export const weakBelow = 0.2;

/** A line a setting, full precision (RFC 4180). */
export function importanceCsv({ settings, combined }: RunImportance): string {
  return csvText([
    ['setting', 'share', 'rank_correlation', 'changed_together'],
    ...settings.map(({ key, share, correlation, together }) => [key, share, correlation, together]),
    ['(combination)', combined, null, null],
  ]);
}

/** The same as a drawing. */
export const importanceSvg = ({ settings, combined }: RunImportance, title: string): string =>
  sharesSvg({
    title,
    bars: [
      ...settings.map(({ key, share, correlation, together }) => ({
        name: [key, ...together].map(settingWord).join(' = '),
        share,
        ...(correlation !== null && { note: signed(correlation) }),
      })),
      { name: m.importance_combined(), share: combined, quiet: true },
    ],
    format: (share) => format.percent(share),
    theme: pageTheme(),
  });

export const togetherWords = ({ together }: SettingImportance): string =>
  m.importance_together({ names: together.map(settingWord).join(', ') });

/** Of the metric that matters most; null where there are too few runs for it. */
export async function importanceOf(list: readonly RunSummary[]): Promise<RunImportance | null> {
  const metric = runVariables(list).metrics.find(({ id }) => id.startsWith('metric.'));
  await charted([metric]);
  const there = metric?.values.filter((value) => Number.isFinite(value)).length ?? 0;
  if (!metric || there < leastRuns) return null;
  return runs.metrics.importance(
    list.map(({ id }) => id),
    metric.id.slice('metric.'.length),
  );
}
