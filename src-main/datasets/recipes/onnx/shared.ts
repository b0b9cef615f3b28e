import type { GraphBuilder, Value } from '../../../onnx/builder.ts';

/** What several columns are made from, once in each graph. */
export function onceInGraph(make: (g: GraphBuilder, inputs: readonly Value[]) => Value): typeof make {
  const made = new WeakMap<GraphBuilder, { inputs: string; value: Value }[]>();
  return (g, inputs) => {
    const known = made.get(g) ?? [];
    made.set(g, known);
    const key = inputs.map(String).join('\n');
    const found = known.find((each) => each.inputs === key);
    if (found) return found.value;
    const value = make(g, inputs);
    known.push({ inputs: key, value });
    return value;
  };
}
