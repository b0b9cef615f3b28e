import type { Column } from '../../../src-main/shared/dataset.ts';
import type { Condition } from '../../../src-main/shared/filter.ts';
import type { NumberHistogram } from '../../../src-main/shared/profile.ts';

/** A bar of a histogram, and the samples that it stands for. */
export interface Bar {
  from: number;
  to: number;
  count: number;
  condition: Condition;
}

/** The bars of a column of numbers, neighbours taken together until no more than `most` are left. */
export function numberBars(name: string, { edges, counts }: NumberHistogram, most = Infinity): Bar[] {
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
