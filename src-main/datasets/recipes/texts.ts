import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { StepSettings } from '../../shared/recipe.ts';
import type { Outcome, State } from './step.ts';
import { presentSql, trimSql } from '../cells.ts';
import { cell } from './onnx/strings.ts';
import { chosen, forEach, from, inPlace } from './values.ts';

/**
 * Every chosen column of text through one change, under its own name. What comes out is a cell like any other: without spaces at its ends, and
 * missing where it is empty or a word for that.
 */
export function changedTexts(
  state: State,
  settings: StepSettings,
  sql: (text: string) => string,
  onnx: ((g: GraphBuilder, text: Value) => Value) | null,
): Outcome {
  return inPlace(
    state,
    forEach(chosen(state, settings, 'text', true), (column) => ({
      ...from(column, 'text'),
      form: 'text',
      sql: ([text]) => presentSql(trimSql(sql(text))),
      onnx: onnx && ((g, [text]) => cell(g, onnx(g, text))),
    })),
  );
}
