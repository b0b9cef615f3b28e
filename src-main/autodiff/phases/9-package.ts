// The finished graph gets its public face: inputs in order, outputs under their public names, and, for several steps a
// call, a Scan around it whose carried values are the parameters and the state.

import type { Value } from '../../onnx/builder.ts';
import { typeIn } from '../../onnx/graph.ts';
import { freeNames, namesOf, renameValues, subgraphsOf, withSubgraphs } from '../../onnx/subgraphs.ts';
import type { Graph, Model, Node, ValueInfo } from '../../onnx/types.ts';
import type { CarriedValue, StepInput, StepOutput, TrainingStep } from '../types.ts';
import { NCHWC } from '../lowering/blocked/blocks.ts';
import type { Carried } from './6-optimize.ts';

/** Output i is called `names[i]`. A value that cannot take a new name (an input, or one that is two outputs) is copied. */
export function nameOutputs(graph: Graph, names: readonly string[]): Graph {
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const taken = new Set(namesOf(graph));
  const renames = new Map<string, string>();
  const copies: { from: string; to: string }[] = [];
  graph.outputs.forEach(({ name }, index) => {
    if (made.has(name) && !renames.has(name)) renames.set(name, names[index]);
    else copies.push({ from: name, to: names[index] });
  });
  // Another value that happens to have a public name gives way.
  for (const name of names) {
    if (!taken.has(name) || renames.has(name)) continue;
    let free = `${name}_`;
    while (taken.has(free) || names.includes(free)) free += '_';
    renames.set(name, free);
  }
  const rename = (name: string) => renames.get(name) ?? name;
  const renamed = renameValues(graph, rename);
  const identities = copies.map(({ from, to }): Node => ({
    name: to,
    op: 'Identity',
    domain: '',
    inputs: [rename(from)],
    outputs: [to],
    attributes: {},
  }));
  return {
    ...renamed,
    nodes: [...renamed.nodes, ...identities],
    outputs: graph.outputs.map(({ type, shape }, index) => ({ name: names[index], type, shape })),
  };
}

/** Inputs in the order given. One that nothing needs any more is left out if it is not among them. */
export const orderInputs = (graph: Graph, names: readonly string[]): Graph => ({
  ...graph,
  inputs: names.map((name) => graph.inputs.find((input) => input.name === name)!),
});

const stacked = (value: ValueInfo, steps: number): ValueInfo => ({ ...value, shape: [steps, ...value.shape!] });

/**
 * `steps` runs of the graph in one: the first `carried` inputs and outputs go round, all others gain a leading axis.
 * Inside, names start with `step/`: a subgraph should not repeat a name from outside.
 */
function repeat(graph: Graph, carried: number, steps: number): Graph {
  const scanned = graph.inputs.slice(carried);
  const inputs = [...graph.inputs.slice(0, carried), ...scanned.map((input) => stacked(input, steps))];
  const outputs = [
    ...graph.outputs.slice(0, carried),
    ...graph.outputs.slice(carried).map((output) => stacked(output, steps)),
  ];
  const outside = new Set([...inputs, ...outputs].map(({ name }) => name));
  let prefix = 'step/';
  while ([...namesOf(graph)].some((name) => outside.has(prefix + name))) prefix = `step_${prefix}`;
  const body = { ...renameValues(graph, (name) => prefix + name, prefix), name: 'step' };
  const scan: Node = {
    name: 'steps',
    op: 'Scan',
    domain: '',
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    attributes: {
      body: { kind: 'graph', value: body },
      num_scan_inputs: { kind: 'int', value: scanned.length },
    },
  };
  return { name: graph.name, inputs, outputs, initializers: new Map(), nodes: [scan], values: new Map() };
}

/** The IR version that came with an opset (onnx/docs/Versioning.md). */
const irVersionOf = (opset: number): number => (opset > 22 ? 11 : opset > 20 ? 10 : opset > 18 ? 9 : 8);

export const asModel = (graph: Graph, opset: number): Model => ({
  irVersion: irVersionOf(opset),
  opsets: { '': opset, ...(usesDomain(graph, NCHWC) && { [NCHWC]: 1 }) },
  producer: 'atelier',
  graph: finished(graph),
  metadata: {},
});

const usesDomain = (graph: Graph, domain: string): boolean =>
  graph.nodes.some(
    (node) => node.domain === domain || subgraphsOf(node).some(([, inner]) => usesDomain(inner, domain)),
  );

/**
 * Runtimes work out the types between for themselves. They want nodes of one graph to have different names, which those of a file,
 * of a branch that took the place of its If, and of what was made since need not have.
 */
function finished(graph: Graph): Graph {
  const free = freeNames();
  const nodes = graph.nodes.map((node) => ({ ...withSubgraphs(node, finished), name: node.name && free(node.name) }));
  return { ...graph, nodes, values: new Map() };
}

/** One entry per input, in the graph's order, with what it is for. */
export const inputsOf = (graph: Graph, fed: readonly Fed[]): StepInput[] =>
  fed.map(({ name, role }) => ({ name, role, ...typeIn(graph, name) }));

/** The last outputs, one per role. */
export const outputsOf = (graph: Graph, roles: readonly StepOutput['role'][]): StepOutput[] =>
  graph.outputs
    .slice(-roles.length)
    .map(({ name, type, shape }, index) => ({ name, role: roles[index], type, shape: shape! }));

/** Results are called what they are, unless an input has that name already. */
export const resultNames = (graph: Graph, roles: readonly StepOutput['role'][]): string[] => {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  return roles.map((role) => {
    let name: string = role;
    while (inputs.has(name)) name += '_';
    return name;
  });
};

export interface Fed {
  readonly name: Value;
  readonly role: StepInput['role'];
}

export interface StepParts {
  readonly carried: readonly Carried[];
  /** Inputs that are new in every step. */
  readonly fed: readonly Fed[];
  readonly metrics: readonly StepOutput['role'][];
  readonly opset: number;
}

/** `graph`: its outputs are the carried values' next ones, then the metrics, in that order. */
export function packageStep(graph: Graph, parts: StepParts, stepsPerCall: number): Omit<TrainingStep, 'batch'> {
  const { carried, fed, metrics, opset } = parts;
  const nextOf = ({ input }: Carried) => `${input}/next`;
  const named = nameOutputs(graph, [...carried.map(nextOf), ...resultNames(graph, metrics)]);
  const step = orderInputs(
    named,
    [...carried, ...fed].map((each) => ('input' in each ? each.input : each.name)),
  );
  const whole = stepsPerCall === 1 ? step : repeat(step, carried.length, stepsPerCall);
  const valueOf = (value: Carried): CarriedValue => {
    const { name, input, initial } = value;
    return { name, input, output: nextOf(value), type: initial.type, shape: initial.shape, initial };
  };
  return {
    model: asModel(whole, opset),
    stepsPerCall,
    inputs: inputsOf(whole, fed),
    parameters: carried.filter(({ kind }) => kind === 'parameter').map(valueOf),
    state: carried.flatMap((value) => {
      const { kind, parameter } = value;
      return kind === 'parameter' ? [] : [{ ...valueOf(value), kind, ...(parameter !== undefined && { parameter }) }];
    }),
    outputs: outputsOf(whole, metrics),
  };
}
