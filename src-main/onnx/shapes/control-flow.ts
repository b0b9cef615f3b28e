// Operators with graphs inside. Those graphs have types already; what is left here is to stack slices, and to agree.

import { ifOf, loopOf, type LoopParts, scanOf, stackAxis } from '../control-flow.ts';
import { nodeError } from '../node.ts';
import type { Dim, Graph, Node, Shape, ValueType } from '../types.ts';
import type { ShapeRule } from './infer.ts';

type TypeOf = (name: string) => ValueType;

function insertAt(shape: Shape, axis: number, dim: Dim): Shape {
  return [...shape.slice(0, axis), dim, ...shape.slice(axis)];
}

function withoutAxis(shape: Shape, axis: number): Shape {
  return shape.filter((_, index) => index !== axis);
}

/** What is known of the elements before a loop need not hold in it. */
const plain = ({ type, shape }: ValueType): ValueType => ({ type, shape });

/** How often a Scan runs its body. */
export function scanLength(node: Node, typeOf: TypeOf): Dim {
  const lengths = scanOf(node).scanned.map((scan): Dim => {
    const { shape } = typeOf(scan.stack);
    return shape[stackAxis(node, scan, shape.length)];
  });
  return lengths.find((length) => typeof length === 'number') ?? lengths[0];
}

/** Types of a Scan body's inputs. */
export function scanBodyInputs(node: Node, typeOf: TypeOf): ValueType[] {
  const { states, scanned } = scanOf(node);
  const slices = scanned.map((scan): ValueType => {
    const { type, shape } = typeOf(scan.stack);
    if (shape.length === 0) throw nodeError('invalid_model', node, `"${scan.stack}" has no axis to go along`);
    return { type, shape: withoutAxis(shape, stackAxis(node, scan, shape.length)) };
  });
  return [...states.map(({ initial }) => plain(typeOf(initial))), ...slices];
}

/** Types of a Loop body's inputs before its first run. */
export function loopBodyInputs(node: Node, typeOf: TypeOf): ValueType[] {
  const carried = loopOf(node).states.map(({ initial }) => plain(typeOf(initial)));
  return [{ type: 'int64', shape: [] }, { type: 'bool', shape: [] }, ...carried];
}

/** Whether only the number of runs ends the loop. Its condition is true inside of the body, which phases/2-infer-shapes says there. */
export function runsToTheEnd({ body, after }: LoopParts): boolean {
  return body.values.get(after)?.elements?.[0] === 1;
}

/**
 * A Loop's carried values may change their sizes from run to run. `before`: a state's type going in; `after`: coming out;
 * the result has names for the sizes in which they differ. undefined: it stays as it is.
 */
export function changingState(node: Node, name: string, before: ValueType, after: ValueType): ValueType | undefined {
  if (before.type !== after.type || before.shape.length !== after.shape.length) {
    const text = ({ type, shape }: ValueType) => `${type} [${shape.join(', ')}]`;
    const detail = `carries "${name}" in as ${text(before)} and out as ${text(after)}`;
    throw nodeError(before.type === after.type ? 'unsupported_shape' : 'invalid_model', node, detail);
  }
  const unnamed = (dim: Dim, axis: number) => dim !== after.shape[axis] && dim !== `${name}/dim${axis}`;
  if (!before.shape.some(unnamed)) return undefined;
  return { ...before, shape: before.shape.map((dim, axis) => (unnamed(dim, axis) ? `${name}/dim${axis}` : dim)) };
}

const outputOf = (body: Graph, output: string): ValueType => {
  const { type, shape } = body.outputs.find(({ name }) => name === output)!;
  return { type, shape: shape! };
};

export const Scan: ShapeRule = (c) => {
  const { body, states, results } = scanOf(c.node);
  const typeOf: TypeOf = (name) => c.input(c.node.inputs.indexOf(name));
  const length = scanLength(c.node, typeOf);
  return [
    ...states.map(({ initial, output }) => {
      const [before, after] = [plain(typeOf(initial)), outputOf(body, output)];
      const differs = (dim: Dim, axis: number) =>
        typeof dim === 'number' && typeof after.shape[axis] === 'number' && dim !== after.shape[axis];
      if (before.shape.length === after.shape.length && !before.shape.some(differs)) return before;
      const shapes = `[${before.shape.join(', ')}] and comes out [${after.shape.join(', ')}]`;
      throw nodeError('shape_mismatch', c.node, `"${initial}" goes in ${shapes}`);
    }),
    ...results.map((result) => {
      const { type, shape } = outputOf(body, result.slice);
      return { type, shape: insertAt(shape, stackAxis(c.node, result, shape.length + 1), length) };
    }),
  ];
};

/** More runs than anyone waits for: the condition is meant to end the loop. */
const ENDLESS = 2 ** 31;

export const Loop: ShapeRule = (c) => {
  const loop = loopOf(c.node);
  const [trips] = (loop.trips === undefined ? undefined : c.symbols(0)) ?? [];
  const counted = runsToTheEnd(loop) && trips !== undefined && !(Number(trips) >= ENDLESS);
  return [
    ...loop.states.map(({ initial, output, final }) => {
      const { type, shape } = outputOf(loop.body, output);
      const before = c.input(c.node.inputs.indexOf(initial)).shape;
      // Without a run the initial value stays.
      return { type, shape: shape.map((dim, axis) => (dim === before[axis] ? dim : `${final || output}/dim${axis}`)) };
    }),
    ...loop.results.map(({ slice, stack }) => {
      const { type, shape } = outputOf(loop.body, slice);
      return { type, shape: [counted ? trips : `${stack || slice}/dim0`, ...shape] };
    }),
  ];
};

export const If: ShapeRule = (c) => {
  const { then, otherwise } = ifOf(c.node);
  return c.node.outputs.map((output, i) => {
    const [a, b] = [then.outputs[i], otherwise.outputs[i]];
    if (a.type !== b.type) throw nodeError('invalid_model', c.node, `"${output}" is ${a.type} or ${b.type}`);
    if (a.shape!.length !== b.shape!.length) {
      const shapes = `[${a.shape!.join(', ')}] or [${b.shape!.join(', ')}]`;
      throw nodeError('unsupported_shape', c.node, `"${output}" is ${shapes}, and only the run can tell which`);
    }
    return {
      type: a.type,
      shape: a.shape!.map((dim, axis) => (dim === b.shape![axis] ? dim : `${output}/dim${axis}`)),
    };
  });
};
