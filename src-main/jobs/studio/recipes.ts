import { recipeText } from '../../datasets/recipes/file/write.ts';
import { stepInfos } from '../../datasets/recipes/index.ts';
import { getDataset, getVersion } from '../../db/datasets.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { VersionId } from '../../shared/ids.ts';
import type { RecipePreview } from '../../shared/recipe-preview.ts';
import type { OpenedRecipe, Recipe, StepInfo } from '../../shared/recipe.ts';
import type { Context } from '../context.ts';
import type { Reader } from '../reader.ts';

/** Recipes before they are applied, which is a revision of a dataset. */
export class StudioRecipes {
  /** Every kind of step that a recipe can have. */
  readonly steps: readonly StepInfo[] = stepInfos;
  readonly #context: Pick<Context, 'store' | 'events'>;
  readonly #reader: Reader;
  readonly #blobs: string;

  constructor(context: Pick<Context, 'store' | 'events'>, reader: Reader) {
    this.#context = context;
    this.#reader = reader;
    this.#blobs = workspaceFiles.blobs(context.store.folder);
  }

  /** A few samples before and after a step of a recipe. */
  preview(version: VersionId, recipe: Recipe, at: number): Promise<RecipePreview> {
    const { store, events } = this.#context;
    return this.#reader.recipe(this.#blobs, getVersion(store, version).manifest, recipe, at, (steps) =>
      events.emit({ type: 'recipe', version, ...steps }),
    );
  }
  async stopPreview(version: VersionId): Promise<null> {
    await this.#reader.stopRecipe(this.#blobs, getVersion(this.#context.store, version).manifest);
    return null;
  }
  /** A recipe as a YAML file that people read. */
  text(version: VersionId, recipe: Recipe): string {
    const { store } = this.#context;
    const { dataset, number } = getVersion(store, version);
    return recipeText(recipe, { dataset: getDataset(store, dataset).summary.name, version: number });
  }
  /** A recipe's file, YAML or JSON, to be used on this version. */
  open(version: VersionId, path: string): Promise<OpenedRecipe> {
    return this.#reader.recipeFile(path, getVersion(this.#context.store, version).manifest);
  }
}
