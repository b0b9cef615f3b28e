import type { VersionId } from '../../../src-main/shared/ids.ts';
import { infoOf, type Recipe, type StepInfo, type StepSettings } from '../../../src-main/shared/recipe.ts';
import { studio } from '../../bridge/studio.ts';
import { RecipeDraft } from './recipe-draft.svelte.ts';

const kept = 20;

export type Suggested = { kind: string; settings: StepSettings };

/** Recipes in the making, by the version that they are to follow: another tab or dataset in between loses none. */
class RecipePlace {
  #kinds = $state.raw<readonly StepInfo[]>([]);
  readonly #drafts = new Map<VersionId, RecipeDraft>();

  get kinds(): readonly StepInfo[] {
    return this.#kinds;
  }

  async loadKinds(): Promise<void> {
    if (this.#kinds.length === 0) this.#kinds = await studio.call('recipes.steps', undefined);
  }

  /** Steps at the end of the recipe in the making, as another place suggests them. */
  async suggest(version: VersionId, applied: Recipe, steps: readonly Suggested[]): Promise<void> {
    await this.loadKinds();
    const draft = this.draftOf(version, applied);
    draft.select(draft.steps.at(-1)?.id ?? null);
    for (const { kind, settings } of steps) draft.add(infoOf(this.#kinds, kind), settings);
  }

  draftOf(version: VersionId, applied: Recipe): RecipeDraft {
    const found = this.#drafts.get(version);
    if (found) return found;
    const made = new RecipeDraft(applied);
    this.#drafts.set(version, made);
    const [oldest] = this.#drafts.keys();
    if (this.#drafts.size > kept) this.#drafts.delete(oldest);
    return made;
  }
}

export const recipePlace = new RecipePlace();
