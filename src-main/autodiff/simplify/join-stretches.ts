// A value taken apart by several Slices or Gathers, as queries, keys and values are, has as gradient the sum of their
// gradients, each padded to the whole. Where the stretches fill the whole and do not overlap,
//   Pad(a) + Pad(b) + Pad(c)  =  Concat(a, b, c)
// which writes every element once instead of five times.

import { sum } from '../../onnx/dims.ts';
import { typeIn } from '../../onnx/graph.ts';
import { axesOf } from '../../onnx/node.ts';
import { numbersOf } from '../../onnx/tensors.ts';
import { readsOf } from '../../onnx/subgraphs.ts';
import type { Dim, Graph, Node } from '../../onnx/types.ts';

interface Stretch {
  readonly value: string;
  readonly axis: number;
  /** Its shape without that axis. */
  readonly across: string;
  readonly start: Dim;
  readonly end: Dim;
  readonly last: boolean;
}

export function joinStretches(graph: Graph): Graph {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const uses = new Map<string, number>();
  const count = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of graph.nodes) readsOf(node).forEach(count);
  for (const { name } of graph.outputs) count(name);
  const onlyHere = (name: string, op: string): Node | undefined => {
    const node = producers.get(name);
    return node?.op === op && node.domain === '' && uses.get(name) === 1 ? node : undefined;
  };
  const terms = (node: Node): string[] =>
    node.inputs.flatMap((input) => {
      const inner = onlyHere(input, 'Add');
      return inner ? terms(inner) : [input];
    });
  const joined = (node: Node): Node => {
    if (node.op !== 'Add' || node.domain !== '') return node;
    const stretches = terms(node).map((term) => stretchOf(graph, onlyHere(term, 'Pad')));
    const ordered = stretches.every((stretch) => stretch !== undefined) ? inOrder(stretches) : undefined;
    if (!ordered) return node;
    const inputs = ordered.map(({ value }) => value);
    return { ...node, op: 'Concat', inputs, attributes: { axis: { kind: 'int', value: ordered[0].axis } } };
  };
  return { ...graph, nodes: graph.nodes.map(joined) };
}

/** What a Pad puts where, if it pads one axis with zeros. */
function stretchOf(graph: Graph, pad: Node | undefined): Stretch | undefined {
  if (!pad) return undefined;
  const [value, pads, constant, axes] = pad.inputs;
  const mode = pad.attributes.mode;
  if (constant || (mode?.kind === 'string' && mode.value !== 'constant')) return undefined;
  const { shape } = typeIn(graph, value);
  const known = graph.initializers.get(pads);
  const amounts = known ? numbersOf(known) : graph.values.get(pads)?.elements;
  const listed = axes ? graph.initializers.get(axes) : undefined;
  if (!amounts || (axes && !listed)) return undefined;
  const on = listed ? axesOf(pad, numbersOf(listed), shape.length) : shape.map((_, axis) => axis);
  const [before, after] = [amounts.slice(0, on.length), amounts.slice(on.length)];
  const padded = on.flatMap((axis, i) => (before[i] === 0 && after[i] === 0 ? [] : [{ axis, i }]));
  if (padded.length !== 1) return undefined;
  const [{ axis, i }] = padded;
  const across = shape.filter((_, each) => each !== axis).join();
  return { value, axis, across, start: before[i], end: sum([before[i], shape[axis]]), last: after[i] === 0 };
}

/** The stretches from the first to the last, each starting where the one before it ends; undefined where they do not. */
function inOrder(stretches: readonly Stretch[]): Stretch[] | undefined {
  const ordered: Stretch[] = [];
  let end: Dim = 0;
  while (ordered.length < stretches.length) {
    const [{ axis, across }] = stretches;
    const next = stretches.filter((each) => each.start === end && each.axis === axis && each.across === across);
    if (next.length !== 1) return undefined;
    ordered.push(next[0]);
    end = next[0].end;
  }
  return ordered.at(-1)!.last ? ordered : undefined;
}
