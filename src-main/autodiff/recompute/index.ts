// Memory for time: forward values that only the gradients need are thrown away and computed again, segment by segment, when
// the backward pass gets there. The same nodes run on the same values, so the result is the same (but for the last bits, where a
// runtime fuses nodes of one pass and not of the other).

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { isFloatType } from '../../onnx/tensors.ts';
import { namesOf, readsOf, subgraphsOf, withReads } from '../../onnx/subgraphs.ts';
import type { Graph, Node } from '../../onnx/types.ts';
import { chooseSegments, type Segment } from './segments.ts';

/** Values that depend on the data, not on the weights alone. */
function varyingValues(nodes: readonly Node[], data: Iterable<string>): Set<string> {
  const varying = new Set(data);
  for (const node of nodes) {
    if (!readsOf(node).some((value) => varying.has(value))) continue;
    for (const output of node.outputs) if (output) varying.add(output);
  }
  return varying;
}

/**
 * `graph`: forward and backward; its first `forwardCount` nodes are the forward pass. `data`: the inputs that are new in every
 * step. Where nothing can be gained the graph comes back as it is.
 */
export function recompute(graph: Graph, forwardCount: number, data: readonly string[]): Graph {
  const forward = graph.nodes.slice(0, forwardCount);
  const backward = graph.nodes.slice(forwardCount);
  const varying = varyingValues(forward, data);
  const needed = new Set(backward.flatMap(readsOf));
  const segments = chooseSegments(graph, forward, varying, needed);
  if (segments.length === 1) return graph;

  const plan = segments.slice(0, -1).map((segment) => planOf(segment, forward, varying, needed, graph));
  const g = GraphBuilder.interfaceOf(graph);
  const copy = (node: Node) =>
    g.copy(
      node,
      node.outputs.map((output) => graph.values.get(output)),
    );
  forward.forEach(copy);
  const again = new Map<Value, Value>();
  let latest: Value | undefined;
  for (const node of backward) {
    for (const part of plan) {
      if (part.done || !readsOf(node).some((value) => part.dropped.has(value))) continue;
      part.done = true;
      // The last segments come first, when some gradient is there to wait for.
      if (latest !== undefined) repeat(g, graph, part, latest, again);
    }
    copy(withReads(node, (value) => again.get(value) ?? value));
    const made = node.outputs.find((output) => output && isFloatType(graph.values.get(output)!.type));
    if (made !== undefined) latest = made;
  }
  for (const { name } of graph.outputs) g.output(name);
  return g.finish();
}

interface Part {
  /** In the order to run them again. */
  readonly nodes: readonly Node[];
  /** Values to be made again instead of kept. */
  readonly dropped: ReadonlySet<Value>;
  /** What comes from before the segment. */
  readonly starts: readonly Value[];
  done: boolean;
}

function planOf(
  { from, to }: Segment,
  forward: readonly Node[],
  varying: ReadonlySet<string>,
  needed: ReadonlySet<string>,
  graph: Graph,
): Part {
  const inside = forward.slice(from, to);
  const laterUses = new Set(forward.slice(to).flatMap(readsOf));
  const results = new Set(graph.outputs.map(({ name }) => name));
  // What crosses the cut, or leaves the graph, is kept anyway.
  const keeps = (value: Value) => !varying.has(value) || laterUses.has(value) || results.has(value);
  const wanted = new Set(
    inside.flatMap(({ outputs }) => outputs.filter((output) => needed.has(output) && !keeps(output))),
  );
  const nodes: Node[] = [];
  for (const node of [...inside].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    nodes.push(node);
    for (const input of readsOf(node)) {
      const here = inside.some(({ outputs }) => outputs.includes(input));
      if (here && !keeps(input)) wanted.add(input);
    }
  }
  nodes.reverse();
  const made = new Set(nodes.flatMap(({ outputs }) => outputs.filter((output) => wanted.has(output))));
  const starts = new Set(
    nodes.flatMap((node) => readsOf(node).filter((value) => varying.has(value) && !made.has(value))),
  );
  return { nodes, dropped: made, starts: [...starts], done: false };
}

/**
 * The segment's nodes once more. A runtime would see that they repeat others and merge them, or run them at once: so they work
 * on values that look new and wait for the gradient `latest`.
 */
function repeat(g: GraphBuilder, graph: Graph, part: Part, latest: Value, again: Map<Value, Value>): void {
  g.scope = 'again';
  const element = g.op('Slice', [g.reshape(latest, [-1]), g.int64s([0]), g.int64s([1]), g.int64s([0])]);
  // Where a Slice of everything begins: at 0, as only the run can tell. A Reshape to such a shape would be fused away.
  const zero = g.mul(g.cast(element, 'int64'), g.int64s([0]));
  const [end, axis] = [g.int64s([2 ** 31 - 1]), g.int64s([0])];
  const local = new Map<Value, Value>();
  for (const start of part.starts) {
    const { type, shape } = graph.values.get(start) ?? g.type(start);
    if (shape.length === 0) continue;
    const types = [{ type, shape }];
    local.set(start, g.node('Slice', [start, zero, end, axis], {}, { outputs: [start], types })[0]);
  }
  const now = (value: Value) => local.get(value) ?? again.get(value) ?? value;
  for (const node of part.nodes) {
    const outputs = node.outputs.map((output) => (output ? g.unique(output) : ''));
    for (const [, inner] of subgraphsOf(node)) for (const name of namesOf(inner)) local.set(name, g.unique(name));
    g.copy(
      { ...withReads(node, now), name: outputs.find(Boolean)!, outputs },
      node.outputs.map((output) => graph.values.get(output)),
    );
    node.outputs.forEach((output, index) => output && local.set(output, outputs[index]));
  }
  for (const value of part.dropped) again.set(value, local.get(value)!);
  g.scope = '';
}
