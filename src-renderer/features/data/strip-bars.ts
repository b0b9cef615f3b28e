import type { AskedBars } from '../../../src-main/shared/bars.ts';
import type { Column, Manifest } from '../../../src-main/shared/dataset.ts';
import type { Condition } from '../../../src-main/shared/filter.ts';
import type { NumberHistogram, Profile } from '../../../src-main/shared/profile.ts';

/** A bar of a histogram, and the samples that it stands for. */
export interface Bar {
  from: number;
  to: number;
  count: number;
  condition: Condition;
}

/** The bars of a column of numbers, neighbours taken together until no more than `most` are left. */
export function numberBars(
  name: string,
  { edges, counts }: Pick<NumberHistogram, 'edges' | 'counts'>,
  most = Infinity,
): Bar[] {
  const group = Math.max(1, Math.ceil(counts.length / most));
  const bars: Bar[] = [];
  for (let i = 0; i < counts.length; i += group) {
    const end = Math.min(counts.length, i + group);
    const [from, to] = [edges[i], edges[end]];
    const closed = end === counts.length ? { closed: true } : {};
    bars.push({
      from,
      to,
      count: counts.slice(i, end).reduce((sum, n) => sum + n, 0),
      condition: { kind: 'range', column: name, from, to, ...closed },
    });
  }
  return bars;
}

/** The bars of a column of texts, by their length in words; the last one is open. */
export function lengthBars(name: string, text: NonNullable<Column['text']>): Bar[] {
  const { from: first, width, counts } = text.histogram;
  return counts.map((count, i) => {
    const [from, to] = [first + i * width, first + (i + 1) * width];
    const open = i === counts.length - 1;
    return { from, to, count, condition: { kind: 'length', column: name, from, ...(open ? {} : { to }) } };
  });
}

/** Whether a filter of this column reaches into the bar; null where there is none. */
export function isChosen(bar: Bar, filter: readonly Condition[]): boolean | null {
  const { condition } = bar;
  if (condition.kind !== 'range' && condition.kind !== 'length') return null;
  const about = filter.find((one) => one.kind === condition.kind && one.column === condition.column);
  if (!about || (about.kind !== 'range' && about.kind !== 'length')) return null;
  return (about.from ?? -Infinity) < bar.to && (about.to ?? Infinity) > bar.from;
}

/** What stands above the columns, to be counted among other samples. What was counted in some of the samples alone cannot be compared. */
export function barsOf({ columns, samples }: Manifest, profile: Profile): AskedBars[] {
  const profiles = new Map(profile.columns.map((one) => [one.name, one]));
  return columns.flatMap((column): AskedBars[] => {
    const { name, text } = column;
    const found = profiles.get(name);
    if (text) {
      const { from, width, counts } = text.histogram;
      const all = text.sampled >= samples - column.missing;
      return all ? [{ kind: 'lengths', column: name, from, width, count: counts.length }] : [];
    }
    if (found?.number) return [{ kind: 'numbers', column: name, edges: found.number.histogram.edges }];
    const values = found?.top && found.top.sampled === undefined ? found.top.values : [];
    return values.length > 0 ? [{ kind: 'values', column: name, values: values.map(({ value }) => value) }] : [];
  });
}
