import { AtelierError } from '../../../src-main/shared/errors.ts';
import {
  completeStep,
  newSettings,
  stepId,
  type MissingColumn,
  type OpenedRecipe,
  type Recipe,
  type RecipeStep,
  type StepInfo,
  type StepSettings,
  type StepValue,
} from '../../../src-main/shared/recipe.ts';
import type { RecipePreview } from '../../../src-main/shared/recipe-preview.ts';
import { Resource } from '../../state/resource.svelte.ts';

/** `id`: of the step. */
export type LackedColumn = MissingColumn & { id: string };

/** A recipe in the making: every edit can be undone until it is applied, and applied it is a version. */
export class RecipeDraft {
  /** What the step looked at does to a few samples. */
  readonly preview = new Resource<RecipePreview>();
  readonly #applied: Recipe;
  #steps = $state.raw<readonly RecipeStep[]>([]);
  #past = $state.raw<readonly (readonly RecipeStep[])[]>([]);
  #future = $state.raw<readonly (readonly RecipeStep[])[]>([]);
  #selected = $state<string | null>(null);
  #lacked = $state.raw<readonly LackedColumn[]>([]);
  /** What the last edit was of: more typing into the same field is the same edit. */
  #editing: string | null = null;

  constructor(applied: Recipe) {
    this.#applied = applied;
    this.#steps = applied.steps;
    this.#selected = applied.steps.at(-1)?.id ?? null;
  }

  get steps(): readonly RecipeStep[] {
    return this.#steps;
  }
  get recipe(): Recipe {
    return { version: 1, steps: [...this.#steps] };
  }
  get changed(): boolean {
    return JSON.stringify(this.#steps) !== JSON.stringify(this.#applied.steps);
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }
  get selected(): RecipeStep | null {
    return this.#steps.find(({ id }) => id === this.#selected) ?? null;
  }
  /** The place of the step looked at, from 1; 0 where none is. */
  get at(): number {
    return this.#steps.findIndex(({ id }) => id === this.#selected) + 1;
  }

  /** Columns that a file's steps named and this table lacks, as long as the steps name them. */
  get lacked(): readonly LackedColumn[] {
    return this.#lacked.filter(({ id, field, name }) => this.#named(id, field)?.includes(name));
  }

  /** The steps of a file in the place of all: an edit like others. */
  use({ recipe: { steps }, missing }: OpenedRecipe): void {
    this.#edit(steps);
    this.#lacked = missing.map((each) => ({ ...each, id: steps[each.step - 1].id }));
    this.#selected = (this.#lacked[0] ?? steps.at(-1))?.id ?? null;
  }

  /** Another column in the place of one that there is not, or none. */
  mend({ id, field, name }: LackedColumn, other: string | null): void {
    const names = this.#named(id, field) ?? [];
    this.set(id, field, [...new Set(names.flatMap((each) => (each === name ? (other ?? []) : each)))]);
    this.#editing = null;
    this.#selected = id;
  }

  /** The step names others too: without them it would be for all columns. */
  spares({ id, field }: LackedColumn): boolean {
    return (this.#named(id, field)?.length ?? 0) > 1;
  }

  #named(id: string, field: string): string[] | null {
    const names = this.#steps.find((step) => step.id === id)?.settings[field];
    return Array.isArray(names) ? names : null;
  }

  select(id: string | null): void {
    this.#selected = id;
  }

  /** A step with its usual settings, after the one looked at. */
  add(info: StepInfo, given: StepSettings = {}): void {
    const settings = { ...newSettings(info), ...given };
    const id = stepId(
      info.kind,
      this.#steps.map((step) => step.id),
    );
    const at = this.at === 0 ? this.#steps.length : this.at;
    this.#edit(this.#steps.toSpliced(at, 0, { id, kind: info.kind, settings, enabled: true }));
    this.#selected = id;
  }

  remove(id: string): void {
    const at = this.#indexOf(id);
    this.#edit(this.#steps.filter((step) => step.id !== id));
    if (this.#selected === id) this.#selected = (this.#steps[at] ?? this.#steps[at - 1])?.id ?? null;
  }

  /** To another place, from 0; beyond the ends nothing happens. */
  move(id: string, to: number): void {
    const from = this.#indexOf(id);
    if (to < 0 || to >= this.#steps.length || to === from) return;
    this.#edit(this.#steps.toSpliced(from, 1).toSpliced(to, 0, this.#steps[from]));
  }

  toggle(id: string): void {
    this.#edit(this.#steps.map((step) => (step.id === id ? { ...step, enabled: !step.enabled } : step)));
  }

  set(id: string, key: string, value: StepValue): void {
    const steps = this.#steps.map((step) =>
      step.id === id ? { ...step, settings: { ...step.settings, [key]: value } } : step,
    );
    const same = `${id} ${key}`;
    if (this.#editing === same) this.#steps = steps;
    else this.#edit(steps);
    this.#editing = same;
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#future = [this.#steps, ...this.#future];
    this.#past = this.#past.slice(0, -1);
    this.#show(before);
  }

  redo(): void {
    const [next] = this.#future;
    if (!next) return;
    this.#past = [...this.#past, this.#steps];
    this.#future = this.#future.slice(1);
    this.#show(next);
  }

  discard(): void {
    this.#edit(this.#applied.steps);
    this.#show(this.#applied.steps);
  }

  #edit(steps: readonly RecipeStep[]): void {
    this.#past = [...this.#past, this.#steps].slice(-200);
    this.#future = [];
    this.#steps = steps;
    this.#editing = null;
  }

  #show(steps: readonly RecipeStep[]): void {
    this.#steps = steps;
    this.#editing = null;
    if (!this.selected) this.#selected = steps.at(-1)?.id ?? null;
  }

  #indexOf(id: string): number {
    return this.#steps.findIndex((step) => step.id === id);
  }
}

/** What is wrong with a step's settings in themselves; null where nothing is. */
export function problemOf(step: RecipeStep, info: StepInfo | undefined): AtelierError | null {
  if (!info) return null;
  try {
    completeStep(info, step.settings);
    return null;
  } catch (error) {
    if (error instanceof AtelierError) return error;
    throw error;
  }
}
