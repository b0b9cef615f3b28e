// LSTM, GRU and RNN as Scans over their steps, for training: the Scan's rule then has every gate at hand. What does not depend
// on the step before is done for all steps at once, outside: X·Wᵀ with the biases is a single Gemm per direction.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { product } from '../../onnx/dims.ts';
import { floatOf, inputsOf, nodeError, stringOf } from '../../onnx/node.ts';
import type { Dim, Node } from '../../onnx/types.ts';
import { zeros } from '../gradients/zeros.ts';
import { type Activation, activationsOf } from './activations.ts';
import { isBatchFirst, withBatchSecond } from './batch-first.ts';

/** GRU and RNN have the first of them. */
interface RecurrentInputs {
  readonly X: Value;
  readonly W: Value;
  readonly R: Value;
  readonly B?: Value;
  readonly sequence_lens?: Value;
  readonly initial_h?: Value;
  readonly initial_c?: Value;
  readonly P?: Value;
}

/** One direction's weights, without their first axis. */
export interface Direction {
  readonly hidden: Dim;
  readonly activations: readonly Activation[];
  readonly W: Value;
  readonly R: Value;
  /** Biases of the input and of the recurrent product. */
  readonly Wb?: Value;
  readonly Rb?: Value;
  readonly P?: Value;
  /** A [gates·hidden, …] weight or bias cut into parts of so many gates. */
  cut(x: Value, gates: readonly number[]): Value[];
  /** X·Wᵀ + bias for every step: [seq, batch, rows of W]. */
  project(W: Value, bias: Value | undefined): Value;
}

/** `body`: the builder of one step; `x`: the step's slices of `inputs`; `states`: h, and c if there is one. */
export type Step = (body: GraphBuilder, x: readonly Value[], states: readonly Value[]) => readonly Value[];

export interface Cell {
  /** Of one direction. */
  readonly activations: readonly string[];
  /** h and c, or h alone. */
  readonly states: number;
  /** What is ready before the first step, and what is done in each. */
  prepare(
    g: GraphBuilder,
    direction: Direction,
    node: Node,
  ): { readonly inputs: readonly Value[]; readonly step: Step };
}

/** Y and the last states. */
export function writeRecurrent(g: GraphBuilder, node: Node, cell: Cell): (Value | undefined)[] {
  if (isBatchFirst(node)) return withBatchSecond(g, node, (swapped) => writeRecurrent(g, swapped, cell));
  const given: RecurrentInputs = inputsOf(node, 'LSTM');
  const { X } = given;
  if (floatOf(node, 'clip', 0) !== 0)
    throw nodeError('unsupported_attribute', node, `clip=${floatOf(node, 'clip', 0)}`);
  const direction = stringOf(node, 'direction', 'forward');
  const count = direction === 'bidirectional' ? 2 : 1;
  const activations = activationsOf(node, count, cell.activations);
  const parts = (x: Value | undefined): (Value | undefined)[] => {
    if (x === undefined) return new Array<undefined>(count).fill(undefined);
    const each = count === 1 ? [x] : g.node('Split', [x], { axis: 0, num_outputs: 2 }, { outputs: ['one', 'other'] });
    return each.map((part) => g.op('Squeeze', [part, g.int64s([0])]));
  };
  const weights = { W: parts(given.W), R: parts(given.R), B: parts(given.B), P: parts(given.P) };
  const initial = [given.initial_h, given.initial_c].slice(0, cell.states).map(parts);

  const runs = activations.map((functions, d) =>
    runDirection(g, node, cell, {
      X,
      lengths: given.sequence_lens,
      backward: d === 1 || direction === 'reverse',
      activations: functions,
      W: weights.W[d]!,
      R: weights.R[d]!,
      B: weights.B[d],
      P: weights.P[d],
      initial: initial.map((state) => state[d]),
    }),
  );
  const [Y, ...last] = node.outputs;
  const joined = (values: readonly Value[], axis: number): Value => {
    const grown = values.map((value) => g.unsqueeze(value, [axis]));
    return grown.length === 1 ? grown[0] : g.concat(grown, axis);
  };
  const states = (i: number): Value[] => runs.map((run) => run.states[i]);
  return [
    Y
      ? joined(
          runs.map(({ steps }) => steps!),
          1,
        )
      : undefined,
    ...last.map((name, i) => (name ? joined(states(i), 0) : undefined)),
  ];
}

interface Run {
  readonly X: Value;
  readonly lengths?: Value;
  readonly backward: boolean;
  readonly activations: readonly Activation[];
  readonly W: Value;
  readonly R: Value;
  readonly B?: Value;
  readonly P?: Value;
  readonly initial: readonly (Value | undefined)[];
}

function runDirection(g: GraphBuilder, node: Node, cell: Cell, run: Run): { steps?: Value; states: Value[] } {
  const { lengths, backward } = run;
  // Each sequence is turned about its own length; without lengths the Scan itself goes the other way.
  const turned = (x: Value): Value =>
    backward && lengths !== undefined
      ? g.op('ReverseSequence', [x, g.cast(lengths, 'int64')], { time_axis: 0, batch_axis: 1 })
      : x;
  const X = turned(run.X);
  const [seq, batch] = g.shape(X);
  const [, hidden] = g.shape(run.R);
  const direction = directionOf(g, node, X, run, hidden);
  const { inputs, step } = cell.prepare(g, direction, node);
  const { type } = g.type(X);
  const initial = run.initial.map((state) => state ?? zeros(g, { type, shape: [batch, hidden] }));
  const stacks = lengths === undefined ? inputs : [...inputs, stillRunning(g, X, lengths)];

  const body = new GraphBuilder(`${g.scope}/step`, { outer: g, repeated: true });
  body.scope = g.scope;
  const input = (name: string, of: Value, from: number): Value =>
    body.input(body.unique(name), g.type(of).type, g.shape(of).slice(from));
  const before = initial.map((state, i) => input(['h', 'c'][i], state, 0));
  const slices = stacks.map((stack) => input('x', stack, 1));
  const running = lengths === undefined ? undefined : slices.at(-1);
  const after = step(body, slices, before);
  // Behind its end a sequence keeps its states, and its outputs are 0.
  const states = running === undefined ? after : after.map((state, i) => body.where(running, state, before[i]));
  for (const state of states) body.output(state);
  const wanted = Boolean(node.outputs[0]);
  if (wanted) body.output(running === undefined ? after[0] : body.where(running, after[0], body.scalar(0, after[0])));

  const results = g.node(
    'Scan',
    [...initial, ...stacks],
    {
      body: { kind: 'graph', value: body.finish() },
      num_scan_inputs: stacks.length,
      ...(backward &&
        lengths === undefined && {
          scan_input_directions: stacks.map(() => 1),
          ...(wanted && { scan_output_directions: [1] }),
        }),
    },
    { outputs: [...initial.map((_, i) => ['last_h', 'last_c'][i]), ...(wanted ? [`steps_${seq}`] : [])] },
  );
  const last = results.slice(0, initial.length);
  return { states: last, steps: wanted ? turned(results[initial.length]) : undefined };
}

function directionOf(g: GraphBuilder, node: Node, X: Value, { W, R, B, P, activations }: Run, hidden: Dim): Direction {
  if (typeof hidden !== 'number') throw nodeError('unsupported_shape', node, `"${hidden}" hidden units`);
  const [seq, batch] = g.shape(X);
  const [rows, size] = g.shape(W);
  const split = (x: Value, sizes: readonly number[]): Value[] =>
    g.node('Split', [x, g.int64s(sizes)], { axis: 0 }, { outputs: sizes.map(() => 'part') });
  const [Wb, Rb] = B === undefined ? [] : split(B, [Number(rows), Number(rows)]);
  const flat = g.reshape(X, [product([seq, batch]), size]);
  return {
    hidden,
    activations,
    W,
    R,
    Wb,
    Rb,
    P,
    cut: (x, gates) =>
      split(
        x,
        gates.map((count) => count * hidden),
      ),
    project: (weights, bias) =>
      g.reshape(g.op('Gemm', [flat, weights, bias], { transB: 1 }), [seq, batch, g.shape(weights)[0]]),
  };
}

/** [seq, batch, 1]: whether a sequence has not ended before the step. */
function stillRunning(g: GraphBuilder, X: Value, lengths: Value): Value {
  const [seq] = g.shape(X);
  const scalar = (n: number): Value => g.op('Squeeze', [g.int64s([n]), g.int64s([0])]);
  const count = g.op('Squeeze', [g.sizeVector(seq), g.int64s([0])]);
  const steps = g.unsqueeze(g.op('Range', [scalar(0), count, scalar(1)]), [1]);
  return g.unsqueeze(g.op('Less', [steps, g.cast(lengths, 'int64')]), [2]);
}
