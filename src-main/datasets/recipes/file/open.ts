import { open } from 'node:fs/promises';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError, errorFacts } from '../../../shared/errors.ts';
import { nearNames } from '../../../shared/near-names.ts';
import { checkFit, type MissingColumn, type OpenedRecipe } from '../../../shared/recipe.ts';
import { stepInfos } from '../index.ts';
import { readRecipeText, type WrittenRecipe } from './read.ts';

const maxFile = 4 * 2 ** 20;

/**
 * Reads a recipe's file, to be used on this version of a table. Columns that its steps name and the table lacks are told, not refused: they may be
 * put right. Throws `invalid_recipe`, `unknown_step`, `invalid_settings`, with the line, and `step_unfit`.
 */
export async function openRecipeFile(path: string, manifest: Manifest): Promise<OpenedRecipe> {
  const written = readRecipeText(await textOf(path), stepInfos);
  checkFit(written.recipe, manifest.kind, stepInfos);
  const names = (manifest.raw?.columns ?? manifest.columns).map(({ name }) => name);
  return { recipe: written.recipe, missing: missingColumns(written, names) };
}

async function textOf(path: string): Promise<string> {
  const refuse = (why: string): AtelierError => new AtelierError('invalid_recipe', `${path} ${why}`);
  let bytes: Uint8Array;
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw refuse('is no file. Choose a recipe, as YAML or JSON.');
      if (stat.size > maxFile) throw refuse('is larger than any recipe (4 MiB).');
      bytes = await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AtelierError) throw error;
    throw refuse(`cannot be read: ${errorFacts(error).message}.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('is no text in UTF-8. Choose a recipe, as YAML or JSON.');
  }
}

/**
 * Columns that steps name, and that neither the table has nor a step before can have made: what steps make is named after what they make it of, with
 * a mark between (`city=oslo`, `day month`, `note#3`).
 */
function missingColumns({ recipe, steps }: WrittenRecipe, names: readonly string[]): MissingColumn[] {
  const known = new Set(names);
  const isMade = (name: string): boolean =>
    names.some((each) => name.startsWith(each) && /^[^\p{L}\p{N}_]/u.test(name.slice(each.length)));
  const first = recipe.steps.findIndex(({ enabled }) => enabled);
  return recipe.steps.flatMap(({ kind, enabled }, i) =>
    steps[i].columns
      .filter(({ name }) => enabled && !known.has(name) && !(i > first && isMade(name)))
      .map((column) => ({ step: i + 1, kind, ...column, near: nearNames(column.name, names) })),
  );
}
