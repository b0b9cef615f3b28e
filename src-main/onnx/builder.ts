// The operators by name, and shapes whose sizes are only known while the graph runs, on top of a graph that grows.

import { AtelierError } from '../shared/errors.ts';
import { GraphAppender, type Nesting, type Value } from './appender.ts';
import { isStatic, termsOf } from './dims.ts';
import { dataTypes } from './tensors.ts';
import type { Attributes, DataType, Dim, Graph, Shape } from './types.ts';

export type { Value } from './appender.ts';

/** The domain of operators that exist only inside the compiler. */
export const ABSTRACT = 'atelier';

export type Inside = Nesting<GraphBuilder>;

/** What graphs are written with: architectures, gradient rules, losses, optimizers, passes. */
export class GraphBuilder extends GraphAppender {
  declare readonly outer?: GraphBuilder;

  constructor(name: string, inside?: Inside) {
    super(name, inside);
  }

  /** A builder that goes on where `graph` ends. Its outputs are kept. */
  static extend(graph: Graph, inside?: Inside): GraphBuilder {
    const g = GraphBuilder.interfaceOf(graph, inside);
    for (const node of graph.nodes) {
      g.copy(
        node,
        node.outputs.map((output) => graph.values.get(output)),
      );
    }
    g.outputs.push(...graph.outputs);
    return g;
  }

  /** The same name, inputs and initializers, and no nodes yet: for phases that rewrite. */
  static interfaceOf(graph: Graph, inside?: Inside): GraphBuilder {
    const g = new GraphBuilder(graph.name, inside);
    for (const { name, type, shape } of graph.inputs) {
      if (!shape) throw new AtelierError('unsupported_shape', `input "${name}" has no shape`);
      g.input(name, type, shape);
    }
    for (const [name, value] of graph.initializers) g.initializer(name, value);
    // Names of nodes to come stay free for them, so that a phase can keep them.
    g.reserve(graph);
    return g;
  }

  /**
   * Appends an operator of Atelier's own that lowering replaces by standard ones: a gradient that devices spell
   * differently. Its one output has the type and shape of `like`.
   */
  abstract(op: string, inputs: readonly Value[], like: Value, attributes: Attributes = {}): Value {
    const { type, shape } = this.type(like);
    return this.node(op, inputs, attributes, { domain: ABSTRACT, types: [{ type, shape }] })[0];
  }

  add = (a: Value, b: Value): Value => this.op('Add', [a, b]);
  sub = (a: Value, b: Value): Value => this.op('Sub', [a, b]);
  mul = (a: Value, b: Value): Value => this.op('Mul', [a, b]);
  div = (a: Value, b: Value): Value => this.op('Div', [a, b]);
  neg = (x: Value): Value => this.op('Neg', [x]);
  exp = (x: Value): Value => this.op('Exp', [x]);
  log = (x: Value): Value => this.op('Log', [x]);
  sqrt = (x: Value): Value => this.op('Sqrt', [x]);
  pow = (x: Value, y: Value): Value => this.op('Pow', [x, y]);
  matmul = (a: Value, b: Value): Value => this.op('MatMul', [a, b]);
  where = (condition: Value, x: Value, y: Value): Value => this.op('Where', [condition, x, y]);
  /** x times a plain number. */
  scale = (x: Value, factor: number): Value => (factor === 1 ? x : this.mul(x, this.scalar(factor, x)));
  concat = (inputs: readonly Value[], axis: number): Value => this.op('Concat', inputs, { axis });
  cast = (x: Value, type: DataType): Value => this.op('Cast', [x], { to: dataTypes[type].code });
  transpose = (x: Value, perm: readonly number[]): Value => this.op('Transpose', [x], { perm });

  reduceSum = (x: Value, axes: readonly number[], keepdims = true): Value =>
    this.op('ReduceSum', [x, this.int64s(axes)], { keepdims: keepdims ? 1 : 0 });
  reduceMean = (x: Value, axes: readonly number[], keepdims = true): Value =>
    this.op('ReduceMean', [x, this.int64s(axes)], { keepdims: keepdims ? 1 : 0 });
  unsqueeze = (x: Value, axes: readonly number[]): Value => this.op('Unsqueeze', [x, this.int64s(axes)]);

  slice = (
    x: Value,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ) => this.op('Slice', [x, this.int64s(starts), this.int64s(ends), this.int64s(axes), steps && this.int64s(steps)]);

  /** Reshape to a shape whose sizes may have names: one becomes −1, more are computed from values that have them. */
  reshape(x: Value, shape: Shape): Value {
    return this.op('Reshape', [x, this.shapeVector(shape, true)]);
  }

  reshapeLike(x: Value, like: Value): Value {
    return this.op('Reshape', [x, this.shapeValue(like)]);
  }

  /** The shape of a value as an int64 vector for Reshape: a constant where at most one size is unknown. */
  shapeValue(value: Value): Value {
    const shape = this.shape(value);
    return fitsConstant(shape) ? this.int64s(reshapeTarget(shape)) : this.op('Shape', [value]);
  }

  /**
   * Sizes as an int64 vector, those with names computed while the graph runs. `forReshape`: where one alone has a name
   * it may be −1. Throws `unsupported_shape` for a name that no value so far has an axis of.
   */
  shapeVector(shape: Shape, forReshape = false): Value {
    if (isStatic(shape) || (forReshape && fitsConstant(shape))) return this.int64s(reshapeTarget(shape));
    const parts: Value[] = [];
    let known: number[] = [];
    const flush = () => {
      if (known.length > 0) parts.push(this.int64s(known));
      known = [];
    };
    for (const dim of shape) {
      if (typeof dim === 'number') known.push(dim);
      else {
        flush();
        parts.push(this.sizeVector(dim));
      }
    }
    flush();
    return parts.length === 1 ? parts[0] : this.concat(parts, 0);
  }

  /** One size as an int64 vector of length 1. */
  sizeVector(dim: Dim): Value {
    if (typeof dim === 'number') return this.int64s([dim]);
    if (this.outer?.knows(dim)) return this.outer.sizeVector(dim);
    const source = this.sizes.get(dim);
    if (source) return this.op('Shape', [source.value], { start: source.axis, end: source.axis + 1 });
    const terms = termsOf(dim).map(([coefficient, names]) => {
      const factors = names.map((name) => {
        if (name === dim) throw new AtelierError('unsupported_shape', `no value so far has the size "${dim}"`);
        return this.sizeVector(name);
      });
      if (coefficient !== 1 || factors.length === 0) factors.push(this.int64s([coefficient]));
      return factors.reduce(this.mul);
    });
    return terms.reduce(this.add);
  }
}

/** With a zero among the sizes, −1 would be ambiguous. */
function fitsConstant(shape: Shape): boolean {
  const unknown = shape.filter((dim) => typeof dim === 'string').length;
  return unknown === 0 || (unknown === 1 && !shape.includes(0));
}

const reshapeTarget = (shape: Shape): number[] => shape.map((dim) => (typeof dim === 'number' ? dim : -1));
