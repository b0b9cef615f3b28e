import type { Group } from '../../../src-main/shared/chart/groups.ts';
import type { RunSummary } from '../../../src-main/shared/run.ts';
import { resolveColour } from '../../charts/colours.ts';
import { scaleOf, type Variable } from '../../charts/scale.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';

/** Runs whose values of a metric are drawn beside those of other groups. */
export interface ValueGroup extends Group {
  /** One a value. */
  runs: readonly RunSummary[];
}

/** What runs are put together by: each alone, one of their tags, or the value of a setting. */
export type GroupedBy = 'run' | 'tag' | Variable;

export const groupedId = (by: GroupedBy): string => (typeof by === 'string' ? by : by.id);
export const groupedWord = (by: GroupedBy): string =>
  by === 'run' ? m.groups_each_run() : by === 'tag' ? m.groups_each_tag() : by.label;

/** Of more groups those of most runs are drawn. */
const mostGroups = 24;
/** More different numbers than this are put into ranges of equal width. */
const mostNumbers = 12;
const ranges = 8;

/** What these runs can be grouped by; tags where there are any. */
export function groupedByAll(runs: readonly RunSummary[], settings: readonly Variable[]): GroupedBy[] {
  return ['run', ...(runs.some(({ tags }) => tags.length > 0) ? (['tag'] as const) : []), ...settings];
}

/** The setting with fewest values that at least two runs share, the seed last: its groups say most. */
export function usualGrouping(runs: readonly RunSummary[], settings: readonly Variable[]): GroupedBy {
  const distinct = ({ values }: Variable) => new Set(values).size;
  const shared = settings.filter((one) => distinct(one) < runs.length);
  return shared.find(({ id }) => id !== 'setting.seed') ?? shared[0] ?? 'run';
}

/** Groups in their order, and how many there would be without a limit. */
export function valueGroups(
  runs: readonly RunSummary[],
  by: GroupedBy,
  metric: Variable,
  colourOf: (place: number, run: RunSummary | null) => string,
): { groups: ValueGroup[]; total: number } {
  const places = new Map<string, { name: string; order: number; of: number[] }>();
  const put = (i: number, name: string, order: number) => {
    const value = metric.values[i];
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    const known = places.get(`${order} ${name}`);
    if (known) known.of.push(i);
    else places.set(`${order} ${name}`, { name, order, of: [i] });
  };
  const place = placeOf(runs, by);
  runs.forEach((_, i) => place(i, (name, order) => put(i, name, order)));
  const collator = new Intl.Collator(undefined, { numeric: true });
  const all = [...places.values()].sort(
    (a, b) => a.order - b.order || (by === 'run' ? 0 : collator.compare(a.name, b.name)),
  );
  const most = new Set(all.toSorted((a, b) => b.of.length - a.of.length).slice(0, mostGroups));
  const groups = all
    .filter((group) => most.has(group))
    .map(({ name, of }, i): ValueGroup => ({
      name,
      colour: resolveColour(colourOf(i, by === 'run' ? runs[of[0]] : null)),
      values: of.map((k) => metric.values[k] as number),
      runs: of.map((k) => runs[k]),
    }));
  return { groups, total: all.length };
}

type Put = (name: string, order: number) => void;

/** In which groups a run is, and where those stand: numbers by size, words by letters, what has none last. */
function placeOf(runs: readonly RunSummary[], by: GroupedBy): (i: number, put: Put) => void {
  if (by === 'run') return (i, put) => put(runs[i].name, i);
  if (by === 'tag') {
    return (i, put) => {
      if (runs[i].tags.length === 0) put(m.groups_no_tag(), Infinity);
      for (const tag of runs[i].tags) put(tag, 0);
    };
  }
  const { values, kind } = by;
  const distinct = new Set(values.filter((value) => value !== undefined));
  if (kind === 'number' && distinct.size > mostNumbers) return intoRanges(by);
  return (i, put) => {
    const value = values[i];
    if (value === undefined) put(m.no_value(), Infinity);
    else put(by.format(value), typeof value === 'number' ? value : 0);
  };
}

/** Ranges of equal width, of numbers that span much by their logarithms. */
function intoRanges(by: Variable): (i: number, put: Put) => void {
  const scale = scaleOf(by);
  const end = (k: number) => format.figure(Number(scale.at(k / ranges)), 3);
  return (i, put) => {
    const at = scale.positions[i];
    if (Number.isNaN(at)) return put(m.no_value(), Infinity);
    const k = Math.min(ranges - 1, Math.floor(at * ranges));
    put(m.groups_range({ from: end(k), to: end(k + 1) }), k);
  };
}
