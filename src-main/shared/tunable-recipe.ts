import { infoOf, type Recipe, type RecipeStep, type StepField, type StepInfo } from './recipe.ts';
import type { SettingField } from './run.ts';
import type { Params } from './study.ts';
import type { Tunable, TunableRule } from './tunable.ts';

// Settings of a version's recipe, as a study searches them: `recipe.ID` is whether the step ID is done at all, `recipe.ID.KEY` one of its settings.

function ruleOf(field: StepField): TunableRule | null {
  switch (field.kind) {
    case 'integer':
    case 'number':
      return { kind: 'number', min: field.min, max: field.max, whole: field.kind === 'integer' };
    case 'choice':
      return { kind: 'choice', choices: field.choices };
    case 'boolean':
      return { kind: 'boolean' };
    case 'columns':
    case 'choices':
    case 'text':
      return null;
  }
}

/** Whether trials that differ in this step are scored on the same samples and in the same units. */
function leavesScores({ kind, settings }: RecipeStep, { dropsRows, fields }: StepInfo, target: string | null): boolean {
  // Rebalancing leaves out, or repeats, rows of the training split alone.
  if (dropsRows && kind !== 'rebalance') return false;
  const named = fields.flatMap((field) => (field.kind === 'columns' ? (settings[field.key] as string[]) : []));
  return target === null || !named.includes(target);
}

export function recipeTunables(recipe: Recipe, kinds: readonly StepInfo[], target: string | null): Tunable[] {
  return recipe.steps.flatMap((step): Tunable[] => {
    const info = infoOf(kinds, step.kind);
    if (!leavesScores(step, info, target)) return [];
    const own = info.fields.flatMap((field): Tunable[] => {
      const rule = ruleOf(field);
      return rule ? [tunable(`${step.id}.${field.key}`, rule)] : [];
    });
    return [tunable(step.id, { kind: 'boolean' }), ...own];
  });
}

/** A step with what a search may change of it, as fields of a form: first whether it is done at all. */
export interface StepFields {
  step: RecipeStep;
  fields: SettingField[];
}

/** The same by step, in the recipe's order; those of which nothing may be searched are left out. A field's key is the setting's name. */
export function recipeFields(recipe: Recipe, kinds: readonly StepInfo[], target: string | null): StepFields[] {
  return recipe.steps.flatMap((step): StepFields[] => {
    const tunables = recipeTunables({ ...recipe, steps: [step] }, kinds, target);
    if (tunables.length === 0) return [];
    const fields = tunables.map(({ name, key, rule }) => {
      const now = key === step.id ? step.enabled : step.settings[key.slice(step.id.length + 1)];
      return fieldOf(name, rule, now);
    });
    return [{ step, fields }];
  });
}

function fieldOf(key: string, rule: TunableRule, now: unknown): SettingField {
  switch (rule.kind) {
    case 'number':
      return { key, kind: rule.whole ? 'integer' : 'number', default: now as number, min: rule.min, max: rule.max };
    case 'choice':
      return { key, kind: 'choice', default: now as string, choices: rule.choices };
    case 'boolean':
      return { key, kind: 'boolean', default: now as boolean };
    case 'integers':
      return { ...rule, key, default: now as string };
  }
}

const tunable = (key: string, rule: TunableRule): Tunable => ({ name: `recipe.${key}`, place: 'recipe', key, rule });

/** The recipe with a trial's settings put in; the same object where it has none for it, or those that it has. */
export function withRecipe(recipe: Recipe, params: Params): Recipe {
  const steps = recipe.steps.map((step): RecipeStep => {
    const { id, settings } = step;
    const own = Object.keys(settings).filter((key) => `recipe.${id}.${key}` in params);
    const changed = Object.fromEntries(own.map((key) => [key, params[`recipe.${id}.${key}`]]));
    const enabled = (params[`recipe.${id}`] as boolean | undefined) ?? step.enabled;
    return { ...step, enabled, settings: { ...settings, ...changed } as RecipeStep['settings'] };
  });
  const made: Recipe = { ...recipe, steps };
  return JSON.stringify(made) === JSON.stringify(recipe) ? recipe : made;
}
