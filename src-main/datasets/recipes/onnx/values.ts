import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import type { DataType, Dim, ValueType } from '../../../onnx/types.ts';
import { float64s } from '../../encode/onnx-constants.ts';

/** Columns of a recipe inside a graph: string or double, [batch, 1]. */

export const batch: Dim = 'batch';
export const ml = 'ai.onnx.ml';
export const microsoft = 'com.microsoft';
/** StringConcat and RegexFullMatch came with it. */
export const recipeOpset = 20;
/** Doubles that no 32-bit float holds, from here on: they count as missing, as `finiteSql` has it. */
export const beyondFloat = 3.4028235677973366e38;

export const recipeOpsets = { [ml]: 3, [microsoft]: 1 } as const;

const column = (type: DataType): ValueType => ({ type, shape: [batch, 1] });

/** A node whose one output is a column. */
export function columnNode(
  g: GraphBuilder,
  op: string,
  inputs: readonly Value[],
  type: DataType,
  attributes: Parameters<GraphBuilder['node']>[2] = {},
  domain?: string,
): Value {
  return g.node(op, inputs, attributes, { domain, types: [column(type)] })[0];
}

export const double = (g: GraphBuilder, value: number): Value => g.constant(float64s([], [value]));
export const text = (g: GraphBuilder, value: string): Value =>
  g.constant({ type: 'string', shape: [1, 1], data: [value] });

export const isMissing = (g: GraphBuilder, value: Value): Value =>
  g.type(value).type === 'string'
    ? columnNode(g, 'Equal', [value, text(g, '')], 'bool')
    : columnNode(g, 'IsNaN', [value], 'bool');

export const where = (g: GraphBuilder, condition: Value, then: Value, otherwise: Value): Value =>
  columnNode(g, 'Where', [condition, then, otherwise], g.type(then).type);

/** 1 where it holds, 0 elsewhere. */
export const indicator = (g: GraphBuilder, condition: Value): Value =>
  columnNode(g, 'Cast', [condition], 'double', { to: 11 });

/** Each string's number by a table; `otherwise` for all others. Whole numbers up to 2⁵³ and what 32-bit floats hold are exact. */
export function lookUp(
  g: GraphBuilder,
  value: Value,
  keys: readonly string[],
  values: readonly number[],
  otherwise: number,
): Value {
  // LabelEncoder knows 32-bit floats and whole numbers: the place in the table, and from there the doubles.
  const place = columnNode(
    g,
    'LabelEncoder',
    [value],
    'int64',
    {
      keys_strings: { kind: 'strings', value: keys },
      values_int64s: { kind: 'ints', value: keys.map((_, i) => i) },
      default_int64: keys.length,
    },
    ml,
  );
  const table = g.constant(float64s([keys.length + 1], [...values, otherwise]));
  return columnNode(g, 'Gather', [table, place], 'double', { axis: 0 });
}

/** A cell's number where it is written as one (`pattern`, see `plainNumber`), else NaN. */
export function parsed(g: GraphBuilder, value: Value, pattern: string): Value {
  const plain = columnNode(g, 'RegexFullMatch', [value], 'bool', { pattern });
  const number = columnNode(g, 'Cast', [where(g, plain, value, text(g, 'nan'))], 'double', { to: 11 });
  // As in SQL: what no 32-bit float holds is missing.
  const large = columnNode(g, 'Less', [columnNode(g, 'Abs', [number], 'double'), double(g, beyondFloat)], 'bool');
  return where(g, large, number, double(g, NaN));
}
