import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { StepSettings } from '../../shared/recipe.ts';
import type { Outcome, State, StateColumn } from './step.ts';
import { presentSql } from '../cells.ts';
import { cell } from './onnx/strings.ts';
import { ends, type Pass } from './spans/passes.ts';
import { chosen, forEach, from, inPlace } from './values.ts';

/**
 * Every chosen column of text through changes one after another, under its own name. What comes out is a cell like any other: without spaces at
 * its ends, and missing where it is empty or a word for that. A column of numbers becomes one of categories.
 */
export function changedTexts(
  state: State,
  settings: StepSettings,
  changes: readonly Pass[],
  onnx: ((g: GraphBuilder, text: Value) => Value) | null,
  columns: readonly StateColumn[] = chosen(state, settings, 'text', true),
): Outcome {
  const passes = [...changes, ends];
  return inPlace(
    state,
    forEach(columns, (column) => ({
      ...from(column, 'text'),
      type: column.type === 'number' ? 'category' : column.type,
      form: 'text',
      sql: ([text]) => presentSql(passes.reduce((before, pass) => pass.sql(before), text)),
      onnx: onnx && ((g, [text]) => cell(g, onnx(g, text))),
      passes,
    })),
  );
}
