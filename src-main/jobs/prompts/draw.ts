import { mostExamples, type ExamplesWish } from '../../shared/prompt/examples.ts';
import type { DrawnRows } from '../../shared/prompt/expand.ts';
import { PromptFault } from '../../shared/prompt/problems.ts';
import type { DatasetVersion, SamplePage, SampleQuery } from '../../shared/dataset.ts';
import type { Condition } from '../../shared/filter.ts';
import { Random, streams } from '../../shared/random.ts';

export interface SampleSource {
  page(query: SampleQuery): Promise<SamplePage>;
}

/** Values of `by` at most. */
const mostValues = 50;

/**
 * Rows of a table for a prompt to show: the same for the same version, split, count and seed, whatever the order in which they are asked for. With
 * `by` as many of each of its values as there are, the more frequent ones one more where it does not come out even. Throws `PromptFault`.
 */
export async function drawExamples(
  source: SampleSource,
  { id, number, manifest }: DatasetVersion,
  name: string,
  { split, count, seed, by }: ExamplesWish,
): Promise<DrawnRows> {
  const random = new Random(seed, streams.examples);
  const inSplit: Condition = { kind: 'split', splits: [split] };
  const countOf = async (filter: Condition[]) =>
    (await source.page({ version: id, offset: 0, limit: 1, filter })).total;
  const whole = await countOf([inSplit]);
  if (whole === 0) throw new PromptFault('split_empty', { name, split });
  let groups: { filter: Condition[]; rows: number; take: number }[] = [{ filter: [inSplit], rows: whole, take: 0 }];
  if (by !== null) {
    groups = [];
    for (const value of valuesOf(manifest, by)) {
      const filter: Condition[] = [inSplit, { kind: 'values', column: by, values: [value] }];
      const rows = await countOf(filter);
      if (rows > 0) groups.push({ filter, rows, take: 0 });
    }
    groups.sort((a, b) => b.rows - a.rows);
  }
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows < count) throw new PromptFault('examples_too_many', { count, rows, split });
  for (let left = Math.min(count, mostExamples); left > 0;) {
    for (const group of groups) {
      if (left === 0 || group.take === group.rows) continue;
      group.take++;
      left--;
    }
  }
  const found: DrawnRows['rows'] = [];
  for (const { filter, rows: size, take } of groups) {
    for (const offset of distinctBelow(random, size, take)) {
      // One by one: in a page of several long cells are cut.
      const page = await source.page({ version: id, offset, limit: 1, filter });
      found.push({ row: page.indices[0], cells: page.rows![0].map((cell) => cell ?? '') });
    }
  }
  const order = found.map((_, i) => i);
  random.shuffle(order);
  return {
    ...{ dataset: name, version: id, number },
    columns: manifest.columns.map((column) => column.name),
    rows: order.map((i) => found[i]),
  };
}

function valuesOf({ columns, target, classes }: DatasetVersion['manifest'], by: string): string[] {
  if (by === target && classes.length > 0 && classes.length <= mostValues) return classes.map(({ name }) => name);
  const column = columns.find(({ name }) => name === by);
  const values = column?.top?.map(({ value }) => value) ?? [];
  if (column && values.length === column.distinct) return values;
  throw new PromptFault('column_many_values', { name: by, values: column?.distinct ?? 0, most: 20 });
}

/** The beginning of a shuffle of 0 … size-1 (Fisher and Yates), without the rest of it. */
function distinctBelow(random: Random, size: number, count: number): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, i) => {
    const j = i + random.below(size - i);
    const found = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    return found;
  });
}
