import type { DocumentsSetting, Retrieved } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { PromptId } from '../../shared/ids.ts';
import { cellValues } from '../../shared/prompt/examples.ts';
import { variablesIn, type Expansion, type Meaning } from '../../shared/prompt/expand.ts';
import { filled } from '../../shared/prompt/fill.ts';
import { requireSound } from '../../shared/prompt/problems.ts';
import type { LanguageModelRef, RenderedPrompt } from '../../shared/prompt/prompt.ts';
import { plainText, turnsOf } from '../../shared/prompt/turns.ts';
import type { WriterPrompt } from '../../shared/prompt/writer.ts';
import type { Context } from '../context.ts';
import type { Documents } from '../documents/documents.ts';
import { retrieve, wantsPassages, withPassages } from '../documents/retrieve.ts';
import { openedModel } from './language-models.ts';
import type { Meanings } from './meaning.ts';
import { laidOutForElsewhere, type Writers } from './writers.ts';

/** What prompts come to: with what they include and draw, the passages that are found for them, and as a model would see them. */
export class Rendering {
  readonly #context: Context;
  readonly #meanings: Meanings;
  readonly #documents: Pick<Documents, 'search'>;
  readonly #writers: Writers;

  constructor(context: Context, meanings: Meanings, documents: Pick<Documents, 'search'>, writers: Writers) {
    this.#context = context;
    this.#meanings = meanings;
    this.#documents = documents;
    this.#writers = writers;
  }

  /** What the draft or a version stands for. Throws what is wrong with it. */
  meaning(id: PromptId, number?: number): Promise<Expansion> {
    return this.#meanings.drawn(() => this.#meanings.of(id, number));
  }
  /** What is wrong in a text with what it includes and draws, and what it stands for. `id`: the prompt that it is of. */
  check(text: string, id?: PromptId): Promise<Expansion> {
    return this.#meanings.drawn(() => this.#meanings.ofText(text, id));
  }

  /**
   * A text as a model would see it; `of.id`: the prompt that it is of. Errors: unknown_variable, text_before_turns, bad_template, those of what it
   * includes, of `retrieve`, and of opening a model.
   */
  async render(
    model: LanguageModelRef,
    text: string,
    variables: Record<string, string>,
    of: { id?: PromptId; documents?: DocumentsSetting | null } = {},
  ): Promise<RenderedPrompt> {
    const meaning = await this.check(text, of.id);
    requireSound(meaning.problems);
    const retrieved = await this.passages(model, meaning, variables, of.documents);
    const rendered = await this.#laidOut(model, filledPrompt(meaning, withPassages(variables, retrieved)));
    return { ...rendered, retrieved };
  }
  async #laidOut(model: LanguageModelRef, prompt: WriterPrompt) {
    if ('remote' in model) return laidOutForElsewhere(prompt);
    const { store } = this.#context;
    return this.#writers.render(openedModel(store, store.folder, model), prompt);
  }
  /** What its `{{passages}}` stand for; null where the prompt wants none. Errors: those of `retrieve`. */
  async passages(
    model: LanguageModelRef,
    meaning: Expansion,
    variables: Record<string, string>,
    documents: DocumentsSetting | null | undefined,
  ): Promise<Retrieved | null> {
    if (!wantsPassages(variablesIn(meaning), documents)) return null;
    return this.retrieve([model], documents, variables);
  }

  /** The passages of a question that fit each of these models. Errors: those of `retrieve`. */
  retrieve(
    models: readonly LanguageModelRef[],
    documents: DocumentsSetting,
    variables: Readonly<Record<string, string>>,
  ): Promise<Retrieved> {
    return retrieve(this.#context.store, documents, variables, {
      search: (...asked) => this.#documents.search(...asked),
      tokensOf: async (passages) =>
        Math.max(
          ...(await Promise.all(models.map((model) => this.#laidOut(model, passages)))).map(
            (one) => one.tokens ?? guessedTokens(passages),
          ),
        ),
    });
  }
}

/** Of a model that does not say how it counts: about a token for three bytes, which is rather too many than too few. */
const guessedTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3);

/** Values come in after turns are told apart: none of them can begin one. */
export function filledPrompt(meaning: Meaning, variables: Record<string, string>): WriterPrompt {
  const { text } = meaning;
  if (text.trim() === '')
    throw new AtelierError('empty_prompt', 'The prompt is empty. Write what the model is to go on with.');
  const values = { ...variables, ...cellValues(meaning.examples) };
  const turns = turnsOf(text);
  if (!turns) return filled(plainText(text), values);
  // All at once, so that all that is missing is told.
  filled(text, values);
  return turns.map((turn) => ({ ...turn, text: filled(turn.text, values) }));
}
