import { sqlText } from '../cells.ts';
import { valuesOf } from './categories.ts';
import { lookUp } from './onnx/values.ts';
import type { StepKind } from './step.ts';
import { chosen, forEach, from, inPlace } from './values.ts';

const most = 10_000;

/**
 * Each value a number, 0, 1, 2 …: in the order given, or in that of their letters in the training split. A value that is new is −1, a missing
 * one stays missing (scikit-learn's OrdinalEncoder with unknown_value=-1). The numbers are scaled afterwards like any others.
 */
export const ordinal: StepKind<Record<string, string[]>> = {
  kind: 'ordinal',
  group: 'encoding',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'order', kind: 'text', default: '' },
  ],
  async fit(state, settings, context) {
    const given = String(settings.order)
      .split(',')
      .map((value) => value.trim())
      .filter(Boolean);
    const learned: Record<string, string[]> = {};
    for (const column of chosen(state, settings, 'text')) {
      const values = given.length > 0 ? [...new Set(given)] : await valuesOf(column, most, context);
      learned[column.name] = values.filter((value) => value !== '');
    }
    return learned;
  },
  outcome: (state, settings, learned) =>
    inPlace(
      state,
      forEach(chosen(state, settings, 'text'), (column) => {
        const values = learned[column.name];
        const list = `[${values.map(sqlText).join(', ')}]::VARCHAR[]`;
        return {
          ...from(column, 'text'),
          type: 'number',
          form: 'number',
          sql: ([cell]) =>
            `CASE WHEN ${cell} IS NOT NULL THEN coalesce(list_position(${list}, ${cell}), 0)::DOUBLE - 1 END`,
          onnx: (g, [cell]) => lookUp(g, cell, ['', ...values], [NaN, ...values.map((_, i) => i)], -1),
        };
      }),
    ),
};
