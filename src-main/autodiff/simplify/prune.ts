// Dead code: nodes, constants, and values carried around loops, that no output needs. What graphs inside nodes read counts as
// needed, and they are pruned themselves.

import { ifOf, loopOf, type LoopStack, type LoopState, scanOf } from '../../onnx/control-flow.ts';
import { intsOf } from '../../onnx/node.ts';
import { signatureOf } from '../../onnx/operators.ts';
import { readFor, readsOf, withSubgraphs } from '../../onnx/subgraphs.ts';
import type { Attributes, Graph, Node } from '../../onnx/types.ts';

type Needed = (name: string) => boolean;

/** An optional output that nobody reads need not be computed. Others keep their places: Split must have all its parts. */
function withoutUnread(node: Node, needed: Needed): string[] {
  const parameters = node.domain === '' ? signatureOf(node.op)?.outputs : undefined;
  const outputs = node.outputs.map((output, index) =>
    parameters?.[index]?.optional && index > 0 && !needed(output) ? '' : output,
  );
  while (outputs.at(-1) === '') outputs.pop();
  return outputs;
}

const named = (list: Graph['inputs'], keep: ReadonlySet<string>) => list.filter(({ name }) => keep.has(name));

interface LivingLoop {
  readonly states: readonly LoopState[];
  readonly results: readonly LoopStack[];
  /** What the body reads for them. */
  readonly read: ReadonlySet<string>;
}

/** A carried value lives when it is needed afterwards, or something that lives reads it on the way. */
function living(
  body: Graph,
  { states, results }: Pick<LivingLoop, 'states' | 'results'>,
  always: readonly string[],
  needed: Needed,
): LivingLoop {
  const kept = results.filter(({ stack }) => needed(stack));
  const roots = new Set([...always, ...kept.map(({ slice }) => slice)]);
  let alive = states.filter(({ final }) => needed(final));
  for (;;) {
    const read = readFor(body.nodes, [...roots, ...alive.map(({ output }) => output)]);
    const more = states.filter((state) => alive.includes(state) || read.has(state.input));
    if (more.length === alive.length) return { states: alive, results: kept, read };
    alive = more;
  }
}

/** The given attributes with only the entries for `kept` of `all`. */
const filtered = <T>(node: Node, name: string, all: readonly T[], kept: readonly T[]): Attributes => {
  const values = intsOf(node, name);
  if (!values) return {};
  return { [name]: { kind: 'ints', value: values.filter((_, i) => kept.includes(all[i])) } };
};

function prunedScan(node: Node, needed: Needed): Node {
  const scan = scanOf(node);
  const { states, results, read } = living(scan.body, scan, [], needed);
  const used = scan.scanned.filter(({ slice }) => read.has(slice));
  // One is left to say how long the Scan goes on.
  const scanned = used.length > 0 ? used : scan.scanned.slice(0, 1);
  const inputs = new Set([...states.map(({ input }) => input), ...scanned.map(({ slice }) => slice)]);
  const outputs = new Set([...states.map(({ output }) => output), ...results.map(({ slice }) => slice)]);
  const attributes: Attributes = {
    ...node.attributes,
    num_scan_inputs: { kind: 'int', value: scanned.length },
    ...filtered(node, 'scan_input_axes', scan.scanned, scanned),
    ...filtered(node, 'scan_input_directions', scan.scanned, scanned),
    ...filtered(node, 'scan_output_axes', scan.results, results),
    ...filtered(node, 'scan_output_directions', scan.results, results),
  };
  const smaller = (body: Graph): Graph => ({
    ...body,
    inputs: named(body.inputs, inputs),
    outputs: named(body.outputs, outputs),
  });
  return withSubgraphs(
    {
      ...node,
      inputs: [...states.map(({ initial }) => initial), ...scanned.map(({ stack }) => stack)],
      outputs: [...states.map(({ final }) => final), ...results.map(({ stack }) => stack)],
      attributes,
    },
    (body) => prune(smaller(body)),
  );
}

function prunedLoop(node: Node, needed: Needed): Node {
  const loop = loopOf(node);
  const { states, results } = living(loop.body, loop, [loop.after], needed);
  const inputs = new Set([loop.iteration, loop.before, ...states.map(({ input }) => input)]);
  const outputs = new Set([loop.after, ...states.map(({ output }) => output), ...results.map(({ slice }) => slice)]);
  const smaller = (body: Graph): Graph => ({
    ...body,
    inputs: named(body.inputs, inputs),
    outputs: named(body.outputs, outputs),
  });
  return withSubgraphs(
    {
      ...node,
      inputs: [...node.inputs.slice(0, 2), ...states.map(({ initial }) => initial)],
      outputs: [...states.map(({ final }) => final), ...results.map(({ stack }) => stack)],
    },
    (body) => prune(smaller(body)),
  );
}

function prunedIf(node: Node, needed: Needed): Node {
  ifOf(node);
  const kept = node.outputs.flatMap((output, index) => (needed(output) ? [index] : []));
  return withSubgraphs({ ...node, outputs: kept.map((index) => node.outputs[index]) }, (branch) =>
    prune({ ...branch, outputs: kept.map((index) => branch.outputs[index]) }),
  );
}

/** The node without the outputs that nobody needs. */
function pruned(node: Node, needed: Needed): Node {
  if (node.domain === '' && node.op === 'Scan') return prunedScan(node, needed);
  if (node.domain === '' && node.op === 'Loop') return prunedLoop(node, needed);
  if (node.domain === '' && node.op === 'If') return prunedIf(node, needed);
  return { ...node, outputs: withoutUnread(node, needed) };
}

export function prune(graph: Graph): Graph {
  const names = new Set(graph.outputs.map(({ name }) => name));
  const needed: Needed = (name) => name !== '' && names.has(name);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some(needed)) continue;
    const smaller = pruned(node, needed);
    nodes.push(smaller);
    for (const name of readsOf(smaller)) names.add(name);
  }
  nodes.reverse();
  const live = new Set(nodes.flatMap(({ outputs }) => outputs));
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => names.has(name))),
    values: new Map([...graph.values].filter(([name]) => live.has(name))),
  };
}
