import { AtelierError } from '../../shared/errors.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { GrowParams, ImportParams, ImportResult } from '../../shared/work/import.ts';
import { applyToFiles } from '../recipes/files/apply.ts';
import { fileBase } from '../recipes/files/base.ts';
import { growFiles } from './files.ts';
import { growTable } from './table.ts';

/**
 * What a source that was imported again makes of the version before: its samples are those of the source now, and whatever was decided since of
 * those that were there (split, types, target, recipe, corrected labels) stays. `recipe`: of images or sounds, whose `into` is without. Throws `other_kind`, `cannot_grow`, and what a recipe's steps throw.
 */
export async function grow(
  params: ImportParams & { into: GrowParams },
  fresh: ImportResult,
  recipe: Recipe | undefined,
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
  if (into.manifest.kind === 'table') return { ...fresh, ...(await growTable(blobs, fresh.manifest, into, signal)) };
  const { manifest, growth } = await growFiles(blobs, fresh.manifest, into, signal);
  const applied = recipe ? await applyToFiles(blobs, manifest, recipe, { signal }) : { manifest };
  return { ...fresh, manifest: applied.manifest, growth };
}

/** Images and sounds grow as they were before their recipe, which is applied to what has grown. */
export const withoutRecipe = ({ manifest, base, ...others }: GrowParams): GrowParams =>
  manifest.kind === 'table'
    ? { manifest, base, ...others }
    : { manifest: fileBase(manifest), base: fileBase(base), ...others };
