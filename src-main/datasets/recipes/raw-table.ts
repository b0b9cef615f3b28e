import type { BlobHash, Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readBlob } from '../blobs.ts';
import type { FittedRecipe } from './plan.ts';
import { planOf } from './plan.ts';

/** The table that a version's recipe begins with; the version's own where it has none. */
export interface RawTable {
  table: BlobHash;
  split: BlobHash;
  folds?: BlobHash;
  samples: number;
  columns: Column[];
}

export function rawTable({ kind, blobs, raw, samples, columns }: Manifest): RawTable {
  if (kind !== 'table' || !blobs.table) {
    throw new AtelierError('not_a_table', 'Only a table has rows and columns; this dataset holds images or sounds.');
  }
  return raw && blobs.raw
    ? { table: blobs.raw, split: raw.split, folds: raw.folds, samples: raw.samples, columns: raw.columns }
    : { table: blobs.table, split: blobs.split, folds: blobs.folds, samples, columns };
}

/** A version as it was before its recipe, as far as its samples and what is marked in them go. */
export function beforeRecipe(manifest: Manifest): Manifest {
  const { raw, blobs } = manifest;
  if (!raw) return manifest;
  if (!raw.marks) return { ...manifest, samples: raw.samples };
  const { summary, annotations, annotationOffsets } = raw.marks;
  return {
    ...manifest,
    samples: raw.samples,
    annotations: summary,
    blobs: { ...blobs, annotations, annotationOffsets },
  };
}

/** Names of the columns that were decided to be of another type than they had when imported. */
export const retyped = (before: readonly Column[], after: readonly Column[]): number[] =>
  after.flatMap((column, i) => (column.type === before[i].type ? [] : [i]));

/** What a version's recipe has learnt; null where it has none. */
export async function fittedRecipe(blobs: string, manifest: Pick<Manifest, 'blobs'>): Promise<FittedRecipe | null> {
  const { recipe } = manifest.blobs;
  if (recipe === undefined) return null;
  return JSON.parse(new TextDecoder().decode(await readBlob(blobs, recipe))) as FittedRecipe;
}

/**
 * The columns before the recipe with what people have since decided of them after it: every column's role, and the type of those that no
 * step has touched.
 */
export function decidedColumns(manifest: Manifest, fitted: FittedRecipe | null): Column[] {
  const { columns } = rawTable(manifest);
  if (!fitted) return columns;
  const after = new Map(manifest.columns.map((column) => [column.name, column]));
  const untouched = new Set(planOf(fitted).state.flatMap(({ form, name }) => (form === 'raw' ? [name] : [])));
  return columns.map((column) => {
    const decided = after.get(column.name);
    if (!decided) return column;
    const role = decided.role;
    // Of another type: what is counted of it is counted anew.
    if (untouched.has(column.name) && decided.type !== column.type) return { ...decided, role };
    return role === column.role ? column : { ...column, role, note: undefined };
  });
}
