import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { isStatic, product, sameShape } from '../../../onnx/dims.ts';
import { axisOf, intOf } from '../../../onnx/node.ts';
import type { Shape } from '../../../onnx/types.ts';
import type { Lowering } from '../lowering.ts';

/** Without the axes of size 1 in front. */
const trimmed = (shape: Shape): Shape => (shape[0] === 1 ? trimmed(shape.slice(1)) : shape);

// Scale and bias with a number for every element of a row: WebGPU wants them so, where ONNX lets them broadcast. Where they
// differ from row to row, they come after the operator.
const rowScales: Lowering = ({ g, node, shape }) => {
  const [X, ...weights] = node.inputs;
  const row = shape.slice(axisOf(node, intOf(node, 'axis', -1), shape.length));
  const given = weights.filter(Boolean);
  const fits = (x: Value) =>
    isStatic(g.shape(x)) && isStatic(row) ? product(g.shape(x)) === product(row) : sameShape(g.shape(x), row);
  if (given.every(fits)) return undefined;

  const spread = (x: Value) => g.op('Expand', [x, g.shapeVector(row)]);
  const outputs = node.outputs.map((output) => output && node.op);
  const inRow = (x: Value) => trimmed(g.shape(x)).length <= row.length;
  if (given.every(inRow))
    return g.node(node.op, [X, ...given.map((x) => spread(flat(g, x, row)))], node.attributes, { outputs });
  const [normal, ...others] = g.node(node.op, [X, spread(g.scalar(1, X))], node.attributes, { outputs });
  const [scale, bias] = given;
  const scaled = g.mul(normal, scale);
  return [bias ? g.add(scaled, bias) : scaled, ...others];
};

/** With no more axes than the row. */
const flat = (g: GraphBuilder, x: Value, row: Shape): Value =>
  g.rank(x) <= row.length ? x : g.reshape(x, trimmed(g.shape(x)));

export const LayerNormalization = rowScales;
export const RMSNormalization = rowScales;
