import { SvelteMap } from 'svelte/reactivity';
import type { AtelierError } from '../../src-main/shared/errors.ts';
import type { PromptId } from '../../src-main/shared/ids.ts';
import type { TextChange } from '../../src-main/shared/prompt/edits.ts';
import type { PromptEdit } from '../../src-main/shared/prompt/prompt.ts';
import type { Studio } from '../bridge/studio.ts';
import { notifyError } from '../ui/toasts.ts';
import { asError } from './resource.svelte.ts';

/** What is typed is sent this soon; with what the store takes it is on disk within 100 ms. */
const savedWithinMs = 30;
/** What could not be stored is tried again after this long, and after twice as long each time. */
const triedAgainMs = { first: 1000, last: 10_000 };

/**
 * Brings what is done to drafts to disk, in order, several edits at once where keys are quicker than the store. What the store does not take, with a
 * full disk, say, is kept here with its prompt, tried again, and told by `failed`.
 */
export class DraftSaver {
  readonly #studio: Studio;
  /** The text of the open prompt as it stands. */
  readonly #whole: () => string;
  readonly #unsaved = new Map<PromptId, PromptEdit>();
  /** Texts as they stood of prompts that are not open any more, until all of them is on disk. */
  readonly #left = new Map<PromptId, string>();
  readonly #failed = new SvelteMap<PromptId, AtelierError>();
  #sending: Promise<unknown> | null = null;
  #saving = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = triedAgainMs.first;

  constructor(through: Studio, whole: () => string) {
    this.#studio = through;
    this.#whole = whole;
  }

  /** Something is on its way to disk. */
  get saving(): boolean {
    return this.#saving;
  }
  /** Why what was done to a prompt could not be stored; null where all of it is, or is on its way. */
  failed(id: PromptId): AtelierError | null {
    return this.#failed.get(id) ?? null;
  }
  /** What is newer here than on disk. */
  unsaved(id: PromptId): Pick<PromptEdit, 'text' | 'bench'> {
    const { text, bench } = this.#unsaved.get(id) ?? {};
    return { ...(text !== undefined && { text }), ...(bench && { bench }) };
  }
  /** Keys were typed in it that have not gone yet. */
  typed(id: PromptId): boolean {
    return this.#unsaved.get(id)?.changes !== undefined;
  }

  /** `length`: of the text afterwards. */
  type(id: PromptId, made: readonly TextChange[], length: number): void {
    const before = this.#unsaved.get(id);
    const changes = { made: [...(before?.changes?.made ?? []), ...made], length };
    this.save(id, before?.text === undefined ? { changes } : { text: this.#whole() });
  }
  save(id: PromptId, what: PromptEdit): void {
    this.#unsaved.set(id, { ...this.#unsaved.get(id), ...what });
    this.#saving = true;
    this.#soon(savedWithinMs);
  }
  /** The text goes as a whole in the place of what was typed. */
  replace(id: PromptId): void {
    const unsaved = this.#unsaved.get(id);
    if (unsaved) this.#unsaved.set(id, { ...unsaved, changes: undefined, text: this.#whole() });
  }
  /** Another prompt is opened next: what is not on disk of this one is kept with its whole text. */
  leave(id: PromptId): void {
    if (!this.#sending && !this.#unsaved.has(id)) return;
    this.#left.set(id, this.#whole());
    if (this.typed(id)) this.replace(id);
  }
  /** It is the open one again. */
  enter(id: PromptId): void {
    this.#left.delete(id);
  }

  /** Resolves when all of it is on disk, or could not be stored: see `failed`. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#sending;
    const all = [...this.#unsaved];
    if (all.length === 0) return;
    this.#unsaved.clear();
    // An answer is quick, and no key waits for it: the next edit goes when these are on disk.
    this.#sending = Promise.all(all.map(([id, edit]) => this.#send(id, edit)));
    await this.#sending;
    this.#sending = null;
    this.#saving = this.#unsaved.size > 0;
    if (this.#failed.size === 0) this.#again = triedAgainMs.first;
    else {
      this.#soon(this.#again);
      this.#again = Math.min(2 * this.#again, triedAgainMs.last);
    }
  }
  /** The same, but throws why it could not be stored: nothing is to be done with a text that is older than what one sees. */
  async settle(id: PromptId): Promise<void> {
    await this.flush();
    const failed = this.failed(id);
    if (failed) throw failed;
  }

  #soon(ms: number): void {
    this.#timer ??= setTimeout(() => void this.flush(), ms);
  }

  async #send(id: PromptId, edit: PromptEdit): Promise<void> {
    try {
      await this.#studio.call('prompts.edit', { id, ...edit });
      this.#failed.delete(id);
      if (!this.#unsaved.has(id)) this.#left.delete(id);
    } catch (error) {
      const why = asError(error);
      // There is nothing to keep it in.
      if (why.code === 'no_such_prompt') return notifyError(error);
      // What was typed since is in the text as well.
      const { changes, ...rest } = { ...edit, ...this.#unsaved.get(id) };
      this.#unsaved.set(id, changes ? { ...rest, text: this.#left.get(id) ?? this.#whole() } : rest);
      // The two have parted, as after a change from elsewhere: all of it goes, at once.
      if (why.code === 'prompt_out_of_step') return this.#soon(savedWithinMs);
      if (!this.#failed.has(id)) notifyError(error);
      this.#failed.set(id, why);
    }
  }
}
