// Sequences of tensors, as scripted models make them (a list that a loop appends to, the parts of a tensor of unknown length),
// told before the run: each is a list of known values, or the slices of one tensor. None is left in the graph.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { loopOf } from '../../onnx/control-flow.ts';
import { product } from '../../onnx/dims.ts';
import { axisOf, intOf, nodeError } from '../../onnx/node.ts';
import { withSubgraphs } from '../../onnx/subgraphs.ts';
import { scalar } from '../../onnx/tensors.ts';
import type { Dim, Graph, Node, ValueInfo } from '../../onnx/types.ts';

/** A list of values, or the slices of a tensor along an axis, which they keep with size 1 or lose. */
type Sequence =
  { readonly items: readonly Value[] } | { readonly stack: Value; readonly axis: number; readonly keepsAxis: boolean };

const unsupported = (node: Node, what: string) => nodeError('unsupported_model', node, what);

export class Sequences {
  readonly #known = new Map<string, Sequence>();

  /** Whether the node was about sequences; then what it makes stands in `g`, or is known here. */
  place(g: GraphBuilder, node: Node): boolean {
    const place = node.domain === '' ? this.#operators[node.op] : undefined;
    if (place) place(g, node);
    else if (node.op === 'Identity' && this.has(node.inputs[0])) this.name(node.outputs[0], node.inputs[0]);
    return place !== undefined || this.has(node.outputs[0]);
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** Another name of the same sequence. */
  name(name: string, sequence: string): void {
    this.#known.set(name, this.#known.get(sequence)!);
  }

  /**
   * A Loop that appends one value a run to a sequence that starts empty stacks those values instead. `free` gives names
   * that nobody has yet.
   */
  stacking(node: Node, free: (hint: string) => string): Node {
    const { states } = loopOf(node);
    const appended = states.filter(({ initial }) => this.has(initial));
    if (appended.length === 0) return node;
    const stacks = appended.map(({ final }) => free(`${final}/stack`));
    appended.forEach(({ initial, final }, i) => {
      const start = this.#known.get(initial)!;
      if (!('items' in start) || start.items.length > 0)
        throw unsupported(node, 'carries a sequence that does not start empty');
      this.#known.set(final, { stack: stacks[i], axis: 0, keepsAxis: false });
    });
    const outside = new Set(appended.map(({ initial }) => initial));
    const finals = new Set(appended.map(({ final }) => final));
    const [inputs, outputs] = [appended.map(({ input }) => input), appended.map(({ output }) => output)];
    return withSubgraphs(
      {
        ...node,
        inputs: node.inputs.filter((name) => !outside.has(name)),
        outputs: [...node.outputs.filter((name) => !finals.has(name)), ...stacks],
      },
      (body) => {
        const inserts = inputs.map((input, i) => insertIn(node, body, input, outputs[i]));
        const left = (list: readonly ValueInfo[], names: readonly string[]) =>
          list.filter(({ name }) => !names.includes(name));
        const values = inserts.map(({ inputs: [, value] }): ValueInfo => ({ name: value, type: 'float' }));
        return {
          ...body,
          inputs: left(body.inputs, inputs),
          outputs: [...left(body.outputs, outputs), ...values],
          nodes: body.nodes.filter(
            (each) => !inserts.includes(each) && !each.outputs.some((name) => outputs.includes(name)),
          ),
        };
      },
    );
  }

  #of(node: Node): Sequence {
    const sequence = this.#known.get(node.inputs[0]);
    if (!sequence) throw unsupported(node, 'its sequence is not known before the run');
    return sequence;
  }

  #items(node: Node): readonly Value[] {
    const sequence = this.#of(node);
    if ('items' in sequence) return sequence.items;
    throw unsupported(node, 'changes the length of a sequence of slices');
  }

  /** A place in a list, from the front; the end where none is given. */
  #position(g: GraphBuilder, node: Node, input: number, length: number): number {
    if (!node.inputs[input]) return length;
    const [at] = g.type(node.inputs[input]).elements ?? [];
    if (typeof at !== 'number') throw unsupported(node, 'takes an unknown element of a sequence');
    return at < 0 ? at + length : at;
  }

  readonly #operators: Readonly<Record<string, (g: GraphBuilder, node: Node) => void>> = {
    SequenceEmpty: (_g, node) => void this.#known.set(node.outputs[0], { items: [] }),
    SequenceConstruct: (_g, node) => void this.#known.set(node.outputs[0], { items: node.inputs }),
    SequenceInsert: (g, node) => {
      const items = [...this.#items(node)];
      items.splice(this.#position(g, node, 2, items.length), 0, node.inputs[1]);
      this.#known.set(node.outputs[0], { items });
    },
    SequenceErase: (g, node) => {
      const items = [...this.#items(node)];
      items.splice(node.inputs[1] ? this.#position(g, node, 1, items.length) : items.length - 1, 1);
      this.#known.set(node.outputs[0], { items });
    },
    SequenceAt: (g, node) => {
      const sequence = this.#of(node);
      if ('items' in sequence) {
        const item = sequence.items[this.#position(g, node, 1, sequence.items.length)];
        if (item === undefined) throw nodeError('invalid_model', node, 'takes an element that is not there');
        return g.alias(node.outputs[0], item);
      }
      const { stack, axis, keepsAxis } = sequence;
      g.alias(node.outputs[0], g.op('Gather', [stack, g.reshape(node.inputs[1], keepsAxis ? [1] : [])], { axis }));
    },
    SequenceLength: (g, node) => {
      const sequence = this.#of(node);
      const length =
        'items' in sequence
          ? g.constant(scalar('int64', sequence.items.length))
          : g.op('Squeeze', [g.sizeVector(g.shape(sequence.stack)[sequence.axis]), g.int64s([0])]);
      g.alias(node.outputs[0], length);
    },
    SplitToSequence: (g, node) => this.#split(g, node),
    ConcatFromSequence: (g, node) => g.alias(node.outputs[0], this.#joined(g, node)),
  };

  #split(g: GraphBuilder, node: Node): void {
    const [value, split] = node.inputs;
    const shape = g.shape(value);
    const axis = axisOf(node, intOf(node, 'axis', 0), shape.length);
    const sizes = split ? g.type(split).elements : [1];
    if (!sizes) throw unsupported(node, 'cuts parts of unknown sizes');
    const each = !split || g.rank(split) === 0 ? sizes[0] : undefined;
    if (each === 1) {
      const keepsAxis = Boolean(split) || intOf(node, 'keepdims', 1) === 1;
      this.#known.set(node.outputs[0], { stack: value, axis, keepsAxis });
      return;
    }
    const parts = each === undefined ? sizes : partsOf(shape[axis], each);
    if (!parts?.every((part) => typeof part === 'number')) throw unsupported(node, 'cuts an unknown number of parts');
    const outputs = parts.map(() => 'part');
    const items = g.node('Split', [value, g.int64s(parts as number[])], { axis }, { outputs });
    this.#known.set(node.outputs[0], { items });
  }

  #joined(g: GraphBuilder, node: Node): Value {
    const sequence = this.#of(node);
    const grows = intOf(node, 'new_axis', 0) === 1;
    const at = intOf(node, 'axis', 0);
    if ('items' in sequence) {
      const rank = g.rank(sequence.items[0]) + (grows ? 1 : 0);
      const axis = axisOf(node, at, rank);
      return g.concat(
        sequence.items.map((item) => (grows ? g.unsqueeze(item, [axis]) : item)),
        axis,
      );
    }
    const { stack, axis, keepsAxis } = sequence;
    const rank = g.rank(stack);
    if (keepsAxis) {
      if (!grows && axisOf(node, at, rank) === axis) return stack;
      throw unsupported(node, 'joins slices that keep their axis along another');
    }
    const target = axisOf(node, at, grows ? rank : rank - 1);
    const others = Array.from({ length: rank }, (_, each) => each).filter((each) => each !== axis);
    const perm = [...others.slice(0, target), axis, ...others.slice(target)];
    const moved = perm.every((from, to) => from === to) ? stack : g.transpose(stack, perm);
    if (grows) return moved;
    // Slices side by side: the axis that counts them and the one they are joined along are one.
    const shape = g.shape(moved);
    return g.reshape(moved, [
      ...shape.slice(0, target),
      product([shape[target], shape[target + 1]]),
      ...shape.slice(target + 2),
    ]);
  }
}

/** Sizes of the parts when an axis is cut into parts of the same size, the last perhaps smaller. */
function partsOf(size: Dim, each: Dim): number[] | undefined {
  if (typeof size !== 'number' || typeof each !== 'number') return undefined;
  return Array.from({ length: Math.ceil(size / each) }, (_, i) => Math.min(each, size - i * each));
}

/** The node that appends to the sequence `input`, which leaves as `output`. */
function insertIn(node: Node, body: Graph, input: string, output: string): Node {
  let name = output;
  for (;;) {
    const maker = body.nodes.find(({ outputs }) => outputs.includes(name));
    const reads = body.nodes.filter(({ inputs }) => inputs.includes(input));
    if (maker?.op === 'SequenceInsert' && maker.inputs[0] === input && !maker.inputs[2] && reads.length === 1)
      return maker;
    if (maker?.op !== 'Identity')
      throw unsupported(node, 'does more with a sequence than append one value in each run');
    name = maker.inputs[0];
  }
}
