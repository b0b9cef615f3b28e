// Nodes with graphs inside: bodies of Scan and Loop, branches of If. Such a graph sees the values around it by their names,
// so whatever renames, removes or counts values has to look into it. Within a compilation every name is made once in the
// model, subgraphs included (phases/2-infer-shapes sees to that).

import type { Attribute, Graph, Node, ValueInfo } from './types.ts';

/** The graphs inside a node, by attribute name. */
export const subgraphsOf = (node: Node): (readonly [name: string, graph: Graph])[] =>
  Object.entries(node.attributes).flatMap(([name, attribute]) =>
    attribute.kind === 'graph' ? [[name, attribute.value] as const] : [],
  );

/** The node with other graphs inside. */
export function withSubgraphs(node: Node, change: (graph: Graph, name: string) => Graph): Node {
  if (subgraphsOf(node).length === 0) return node;
  const changed = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
    name,
    attribute.kind === 'graph' ? { kind: 'graph', value: change(attribute.value, name) } : attribute,
  ]);
  return { ...node, attributes: Object.fromEntries(changed) };
}

/** Every name that the graph makes, those inside its nodes' graphs included. */
export function* namesOf(graph: Graph): Generator<string> {
  for (const { name } of graph.inputs) yield name;
  yield* graph.initializers.keys();
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output) yield output;
    for (const [, inner] of subgraphsOf(node)) yield* namesOf(inner);
  }
}

/** Values from outside that the graph reads, in the order of their first use. */
export function capturedBy(graph: Graph): string[] {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const read = [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(({ name }) => name)];
  return [...new Set(read)].filter((name) => !own.has(name));
}

/** Every value that the node needs: its inputs, and what the graphs inside it capture. */
export const readsOf = (node: Node): string[] => [
  ...node.inputs.filter(Boolean),
  ...subgraphsOf(node).flatMap(([, graph]) => capturedBy(graph)),
];

/** The node reading other values, inside of it too. */
export const withReads = (node: Node, rename: (name: string) => string): Node => ({
  ...withSubgraphs(node, (graph) => renameValues(graph, rename)),
  // '' marks an input left out.
  inputs: node.inputs.map((name) => name && rename(name)),
});

/** What the given values need of these nodes, themselves included. */
export function readFor(nodes: readonly Node[], values: Iterable<string>): Set<string> {
  const read = new Set(values);
  for (const node of [...nodes].reverse()) {
    if (node.outputs.some((output) => read.has(output))) for (const name of readsOf(node)) read.add(name);
  }
  return read;
}

/** Every value's name, inside of nodes too, through `rename` (which must keep different names different). */
export function renameValues(graph: Graph, rename: (name: string) => string, nodePrefix = ''): Graph {
  const info = (value: ValueInfo): ValueInfo => ({ ...value, name: rename(value.name) });
  // '' marks an optional input or output left out.
  const names = (list: readonly string[]) => list.map((name) => name && rename(name));
  const renamed = (node: Node): Node => ({
    ...withSubgraphs(node, (inner) => renameValues(inner, rename, nodePrefix)),
    name: node.name && nodePrefix + node.name,
    inputs: names(node.inputs),
    outputs: names(node.outputs),
  });
  return {
    name: graph.name,
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    initializers: new Map([...graph.initializers].map(([name, value]) => [rename(name), value])),
    nodes: graph.nodes.map(renamed),
    values: new Map([...graph.values].map(([name, type]) => [rename(name), type])),
  };
}

/** Names of which none was taken before: with a number where it was. */
export function freeNames(taken: Set<string> = new Set()): (name: string) => string {
  return (name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  };
}
