import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { StepSettings } from '../../shared/recipe.ts';
import type { Outcome, State, StateColumn } from './step.ts';
import { presentSql, trimSql } from '../cells.ts';
import { cell } from './onnx/strings.ts';
import { chosen, forEach, from, inPlace } from './values.ts';

/**
 * Every chosen column of text through one change, under its own name. What comes out is a cell like any other: without spaces at its ends, and
 * missing where it is empty or a word for that. A column of numbers becomes one of categories.
 */
export function changedTexts(
  state: State,
  settings: StepSettings,
  sql: (text: string) => string,
  onnx: ((g: GraphBuilder, text: Value) => Value) | null,
  columns: readonly StateColumn[] = chosen(state, settings, 'text', true),
): Outcome {
  return inPlace(
    state,
    forEach(columns, (column) => ({
      ...from(column, 'text'),
      type: column.type === 'number' ? 'category' : column.type,
      form: 'text',
      sql: ([text]) => presentSql(trimSql(sql(text))),
      onnx: onnx && ((g, [text]) => cell(g, onnx(g, text))),
    })),
  );
}
