import type { StepKind } from './step.ts';
import { chosen, textSql } from './values.ts';

/** Of rows that are the same in all these columns keeps the first. Without columns named, all count, the target too. */
export const duplicates: StepKind = {
  kind: 'duplicates',
  group: 'rows',
  model: 'apart',
  onTarget: true,
  fields: [{ key: 'columns', kind: 'columns', for: 'any', default: [] }],
  keep(state, settings) {
    const named = (settings.columns as string[]).length > 0;
    const columns = named ? chosen(state, settings, 'any', true) : state.filter(({ role }) => role !== 'ignored');
    return { qualify: `row_number() OVER (PARTITION BY ${columns.map(textSql).join(', ')} ORDER BY rid) = 1` };
  },
};
