import type { AskedModel } from '../../shared/work/generate.ts';
import type { LanguageModel, LanguageModelRef } from '../../shared/prompt/prompt.ts';
import type { ModelKind } from '../../shared/prompt/model-kind.ts';
import type { Context } from '../context.ts';
import { languageModelName, languageModels, openedModel, requireKind } from '../prompts/language-models.ts';

/** Models for prompts, wherever they are. */

type Door = Pick<Context, 'store' | 'remotes'>;

/** Those that run here, then those elsewhere while they are turned on. */
export const allModels = ({ store, remotes }: Door): LanguageModel[] => [...languageModels(store), ...remotes.list()];

/** What the process that writes is told. Errors: those of `openedModel` and of `Remotes.open`. */
export const askedModel = ({ store, remotes }: Door, ref: LanguageModelRef): AskedModel =>
  'remote' in ref ? { remote: remotes.open(ref) } : openedModel(store, store.folder, ref);

export const askedModelName = ({ store, remotes }: Door, ref: LanguageModelRef): string =>
  'remote' in ref ? remotes.nameOf(ref) : languageModelName(store, ref);

/** Refuses a model that does something else than is wanted of it, or cannot be asked. Those elsewhere write. Errors: those of `requireKind` and `Remotes.open`. */
export function requireAskable(door: Door, ref: LanguageModelRef, wanted: ModelKind, forWhat: string): void {
  if ('remote' in ref) door.remotes.open(ref);
  else {
    requireKind(door.store, ref, wanted, forWhat);
    openedModel(door.store, door.store.folder, ref);
  }
}
