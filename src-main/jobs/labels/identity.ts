import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { preparedByRecipe, type LabellingKind } from '../../shared/labels.ts';

/** Which samples a version has: the same for versions of other splits, types or labels. */
export function samplesIdentity({ kind, blobs }: Manifest): string {
  if (kind === 'table') return `table ${blobs.table}`;
  return [kind, blobs.names, blobs.images ?? blobs.sounds, blobs.places].filter(Boolean).join(' ');
}

/** What is marked in the samples of a version. */
const fitting: Partial<Record<LabellingKind, { of: Manifest['kind']; words: string }>> = {
  objects: { of: 'images', words: 'Objects are marked in images' },
  spans: { of: 'table', words: 'Spans are marked in texts' },
  segments: { of: 'audio', words: 'Segments are marked in sounds' },
};

/**
 * The column that labels of a table go to where none is named: its target, if that holds classes, else one of its own; of spans the one whose
 * texts are marked, its first column of texts.
 */
export function usualTarget({ kind, target, task, columns }: Manifest, of: LabellingKind = 'single'): string | null {
  if (kind !== 'table') return null;
  if (of === 'spans') return columns.find(({ type }) => type === 'text')?.name ?? null;
  if (target !== null && task === 'classification') return target;
  const taken = new Set(columns.map(({ name }) => name));
  let name = 'label';
  for (let n = 2; taken.has(name); n++) name = `label ${n}`;
  return name;
}

/** Throws `kind_unfit`, `prepared_by_recipe`, `no_such_column`. */
export function checkedTarget(manifest: Manifest, kind: LabellingKind, wished: string | undefined): string | null {
  const fit = fitting[kind];
  if (fit && fit.of !== manifest.kind) {
    throw new AtelierError('kind_unfit', `${fit.words}, and this dataset has none. Choose another kind of labelling.`);
  }
  if (manifest.kind !== 'table') {
    if (wished === undefined) return null;
    throw new AtelierError(
      'no_such_column',
      'Images and sounds have no columns: their class is what is labelled. Name no column.',
    );
  }
  if (manifest.recipe) throw preparedByRecipe();
  if (kind === 'spans') {
    const texts = usualTarget(manifest, kind);
    if (texts !== null && (wished === undefined || wished.trim() === texts)) return texts;
    throw new AtelierError(
      'no_such_column',
      texts === null
        ? 'No column of this table holds texts to mark spans in. Make one a text under Schema.'
        : `Spans are marked in "${texts}", the first column of texts. Name that one or none.`,
    );
  }
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
