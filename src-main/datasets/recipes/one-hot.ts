import { sqlText } from '../cells.ts';
import { valuesOf } from './categories.ts';
import { columnNode, indicator, text } from './onnx/values.ts';
import type { Made, StepKind } from './step.ts';
import { chosen, forEach, inPlace } from './values.ts';

/**
 * A column of 0 and 1 for each value that the training split has, in the order of their letters; a value that is new is 0 in all. Missing is
 * a value of its own where it occurs there.
 */
export const oneHot: StepKind<Record<string, string[]>> = {
  kind: 'one-hot',
  group: 'encoding',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'most', kind: 'integer', default: 64, min: 1, max: 1000 },
  ],
  async fit(state, settings, context) {
    const learned: Record<string, string[]> = {};
    for (const column of chosen(state, settings, 'text')) {
      learned[column.name] = await valuesOf(column, settings.most as number, context);
    }
    return learned;
  },
  outcome: (state, settings, learned) =>
    inPlace(
      state,
      forEach(chosen(state, settings, 'text'), (column) =>
        learned[column.name].map((value): Made => ({
          name: `${column.name}=${value}`,
          type: 'number',
          role: column.role,
          form: 'number',
          prepared: true,
          reads: [{ column, as: 'text' }],
          sql: ([cell]) => `(coalesce(${cell}, '') = ${sqlText(value)})::INTEGER::DOUBLE`,
          onnx: (g, [cell]) => indicator(g, columnNode(g, 'Equal', [cell, text(g, value)], 'bool')),
        })),
      ),
    ),
};
