import type { Manifest } from '../../shared/dataset.ts';
import type { StepsDone } from '../../shared/profile.ts';
import type { RecipePreview } from '../../shared/recipe-preview.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { Stoppable } from '../stoppable.ts';
import { previewRecipe } from './preview.ts';

/** Previews of recipes that can be stopped: near-copies among many images take longer than people wait. */
export class Previewer {
  readonly #working = new Stoppable();

  preview(
    blobs: string,
    manifest: Manifest,
    recipe: Recipe,
    at: number,
    progress?: (steps: StepsDone) => void,
  ): Promise<RecipePreview> {
    return this.#working.run(keyOf(manifest), (signal) =>
      previewRecipe(blobs, manifest, recipe, at, {
        signal,
        progress: (done, total) => progress?.({ done, total }),
      }),
    );
  }

  /** Previews of this version that are under way end with the error `stopped`. */
  stop(manifest: Manifest): null {
    return this.#working.stop(keyOf(manifest));
  }
}

const keyOf = ({ blobs, columns, target }: Manifest): string => JSON.stringify([blobs, columns, target]);
