import { AtelierError } from '../../shared/errors.ts';
import type { GrowParams, ImportParams, ImportResult } from '../../shared/work/import.ts';
import { growFiles } from './files.ts';
import { growTable } from './table.ts';

/**
 * What a source that was imported again makes of the version before: its samples are those of the source now, and whatever was decided since of
 * those that were there (split, types, target, recipe, corrected labels) stays. Throws `other_kind`, `cannot_grow`, and what a recipe's steps throw.
 */
export async function grow(
  params: ImportParams & { into: GrowParams },
  fresh: ImportResult,
  signal: AbortSignal,
): Promise<ImportResult> {
  const { into, blobs } = params;
  const words = { images: 'images', table: 'rows', audio: 'sounds' };
  if (fresh.manifest.kind !== into.manifest.kind) {
    throw new AtelierError(
      'other_kind',
      `The source holds ${words[fresh.manifest.kind]} now, and the dataset ${words[into.manifest.kind]}. Import it as a new dataset.`,
    );
  }
  const grown =
    into.manifest.kind === 'table'
      ? await growTable(blobs, fresh.manifest, into, signal)
      : await growFiles(blobs, fresh.manifest, into, signal);
  return { ...fresh, ...grown };
}
