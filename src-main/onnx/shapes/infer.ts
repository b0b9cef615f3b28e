// What a shape rule sees of its node, and what it gives back.

import { runDim } from '../dims.ts';
import { nodeError } from '../node.ts';
import { numbersOf } from '../tensors.ts';
import type { Dim, Node, Shape, Tensor, ValueType } from '../types.ts';

/** Longer vectors hold data, not sizes. */
export const MAX_ELEMENTS = 64;

/** The values of a constant that is no longer than that. */
export function elementsOf(value: Tensor, longest = MAX_ELEMENTS): number[] | undefined {
  const numeric = value.type !== 'string' && value.type !== 'float16' && value.type !== 'bfloat16';
  return numeric && value.data.length <= longest ? numbersOf(value) : undefined;
}

export class InferContext {
  readonly node: Node;
  private readonly typeOf: (name: string) => ValueType;
  private readonly constantOf: (name: string) => Tensor | undefined;

  constructor(node: Node, typeOf: (name: string) => ValueType, constantOf: (name: string) => Tensor | undefined) {
    this.node = node;
    this.typeOf = typeOf;
    this.constantOf = constantOf;
  }

  has(index: number): boolean {
    return Boolean(this.node.inputs[index]);
  }

  input(index: number): ValueType {
    return this.typeOf(this.node.inputs[index]);
  }

  inputs(): ValueType[] {
    return this.node.inputs.map((name) => this.typeOf(name));
  }

  shape(index: number): Shape {
    return this.input(index).shape;
  }

  rank(index: number): number {
    return this.shape(index).length;
  }

  /** What is known of a short vector's elements: constants, sizes that came from a Shape, what was computed of them. */
  elements(index: number): readonly Dim[] | undefined {
    if (!this.has(index)) return undefined;
    const known = this.input(index).elements;
    if (known) return known;
    const value = this.constantOf(this.node.inputs[index]);
    return value && elementsOf(value, 4096);
  }

  /** As `elements`; those of whole numbers that only the run can tell get names (`?indices[0]`), so that the others stay known. */
  symbols(index: number): readonly Dim[] | undefined {
    const known = this.elements(index);
    if (known || !this.has(index)) return known;
    const { type, shape } = this.input(index);
    const length = shape.length === 0 ? 1 : shape.length === 1 ? shape[0] : undefined;
    if ((type !== 'int64' && type !== 'int32') || typeof length !== 'number' || length > MAX_ELEMENTS) return undefined;
    return Array.from({ length }, (_, i) => `?${this.node.inputs[index]}[${i}]`);
  }

  /** Elements that must be known before the graph runs (axes, slice bounds …). */
  required(index: number, what: string): readonly Dim[] {
    const elements = this.symbols(index);
    if (!elements) throw nodeError('unsupported_shape', this.node, `${what} is computed while the graph runs`);
    return elements;
  }

  numbers(index: number, what: string): number[] {
    return this.required(index, what).map((dim) => {
      if (typeof dim === 'number') return dim;
      throw nodeError('unsupported_shape', this.node, `${what} depends on the size "${dim}"`);
    });
  }

  /** A size that only the run can tell. */
  unknown(axis: number): Dim {
    return runDim(this.node.outputs.find(Boolean)!, axis);
  }
}

/** One type per output, in order. */
export type ShapeRule = (context: InferContext) => readonly ValueType[];
