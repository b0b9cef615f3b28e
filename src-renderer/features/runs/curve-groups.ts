import type { RunSummary } from '../../../src-main/shared/run.ts';
import { together } from '../../charts/together.ts';
import { smooth } from '../../charts/smooth.ts';
import type { LiveSeries } from '../../state/live-series.svelte.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { settingWord } from '../../words/setting-terms.ts';
import { along, curveKeys, isSystem, planOf } from './curves.ts';
import type { CurvePlan, XKind } from './curves.ts';
import { settingsDiff } from './diff.ts';
import { settingShown } from './run-columns.ts';

/** Runs whose curves are drawn as one. */
export interface RunGroup {
  id: string;
  name: string;
  runs: RunSummary[];
}

/** `seed`: runs that differ in nothing else; a setting's key: runs that have the same there. */
export function groupRuns(runs: readonly RunSummary[], by: string): RunGroup[] {
  const differing = settingsDiff(runs).filter((row) => row.differs);
  const rows =
    by === 'seed' ? differing.filter(({ key }) => key !== 'seed') : differing.filter(({ key }) => key === by);
  const groups = new Map<string, RunGroup>();
  runs.forEach((run, i) => {
    const id = JSON.stringify(rows.map(({ values }) => values[i] ?? null));
    const group = groups.get(id);
    if (group) group.runs.push(run);
    else {
      const words = rows.map(({ key, values }) =>
        typeof values[i] === 'string'
          ? settingShown(key, values[i])
          : m.name_value({ name: settingWord(key), value: settingShown(key, values[i]) }),
      );
      groups.set(id, { id, name: words.join(' · ') || m.all_runs(), runs: [run] });
    }
  });
  return [...groups.values()];
}

/** What runs can be grouped by: their seeds, where they differ, and each setting that differs. */
export function groupings(runs: readonly RunSummary[]): { value: string; label: string }[] {
  const differing = settingsDiff(runs).filter((row) => row.differs);
  return differing.length === 0
    ? []
    : [
        { value: 'seed', label: m.group_seeds() },
        ...differing.filter(({ key }) => key !== 'seed').map(({ key }) => ({ value: key, label: settingWord(key) })),
      ];
}

/** A chart for each metric of each split, with a line for each group: the mean of its runs, and a band from the least to the greatest. */
export function groupCurves(
  groups: readonly RunGroup[],
  seriesOf: (run: RunSummary) => ReadonlyMap<string, LiveSeries>,
  colourOf: (group: number) => string,
  x: XKind,
  reach: number,
): CurvePlan[] {
  return curveKeys(
    groups.flatMap(({ runs }) => runs),
    seriesOf,
  ).map((key) =>
    planOf(
      key,
      groups.flatMap((group, i) => {
        const curves = group.runs.flatMap((run) => {
          const live = seriesOf(run).get(key);
          if (!live || live.length === 0) return [];
          const { drawn } = live;
          const xs = along(live, x, drawn);
          if (Number.isNaN(xs[0])) return [];
          const smoothed = reach > 0 && !isSystem(key) && drawn.values.length >= 8;
          return [{ x: xs, y: smoothed ? smooth(drawn.steps, drawn.values, reach) : drawn.values }];
        });
        if (curves.length === 0) return [];
        const { x: at, mean, low, high } = together(curves);
        return [
          {
            id: group.id,
            legend: group.id,
            name: m.group_n({ name: group.name, n: format.integer(curves.length) }),
            colour: colourOf(i),
            x: at,
            y: mean,
            ...(curves.length > 1 ? { band: { low, high } } : {}),
          },
        ];
      }),
    ),
  );
}
