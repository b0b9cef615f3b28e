import { m } from '../messages.ts';

/** Of recipes. */
export const recipes = {
  invalid_recipe: m.error_invalid_recipe,
  unknown_step: m.error_unknown_step,
  recipe_column: m.error_recipe_column,
  recipe_target: m.error_recipe_target,
  recipe_name: m.error_recipe_name,
  no_columns: m.error_no_columns,
  recipe_differs: m.error_recipe_differs,
  recipe_alone: m.error_recipe_alone,
  step_unfit: m.error_step_unfit,
  annotated: m.error_annotated,
  prepared_by_recipe: m.error_prepared_by_recipe,
};
