import { renameValues } from '../onnx/subgraphs.ts';
import type { Graph, Model, ValueInfo } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';

/**
 * Sets one model after another: outputs of `first` named in `links` become inputs of `second` (keys are second's inputs, values first's outputs).
 * What is not linked stays an input or output of the whole, under its own name; everything else inside `second` gets `prefix`.
 */
export function joinModels(
  first: Model,
  second: Model,
  links: Readonly<Record<string, string>>,
  prefix: string,
): Model {
  const free = second.graph.inputs.filter((input) => !(input.name in links));
  const kept = new Set([...free, ...second.graph.outputs].map((value) => value.name));
  const graph = renameValues(second.graph, (name) => links[name] ?? (kept.has(name) ? name : prefix + name), prefix);

  for (const [to, from] of Object.entries(links)) {
    const output = first.graph.outputs.find((value) => value.name === from);
    const input = second.graph.inputs.find((value) => value.name === to);
    if (!output || !input || output.type !== input.type) {
      throw new AtelierError('internal', `Models do not join: ${describe(from, output)} → ${describe(to, input)}`);
    }
  }
  checkDistinct(first.graph, graph, new Set(Object.values(links)));

  const linked = new Set(Object.values(links));
  return {
    irVersion: Math.max(first.irVersion, second.irVersion),
    opsets: mergeOpsets(first.opsets, second.opsets),
    producer: first.producer,
    metadata: { ...second.metadata, ...first.metadata },
    graph: {
      name: first.graph.name,
      inputs: [...first.graph.inputs, ...graph.inputs.filter((input) => !linked.has(input.name))],
      outputs: [...first.graph.outputs.filter((output) => !linked.has(output.name)), ...graph.outputs],
      initializers: new Map([...first.graph.initializers, ...graph.initializers]),
      nodes: [...first.graph.nodes, ...graph.nodes],
      values: new Map([...first.graph.values, ...graph.values]),
    },
  };
}

function mergeOpsets(first: Model['opsets'], second: Model['opsets']): Record<string, number> {
  for (const [domain, version] of Object.entries(second)) {
    if ((first[domain] ?? version) === version) continue;
    throw new AtelierError('internal', `Models of different opsets do not join: ${first[domain]} and ${version}.`);
  }
  return { ...first, ...second };
}

function checkDistinct(first: Graph, second: Graph, linked: ReadonlySet<string>): void {
  const defined = (graph: Graph): string[] => [
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ];
  const taken = new Set(defined(first));
  const twice = defined(second).find((name) => name !== '' && taken.has(name) && !linked.has(name));
  if (twice !== undefined) throw new AtelierError('internal', `Models do not join: both have a value "${twice}".`);
}

const describe = (name: string, value: ValueInfo | undefined): string => `${name}: ${value?.type ?? 'missing'}`;
