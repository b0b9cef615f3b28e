import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { scalar } from '../../onnx/tensors.ts';
import { missingFrom, otherValue } from './decode.ts';
import { categoryWidth, type CategoryEncoder, type TableEncoder } from './encoder.ts';
import { float64s, strings } from './onnx-constants.ts';
import { layoutOf } from './row.ts';

/** The name of the output that holds a column again. */
export const decodedName = (column: string): string => `reconstruction/${column}`;

/**
 * Adds what `decodeTable` does: float [batch, features] in, one output for each feature column, in the encoder's order: float [batch] with NaN
 * for missing, or string [batch].
 */
export function addDecode(g: GraphBuilder, encoder: TableEncoder, encoded: Value): void {
  const layout = layoutOf(encoder);
  const column = (at: number): Value => g.op('Gather', [encoded, g.constant(scalar('int64', at))], { axis: 1 });
  encoder.numbers.forEach(({ column: name, mean, std }, i) => {
    const { at, indicator } = layout.numbers[i];
    // In doubles, as they were standardised.
    const scaled = g.mul(g.cast(column(at), 'double'), g.constant(float64s([], [std])));
    const value = g.cast(g.add(scaled, g.constant(float64s([], [mean]))), 'float');
    if (indicator < 0) return addOutput(g, name, value);
    const missing = g.op('GreaterOrEqual', [column(indicator), g.constant(scalar('float', missingFrom))]);
    addOutput(g, name, g.where(missing, g.constant(scalar('float', NaN)), value));
  });
  encoder.categories.forEach((category, i) => addCategory(g, category, encoded, layout.categories[i]));
}

function addCategory(g: GraphBuilder, category: CategoryEncoder, encoded: Value, start: number): void {
  const block = g.slice(encoded, [start], [start + categoryWidth(category)], [1]);
  const best = g.op('ArgMax', [block], { axis: 1, keepdims: 0 });
  const names = g.constant(strings([...category.values, ...(category.other ? [otherValue] : [])]));
  addOutput(g, category.column, g.op('Gather', [names, best], { axis: 0 }));
}

function addOutput(g: GraphBuilder, column: string, value: Value): void {
  g.output(g.node('Identity', [value], {}, { outputs: [decodedName(column)] })[0]);
}
