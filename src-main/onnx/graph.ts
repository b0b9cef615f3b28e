// Small questions about finished graphs.

import { AtelierError } from '../shared/errors.ts';
import type { Graph, ValueType } from './types.ts';

/** Type and shape of any value of a graph whose shapes were inferred. */
export function typeIn(graph: Graph, name: string): ValueType {
  const made = graph.values.get(name) ?? graph.initializers.get(name);
  if (made) return { type: made.type, shape: made.shape };
  const input = graph.inputs.find((each) => each.name === name);
  if (!input?.shape) throw new AtelierError('invalid_model', `the type of "${name}" is not known`);
  return { type: input.type, shape: input.shape };
}

/** The same graph with other outputs. */
export const withOutputs = (graph: Graph, names: readonly string[]): Graph => ({
  ...graph,
  outputs: names.map((name) => {
    const { type, shape } = typeIn(graph, name);
    return { name, type, shape };
  }),
});
