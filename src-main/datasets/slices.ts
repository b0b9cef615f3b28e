import { annotationFlags } from '../shared/annotation.ts';
import { classSetsOf } from '../shared/class-sets.ts';
import type { Column, Manifest } from '../shared/dataset.ts';
import type { Condition } from '../shared/filter.ts';
import { eachAnnotations } from './annotations/read.ts';
import { columnSql, eachRow, parquetSql, withDuck } from './duck.ts';
import { valueSql, wordsSql } from './filters/conditions.ts';
import { fileLabels } from './labels.ts';
import { narrowed } from './tables/stored-numbers.ts';

/** Samples that a column's value, a class or a tag has in common, as places in the list that was asked about. */
export interface FoundSlice {
  condition: Condition;
  members: number[];
}

/** Of a column the most frequent values; rarer ones are not looked at. */
const mostValues = 20;
/** Numbers are cut at their quartiles, where they have more different values than this. */
const fewValues = 6;
const mostTags = 100;
const columnsAtOnce = 16;

/**
 * Everything that samples can be told apart by: each column's values or ranges (the target and ignored columns too), words of a text, classes,
 * and what is marked in them. Conditions mean just what they mean as a filter.
 */
export async function findSlices(
  blobs: string,
  manifest: Manifest,
  samples: ArrayLike<number>,
  signal?: AbortSignal,
): Promise<FoundSlice[]> {
  const place = new Int32Array(manifest.samples).fill(-1);
  for (let i = 0; i < samples.length; i++) place[samples[i]] = i;
  const found = await (manifest.kind === 'table'
    ? ofColumns(blobs, manifest, place, samples.length, signal)
    : ofClasses(blobs, manifest, samples));
  if (manifest.annotations) found.push(...(await ofMarks(blobs, manifest, place)));
  return found.filter(({ members }) => members.length > 0);
}

async function ofClasses(blobs: string, manifest: Manifest, samples: ArrayLike<number>): Promise<FoundSlice[]> {
  const labels = await fileLabels(blobs, manifest);
  if (!labels) return [];
  const slices = manifest.classes.map(({ name }): FoundSlice => ({
    condition: { kind: 'class', classes: [name] },
    members: [],
  }));
  const sets = classSetsOf(manifest);
  for (let i = 0; i < samples.length; i++) for (const c of sets[labels[samples[i]]] ?? []) slices[c].members.push(i);
  return slices;
}

async function ofColumns(
  blobs: string,
  manifest: Manifest,
  place: Int32Array,
  count: number,
  signal?: AbortSignal,
): Promise<FoundSlice[]> {
  const table = parquetSql(blobs, manifest.blobs.table!);
  const slices: FoundSlice[] = [];
  await withDuck({ blobs, signal }, async (connection) => {
    for (let first = 0; first < manifest.columns.length; first += columnsAtOnce) {
      const batch = manifest.columns.slice(first, first + columnsAtOnce);
      const cells = batch.map(() => new Array<string | number | null>(count).fill(null));
      const expressions = batch.map((column) => expressionOf(manifest, column));
      await eachRow(
        connection,
        `SELECT file_row_number::INTEGER, ${expressions.join(', ')} FROM ${narrowed(table, ...expressions)}`,
        (row, vectors, r) => {
          if (place[row] < 0) return;
          for (let c = 0; c < batch.length; c++)
            cells[c][place[row]] = vectors[c + 1].getItem(r) as string | number | null;
        },
      );
      batch.forEach((column, c) => slices.push(...slicesOf(column, cells[c])));
    }
  });
  return slices;
}

function expressionOf(manifest: Manifest, column: Column): string {
  if (column.type === 'number') return valueSql(manifest, column.name);
  const cell = columnSql(manifest)(column.name);
  return column.type === 'text' ? `len(${wordsSql(cell)})::DOUBLE` : cell;
}

function slicesOf(column: Column, cells: (string | number | null)[]): FoundSlice[] {
  const { name } = column;
  const gather = (condition: Condition, fits: (cell: string | number | null) => boolean): FoundSlice => {
    const members: number[] = [];
    cells.forEach((cell, i) => {
      if (fits(cell)) members.push(i);
    });
    return { condition, members };
  };
  const missing = gather({ kind: 'missing', column: name, missing: true }, (cell) => cell === null);
  if (column.type === 'category') return [...byValue(name, cells as (string | null)[]), missing];

  const ranges = rangesOf(cells as (number | null)[]).map(({ from, to, closed }) => {
    const fits = (cell: string | number | null): boolean =>
      typeof cell === 'number' && cell >= from && (closed ? cell <= to : cell < to);
    return gather(
      column.type === 'text'
        ? // Words are counted in whole numbers: up to and with `to` is less than the next one.
          { kind: 'length', column: name, from, to: closed ? to + 1 : to }
        : { kind: 'range', column: name, from, to, ...(closed ? { closed } : {}) },
      fits,
    );
  });
  return [...ranges, missing];
}

function byValue(name: string, cells: (string | null)[]): FoundSlice[] {
  const values = new Map<string, number[]>();
  cells.forEach((cell, i) => {
    if (cell === null) return;
    const known = values.get(cell);
    if (known) known.push(i);
    else values.set(cell, [i]);
  });
  return [...values]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, mostValues)
    .map(([value, members]) => ({ condition: { kind: 'values', column: name, values: [value] }, members }));
}

/** Single values where there are few, else about four ranges of as many samples each. */
function rangesOf(cells: readonly (number | null)[]): { from: number; to: number; closed: boolean }[] {
  const sorted = Float64Array.from(cells.filter((cell) => cell !== null)).sort();
  const different = [...new Set(sorted)];
  if (different.length <= fewValues) return different.map((value) => ({ from: value, to: value, closed: true }));
  const edges = [...new Set([0, 1, 2, 3, 4].map((k) => sorted[Math.round((k / 4) * (sorted.length - 1))]))];
  return edges.slice(1).map((to, i) => ({ from: edges[i], to, closed: i === edges.length - 2 }));
}

async function ofMarks(blobs: string, manifest: Manifest, place: Int32Array): Promise<FoundSlice[]> {
  const classes = new Map<string, number[]>();
  const flags = new Map<string, number[]>();
  const add = (to: Map<string, number[]>, key: string, at: number): void => {
    const known = to.get(key);
    if (!known) to.set(key, [at]);
    else if (known.at(-1) !== at) known.push(at);
  };
  let sample = 0;
  for await (const { annotations } of eachAnnotations(blobs, manifest)) {
    const at = place[sample++];
    if (at < 0) continue;
    for (const one of annotations) {
      add(classes, one.class, at);
      for (const flag of annotationFlags) if (one.flags?.[flag]) add(flags, flag, at);
    }
  }
  return [
    ...[...classes]
      .sort(([, a], [, b]) => b.length - a.length)
      .slice(0, mostTags)
      .map(([name, members]): FoundSlice => ({ condition: { kind: 'mark', class: name }, members })),
    ...annotationFlags.flatMap((flag): FoundSlice[] => {
      const members = flags.get(flag);
      return members ? [{ condition: { kind: 'mark', flag }, members }] : [];
    }),
  ];
}
