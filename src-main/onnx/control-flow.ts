// Scan, Loop and If taken apart: which value outside belongs to which value of the graph inside.

import { axisOf, graphOf, intOf, intsOf, nodeError } from './node.ts';
import type { Graph, Node } from './types.ts';

/** A value that goes from one run of the body to the next. */
export interface LoopState {
  readonly initial: string;
  /** Names inside the body. */
  readonly input: string;
  readonly output: string;
  /** '' where nobody asked for it. */
  readonly final: string;
}

/** A value that is cut into one slice a run, or stacked of them. */
export interface LoopStack {
  /** The name outside; '' where nobody asked for it. */
  readonly stack: string;
  /** The name of one slice, inside the body. */
  readonly slice: string;
  /** The stack's axis that counts the runs; from the end where it is negative. */
  readonly axis: number;
  readonly backward: boolean;
}

export interface ScanParts {
  readonly body: Graph;
  readonly states: readonly LoopState[];
  readonly scanned: readonly LoopStack[];
  readonly results: readonly LoopStack[];
}

export interface LoopParts {
  readonly body: Graph;
  /** How often at most; undefined: as long as the condition holds. */
  readonly trips?: string;
  /** Whether to begin at all; undefined: yes. */
  readonly condition?: string;
  /** Names inside the body: the number of the run, the condition at its start and at its end. */
  readonly iteration: string;
  readonly before: string;
  readonly after: string;
  readonly states: readonly LoopState[];
  readonly results: readonly LoopStack[];
}

function subgraph(node: Node, name: string): Graph {
  const graph = graphOf(node, name);
  if (!graph) throw nodeError('invalid_model', node, `lacks ${name}`);
  return graph;
}

const states = (initial: readonly string[], inputs: readonly string[], outputs: readonly string[], node: Node) =>
  initial.map((value, i): LoopState => ({
    initial: value,
    input: inputs[i],
    output: outputs[i],
    final: node.outputs[i] ?? '',
  }));

const namesIn = (list: Graph['inputs']): string[] => list.map(({ name }) => name);

export function scanOf(node: Node): ScanParts {
  const body = subgraph(node, 'body');
  const [inputs, outputs] = [namesIn(body.inputs), namesIn(body.outputs)];
  const scans = intOf(node, 'num_scan_inputs', 0);
  const count = node.inputs.length - scans;
  if (scans < 1 || count < 0 || inputs.length !== node.inputs.length || outputs.length < count) {
    const sides = `${inputs.length} inputs and ${outputs.length} outputs in its body`;
    throw nodeError('invalid_model', node, `num_scan_inputs=${scans} of ${node.inputs.length}, with ${sides}`);
  }
  const stacks = (side: 'input' | 'output', outside: readonly string[], slices: readonly string[]) => {
    const axes = intsOf(node, `scan_${side}_axes`);
    const directions = intsOf(node, `scan_${side}_directions`);
    return slices.map((slice, i): LoopStack => ({
      stack: outside[i] ?? '',
      slice,
      axis: axes?.[i] ?? 0,
      backward: directions?.[i] === 1,
    }));
  };
  return {
    body,
    states: states(node.inputs.slice(0, count), inputs, outputs, node),
    scanned: stacks('input', node.inputs.slice(count), inputs.slice(count)),
    results: stacks('output', node.outputs.slice(count), outputs.slice(count)),
  };
}

export function loopOf(node: Node): LoopParts {
  const body = subgraph(node, 'body');
  const [inputs, outputs] = [namesIn(body.inputs), namesIn(body.outputs)];
  const [trips, condition, ...initial] = node.inputs;
  if (inputs.length !== initial.length + 2 || outputs.length < initial.length + 1) {
    const sides = `${inputs.length} inputs and ${outputs.length} outputs`;
    throw nodeError('invalid_model', node, `${initial.length} carried values, but its body has ${sides}`);
  }
  const [iteration, before, ...carried] = inputs;
  const [after, ...next] = outputs;
  return {
    body,
    trips: trips || undefined,
    condition: condition || undefined,
    iteration,
    before,
    after,
    states: states(initial, carried, next, node),
    results: next.slice(initial.length).map((slice, i): LoopStack => ({
      stack: node.outputs[initial.length + i] ?? '',
      slice,
      axis: 0,
      backward: false,
    })),
  };
}

export interface IfParts {
  readonly then: Graph;
  readonly otherwise: Graph;
}

export function ifOf(node: Node): IfParts {
  const parts = { then: subgraph(node, 'then_branch'), otherwise: subgraph(node, 'else_branch') };
  if (parts.then.outputs.length !== parts.otherwise.outputs.length || parts.then.outputs.length < node.outputs.length) {
    const counts = `${parts.then.outputs.length} and ${parts.otherwise.outputs.length}`;
    throw nodeError('invalid_model', node, `its branches have ${counts} outputs`);
  }
  return parts;
}

/** The axis of a stack, counted from the front; `rank` is the stack's. */
export const stackAxis = (node: Node, { axis }: LoopStack, rank: number): number => axisOf(node, axis, rank);
