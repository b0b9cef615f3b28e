import { passagesText, passagesVariable } from '../../src-main/shared/documents.ts';
import type { TokenChoice } from '../../src-main/shared/generation.ts';
import type { CompletionId, PromptId } from '../../src-main/shared/ids.ts';
import type { TextChange } from '../../src-main/shared/prompt/edits.ts';
import type { CheckedPrompt } from '../../src-main/shared/prompt/checked.ts';
import { constructsOf, ownVariables } from '../../src-main/shared/prompt/constructs.ts';
import { variablesOf } from '../../src-main/shared/prompt/fill.ts';
import type {
  Bench,
  Completion,
  CompletionNews,
  LanguageModelRef,
  PromptDetail,
  PromptHit,
  PromptSummary,
  RenderedPrompt,
} from '../../src-main/shared/prompt/prompt.ts';
import type { Input } from '../../src-main/shared/contract.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { DraftSaver } from './draft-saver.svelte.ts';
import { LanguageModels } from './language-models.svelte.ts';
import { remotes } from './remotes.svelte.ts';
import { Resource } from './resource.svelte.ts';

const readAfterMs = 100;
/** Reading a text of so many characters, and looking for its variables, would take its time from a key: it waits until the keys rest, … */
const longText = 20_000;
const restMs = 250;
/** … but not longer than so. */
const readWithinMs = 2000;
const renderedAfterMs = 250;

/** The prompts of the workspace, and the one on the bench. */
export class Prompts {
  readonly #studio: Studio;
  readonly #list = new Resource<PromptSummary[]>();
  /** Those that it can be asked of. */
  readonly models: LanguageModels;
  readonly #detail = new Resource<PromptDetail>();
  readonly #rendered = new Resource<RenderedPrompt>();
  readonly #checked = new Resource<CheckedPrompt>();
  #open: PromptId | null = null;
  #text = $state('');
  #bench = $state.raw<Bench | null>(null);
  readonly #saver: DraftSaver;
  /** The way to the text where it was typed on since it was read. */
  #read: (() => string) | null = null;
  #stepping: Promise<unknown> = Promise.resolve();
  #readTimer: ReturnType<typeof setTimeout> | undefined;
  /** Since when it is typed on, by `performance.now()`. */
  #unreadSince = 0;
  #renderTimer: ReturnType<typeof setTimeout> | undefined;
  #reloadTimer: ReturnType<typeof setTimeout> | undefined;
  /** Of what comes before a completion's own answer. */
  readonly #early = new Map<CompletionId, CompletionNews[]>();

  constructor(through: Studio = studio) {
    this.#studio = through;
    this.models = new LanguageModels(through);
    this.#saver = new DraftSaver(through, () => this.#read?.() ?? this.#text);
  }

  get list(): PromptSummary[] {
    return this.#list.value ?? [];
  }
  get loaded(): boolean {
    return this.#list.value !== null;
  }
  get error() {
    return this.#list.error;
  }
  get detail(): PromptDetail | null {
    return this.#detail.value;
  }
  get detailError() {
    return this.#detail.error;
  }
  get text(): string {
    return this.#text;
  }
  get bench(): Bench | null {
    return this.#bench;
  }
  /** As the chosen model would see it. */
  get rendered() {
    return this.#rendered;
  }
  /** Something that was typed is on its way to disk. */
  get saving(): boolean {
    return this.#saver.saving;
  }
  /** Why what was typed in the open one could not be stored: it is kept here, and tried again. */
  get unstored() {
    return this.#open && this.#saver.failed(this.#open);
  }
  /** What it includes and draws, and what is wrong with that; null where it does neither. */
  get checked(): CheckedPrompt | null {
    return this.#checked.value;
  }
  /** Those of what is included with them. */
  readonly #names = $derived([...new Set([...ownVariables(this.#text), ...(this.#checked.value?.variables ?? [])])]);
  /** Those that people fill in: with documents also what their question asks for, and not the passages. */
  readonly variables = $derived.by((): string[] => {
    const names = this.#names;
    const documents = this.#bench?.documents;
    if (!documents || !names.includes(passagesVariable)) return names;
    return [...new Set([...names, ...variablesOf(documents.query)])].filter((name) => name !== passagesVariable);
  });
  readonly #valuesNow = $derived.by((): Record<string, string> => {
    const given = this.#bench?.variables ?? {};
    return Object.fromEntries(this.variables.map((name) => [name, given[name] ?? '']));
  });
  /** The very same as long as nothing in it changes: every key makes another text, few another variable. */
  readonly values = $derived.by((): Record<string, string> => {
    const now = this.#valuesNow;
    if (JSON.stringify(now) !== JSON.stringify(this.#valuesBefore)) this.#valuesBefore = now;
    return this.#valuesBefore;
  });
  #valuesBefore: Record<string, string> = {};
  /** With what its passages would be. */
  readonly shownValues = $derived.by((): Record<string, string> => {
    const found = this.#rendered.value?.retrieved;
    return found ? { ...this.values, [passagesVariable]: passagesText(found.passages) } : this.values;
  });
  readonly model = $derived.by(() => this.models.find(this.#bench?.model ?? null));
  readonly running = $derived((this.#detail.value?.completions ?? []).filter(({ status }) => status === 'running'));

  async load(): Promise<void> {
    await Promise.all([this.#list.load(() => this.#studio.call('prompts.list')), this.models.load()]);
  }

  /** Something of them has changed: not oftener than one can look. */
  changed(): void {
    if (this.#reloadTimer !== undefined) return;
    this.#reloadTimer = setTimeout(() => {
      this.#reloadTimer = undefined;
      void this.load();
      if (!this.#open) return;
      void this.#refresh(this.#open);
      // Another one that it includes may have changed.
      if (this.#checked.value) void this.check();
    }, 100);
  }

  async open(id: PromptId): Promise<void> {
    if (this.#open === id) return;
    await this.flush();
    if (this.#open) this.#saver.leave(this.#open);
    this.#open = id;
    this.#detail.set(null);
    this.#rendered.set(null);
    this.#checked.set(null);
    // What could not be stored so far is newer than what is.
    const kept = this.#saver.unsaved(id);
    const detail = await this.#detail.load(() => this.#studio.call('prompts.get', { id }));
    if (!detail || this.#open !== id) return;
    const { text = detail.text, bench = detail.bench } = { ...kept, ...this.#saver.unsaved(id) };
    this.#saver.enter(id);
    this.#text = text;
    this.#bench = bench;
    this.#renderSoon();
  }

  /** Versions and answers; what is typed here is newer than what is stored. */
  async #refresh(id: PromptId): Promise<void> {
    await this.#detail.load(async () => {
      const detail = await this.#studio.call('prompts.get', { id });
      // What a model writes now is further here; and what was asked meanwhile is here alone.
      const here = new Map((this.#detail.value?.completions ?? []).map((one) => [one.id, one]));
      const stored = detail.completions.map((one) => (one.status === 'running' ? (here.get(one.id) ?? one) : one));
      const known = new Set(stored.map((one) => one.id));
      const since = detail.completions[0]?.createdAt ?? 0;
      const fresh = [...here.values()].filter((one) => !known.has(one.id) && one.createdAt >= since);
      return { ...detail, completions: [...fresh, ...stored] };
    });
    // How one ended may have been told before it was known here.
    for (const { id: completion } of this.running) {
      const ended = this.#early.get(completion)?.find((news) => news.ended !== null);
      this.#early.delete(completion);
      if (ended) this.take(ended);
    }
  }

  /** What was typed. The text itself, which may be long, is read once the keys rest. */
  write(made: readonly TextChange[], length: number, read: () => string): void {
    if (!this.#open) return;
    this.#read = read;
    this.#readSoon(length);
    if (made.length > 0) this.#saver.type(this.#open, made, length);
  }
  #readSoon(length: number): void {
    const now = performance.now();
    if (this.#readTimer === undefined) this.#unreadSince = now;
    else if (length < longText || now - this.#unreadSince > readWithinMs) return;
    clearTimeout(this.#readTimer);
    this.#readTimer = setTimeout(() => this.#readText(), length < longText ? readAfterMs : restMs);
  }
  #readText(): void {
    clearTimeout(this.#readTimer);
    this.#readTimer = undefined;
    const text = this.#read?.();
    this.#read = null;
    if (text === undefined || text === this.#text) return;
    this.#text = text;
    this.#renderSoon();
  }

  /** The last step of the text is undone, or made again; `apply` hears what that changes in it. */
  async step(which: 'undo' | 'redo', apply: (changes: TextChange[]) => void): Promise<void> {
    const id = this.#open;
    if (!id) return;
    // Keys are quicker than answers.
    const work = this.#stepping.then(async () => {
      await this.#saved(id);
      const changes = await this.#studio.call(`prompts.${which}`, { id });
      if (!changes || this.#open !== id) return;
      // Somebody has typed on meanwhile: that counts.
      if (this.#saver.typed(id)) {
        this.#readText();
        this.#saver.replace(id);
      } else apply(changes);
    });
    this.#stepping = work.catch(() => undefined);
    await work;
  }
  arrange(change: Partial<Bench>): void {
    if (!this.#open || !this.#bench) return;
    this.#bench = { ...this.#bench, ...change };
    this.#saver.save(this.#open, { bench: this.#bench });
    if ('model' in change || 'variables' in change || 'documents' in change) this.#renderSoon();
  }

  /** What was typed a moment ago is known here. */
  catchUp(): void {
    this.#readText();
  }
  /** Resolves when all that was typed is on disk, and known here, or could not be stored. */
  flush(): Promise<void> {
    this.#readText();
    return this.#saver.flush();
  }
  /** Resolves when all that was typed in the open prompt is on disk; throws why it could not be stored. */
  async saved(): Promise<void> {
    if (this.#open) await this.#saved(this.#open);
  }
  #saved(id: PromptId): Promise<void> {
    this.#readText();
    return this.#saver.settle(id);
  }

  #renderSoon(): void {
    clearTimeout(this.#renderTimer);
    this.#renderTimer = setTimeout(() => void this.check().then(() => this.render()), renderedAfterMs);
  }
  async check(): Promise<void> {
    const [id, text] = [this.#open, this.#text];
    if (!id || constructsOf(text).length === 0) return this.#checked.set(null);
    await this.#checked.load(() => this.#studio.call('prompts.check', { id, text }));
  }
  async render(): Promise<void> {
    const model = this.#bench?.model;
    if (!model || this.#text.trim() === '') return this.#rendered.set(null);
    const [id, text, variables, documents] = [this.#open!, this.#text, this.values, this.#bench?.documents];
    await this.#rendered.load(() => this.#studio.call('prompts.render', { id, model, text, variables, documents }));
  }

  /** Puts the place for passages at the end of a prompt that has none. Whether it had none. */
  async wantPassages(): Promise<boolean> {
    await this.saved();
    if (!this.#open || this.#names.includes(passagesVariable)) return false;
    const text = `${this.#text.trimEnd()}${this.#text.trim() === '' ? '' : '\n\n'}{{${passagesVariable}}}`;
    this.#text = text;
    this.#saver.save(this.#open, { text });
    this.#renderSoon();
    return true;
  }

  async create(name: string, text = ''): Promise<PromptId> {
    return this.#studio.call('prompts.create', { name, text });
  }
  set(id: PromptId, change: Omit<Input<'prompts.set'>, 'id'>): Promise<null> {
    return this.#studio.call('prompts.set', { id, ...change });
  }
  async saveVersion(note?: string): Promise<number | null> {
    await this.saved();
    return this.#open && this.#studio.call('prompts.save', { id: this.#open, ...(note && { note }) });
  }
  async versionText(number: number): Promise<string> {
    return (await this.#studio.call('prompts.version', { id: this.#open!, number })).text;
  }
  annotate(number: number, note: string): Promise<unknown> {
    return this.#open ? this.#studio.call('prompts.annotate', { id: this.#open, number, note }) : Promise.resolve();
  }
  search(text: string): Promise<PromptHit[]> {
    return this.#studio.call('prompts.search', { text });
  }
  async restore(number: number): Promise<void> {
    const id = this.#open;
    if (!id) return;
    await this.saved();
    await this.#studio.call('prompts.restore', { id, number });
    const detail = await this.#studio.call('prompts.get', { id });
    if (this.#open !== id) return;
    this.#text = detail.text;
    this.#renderSoon();
  }
  importFiles(): Promise<{ prompts: PromptId[]; tables: number; left: string[] } | null> {
    return this.#studio.call('prompts.import');
  }
  async saveAs(): Promise<{ path: string } | null> {
    await this.saved();
    return this.#open && this.#studio.call('prompts.saveAs', { id: this.#open });
  }
  async saveSuite(): Promise<{ path: string; left: string[] } | null> {
    await this.saved();
    return this.#open && this.#studio.call('prompts.saveSuite', { id: this.#open });
  }

  async addModel(): Promise<void> {
    const ref = await this.models.add();
    if (ref) await this.choose(ref);
  }
  /** One that may only just have come. */
  async choose(model: LanguageModelRef): Promise<void> {
    await this.models.load();
    this.arrange({ model });
  }

  async run(branch?: Input<'prompts.run'>['branch'], of?: Completion): Promise<void> {
    const [id, bench] = [this.#open, this.#bench];
    if (!id || !bench) return;
    await this.saved();
    const model = of?.request.model ?? bench.model;
    if (!model || !(await remotes.allowed([model]))) return;
    const asked = of
      ? { model, variables: of.request.variables, settings: of.request.settings, version: of.version, again: of.id }
      : { model, variables: this.values, settings: bench.settings, documents: bench.documents };
    const completion = await this.#studio.call('prompts.run', { id, ...asked, ...(branch && { branch }) });
    this.#detail.patch((detail) => ({
      ...detail,
      completions: [completion, ...detail.completions.filter((one) => one.id !== completion.id)],
    }));
    const early = this.#early.get(completion.id) ?? [];
    this.#early.delete(completion.id);
    for (const news of early) this.take(news);
  }
  stop(): void {
    for (const { id } of this.running) void this.#studio.call('prompts.stop', { completion: id });
  }
  tokens(completion: CompletionId): Promise<(TokenChoice[] | null)[]> {
    return this.#studio.call('prompts.tokens', { completion });
  }

  take(news: CompletionNews): void {
    if (news.prompt !== this.#open || !this.#detail.value) return;
    if (!this.#detail.value.completions.some(({ id }) => id === news.completion)) {
      this.#early.set(news.completion, [...(this.#early.get(news.completion) ?? []), news]);
      return;
    }
    this.#detail.patch((detail) => ({
      ...detail,
      completions: detail.completions.map((one) => {
        if (one.id !== news.completion) return one;
        if (news.ended) return news.ended;
        if (news.waiting !== undefined) return { ...one, waiting: news.waiting };
        const texts = [...one.texts];
        for (const { row, text } of news.parts) texts[row] = { text: (texts[row]?.text ?? '') + text };
        return { ...one, texts: Array.from(texts, (each) => each ?? { text: '' }) };
      }),
    }));
  }
}

export const prompts = new Prompts();
