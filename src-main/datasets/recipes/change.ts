import type { Recipe, RecipeStep } from '../../shared/recipe.ts';

/** In words what differs between two recipes: "+ trim, − case, standard changed, bins off, order changed". Null where nothing does. */
export function changeOf(before: Recipe, after: Recipe): string | null {
  const was = new Map(before.steps.map((step) => [step.id, step]));
  const is = new Map(after.steps.map((step) => [step.id, step]));
  const words: string[] = [];
  for (const step of after.steps) {
    const old = was.get(step.id);
    if (!old) words.push(`+ ${nameOf(step)}${step.enabled ? '' : ' (off)'}`);
    else if (old.kind !== step.kind || !sameSettings(old, step)) words.push(`${nameOf(step)} changed`);
    else if (old.enabled !== step.enabled) words.push(`${nameOf(step)} ${step.enabled ? 'on' : 'off'}`);
  }
  for (const step of before.steps) if (!is.has(step.id)) words.push(`− ${nameOf(step)}`);
  const order = (recipe: Recipe, other: ReadonlyMap<string, RecipeStep>): string =>
    recipe.steps.flatMap(({ id }) => (other.has(id) ? [id] : [])).join('\n');
  if (order(before, is) !== order(after, was)) words.push('order changed');
  return words.length > 0 ? words.join(', ') : null;
}

const sameSettings = (a: RecipeStep, b: RecipeStep): boolean => {
  const sorted = ({ settings }: RecipeStep): string => JSON.stringify(Object.entries(settings).toSorted());
  return sorted(a) === sorted(b);
};

/** The kind and, where columns are named, which: the first three. */
function nameOf({ kind, settings }: RecipeStep): string {
  const columns = Array.isArray(settings.columns) ? settings.columns : [];
  if (columns.length === 0) return kind;
  const more = columns.length > 3 ? ` and ${columns.length - 3} more` : '';
  return `${kind} (${columns.slice(0, 3).join(', ')}${more})`;
}
