// Arrays of float64 and reading of attributes, for the reference operators. Shares nothing with the compiler but the graph types.

import { fromFloat16 } from '../../../src-main/onnx/half.ts';
import type { Attribute, Graph, Node, Tensor } from '../../../src-main/onnx/types.ts';

export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export const array = (shape: readonly number[], values: Iterable<number>): Array64 => ({
  shape,
  data: Float64Array.from(values),
});

export const fromTensor = ({ type, shape, data }: Tensor): Array64 =>
  array(shape, Array.from(data as ArrayLike<number>, type === 'float16' ? fromFloat16 : Number));

export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) result[i] = result[i + 1] * shape[i + 1];
  return result;
}

/** All index vectors of a shape, in row-major order. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  if (shape.some((dim) => dim === 0)) return;
  const at = new Array<number>(shape.length).fill(0);
  for (;;) {
    yield [...at];
    let axis = shape.length - 1;
    while (axis >= 0 && ++at[axis] === shape[axis]) at[axis--] = 0;
    if (axis < 0) return;
  }
}

export function make(shape: readonly number[], value: (at: readonly number[]) => number): Array64 {
  const data = new Float64Array(size(shape));
  const at = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    data[i] = value([...at]);
    let axis = shape.length - 1;
    while (axis >= 0 && ++at[axis] === shape[axis]) at[axis--] = 0;
  }
  return { shape, data };
}

/** Element at an index vector; axes of size 1 broadcast, leading ones are dropped. */
export function get(x: Array64, at: readonly number[]): number {
  const { shape } = x;
  const skip = at.length - shape.length;
  let [offset, step] = [0, 1];
  // Finite differences ask for hundreds of millions of elements: nothing is made on the way.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dim = shape[axis];
    if (dim !== 1) offset += at[axis + skip] * step;
    step *= dim;
  }
  return x.data[offset];
}

export function broadcast(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((dim, shape) => {
      const other = shape[axis - rank + shape.length] ?? 1;
      return dim === 1 ? other : dim;
    }, 1),
  );
}

export function value(node: Node, name: string): Attribute['value'] | undefined {
  return node.attributes[name]?.value;
}
export const number = (node: Node, name: string, otherwise: number): number =>
  (value(node, name) as number) ?? otherwise;
export const list = (node: Node, name: string): number[] | undefined => value(node, name) as number[] | undefined;
export const text = (node: Node, name: string, otherwise: string): string => (value(node, name) as string) ?? otherwise;

/** Outputs of a graph inside a node, which may read the values around it. */
export type RunSubgraph = (graph: Graph, inputs: readonly Array64[]) => readonly Array64[];

/** What the definition of one operator gives for its inputs; one left out is undefined. */
export type ReferenceOperator = (
  node: Node,
  inputs: readonly (Array64 | undefined)[],
  run: RunSubgraph,
) => readonly Array64[];
export type ReferenceOperators = Readonly<Record<string, ReferenceOperator>>;
