import type { GroupChart } from '../../../src-main/shared/chart/groups.ts';
import type { RunSummary } from '../../../src-main/shared/run.ts';
import { categoryColour } from '../../charts/colours.ts';
import type { Variable } from '../../charts/scale.ts';
import { preferences } from '../../state/preferences.svelte.ts';
import { m } from '../../words/messages.ts';
import {
  groupedByAll,
  groupedId,
  groupedWord,
  usualGrouping,
  valueGroups,
  type GroupedBy,
  type ValueGroup,
} from './group-values.ts';
import { place } from './runs-place.svelte.ts';
import { runVariables } from './variables.ts';

/** How groups of a comparison are looked at: in its tab, and as the report shows them. */
export class GroupsView {
  metric = $state<string | null>(null);
  by = $state<string | null>(null);
  kind = $state<GroupChart['kind']>('bars');
}

export interface GroupsShown {
  metrics: Variable[];
  metric: Variable;
  offered: GroupedBy[];
  by: GroupedBy;
  /** Groups that there are, shown or not. */
  total: number;
  /** Runs without the metric. */
  without: number;
  chart: Omit<GroupChart, 'width' | 'height' | 'groups'> & { groups: ValueGroup[] };
}

/** Null where the runs have no number yet. */
export function groupsShown(list: readonly RunSummary[], view: GroupsView): GroupsShown | null {
  const { settings, metrics } = runVariables(list);
  const metric = metrics.find(({ id }) => id === view.metric) ?? metrics[0];
  if (!metric) return null;
  const offered = groupedByAll(list, settings);
  const by = offered.find((one) => groupedId(one) === view.by) ?? usualGrouping(list, settings);
  const { groups, total } = valueGroups(list, by, metric, (i, run) =>
    run ? place.colour(run) : categoryColour(i, preferences.dark),
  );
  const name = groupedWord(by);
  return {
    metrics,
    metric,
    offered,
    by,
    total,
    without: metric.values.filter((value) => typeof value !== 'number' || !Number.isFinite(value)).length,
    chart: {
      kind: view.kind,
      title: m.groups_label({ metric: metric.label, name }),
      by: name,
      y: { name: metric.label, format: metric.format },
      groups,
    },
  };
}
