import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { loopOf, type LoopParts } from '../../onnx/control-flow.ts';
import { sameShape } from '../../onnx/dims.ts';
import { nodeError } from '../../onnx/node.ts';
import { runsToTheEnd } from '../../onnx/shapes/control-flow.ts';
import { namesOf, renameValues } from '../../onnx/subgraphs.ts';
import { scalar } from '../../onnx/tensors.ts';
import type { Graph, Node } from '../../onnx/types.ts';
import type { WriteContext, WrittenOut } from './rule.ts';

/** Longer loops whose carried values change their sizes are not written out step by step. */
const MOST_COPIES = 64;

// A Loop that nothing but its number of runs ends is a Scan over 0, 1, … M−1. Where its carried values change their sizes,
// which a Scan's must not, and M is known and small, the body is written M times.
export const Loop: WrittenOut<'Loop'> = {
  write(context) {
    const { g, node } = context;
    const loop = loopOf(node);
    const refuse = (why: string) => nodeError('not_differentiable', node, `lies between a parameter and the loss, but ${why}`);
    const [, condition] = node.inputs;
    const begins = !condition || g.type(condition).elements?.[0] === 1;
    if (!runsToTheEnd(loop) || !begins) {
      throw refuse('a condition that is computed while it runs may end it: only a Loop with a number of iterations is differentiated');
    }
    if (loop.trips === undefined) throw refuse('it has no number of iterations');
    const keepsShapes = loop.states.every(({ initial, input }) => {
      const inside = loop.body.inputs.find(({ name }) => name === input)!;
      return sameShape(g.shape(initial), inside.shape!);
    });
    if (keepsShapes) return asScan(context, loop);
    const trips = g.type(loop.trips).elements?.[0];
    if (typeof trips !== 'number') throw refuse('its carried values change their sizes, and its number of iterations is not constant');
    if (trips > MOST_COPIES) {
      throw refuse(`its carried values change their sizes in ${trips} iterations; up to ${MOST_COPIES} are written out`);
    }
    return copies(g, node, loop, trips);
  },
};

/** The body knows that the condition holds while it runs. */
const withoutCondition = (g: GraphBuilder, { body, before }: LoopParts): Graph => {
  const always = g.constant(scalar('bool', 1));
  return renameValues(body, (name) => (name === before ? always : name));
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

function copies(g: GraphBuilder, node: Node, loop: LoopParts, trips: number): readonly Value[] {
  const { iteration, states, results } = loop;
  const body = withoutCondition(g, loop);
  let carried: readonly Value[] = states.map(({ initial }) => initial);
  const slices: Value[][] = results.map(() => []);
  for (let run = 0; run < trips; run++) {
    const names = new Map([...namesOf(body)].map((name) => [name, g.unique(name)]));
    states.forEach(({ input }, i) => names.set(input, carried[i]));
    names.set(iteration, g.constant(scalar('int64', run)));
    const again = renameValues(body, (name) => names.get(name) ?? name);
    for (const each of again.nodes) g.copy(each);
    carried = states.map(({ output }) => names.get(output) ?? output);
    results.forEach(({ slice }, i) => slices[i].push(names.get(slice) ?? slice));
  }
  if (trips === 0 && results.length > 0) throw nodeError('unsupported_shape', node, 'stacks the results of no iteration');
  const stacks = slices.map((list) =>
    g.concat(
      list.map((slice) => g.unsqueeze(slice, [0])),
      0,
    ),
  );
  return [...carried, ...stacks];
}
