import { resolve } from 'node:path';
import { listLanguageModels, putLanguageModel, removeLanguageModel } from '../../db/language-models.ts';
import { AtelierError } from '../../shared/errors.ts';
import { newId, type LanguageModelId } from '../../shared/ids.ts';
import type { LanguageModel } from '../../shared/prompt/prompt.ts';
import type { Context } from '../context.ts';
import { allModels } from '../remote/doorway.ts';
import { folderKind, looksLikeLanguageModel } from './language-models.ts';

/** The models that prompts can be asked of: folders that were added, runs, and those elsewhere. */
export class LanguageModels {
  readonly #context: Context;
  readonly #removed = new Map<LanguageModelId, { path: string; addedAt: number }>();

  constructor(context: Context) {
    this.#context = context;
  }

  list(): LanguageModel[] {
    return allModels(this.#context);
  }
  /** Errors: not_a_language_model, unsupported_architecture. */
  add(path: string): LanguageModelId {
    const folder = resolve(path);
    if (!looksLikeLanguageModel(folder)) {
      throw new AtelierError(
        'not_a_language_model',
        `${folder} is no folder of a language model: it needs config.json, tokenizer.json and the model's ONNX or safetensors files, as on Hugging Face's hub.`,
      );
    }
    folderKind(folder);
    const id = putLanguageModel(this.#context.store, newId('model'), folder, Date.now());
    this.#changed();
    return id;
  }
  /** Takes it out of the list; its files stay. */
  remove(id: LanguageModelId): void {
    const { store } = this.#context;
    const there = listLanguageModels(store).find((one) => one.id === id);
    if (!there) return;
    removeLanguageModel(store, id);
    this.#removed.set(id, there);
    this.#changed();
  }
  /** What was removed since the studio was opened, where it stood and under its old id: prompts and answers name it by that. Does nothing for another. */
  putBack(id: LanguageModelId): void {
    const was = this.#removed.get(id);
    if (!was) return;
    putLanguageModel(this.#context.store, id, was.path, was.addedAt);
    this.#removed.delete(id);
    this.#changed();
  }

  #changed(): void {
    this.#context.events.emit({ type: 'changed', noun: 'prompts' });
  }
}
