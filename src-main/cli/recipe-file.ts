import { extname } from 'node:path';
import { openRecipeFile } from '../datasets/recipes/file/open.ts';
import { recipeText } from '../datasets/recipes/file/write.ts';
import { getDataset } from '../db/datasets.ts';
import type { Readable } from '../db/connection.ts';
import type { DatasetVersion, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Recipe } from '../shared/recipe.ts';

/** Throws what reading it throws, and `unknown_column` with all columns that the table lacks. */
export async function recipeFromFile(path: string, manifest: Manifest): Promise<Recipe> {
  const { recipe, missing } = await openRecipeFile(path, manifest);
  if (missing.length === 0) return recipe;
  const told = missing.map(({ line, step, kind, name, near }) => {
    const like = near.length > 0 ? `; like it: ${near.map((each) => `"${each}"`).join(', ')}` : '';
    return `line ${line}, step ${step} (${kind}): "${name}"${like}`;
  });
  throw new AtelierError(
    'unknown_column',
    `${path} names ${missing.length === 1 ? 'a column' : `${missing.length} columns`} that the dataset lacks. Change the file, or take the steps out: ${told.slice(0, 5).join('. ')}${told.length > 5 ? '. …' : '.'}`,
    told,
  );
}

/** As the name's ending says: YAML, else JSON. */
export function recipeFileText(
  path: string,
  recipe: Recipe,
  store: Readable,
  { dataset, number }: DatasetVersion,
): string {
  if (!/^[.]ya?ml$/i.test(extname(path))) return `${JSON.stringify(recipe, null, 2)}\n`;
  return recipeText(recipe, { dataset: getDataset(store, dataset).summary.name, version: number });
}
