import type { ColumnType } from '../../shared/dataset.ts';
import type { StepKind } from './step.ts';
import { chosen, forEach, from, inPlace } from './values.ts';

/** Reads columns as numbers (plainly written ones; everything else becomes missing), as categories or as texts. */
export const type: StepKind = {
  kind: 'type',
  group: 'columns',
  model: 'inside',
  onTarget: true,
  fields: [
    { key: 'columns', kind: 'columns', for: 'any', required: true, default: [] },
    { key: 'to', kind: 'choice', default: 'number', choices: ['number', 'category', 'text'] },
  ],
  outcome(state, settings) {
    const to = settings.to as ColumnType;
    const others = chosen(state, settings, 'any', true).filter((column) => column.type !== to);
    return inPlace(
      state,
      forEach(others, (column) => {
        if (to === 'number') {
          const made = { ...from(column, 'number'), type: to, form: 'number' as const };
          return { ...made, sql: ([value]) => value, onnx: (_, [value]) => value };
        }
        // Cells stay as they are; what has none as text gets them.
        if (column.text !== undefined) return { ...column, type: to, number: undefined };
        const made = { ...from(column, 'text'), type: to, form: 'text' as const };
        return { ...made, sql: ([value]) => value, onnx: (_, [value]) => value };
      }),
    );
  },
};
