import type { PromptId } from '../../src-main/shared/ids.ts';
import type { TextChange } from '../../src-main/shared/prompt/edits.ts';
import type { PromptEdit } from '../../src-main/shared/prompt/prompt.ts';
import type { Studio } from '../bridge/studio.ts';
import { notifyError } from '../ui/toasts.ts';
import { asError } from './resource.svelte.ts';

/** What is typed is sent this soon; with what the store takes it is on disk within 100 ms. */
const savedWithinMs = 30;

/** Brings what is done to a draft to disk, in order, several edits at once where keys are quicker than the store. */
export class DraftSaver {
  readonly #studio: Studio;
  /** The text as it stands. */
  readonly #whole: () => string;
  #unsaved: ({ id: PromptId } & PromptEdit) | null = null;
  #sending: Promise<unknown> | null = null;
  #saving = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(through: Studio, whole: () => string) {
    this.#studio = through;
    this.#whole = whole;
  }

  /** Something is on its way to disk. */
  get saving(): boolean {
    return this.#saving;
  }
  /** Keys were typed that have not gone yet. */
  get typed(): boolean {
    return this.#unsaved?.changes !== undefined;
  }

  /** `length`: of the text afterwards. */
  type(id: PromptId, made: readonly TextChange[], length: number): void {
    const before = this.#unsaved?.changes?.made ?? [];
    this.save(
      id,
      this.#unsaved?.text === undefined ? { changes: { made: [...before, ...made], length } } : { text: this.#whole() },
    );
  }
  save(id: PromptId, what: PromptEdit): void {
    this.#unsaved = { ...this.#unsaved, id, ...what };
    this.#saving = true;
    this.#timer ??= setTimeout(() => void this.flush(), savedWithinMs);
  }
  /** The text goes as a whole in the place of what was typed. */
  replace(): void {
    if (this.#unsaved) this.#unsaved = { ...this.#unsaved, changes: undefined, text: this.#whole() };
  }

  /** Resolves when all of it is on disk. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#sending;
    const unsaved = this.#unsaved;
    if (!unsaved) return;
    this.#unsaved = null;
    // An answer is quick, and no key waits for it: the next edit goes when this one is on disk.
    this.#sending = this.#studio.call('prompts.edit', unsaved).catch((error: unknown) => {
      // What was typed since is in the text as well.
      const { changes, ...rest } = { ...unsaved, ...this.#unsaved };
      this.#unsaved = changes ? { ...rest, text: this.#whole() } : rest;
      // The two have parted, as after a change from elsewhere: all of it goes.
      if (asError(error).code !== 'prompt_out_of_step') return notifyError(error);
      this.#timer ??= setTimeout(() => void this.flush(), savedWithinMs);
    });
    await this.#sending;
    this.#sending = null;
    this.#saving = this.#unsaved !== null;
  }
}
