import type { StepKind } from './step.ts';
import { chosen, numberSqlOf, textSql } from './values.ts';

/** Leaves out rows that lack a value in any of the columns (or in all of them). */
export const missingRows: StepKind = {
  kind: 'missing-rows',
  group: 'missing',
  model: 'apart',
  onTarget: true,
  fields: [
    { key: 'columns', kind: 'columns', for: 'any', default: [] },
    { key: 'when', kind: 'choice', default: 'any', choices: ['any', 'all'] },
  ],
  keep(state, settings) {
    const present = chosen(state, settings, 'any', true).map(
      (column) => `(${column.type === 'number' ? numberSqlOf(column) : textSql(column)}) IS NOT NULL`,
    );
    return present.length > 0 ? { where: present.join(settings.when === 'any' ? ' AND ' : ' OR ') } : null;
  },
};
