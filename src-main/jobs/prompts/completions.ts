import { availableParallelism } from 'node:os';
import * as completionRows from '../../db/completions.ts';
import type { DocumentsSetting, Retrieved } from '../../shared/documents.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { GenerationSettings, TokenChoice } from '../../shared/generation.ts';
import { newId, type CompletionId, type PromptId } from '../../shared/ids.ts';
import { variablesIn } from '../../shared/prompt/expand.ts';
import type { Completion, CompletionRequest, CompletionText, LanguageModelRef } from '../../shared/prompt/prompt.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { Context } from '../context.ts';
import { withPassages } from '../documents/retrieve.ts';
import { askedModel, askedModelName } from '../remote/doorway.ts';
import { keptText } from './answering.ts';
import { keepDraft } from './keep.ts';
import { askedAbout, type Meanings } from './meaning.ts';
import { filledPrompt, type Rendering } from './rendering.ts';
import type { Writing, WritingQuestion } from './writer-process.ts';
import type { Writers } from './writers.ts';

/** What is written is stored at least so often. */
const storedEveryMs = 100;

export interface RunPrompt {
  model: LanguageModelRef;
  variables: Record<string, string>;
  settings: GenerationSettings;
  /** This version; without it the draft, of which a version is made where there is none. */
  version?: number;
  /** Goes on from the first tokens of an answer, and another one in the place after them. */
  branch?: { of: CompletionId; row: number; at: number; token: number };
  /** What its `{{passages}}` stand for. */
  retrieved?: Retrieved | null;
}
/** A run whose passages are still to be found, or are those of an answer that is asked for again. */
export type AskPrompt = Omit<RunPrompt, 'retrieved'> & { documents?: DocumentsSetting | null; again?: CompletionId };

export interface StartedCompletion {
  completion: Completion;
  /** Never rejects: how it went is in the completion. */
  ended: Promise<Completion>;
}

/** What models answer to prompts: stored as it comes. */
export class Completions {
  readonly #context: Context;
  readonly #meanings: Meanings;
  readonly #rendering: Pick<Rendering, 'meaning' | 'passages'>;
  readonly #writers: Writers;
  readonly #running = new Map<CompletionId, { writing: Writing; ended: Promise<Completion> }>();

  constructor(
    context: Context,
    meanings: Meanings,
    rendering: Pick<Rendering, 'meaning' | 'passages'>,
    writers: Writers,
  ) {
    this.#context = context;
    this.#meanings = meanings;
    this.#rendering = rendering;
    this.#writers = writers;
    // Whatever wrote them is gone: this process alone may.
    completionRows.interruptCompletions(context.store);
  }

  /** Of each text of an answer, token by token; null where its settings asked for none. */
  tokens(id: CompletionId): (TokenChoice[] | null)[] {
    return completionRows.getChoices(this.#context.store, id);
  }

  /**
   * As `run`, once the examples are drawn that it shows and its passages are found. An answer that is asked for again, or gone on from, keeps its own
   * passages. Errors: those of `retrieve` as well.
   */
  async ask(id: PromptId, { documents, again, ...wish }: AskPrompt): Promise<StartedCompletion> {
    const before = wish.branch?.of ?? again;
    const retrieved = before
      ? completionRows.getCompletion(this.#context.store, before).request.retrieved
      : await this.#rendering.passages(
          wish.model,
          await this.#rendering.meaning(id, wish.version),
          wish.variables,
          documents,
        );
    return this.#meanings.drawn(() => this.run(id, { ...wish, retrieved }));
  }

  /** Errors: empty_prompt, unknown_variable, text_before_turns, no_such_model, no_such_run, no_checkpoint, those of what it includes. All later ones are the completion's. */
  run(id: PromptId, { model, variables: given, settings, version, branch, retrieved }: RunPrompt): StartedCompletion {
    const { store } = this.#context;
    const opened = askedModel(this.#context, model);
    const meaning = this.#meanings.of(id, version);
    const variables = withPassages(given, retrieved);
    const prompt = filledPrompt(meaning, variables);
    const elsewhere = 'remote' in opened;
    const begun = branch && !elsewhere ? this.#begun(branch) : [];
    const begin = branch && elsewhere ? this.#begin(branch) : [];
    const used = Object.fromEntries(variablesIn(meaning).map((name) => [name, variables[name]]));
    const request: CompletionRequest = {
      model,
      modelName: askedModelName(this.#context, model),
      variables: used,
      settings: branch ? { ...settings, n: 1 } : settings,
      branch: branch
        ? {
            ...{ of: branch.of, row: branch.row, tokens: begun },
            ...(elsewhere && { begin: begin.map(({ text }) => text).join('') }),
          }
        : null,
      ...(retrieved && { retrieved }),
    };
    const made = { id: newId('completion'), prompt: id, createdAt: Date.now() };
    const completion = store.transaction(() => {
      const kept = version ?? keepDraft(store, id, '', made.createdAt);
      const about = askedAbout(this.#meanings.of(id, kept));
      completionRows.insertCompletion(store, { ...made, version: kept, request: { ...request, ...about } });
      return completionRows.getCompletion(store, made.id);
    });
    this.#context.events.emit({ type: 'changed', noun: 'prompts' });
    const ended = this.#write(completion, { model: opened, prompt, begun, begin });
    return { completion, ended };
  }

  /** What was written is kept. */
  stop(id: CompletionId): void {
    this.#running.get(id)?.writing.stop();
  }

  /** Stops what is written, and waits for it. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { writing } of running) writing.stop();
    await Promise.all(running.map(({ ended }) => ended));
    this.#writers.close();
  }

  #begun({ of, row, at, token }: NonNullable<RunPrompt['branch']>): number[] {
    const tokens = completionRows.getCompletion(this.#context.store, of).texts[row]?.tokens;
    if (tokens && at <= tokens.length) return [...tokens.slice(0, at), token];
    throw noSuchToken();
  }

  /** The same of a model elsewhere, whose tokens are known by their texts alone. Throws `no_such_token`. */
  #begin({ of, row, at, token }: NonNullable<RunPrompt['branch']>): TokenChoice[] {
    const { store } = this.#context;
    const choices = completionRows.getChoices(store, of)[row]?.slice(0, at + 1) ?? [];
    const other = choices[at]?.likeliest.find((one) => one.token === token);
    const begin = other && [...choices.slice(0, at), { ...other, likeliest: choices[at].likeliest }];
    const before = choices.slice(0, at).map(({ text }) => text);
    // A server tells half a character as a text of its own making: from there nothing can be gone on with.
    const text = completionRows.getCompletion(store, of).texts[row]?.text;
    if (begin && text?.startsWith(before.join(''))) return begin;
    throw noSuchToken();
  }

  #write(
    completion: Completion,
    { model, prompt, begun, begin }: Pick<WritingQuestion, 'model' | 'prompt' | 'begun' | 'begin'>,
  ): Promise<Completion> {
    const { store, events } = this.#context;
    const { id, request } = completion;
    const { settings } = request;
    const texts: CompletionText[] = Array.from({ length: settings.n }, () => ({ text: '' }));
    let given: string | null = null;
    let storing: NodeJS.Timeout | undefined;
    let fresh = false;
    /** At once, and again after a while as long as there is more. */
    const keep = (): void => {
      fresh = true;
      if (storing) return;
      fresh = false;
      storing = setTimeout(() => {
        storing = undefined;
        if (fresh) keep();
      }, storedEveryMs);
      try {
        completionRows.setPartial(store, id, texts);
      } catch {
        // A full disk, say: what it comes to is stored at the end, or tells why not.
      }
    };
    const writing = this.#writers.write(
      { type: 'write', model, prompt, settings, begun, begin, threads: defaultThreads(availableParallelism()) },
      {
        given: (text) => (given = text),
        part: ({ row, text }) => {
          // Those of a search come whole, and may be more than was asked for.
          texts[row] = { text: (texts[row]?.text ?? '') + text };
          events.emit({
            type: 'completion',
            news: { prompt: completion.prompt, completion: id, parts: [{ row, text }], ended: null },
          });
          keep();
        },
        waiting: (waiting) => {
          const news = { prompt: completion.prompt, completion: id, parts: [], ended: null, waiting };
          events.emit({ type: 'completion', news });
        },
      },
    );
    const end = (how: completionRows.CompletionEnd): Completion => {
      clearTimeout(storing);
      completionRows.endCompletion(store, id, how);
      this.#running.delete(id);
      const ended = completionRows.getCompletion(store, id);
      events.emit({ type: 'completion', news: { prompt: completion.prompt, completion: id, parts: [], ended } });
      return ended;
    };
    const ended = writing.result.then(
      (result) =>
        end({
          status: result.stopped ? 'stopped' : 'finished',
          given: result.given,
          texts: result.texts.map((text) => keptText(text, result.facts)),
          facts: result.facts,
          choices: settings.logprobs > 0 ? result.texts.map(({ choices }) => choices) : null,
          error: null,
        }),
      (error: unknown) => {
        const facts = errorFacts(error);
        const stopped = facts.code === 'stopped';
        const status = stopped ? 'stopped' : facts.code === 'closing' ? 'interrupted' : 'failed';
        return end({ status, given, texts, facts: null, choices: null, error: status === 'failed' ? facts : null });
      },
    );
    this.#running.set(id, { writing, ended });
    return ended;
  }
}

const noSuchToken = (): AtelierError =>
  new AtelierError('no_such_token', 'That answer has no such token any more. Run the prompt again.');
