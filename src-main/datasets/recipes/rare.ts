import { AtelierError } from '../../shared/errors.ts';
import { readCell, sqlText } from '../cells.ts';
import { columnNode, ml } from './onnx/values.ts';
import type { StepKind } from './step.ts';
import { chosen, forEach, from, inPlace, textSql } from './values.ts';

const most = 10_000;

/** Values that fewer rows of the training split have than `least`, and new ones, become one: "other". Missing ones stay missing. */
export const rare: StepKind<Record<string, string[]>> = {
  kind: 'rare',
  group: 'privacy',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'least', kind: 'integer', default: 10, min: 2, max: 1_000_000 },
    { key: 'with', kind: 'text', required: true, default: 'other' },
  ],
  async fit(state, settings, { query, train }) {
    if (readCell(String(settings.with)) === null) {
      throw new AtelierError(
        'invalid_settings',
        `with=${String(settings.with)} is itself a word for missing. Say what rare values are to be called.`,
      );
    }
    const learned: Record<string, string[]> = {};
    for (const column of chosen(state, settings, 'text')) {
      const rows = await query(
        `SELECT v FROM (SELECT ${textSql(column)} AS v FROM ${train}) WHERE v IS NOT NULL GROUP BY v HAVING count(*) >= ${settings.least as number} ORDER BY count(*) DESC, v LIMIT ${most}`,
      );
      learned[column.name] = rows.map(({ v }) => String(v));
    }
    return learned;
  },
  outcome(state, settings, learned) {
    const other = readCell(String(settings.with))!;
    return inPlace(
      state,
      forEach(chosen(state, settings, 'text'), (column) => {
        const kept = learned[column.name];
        return {
          ...from(column, 'text'),
          form: 'text',
          sql: ([cell]) =>
            `CASE WHEN ${cell} IS NULL THEN NULL WHEN list_contains([${kept.map(sqlText).join(', ')}]::VARCHAR[], ${cell}) THEN ${cell} ELSE ${sqlText(other)} END`,
          onnx: (g, [cell]) => {
            const same = { kind: 'strings', value: ['', ...kept] } as const;
            const attributes = { keys_strings: same, values_strings: same, default_string: other };
            return columnNode(g, 'LabelEncoder', [cell], 'string', attributes, ml);
          },
        };
      }),
    );
  },
};
