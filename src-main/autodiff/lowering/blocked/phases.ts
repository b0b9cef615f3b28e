// Where a convolution takes strides of s, its input's gradient is made of s·s pictures in turns ("phases"), each a convolution of dY
// with those taps of the kernel that meet its places: nothing is multiplied by the zeros that a transposed convolution spreads dY out
// with. Sub-pixel convolution (Shi et al. 2016) read backwards.

import { ABSTRACT, type GraphBuilder, type Value } from '../../../onnx/builder.ts';
import { isStatic, product } from '../../../onnx/dims.ts';
import { intsOf } from '../../../onnx/node.ts';
import { readsOf } from '../../../onnx/subgraphs.ts';
import type { Window } from '../../../onnx/shapes/window.ts';
import type { Dim, Graph, Node, Shape } from '../../../onnx/types.ts';
import { rewrite } from '../../phases/rewrite.ts';
import { prune } from '../../simplify/prune.ts';
import { blockedConv, blockedOf, inputGradWeights } from './blocks.ts';

/** Pictures in turns, along both axes; '' for zeros. The last ones may have a row or column too many, which is cut. */
const INTERLEAVE = 'Interleave';

export const isInterleave = (node: Node): boolean => node.domain === ABSTRACT && node.op === INTERLEAVE;

/** Of an Interleave; those that the end of its inputs lacks are zeros, too. */
function picturesIn(node: Node): readonly Value[] {
  const [down, across] = intsOf(node, 'strides')!;
  return Array.from({ length: down * across }, (_, at) => node.inputs[at] ?? '');
}

interface Phase {
  /** Of the kernel, as they meet dY from its beginning on. */
  readonly taps: readonly number[];
  readonly pads: readonly [number, number];
}

/**
 * Place s·i + a takes dY[i + (a + begin − k)/s]·W[k] of each tap k that s goes into a + begin − k of; undefined: it takes none. `count`
 * places of each phase, of `places` in dY.
 */
function phaseOf(a: number, axis: number, { kernel, strides, begin }: Window, places: number, count: number) {
  const stride = strides[axis];
  const from = a + begin[axis];
  const taps = Array.from({ length: kernel[axis] }, (_, k) => k).filter((k) => (from - k) % stride === 0);
  if (taps.length === 0) return undefined;
  taps.reverse();
  const before = (taps[0] - from) / stride;
  return { taps, pads: [before, count + taps.length - 1 - before - places] } as const satisfies Phase;
}

/** undefined: not for such a convolution. `shape`: of the gradient, [batch, channels, …]. */
export function inputGradByPhases(
  g: GraphBuilder,
  block: number,
  [dY, W]: readonly [Value, Value],
  window: Window,
  shape: Shape,
): Value | undefined {
  const [batch, channels, ...spatial] = shape;
  const [, , ...places] = g.shape(dY);
  const { strides, dilations } = window;
  if (strides.length !== 2 || strides.every((stride) => stride === 1) || dilations.some((each) => each > 1)) return;
  if (g.type(dY).type !== 'float' || !isStatic(spatial) || !isStatic(places)) return undefined;
  const [out, perGroup, ...kernel] = g.shape(W);
  const blocked = blockedOf(block, 1, [perGroup, out, ...kernel], shape, true);
  if (!blocked || blocked.channels < block) return undefined;

  const sizes: readonly number[] = spatial;
  const counts = sizes.map((size, axis) => Math.ceil(size / strides[axis]));
  const along = strides.map((stride, axis) =>
    Array.from({ length: stride }, (_, a) => phaseOf(a, axis, window, places[axis], counts[axis])),
  );
  // Of dY more than a phase takes would have to be cut first.
  if (along.flat().some((phase) => phase?.pads.some((pad) => pad < 0))) return undefined;

  const weightsOf = inputGradWeights(g, W, blocked);
  const pictures = along[0].flatMap((row) =>
    along[1].map((column) => {
      if (!row || !column) return '';
      const weights = weightsOf(row.taps.flatMap((y) => column.taps.map((x) => y * window.kernel[1] + x)));
      const reached = [row.taps.length, column.taps.length];
      const attributes = {
        kernel_shape: { kind: 'ints', value: reached },
        pads: { kind: 'ints', value: [row.pads[0], column.pads[0], row.pads[1], column.pads[1]] },
      } as const;
      const laid = g.reshape(weights, [blocked.out, blocked.channels, ...reached]);
      return blockedConv(g, blocked, [dY, laid], attributes, [batch, channels, ...counts]);
    }),
  );
  const types = [{ type: 'float', shape }] as const;
  return g.node(INTERLEAVE, pictures, { strides }, { domain: ABSTRACT, types })[0];
}

/** Sums of pictures in turns are pictures in turns: where a shortcut with strides meets the other way, most of it is zeros. */
export function joinPhases(graph: Graph): Graph {
  const uses = new Map<Value, number>();
  for (const node of graph.nodes) for (const read of readsOf(node)) uses.set(read, (uses.get(read) ?? 0) + 1);
  for (const { name } of graph.outputs) uses.set(name, Infinity);
  const made = new Map<Value, Node>();
  const joined = rewrite(graph, (g, node) => {
    const [a, b] = node.inputs.map((input) => (uses.get(input) === 1 ? made.get(input) : undefined));
    if (isInterleave(node)) made.set(node.outputs[0], node);
    if (node.op !== 'Add' || node.domain !== '' || !a || !b) return undefined;
    if (String(intsOf(a, 'strides')) !== String(intsOf(b, 'strides'))) return undefined;
    const others = picturesIn(b);
    const sums = picturesIn(a).map((picture, at) => {
      const other = others[at];
      return picture && other ? g.add(picture, other) : picture || other;
    });
    const types = [g.type(node.inputs[0])];
    const outputs = g.node(INTERLEAVE, sums, a.attributes, { domain: ABSTRACT, types });
    made.set(outputs[0], g.nodes.at(-1)!);
    return outputs;
  });
  return prune(joined);
}

/** What an Interleave stands for, in blocks. */
export function interleaved(
  g: GraphBuilder,
  node: Node,
  shape: Shape,
  block: number,
  inBlocks: (picture: Value) => Value,
): Value {
  const [batch, channels, ...spatial] = shape as [Dim, number, number, number];
  const [down, across] = intsOf(node, 'strides')!;
  const [height, width] = [Math.ceil(spatial[0] / down), Math.ceil(spatial[1] / across)];
  const pictures = product([batch, channels / block]);
  const rows = Array.from({ length: down }, (_, a) => {
    const cells = picturesIn(node)
      .slice(a * across, (a + 1) * across)
      .map((picture) => {
        return picture && g.reshape(inBlocks(picture), [product([pictures, height, width]), block]);
      });
    const row = inTurns(g, cells, block);
    return row && g.reshape(row, [product([pictures, height]), across * width * block]);
  });
  const whole = inTurns(g, rows, across * width * block);
  if (height * down === spatial[0] && width * across === spatial[1]) return g.reshape(whole, shape);
  const long = g.reshape(whole, [pictures, height * down, width * across * block]);
  return g.reshape(g.slice(long, [0, 0], [spatial[0], spatial[1] * block], [1, 2]), shape);
}

/** [n, size] each → [n, parts·size], zeros for those that are ''; '' if all are. */
function inTurns(g: GraphBuilder, parts: readonly Value[], size: number): Value {
  const present = parts.flatMap((part, at) => (part ? [at] : []));
  const filled = present.map((at, index) => {
    const before = index === 0 ? at : 0;
    const after = (present[index + 1] ?? parts.length) - at - 1;
    const pads = [0, before * size, 0, after * size];
    return pads.some(Boolean) ? g.op('Pad', [parts[at], g.int64s(pads)]) : parts[at];
  });
  return filled.length > 1 ? g.concat(filled, 1) : (filled[0] ?? '');
}
