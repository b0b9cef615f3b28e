import { preparedKinds } from '../../shared/recipe.ts';
import type { StepKind } from './step.ts';
import { conditionSql } from './expression.ts';

/** Keeps the rows for which a condition holds (see `expression.ts` for what can be said); those of which it cannot be told are left out. */
export const filter: StepKind = {
  kind: 'filter',
  group: 'rows',
  of: preparedKinds,
  model: 'apart',
  onTarget: true,
  fields: [{ key: 'condition', kind: 'text', required: true, default: '' }],
  keep: (state, settings) => ({ where: conditionSql(String(settings.condition), state) }),
};
