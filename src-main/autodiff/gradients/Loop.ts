import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { loopOf, type LoopParts } from '../../onnx/control-flow.ts';
import { sameShape } from '../../onnx/dims.ts';
import { nodeError } from '../../onnx/node.ts';
import { runsToTheEnd } from '../../onnx/shapes/control-flow.ts';
import { namesOf, renameValues } from '../../onnx/subgraphs.ts';
import { scalar } from '../../onnx/tensors.ts';
import type { Graph } from '../../onnx/types.ts';
import type { WriteContext, WrittenOut } from './rule.ts';

/** Longer loops are not written out step by step. */
const MOST_COPIES = 64;

// A Loop that nothing but its number of runs ends is a Scan over 0, 1, … M−1. Where its carried values change their sizes, which
// a Scan's must not, or a condition ends it that can be told beforehand (i < 3), the body is written as often as it runs.
export const Loop: WrittenOut<'Loop'> = {
  write(context) {
    const { g, node } = context;
    const loop = loopOf(node);
    const counted = loop.trips !== undefined && runsToTheEnd(loop) && known(g, loop.condition) === 1;
    const keepsShapes = loop.states.every(({ initial, input }) => {
      const inside = loop.body.inputs.find(({ name }) => name === input)!;
      return sameShape(g.shape(initial), inside.shape!);
    });
    return counted && keepsShapes ? asScan(context, loop) : copies(context, loop);
  },
};

/** A scalar that can be told before the run; a condition left out is true. */
const known = (g: GraphBuilder, value: Value | undefined): number | undefined => {
  if (value === undefined) return 1;
  const element = g.type(value).elements?.[0];
  return typeof element === 'number' ? element : undefined;
};

/** While the body runs the condition holds. */
const withoutCondition = (g: GraphBuilder, { body, before }: LoopParts): Graph => {
  const always = g.constant(scalar('bool', 1));
  const inputs = body.inputs.filter(({ name }) => name !== before);
  return renameValues({ ...body, inputs }, (name) => (name === before ? always : name));
};

function asScan({ g }: WriteContext<'Loop'>, loop: LoopParts): readonly Value[] {
  const { iteration, states, results } = loop;
  const body = withoutCondition(g, loop);
  const int64 = (value: number): Value => g.constant(scalar('int64', value));
  const trips = g.rank(loop.trips!) === 0 ? loop.trips! : g.reshape(loop.trips!, []);
  const numbers = g.op('Range', [int64(0), trips, int64(1)]);
  const named = (list: Graph['inputs'], names: readonly string[]) =>
    names.map((wanted) => list.find(({ name }) => name === wanted)!);
  const inner: Graph = {
    ...body,
    inputs: named(body.inputs, [...states.map(({ input }) => input), iteration]),
    outputs: named(body.outputs, [...states.map(({ output }) => output), ...results.map(({ slice }) => slice)]),
  };
  return g.node(
    'Scan',
    [...states.map(({ initial }) => initial), numbers],
    { body: { kind: 'graph', value: inner }, num_scan_inputs: 1 },
    { outputs: inner.outputs.map(({ name }) => name) },
  );
}

function copies({ g, node }: WriteContext<'Loop'>, loop: LoopParts): readonly Value[] {
  const refuse = (why: string) =>
    nodeError('not_differentiable', node, `lies between a parameter and the loss, but ${why}`);
  const { iteration, after, states, results } = loop;
  const body = withoutCondition(g, loop);
  const trips = loop.trips === undefined ? Infinity : known(g, loop.trips);
  if (trips === undefined) {
    throw refuse(
      'its carried values change their sizes, or a condition may end it, and its number of runs is not constant',
    );
  }
  let carried: readonly Value[] = states.map(({ initial }) => initial);
  const slices: Value[][] = results.map(() => []);
  let goesOn = known(g, loop.condition);
  for (let run = 0; run < trips && goesOn !== 0; run++) {
    if (goesOn === undefined) throw refuse('whether it goes on is computed while it runs');
    if (run === MOST_COPIES) {
      throw refuse(`it is no plain count over values that keep their sizes, and runs more than ${MOST_COPIES} times`);
    }
    const names = new Map([...namesOf(body)].map((name) => [name, g.unique(name)]));
    states.forEach(({ input }, i) => names.set(input, carried[i]));
    names.set(iteration, g.constant(scalar('int64', run)));
    const again = renameValues(body, (name) => names.get(name) ?? name);
    for (const each of again.nodes) g.copy(each);
    const now = (name: string): Value => names.get(name) ?? name;
    carried = states.map(({ output }) => now(output));
    results.forEach(({ slice }, i) => slices[i].push(now(slice)));
    goesOn = known(g, now(after));
  }
  if (slices.some((list) => list.length === 0)) throw refuse('it stacks the results of no run');
  const stacks = slices.map((list) =>
    g.concat(
      list.map((slice) => g.unsqueeze(slice, [0])),
      0,
    ),
  );
  return [...carried, ...stacks];
}
