import { GraphBuilder, type Inside, type Value } from '../../onnx/builder.ts';
import { type LoopStack, type LoopState, scanOf, type ScanParts } from '../../onnx/control-flow.ts';
import { intsOf } from '../../onnx/node.ts';
import { scanLength } from '../../onnx/shapes/control-flow.ts';
import { capturedBy, readFor, withReads } from '../../onnx/subgraphs.ts';
import type { Attribute, Graph, Node, Shape, ValueType } from '../../onnx/types.ts';
import { type Later, sumOverSteps } from '../control-flow/sum-over-steps.ts';
import type { GradientRule, RuleContext } from './rule.ts';
import { zeros } from './zeros.ts';

// sₜ₊₁, yₜ = body(sₜ, xₜ; w) for t = 0 … T−1, w being values from around the Scan. The body's gradient runs from the last
// step to the first:
//   dsₜ, dxₜ, dwₜ = backward(dsₜ₊₁, dyₜ; what the body computed in step t);   dw = Σₜ dwₜ
//
// What the backward pass needs of step t the forward Scan puts out, in stacks: the tape. The sums are taken outside where that
// is one operation (sum-over-steps.ts): the weights' gradients of an LSTM become one Gemm over all steps.
export const Scan: GradientRule<'Scan'> = (context) => {
  const { g, node, dOutputs, wanted, differentiation } = context;
  const scan = scanOf(node);
  const { body, states, scanned } = scan;
  const inside: Inside = { outer: g, repeated: true };
  const b = GraphBuilder.extend(body, inside);
  b.scope = g.scope;
  const active = activeInside(context, scan, b);
  const { carried, seen } = withGradient(context, scan, active);

  // The backward pass, behind the forward one in the same builder.
  const gradients = new Map<Value, Value>();
  const arrive = (value: Value): Value => {
    const { type, shape } = b.type(value);
    const gradient = b.input(b.unique(`d.${value}`), type, shape);
    const before = gradients.get(value);
    gradients.set(value, before === undefined ? gradient : b.add(before, gradient));
    return gradient;
  };
  const dStates = carried.map(({ output }) => arrive(output));
  const dResults = seen.map(({ slice }) => arrive(slice));
  differentiation.backpropagate(b, body.nodes, active, gradients);
  const dPrevious = carried.map(({ input }) => gradients.get(input) ?? zeros(b, b.type(input)));
  const asked = scanned.filter(({ stack, slice }) => wanted(stack) && gradients.has(slice));
  const dSlices = asked.map(({ slice }) => gradients.get(slice)!);

  // Sums over steps ask for stacks of values of both passes, and for values to be added up.
  const isForward = new Set([
    ...body.inputs.map(({ name }) => name),
    ...outputsOf(b.nodes.slice(0, body.nodes.length)),
  ]);
  const makers = new Map(b.nodes.flatMap((each) => each.outputs.map((output) => [output, each] as const)));
  const onTape: Order = { axis: 0, backward: scanned.every(({ backward }) => backward) };
  const sharedSlices = new Set(dSlices.filter((_, i) => alike(asked[i], onTape)));
  const stacks = new Map<Value, Value>();
  const tape = new Set<Value>();
  const emitted = new Set<Value>();
  const sums: { input: Value; output: Value; total?: Value }[] = [];
  const steps = {
    g,
    b,
    producer: (value: Value) => (isForward.has(value) ? undefined : makers.get(value)),
    maker: (value: Value) => makers.get(value),
    stack(value: Value): Later {
      if (isForward.has(value)) tape.add(value);
      else if (!sharedSlices.has(value)) emitted.add(value);
      return () => stacks.get(value)!;
    },
    accumulate(value: Value): Later {
      const { type, shape } = b.type(value);
      const input = b.input(b.unique('sum'), type, shape);
      const sum: (typeof sums)[number] = { input, output: b.add(input, value) };
      sums.push(sum);
      return () => sum.total!;
    },
  };
  const captured = capturedBy(body)
    .filter((value) => wanted(value) && gradients.has(value))
    .map((value) => [value, sumOverSteps(steps, gradients.get(value)!)] as const);

  // Of the backward pass, what leads to a result; of the forward pass, what that reads.
  const backward = b.nodes.slice(body.nodes.length);
  const roots = [...dPrevious, ...sums.map(({ output }) => output), ...dSlices, ...emitted];
  if (roots.length === 0) return {};
  const read = readFor(backward, roots);
  const again = [...isForward].filter((value) => read.has(value));
  const slices = scanned.filter(({ slice }) => again.includes(slice));
  const fromTape = again.filter((value) => !scanned.some(({ slice }) => slice === value));
  for (const value of fromTape) tape.add(value);
  record(context, scan, b, [...tape], onTape, stacks);

  // A Scan needs something to count its steps by.
  const dummy = dResults.length + slices.length + fromTape.length === 0 ? scanned.slice(0, 1) : [];
  const fed = [...slices, ...dummy];
  const own = [...dStates, ...sums.map(({ input }) => input), ...dResults];
  const forward = [...fed.map(({ slice }) => slice), ...fromTape];
  const kept = backward.filter(({ outputs }) => outputs.some((output) => read.has(output)));

  const inputs = [...seen, ...fed, ...fromTape.map(() => onTape)];
  const outputs = [...asked, ...[...emitted].map(() => onTape)];
  const results = g.node(
    'Scan',
    [
      ...carried.map((state) => dOutputs[states.indexOf(state)] ?? zeros(g, g.type(state.initial))),
      ...sums.map(({ input }) => zeros(g, b.type(input))),
      ...seen.map((result) => dOutputs[states.length + scan.results.indexOf(result)]!),
      ...fed.map(({ stack }) => stack),
      ...fromTape.map((value) => stacks.get(value)!),
    ],
    {
      body: { kind: 'graph', value: backwardBody(b, inside, own, forward, kept, roots) },
      num_scan_inputs: inputs.length,
      ...reversed('input', inputs),
      ...reversed('output', outputs),
    },
    { outputs: roots.map((_, i) => (i < carried.length ? `d.${carried[i].initial}` : 'sum')) },
  );

  const rest = [...results];
  const dInitials = rest.splice(0, carried.length);
  for (const sum of sums) sum.total = rest.shift();
  const dScanned = rest.splice(0, asked.length);
  asked.forEach((scan, i) => alike(scan, onTape) && stacks.set(dSlices[i], dScanned[i]));
  for (const value of emitted) stacks.set(value, rest.shift()!);
  return {
    reads: [
      ...carried.map(({ initial }, i) => [initial, () => dInitials[i]] as const),
      ...asked.map(({ stack }, i) => [stack, () => dScanned[i]] as const),
      ...captured,
    ],
  };
};

const outputsOf = (nodes: readonly Node[]): Value[] => nodes.flatMap(({ outputs }) => outputs.filter(Boolean));

/** Values of the body that follow from wanted ones, in this step or through a state of an earlier one. */
function activeInside(
  { wanted, differentiation }: RuleContext<'Scan'>,
  { body, states, scanned }: ScanParts,
  b: GraphBuilder,
): Set<Value> {
  const sources = new Set([
    ...capturedBy(body).filter(wanted),
    ...scanned.filter(({ stack }) => wanted(stack)).map(({ slice }) => slice),
    ...states.filter(({ initial }) => wanted(initial)).map(({ input }) => input),
  ]);
  for (;;) {
    const active = differentiation.reached(b, body.nodes, sources);
    const more = states.filter(({ input, output }) => active.has(output) && !sources.has(input));
    if (more.length === 0) return active;
    for (const { input } of more) sources.add(input);
  }
}

/** The states that a gradient goes back through, and the results that one comes from. */
function withGradient(
  { dOutputs }: RuleContext<'Scan'>,
  { body, states, results }: ScanParts,
  active: ReadonlySet<Value>,
): { carried: readonly LoopState[]; seen: readonly LoopStack[] } {
  const seen = results.filter(({ slice }, i) => dOutputs[states.length + i] !== undefined && active.has(slice));
  let carried = states.filter(({ output }, i) => dOutputs[i] !== undefined && active.has(output));
  for (;;) {
    const roots = [...carried.map(({ output }) => output), ...seen.map(({ slice }) => slice)];
    const read = readFor(body.nodes, roots);
    const more = states.filter(
      (state) => carried.includes(state) || (read.has(state.input) && active.has(state.input)),
    );
    if (more.length === carried.length) return { carried, seen };
    carried = more;
  }
}

/**
 * The backward pass as a graph of its own. `own`: inputs that are its alone; `forward`: values of the forward pass, which get
 * other names here.
 */
function backwardBody(
  b: GraphBuilder,
  inside: Inside,
  own: readonly Value[],
  forward: readonly Value[],
  nodes: readonly Node[],
  results: readonly Value[],
): Graph {
  const r = new GraphBuilder(`${b.name}/backward`, inside);
  r.scope = b.scope;
  const names = new Map(forward.map((value) => [value, r.unique(value)]));
  const now = (value: Value): Value => names.get(value) ?? value;
  for (const value of [...own, ...forward]) {
    const { type, shape } = b.type(value);
    r.input(now(value), type, shape);
  }
  for (const node of nodes) {
    const types = node.outputs.map((output) => (output ? b.type(output) : undefined));
    r.copy(withReads(node, now), types);
  }
  for (const result of results) r.output(now(result));
  return r.finish();
}

/** Lets the forward Scan put out the values of the tape, and notes their stacks. */
function record(
  { g, node }: RuleContext<'Scan'>,
  { body, scanned, results }: ScanParts,
  b: GraphBuilder,
  tape: readonly Value[],
  onTape: Order,
  stacks: Map<Value, Value>,
): void {
  // What goes in or comes out in slices already need not be put out again.
  for (const { stack, slice, ...order } of [...scanned, ...results]) {
    if (!stack || !alike(order, onTape)) continue;
    stacks.set(slice, stack);
    const maker = body.nodes.find(({ op, outputs }) => op === 'Identity' && outputs[0] === slice);
    if (maker) stacks.set(maker.inputs[0], stack);
  }
  const missing = tape.filter((value) => !stacks.has(value));
  if (missing.length === 0) return;

  const forward = GraphBuilder.interfaceOf({ ...body, nodes: [] }, { outer: g, repeated: true });
  for (const each of b.nodes.slice(0, body.nodes.length)) {
    forward.copy(
      each,
      each.outputs.map((output) => (output ? b.type(output) : undefined)),
    );
  }
  for (const { name } of [...body.outputs, ...missing.map((value) => ({ name: value }))]) forward.output(name);

  const length = scanLength(node, (name) => g.type(name));
  const types = missing.map((value): ValueType & { shape: Shape } => {
    const { type, shape } = b.type(value);
    return { type, shape: [length, ...shape] };
  });
  const names = missing.map((value) => g.unique(`tape/${value}`));
  missing.forEach((value, i) => stacks.set(value, names[i]));
  const longer = (attribute: string, before: readonly number[], more: number): Record<string, Attribute> => ({
    [attribute]: { kind: 'ints', value: [...before, ...missing.map(() => more)] },
  });
  const axes = intsOf(node, 'scan_output_axes');
  const directions = intsOf(node, 'scan_output_directions') ?? results.map(() => 0);
  const attributes = {
    ...node.attributes,
    ...(axes && longer('scan_output_axes', axes, 0)),
    ...longer('scan_output_directions', directions, onTape.backward ? 1 : 0),
    body: { kind: 'graph', value: forward.finish() } as const,
  };
  g.amend(node, { ...node, outputs: [...node.outputs, ...names], attributes }, types);
}

/** How the slices lie in a stack. */
type Order = Pick<LoopStack, 'axis' | 'backward'>;

const alike = (a: Order, b: Order): boolean => a.axis === b.axis && a.backward === b.backward;

/** Axes as they are, directions the other way. */
function reversed(side: 'input' | 'output', stacks: readonly Order[]): Record<string, readonly number[]> {
  if (stacks.length === 0) return {};
  const axes = stacks.map(({ axis }) => axis);
  return {
    [`scan_${side}_directions`]: stacks.map(({ backward }) => (backward ? 0 : 1)),
    ...(axes.some((axis) => axis !== 0) && { [`scan_${side}_axes`]: axes }),
  };
}
