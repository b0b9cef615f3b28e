import { SvelteMap } from 'svelte/reactivity';
import type { Input, Output } from '../../src-main/shared/contract.ts';
import type { EvaluationId, GridId, PromptId } from '../../src-main/shared/ids.ts';
import { noTest, type PromptTest } from '../../src-main/shared/prompt/checks.ts';
import type {
  Evaluation,
  EvaluationComparison,
  EvaluationSummary,
  GridAnswer,
  GridDetail,
  GridPage,
  GridPreference,
  GridSummary,
} from '../../src-main/shared/prompt/grid.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';

type Row = GridPage['rows'][number];
const pageSize = 100;

/** Prompts side by side, and their tests: those of the prompt that is open. */
export class Grids {
  readonly #studio: Studio;
  readonly #list = new Resource<GridSummary[]>();
  readonly #detail = new Resource<GridDetail>();
  readonly #test = new Resource<PromptTest>();
  readonly #evaluations = new Resource<EvaluationSummary[]>();
  #prompt: PromptId | null = null;
  #open: GridId | null = null;
  /** Pages by their number; an old one stays until the new one is here. */
  readonly #pages = new SvelteMap<number, Row[]>();
  #wanted = new Set<number>();
  #asking = new Set<number>();
  #saving: ReturnType<typeof setTimeout> | undefined;
  /** Goes up whenever something of them has changed. */
  revision = $state(0);

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get list(): GridSummary[] {
    return this.#list.value ?? [];
  }
  get loaded(): boolean {
    return this.#list.value !== null;
  }
  get error() {
    return this.#list.error ?? this.#detail.error;
  }
  get detail(): GridDetail | null {
    return this.#detail.value;
  }
  get test(): PromptTest {
    return this.#test.value ?? noTest;
  }
  get evaluations(): EvaluationSummary[] {
    return this.#evaluations.value ?? [];
  }
  get evaluationsLoaded(): boolean {
    return this.#evaluations.value !== null;
  }

  /** Those of a prompt. */
  async of(prompt: PromptId): Promise<void> {
    if (this.#prompt !== prompt) {
      this.#prompt = prompt;
      for (const one of [this.#list, this.#test, this.#evaluations]) one.set(null);
      this.show(null);
    }
    await this.#load(true);
  }

  async #load(test = false): Promise<void> {
    const prompt = this.#prompt;
    if (!prompt) return;
    await Promise.all([
      this.#list.load(() => this.#studio.call('grids.list', { prompt })),
      this.#evaluations.load(() => this.#studio.call('evaluations.list', { prompt })),
      test && this.#test.load(() => this.#studio.call('evaluations.test', { prompt })),
    ]);
  }

  show(id: GridId | null): void {
    if (this.#open === id) return;
    this.#open = id;
    this.#pages.clear();
    this.#wanted.clear();
    this.#detail.set(null);
    if (id) void this.#detail.load(() => this.#studio.call('grids.get', { id }));
  }

  /** Something of them has changed: what is in sight is asked for again. */
  changed(): void {
    this.revision++;
    void this.#load();
    const id = this.#open;
    if (!id) return;
    void this.#detail.load(() => this.#studio.call('grids.get', { id }));
    for (const page of this.#pages.keys()) if (!this.#wanted.has(page)) this.#pages.delete(page);
    for (const page of this.#wanted) void this.#ask(page);
  }

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }
  /** Rows that are in sight. */
  want(first: number, last: number): void {
    this.#wanted = new Set();
    for (let page = Math.floor(first / pageSize); page * pageSize < last; page++) {
      this.#wanted.add(page);
      if (!this.#pages.has(page)) void this.#ask(page);
    }
  }
  async #ask(page: number): Promise<void> {
    const id = this.#open;
    if (!id || this.#asking.has(page)) return;
    this.#asking.add(page);
    try {
      const { rows } = await this.#studio.call('grids.page', { id, offset: page * pageSize, limit: pageSize });
      if (this.#open === id) this.#pages.set(page, rows);
    } catch {
      // What is shown of the grid itself tells what is wrong.
    } finally {
      this.#asking.delete(page);
    }
  }
  async #again(row: number): Promise<void> {
    await this.#ask(Math.floor(row / pageSize));
  }

  answer(row: number, column: number): Promise<GridAnswer> {
    return this.#studio.call('grids.answer', { id: this.#open!, row, column });
  }
  async create(wish: Input<'grids.create'>): Promise<GridId> {
    const id = await this.#studio.call('grids.create', wish);
    await this.#load();
    this.show(id);
    return id;
  }
  fill(only?: { row: number; column: number }[]): Promise<unknown> {
    return this.#studio.call('grids.fill', { id: this.#open!, ...(only && { only }) });
  }
  async set(change: Omit<Input<'grids.set'>, 'id'>, id: GridId | null = this.#open): Promise<void> {
    if (!id) return;
    await this.#studio.call('grids.set', { id, ...change });
    if (change.archived && id === this.#open) this.show(null);
    await this.#load();
  }
  async rate(row: number, column: number, rating: Input<'grids.rate'>['rating']): Promise<void> {
    await this.#studio.call('grids.rate', { id: this.#open!, row, column, rating });
    await this.#again(row);
  }
  async prefer(
    row: number,
    preference: Omit<GridPreference, 'choice'> & { choice: GridPreference['choice'] | null },
  ): Promise<void> {
    await this.#studio.call('grids.prefer', { id: this.#open!, row, ...preference });
    await this.#again(row);
  }
  save(): Promise<Output<'grids.save'>> {
    return this.#studio.call('grids.save', { id: this.#open! });
  }
  saveJudged(kind: 'pair' | 'rating'): Promise<Output<'grids.saveJudged'>> {
    return this.#studio.call('grids.saveJudged', { id: this.#open!, kind });
  }
  makeDataset(kind: 'pair' | 'rating'): Promise<Output<'grids.makeDataset'>> {
    return this.#studio.call('grids.makeDataset', { id: this.#open!, kind });
  }
  chooseRows(): Promise<Output<'grids.chooseRows'>> {
    return this.#studio.call('grids.chooseRows');
  }

  // Tests

  /** What is being said of the checks: on disk soon. */
  setTest(test: PromptTest): void {
    const prompt = this.#prompt;
    if (!prompt) return;
    this.#test.set(test);
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => void this.saveTest(), 200);
  }
  async saveTest(): Promise<void> {
    clearTimeout(this.#saving);
    const [prompt, test] = [this.#prompt, this.#test.value];
    if (prompt && test) await this.#studio.call('evaluations.setTest', { prompt, test });
  }
  async runTest(wish: Omit<Input<'evaluations.start'>, 'prompt'>): Promise<Output<'evaluations.start'>> {
    await this.saveTest();
    return this.#studio.call('evaluations.start', { prompt: this.#prompt!, ...wish });
  }
  evaluation(id: EvaluationId): Promise<Evaluation> {
    return this.#studio.call('evaluations.get', { id });
  }
  compare(first: EvaluationId, second: EvaluationId): Promise<EvaluationComparison> {
    return this.#studio.call('evaluations.compare', { first, second });
  }
  /** Some rows of a test's grid. */
  rows(id: GridId, offset: number): Promise<GridPage> {
    return this.#studio.call('grids.page', { id, offset, limit: pageSize });
  }
}

export const grids = new Grids();
