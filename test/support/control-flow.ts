import { GraphBuilder, type Inside, type Value } from '../../src-main/onnx/builder.ts';
import { scalar } from '../../src-main/onnx/tensors.ts';
import type { Shape } from '../../src-main/onnx/types.ts';

/** The graph inside a node, from its inputs to its outputs. */
export type Body = (b: GraphBuilder, inputs: readonly Value[]) => readonly Value[];

/** A graph inside a node of `outer`, its inputs typed like `shapes`. */
function subgraph(outer: GraphBuilder, shapes: readonly Shape[], body: Body, repeated = true) {
  const inside: Inside = { outer, repeated };
  const b = new GraphBuilder('body', inside);
  b.scope = outer.unique('body');
  const inputs = shapes.map((shape) => b.input(b.unique('in'), 'float', shape));
  for (const output of body(b, inputs)) b.output(output);
  return { kind: 'graph', value: b.finish() } as const;
}

interface ScanOptions {
  readonly states: readonly Value[];
  readonly scanned: readonly Value[];
  readonly results?: number;
  readonly axes?: readonly number[];
  readonly directions?: readonly number[];
  readonly outputAxes?: readonly number[];
  readonly outputDirections?: readonly number[];
  readonly body: Body;
}

export function scan(g: GraphBuilder, options: ScanOptions): Value[] {
  const { states, scanned, results = 0, axes, directions, outputAxes, outputDirections, body } = options;
  const slices = scanned.map((x, i) => g.shape(x).filter((_, axis) => axis !== (axes?.[i] ?? 0)));
  return g.node(
    'Scan',
    [...states, ...scanned],
    {
      body: subgraph(g, [...states.map((state) => g.shape(state)), ...slices], body),
      num_scan_inputs: scanned.length,
      scan_input_axes: axes,
      scan_input_directions: directions,
      scan_output_axes: outputAxes,
      scan_output_directions: outputDirections,
    },
    { outputs: [...states.map(() => 'final'), ...new Array<string>(results).fill('stack')] },
  );
}

/** All of the values, flat and one after the other. */
export function join(g: GraphBuilder, values: readonly Value[]): Value {
  const flat = values.map((value) => g.op('Reshape', [value, g.int64s([-1])]));
  return flat.length === 1 ? flat[0] : g.concat(flat, 0);
}

interface LoopOptions {
  readonly trips?: Value;
  readonly condition?: Value;
  readonly states: readonly Value[];
  readonly results?: number;
  /** The number of the run and the states → the states and the results. */
  readonly body: Body;
  readonly goesOn?: (b: GraphBuilder, before: Value, states: readonly Value[]) => Value;
  readonly shapes?: readonly Shape[];
}

export function loop(g: GraphBuilder, options: LoopOptions): Value[] {
  const { trips, condition, states, results = 0, body, shapes = states.map((state) => g.shape(state)) } = options;
  const { goesOn = (b) => b.constant(scalar('bool', 1)) } = options;
  const inside: Inside = { outer: g, repeated: true };
  const b = new GraphBuilder('body', inside);
  b.scope = g.unique('body');
  const number = b.input(b.unique('run'), 'int64', []);
  const before = b.input(b.unique('goes'), 'bool', []);
  const inputs = shapes.map((shape) => b.input(b.unique('in'), 'float', shape));
  const outputs = body(b, [number, ...inputs]);
  b.output(goesOn(b, before, inputs));
  for (const output of outputs) b.output(output);
  return g.node(
    'Loop',
    [trips, condition, ...states],
    { body: { kind: 'graph', value: b.finish() } },
    { outputs: [...states.map(() => 'final'), ...new Array<string>(results).fill('stack')] },
  );
}

/** Each branch sees the values around it. */
export function choose(
  g: GraphBuilder,
  condition: Value,
  then: (b: GraphBuilder) => Value[],
  otherwise: (b: GraphBuilder) => Value[],
) {
  const branches = [then, otherwise].map((branch) => subgraph(g, [], branch, false));
  const [then_branch, else_branch] = branches;
  return g.node(
    'If',
    [condition],
    { then_branch, else_branch },
    { outputs: then_branch.value.outputs.map(() => 'chosen') },
  );
}

/** So many trips. */
export const times = (g: GraphBuilder, n: number): Value => g.constant(scalar('int64', n));
