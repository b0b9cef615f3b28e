import * as completionRows from '../../db/completions.ts';
import { searchPrompts } from '../../db/prompt-search.ts';
import * as edits from '../../db/prompt-edits.ts';
import * as rows from '../../db/prompts.ts';
import { AtelierError } from '../../shared/errors.ts';
import { newId, type PromptId } from '../../shared/ids.ts';
import type { TextChange } from '../../shared/prompt/edits.ts';
import {
  mostNoteLength,
  usualSettings,
  type Bench,
  type LanguageModelRef,
  type PromptDetail,
  type PromptEdit,
  type PromptHit,
  type PromptSummary,
  type PromptVersion,
} from '../../shared/prompt/prompt.ts';
import type { Context } from '../context.ts';
import { promptFileText } from './file-text.ts';
import { keepDraft, readVersion, renamePrompt } from './keep.ts';
import type { LanguageModels } from './model-list.ts';

/** Prompts and their versions: every act is on disk when it returns. */
export class Prompts {
  readonly #context: Context;
  readonly #models: Pick<LanguageModels, 'list'>;

  constructor(context: Context, models: Pick<LanguageModels, 'list'>) {
    this.#context = context;
    this.#models = models;
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
      completions: completionRows.listCompletions(store, id, { given: false }),
    };
  }
  version(id: PromptId, number: number): PromptVersion {
    return readVersion(this.#context.store, id, number);
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
    const models = this.#models.list();
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

  #changed(): void {
    this.#context.events.emit({ type: 'changed', noun: 'prompts' });
  }
}
