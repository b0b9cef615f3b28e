import type { GraphBuilder, Value } from '../../../onnx/builder.ts';

/** x with `more` zeros after each of the equal groups that an axis of known size consists of. */
export function grown(g: GraphBuilder, x: Value, axis: number, groups: number, more: number): Value {
  const shape = g.shape(x);
  const [front, size, rest] = [shape.slice(0, axis), Number(shape[axis]), shape.slice(axis + 1)];
  const parts = groups === 1 ? x : g.reshape(x, [...front, groups, size / groups, ...rest]);
  const place = groups === 1 ? axis : axis + 1;
  const after = g.shape(parts).map((_, each) => (each === place ? more : 0));
  const padded = g.op('Pad', [parts, g.int64s([...after.map(() => 0), ...after])]);
  return groups === 1 ? padded : g.reshape(padded, [...front, size + groups * more, ...rest]);
}
