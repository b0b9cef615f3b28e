import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { preparedByRecipe } from '../../shared/labels.ts';

/** Which samples a version has: the same for versions of other splits, types or labels. */
export function samplesIdentity({ kind, blobs }: Manifest): string {
  if (kind === 'table') return `table ${blobs.table}`;
  return [kind, blobs.names, blobs.images ?? blobs.sounds, blobs.places].filter(Boolean).join(' ');
}

/** The column that labels of a table go to where none is named: its target, if that holds classes, else one of its own. */
export function usualTarget({ kind, target, task, columns }: Manifest): string | null {
  if (kind !== 'table') return null;
  if (target !== null && task === 'classification') return target;
  const taken = new Set(columns.map(({ name }) => name));
  let name = 'label';
  for (let n = 2; taken.has(name); n++) name = `label ${n}`;
  return name;
}

/** Throws `prepared_by_recipe`, `no_such_column`. */
export function checkedTarget(manifest: Manifest, wished: string | undefined): string | null {
  if (manifest.kind !== 'table') {
    if (wished === undefined) return null;
    throw new AtelierError(
      'no_such_column',
      'Images and sounds have no columns: their class is what is labelled. Name no column.',
    );
  }
  if (manifest.recipe) throw preparedByRecipe();
  const target = wished?.trim() || usualTarget(manifest)!;
  const column = manifest.columns.find(({ name }) => name === target);
  if (column && column.type !== 'category') {
    throw new AtelierError(
      'no_such_column',
      `The column "${target}" holds ${column.type === 'number' ? 'numbers' : 'texts'}, not classes. Name another column, or a new one.`,
    );
  }
  return target;
}
