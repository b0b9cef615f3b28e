import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import * as completionRows from '../../db/completions.ts';
import { listLanguageModels, putLanguageModel, removeLanguageModel } from '../../db/language-models.ts';
import { searchPrompts } from '../../db/prompt-search.ts';
import * as edits from '../../db/prompt-edits.ts';
import * as rows from '../../db/prompts.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { GenerationSettings, TokenChoice } from '../../shared/generation.ts';
import { newId, type CompletionId, type LanguageModelId, type PromptId } from '../../shared/ids.ts';
import {
  mostNoteLength,
  usualSettings,
  type Bench,
  type Completion,
  type CompletionRequest,
  type CompletionText,
  type LanguageModel,
  type LanguageModelRef,
  type PromptDetail,
  type PromptEdit,
  type PromptHit,
  type PromptSummary,
  type PromptVersion,
  type RenderedPrompt,
} from '../../shared/prompt/prompt.ts';
import type { TextChange } from '../../shared/prompt/edits.ts';
import type { DocumentsSetting, Retrieved } from '../../shared/documents.ts';
import { cellValues } from '../../shared/prompt/examples.ts';
import { variablesIn, type Expansion, type Meaning } from '../../shared/prompt/expand.ts';
import { filled } from '../../shared/prompt/fill.ts';
import { requireSound } from '../../shared/prompt/problems.ts';
import { plainText, turnsOf } from '../../shared/prompt/turns.ts';
import type { WriterPrompt } from '../../shared/prompt/writer.ts';
import type { AskedModel } from '../../shared/work/generate.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { Context } from '../context.ts';
import type { Documents } from '../documents/documents.ts';
import { retrieve, wantsPassages, withPassages } from '../documents/retrieve.ts';
import type { SpawnUtility } from '../utility.ts';
import { keptText } from './answering.ts';
import { promptFileText } from './file-text.ts';
import { allModels, askedModel, askedModelName } from '../remote/doorway.ts';
import { folderKind, looksLikeLanguageModel, openedModel } from './language-models.ts';
import { keepDraft, readVersion, renamePrompt } from './keep.ts';
import { askedAbout, type Meanings } from './meaning.ts';
import type { Writing } from './writer-process.ts';
import { laidOutForElsewhere, Writers } from './writers.ts';

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

/** Prompts, their versions, and what models answered: every act is on disk when it returns. */
export class Prompts {
  readonly #context: Context;
  readonly #meanings: Meanings;
  readonly #documents: Pick<Documents, 'search'>;
  readonly #writer: Writers;
  readonly #removedModels = new Map<LanguageModelId, { path: string; addedAt: number }>();
  readonly #running = new Map<CompletionId, { writing: Writing; ended: Promise<Completion> }>();

  constructor(context: Context, spawn: SpawnUtility, meanings: Meanings, documents: Pick<Documents, 'search'>) {
    this.#context = context;
    this.#documents = documents;
    this.#meanings = meanings;
    this.#writer = new Writers(spawn);
    // Whatever wrote them is gone: this process alone may.
    completionRows.interruptCompletions(context.store);
  }

  list(options?: { archived?: boolean }): PromptSummary[] {
    return rows.listPrompts(this.#context.store, options);
  }
  get(id: PromptId): PromptDetail {
    const { store } = this.#context;
    return {
      summary: rows.getPrompt(store, id),
      ...rows.getDraft(store, id),
      versions: rows.listVersions(store, id),
      completions: completionRows.listCompletions(store, id),
    };
  }
  version(id: PromptId, number: number): PromptVersion {
    return readVersion(this.#context.store, id, number);
  }
  /** Of each text of an answer, token by token; null where its settings asked for none. */
  tokens(id: CompletionId): (TokenChoice[] | null)[] {
    return completionRows.getChoices(this.#context.store, id);
  }

  create({
    name,
    text = '',
    tags = [],
    bench = {},
  }: {
    name: string;
    text?: string;
    tags?: string[];
    bench?: Partial<Bench>;
  }): PromptId {
    const id = newId('prompt');
    const standard: Bench = { model: this.#usualModel(), variables: {}, settings: usualSettings };
    rows.insertPrompt(this.#context.store, { id, name, tags, text, bench: { ...standard, ...bench } }, Date.now());
    this.#changed();
    return id;
  }
  /** The one used last, while it is there; else the newest that writes, or the newest at all. */
  #usualModel(): LanguageModelRef | null {
    const { store } = this.#context;
    const [latest] = rows.listPrompts(store, { archived: true });
    const last = latest && rows.getDraft(store, latest.id).bench.model;
    const models = this.models();
    const there = (ref: LanguageModelRef) => models.some((one) => JSON.stringify(one.ref) === JSON.stringify(ref));
    if (last && there(last)) return last;
    return (models.find(({ kind }) => kind === 'writes') ?? models[0])?.ref ?? null;
  }
  /** What is being written, as it stands now. */
  edit(id: PromptId, { text, changes, bench }: PromptEdit): void {
    const { store } = this.#context;
    const now = Date.now();
    store.transaction(() => {
      if (text !== undefined) edits.writeDraft(store, id, text, now);
      else if (changes) edits.changeDraft(store, id, changes.made, changes.length, now);
      if (bench) rows.setBench(store, id, bench, now);
    });
  }
  /** What that changes in the draft; null where there is nothing to undo. */
  undo(id: PromptId): TextChange[] | null {
    return edits.undoDraft(this.#context.store, id, Date.now());
  }
  redo(id: PromptId): TextChange[] | null {
    return edits.redoDraft(this.#context.store, id, Date.now());
  }
  /** With another name prompts that include it still do. */
  set(id: PromptId, change: { name?: string; tags?: string[]; archived?: boolean }): void {
    const { store } = this.#context;
    const { name, ...rest } = change;
    store.transaction(() => {
      if (name !== undefined && name !== rows.getPrompt(store, id).name) renamePrompt(store, id, name, Date.now());
      rows.setPrompt(store, id, rest);
    });
    this.#changed();
  }
  /** The draft as a version; the number of the one that says the same where there is one. */
  save(id: PromptId, note = ''): number {
    const { store } = this.#context;
    const number = keepDraft(store, id, note, Date.now());
    this.#changed();
    return number;
  }
  /** What is said of a version. Errors: no_such_version, bad_arguments. */
  annotate(id: PromptId, number: number, note: string): void {
    if (note.length > mostNoteLength) {
      throw new AtelierError(
        'bad_arguments',
        `A note has ${mostNoteLength} characters at most; this one has ${note.length}.`,
      );
    }
    rows.setVersionNote(this.#context.store, id, number, note.trim());
    this.#changed();
  }
  search(text: string): PromptHit[] {
    return searchPrompts(this.#context.store, text);
  }
  /** An old version's text becomes the draft; what the draft was is a version first. */
  restore(id: PromptId, number: number): void {
    const { store } = this.#context;
    store.transaction(() => {
      const { text } = readVersion(store, id, number);
      if (rows.getDraft(store, id).text.trim() !== '') keepDraft(store, id, '', Date.now());
      edits.writeDraft(store, id, text, Date.now());
    });
    this.#changed();
  }

  // Files

  /** As a file says it: the draft, or a version. */
  fileText(id: PromptId, number?: number): string {
    return promptFileText(this.#context.store, id, number);
  }

  // Models

  models(): LanguageModel[] {
    return allModels(this.#context);
  }
  /** Errors: not_a_language_model, unsupported_architecture. */
  addModel(path: string): LanguageModelId {
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
  removeModel(id: LanguageModelId): void {
    const { store } = this.#context;
    const there = listLanguageModels(store).find((one) => one.id === id);
    if (!there) return;
    removeLanguageModel(store, id);
    this.#removedModels.set(id, there);
    this.#changed();
  }
  /** What was removed since the studio was opened, where it stood and under its old id: prompts and answers name it by that. Does nothing for another. */
  putBackModel(id: LanguageModelId): void {
    const was = this.#removedModels.get(id);
    if (!was) return;
    putLanguageModel(this.#context.store, id, was.path, was.addedAt);
    this.#removedModels.delete(id);
    this.#changed();
  }

  // Asking

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
    const retrieved = await this.#retrieve(model, meaning, variables, of.documents);
    const rendered = await this.#laidOut(model, filledPrompt(meaning, withPassages(variables, retrieved)));
    return { ...rendered, retrieved };
  }
  async #laidOut(model: LanguageModelRef, prompt: WriterPrompt) {
    if ('remote' in model) return laidOutForElsewhere(prompt);
    const { store } = this.#context;
    return this.#writer.render(openedModel(store, store.folder, model), prompt);
  }
  /** Null where the prompt wants none. */
  async #retrieve(
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

  /**
   * As `run`, once the examples are drawn that it shows and its passages are found. An answer that is asked for again, or gone on from, keeps its own
   * passages. Errors: those of `retrieve` as well.
   */
  async ask(id: PromptId, { documents, again, ...wish }: AskPrompt): Promise<StartedCompletion> {
    const before = wish.branch?.of ?? again;
    const retrieved = before
      ? completionRows.getCompletion(this.#context.store, before).request.retrieved
      : await this.#retrieve(wish.model, await this.meaning(id, wish.version), wish.variables, documents);
    return this.#meanings.drawn(() => this.run(id, { ...wish, retrieved }));
  }

  /** Errors: empty_prompt, unknown_variable, text_before_turns, no_such_model, no_such_run, no_checkpoint, those of what it includes. All later ones are the completion's. */
  run(id: PromptId, { model, variables: given, settings, version, branch, retrieved }: RunPrompt): StartedCompletion {
    const { store } = this.#context;
    const opened = askedModel(this.#context, model);
    const meaning = this.#meanings.of(id, version);
    const variables = withPassages(given, retrieved);
    const prompt = filledPrompt(meaning, variables);
    const begun = branch ? this.#begun(branch) : [];
    const used = Object.fromEntries(variablesIn(meaning).map((name) => [name, variables[name]]));
    const request: CompletionRequest = {
      model,
      modelName: askedModelName(this.#context, model),
      variables: used,
      settings: branch ? { ...settings, n: 1 } : settings,
      branch: branch ? { of: branch.of, row: branch.row, tokens: begun } : null,
      ...(retrieved && { retrieved }),
    };
    const made = { id: newId('completion'), prompt: id, createdAt: Date.now() };
    const completion = store.transaction(() => {
      const kept = version ?? keepDraft(store, id, '', made.createdAt);
      const about = askedAbout(this.#meanings.of(id, kept));
      completionRows.insertCompletion(store, { ...made, version: kept, request: { ...request, ...about } });
      return completionRows.getCompletion(store, made.id);
    });
    this.#changed();
    const ended = this.#write(completion, opened, prompt, begun);
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
    this.#writer.close();
  }

  #begun({ of, row, at, token }: NonNullable<RunPrompt['branch']>): number[] {
    const tokens = completionRows.getCompletion(this.#context.store, of).texts[row]?.tokens;
    if (tokens && at <= tokens.length) return [...tokens.slice(0, at), token];
    throw new AtelierError('no_such_token', 'That answer has no such token any more. Run the prompt again.');
  }

  #write(completion: Completion, model: AskedModel, prompt: WriterPrompt, begun: number[]): Promise<Completion> {
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
    const writing = this.#writer.write(
      { type: 'write', model, prompt, settings, begun, threads: defaultThreads(availableParallelism()) },
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

  #changed(): void {
    this.#context.events.emit({ type: 'changed', noun: 'prompts' });
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
