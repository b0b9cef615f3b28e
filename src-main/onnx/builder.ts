// Graphs are made by appending: every node's outputs get a unique name and an inferred type at once, so whoever builds
// can ask for shapes as they go. Names depend only on what was appended before, never on time or chance.

import { AtelierError } from '../shared/errors.ts';
import { isStatic, termsOf } from './dims.ts';
import { nodeError } from './node.ts';
import { inferNode } from './shapes/index.ts';
import { elementsOf } from './shapes/infer.ts';
import { namesOf, subgraphsOf } from './subgraphs.ts';
import { bytesOf, dataTypes, int64s, isFloatType, scalar } from './tensors.ts';
import type {
  Attribute,
  Attributes,
  DataType,
  Dim,
  Graph,
  Node,
  Shape,
  Tensor,
  ValueInfo,
  ValueType,
} from './types.ts';

/** The name of a value in the graph being built. */
export type Value = string;

/** Whole numbers are int attributes; a float one is written `float(0.5)`. */
export type AttributeInput = number | string | readonly number[] | Attribute | undefined;

export const float = (value: number): Attribute => ({ kind: 'float', value });

function attributeOf(name: string, input: Exclude<AttributeInput, undefined>): Attribute {
  if (typeof input === 'string') return { kind: 'string', value: input };
  if (typeof input === 'number') {
    if (Number.isSafeInteger(input)) return { kind: 'int', value: input };
    throw new AtelierError('internal', `attribute ${name}=${input}: a float attribute is written float(…)`);
  }
  return 'kind' in input ? input : { kind: 'ints', value: input };
}

export function attributesOf(inputs: Readonly<Record<string, AttributeInput>>): Attributes {
  const entries = Object.entries(inputs).filter(([, input]) => input !== undefined);
  return Object.fromEntries(entries.map(([name, input]) => [name, attributeOf(name, input!)]));
}

/** The domain of operators that exist only inside the compiler. */
export const ABSTRACT = 'atelier';

export interface NodeOptions {
  readonly domain?: string;
  /** Names the outputs; one name per output, '' for one left out. Otherwise one output, named after the operator. */
  readonly outputs?: readonly string[];
  /** Output types, for nodes that inference does not know. */
  readonly types?: readonly ValueType[];
}

/** Where a graph inside a node is built. */
export interface Inside {
  readonly outer: GraphBuilder;
  /** The body of a Scan or Loop, not a branch of an If. */
  readonly repeated: boolean;
}

export class GraphBuilder {
  /** Prefix of names made from here on: `grad/conv1`. */
  scope = '';
  readonly name: string;
  readonly inputs: ValueInfo[] = [];
  readonly outputs: ValueInfo[] = [];
  readonly nodes: Node[] = [];
  private readonly types = new Map<string, ValueType>();
  private readonly initializers = new Map<string, Tensor>();
  /** Every name in the model, those inside its nodes' graphs included. */
  private readonly names: Set<string>;
  /** The first value that has a size with a name, and where. */
  private readonly sizes = new Map<string, { readonly value: Value; readonly axis: number }>();
  private readonly constants = new Map<string, Value>();
  /** Last number tried per name, so that a thousand Muls do not try a million names. */
  private readonly counters: Map<string, number>;
  /** The builder of the graph around this one: its values can be used here, and constants are kept there. */
  readonly outer?: GraphBuilder;
  private readonly repeated: boolean;

  constructor(name: string, inside?: Inside) {
    this.name = name;
    this.outer = inside?.outer;
    this.repeated = inside?.repeated ?? false;
    this.names = this.outer?.names ?? new Set();
    this.counters = this.outer?.counters ?? new Map();
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
    for (const name of namesOf(graph)) g.names.add(name);
    return g;
  }

  // ---- what the graph knows

  type(value: Value): ValueType {
    const type = this.types.get(value) ?? (this.outer?.has(value) ? this.outer.type(value) : undefined);
    if (!type) throw new AtelierError('invalid_model', `value "${value}" is used before it is made`);
    return type;
  }

  shape(value: Value): Shape {
    return this.type(value).shape;
  }

  rank(value: Value): number {
    return this.shape(value).length;
  }

  has(value: Value): boolean {
    return this.owns(value) || (this.outer?.has(value) ?? false);
  }

  /** Whether the value is made in this very graph, not around it. */
  owns(value: Value): boolean {
    return this.types.has(value);
  }

  /** The value of an initializer, undefined for anything computed or fed. */
  constantOf(value: Value): Tensor | undefined {
    return this.initializers.get(value) ?? this.outer?.constantOf(value);
  }

  // ---- what goes into it

  unique(hint: string): string {
    const base = this.scope ? `${this.scope}/${hint}` : hint;
    let name = base;
    for (let n = this.counters.get(base) ?? 1; this.names.has(name);) {
      name = `${base}_${++n}`;
      this.counters.set(base, n);
    }
    this.names.add(name);
    return name;
  }

  input(name: string, type: DataType, shape: Shape): Value {
    this.define(name, { type, shape });
    this.inputs.push({ name, type, shape });
    return name;
  }

  /** A named constant, kept apart even from an equal one. */
  initializer(name: string, value: Tensor): Value {
    if (this.outer) return this.outer.initializer(name, value);
    this.define(name, typeOfTensor(value));
    this.initializers.set(name, value);
    if (name.startsWith(CONSTANT)) this.constants.set(contentOf(value), name);
    return name;
  }

  /** An unnamed constant: equal ones are shared. */
  constant(value: Tensor): Value {
    if (this.outer) return this.outer.constant(value);
    const known = this.constants.get(contentOf(value));
    if (known !== undefined) return known;
    const { scope } = this;
    this.scope = '';
    const name = this.initializer(this.unique(constantName(value)), value);
    this.scope = scope;
    return name;
  }

  /** A scalar of the type that `like` has, so that double graphs stay double. */
  scalar(value: number, like: Value): Value {
    return this.constant(scalar(this.type(like).type, value));
  }

  int64s(values: readonly number[]): Value {
    return this.constant(int64s(values));
  }

  /** Appends a node and returns all its outputs. What is the same in every run of a repeated graph goes around it. */
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
    options: NodeOptions = {},
  ): Value[] {
    if (this.outer && this.repeated && this.isInvariant(inputs, attributes)) {
      const { scope } = this.outer;
      this.outer.scope = this.scope;
      const outputs = this.outer.node(op, inputs, attributes, options);
      this.outer.scope = scope;
      return outputs;
    }
    const outputs = (options.outputs ?? [op]).map((hint) => (hint ? this.unique(hint) : ''));
    const names = inputs.map((input) => input ?? '');
    while (names.at(-1) === '') names.pop();
    this.append(
      {
        name: outputs.find(Boolean) ?? '',
        op,
        domain: options.domain ?? '',
        inputs: names,
        outputs,
        attributes: attributesOf(attributes),
      },
      options.types,
    );
    return outputs;
  }

  /** Appends a node with one output. */
  op(op: string, inputs: readonly (Value | undefined)[], attributes?: Readonly<Record<string, AttributeInput>>): Value {
    return this.node(op, inputs, attributes)[0];
  }

  /**
   * Appends an operator of Atelier's own that lowering replaces by standard ones: a gradient that devices spell
   * differently. Its one output has the type and shape of `like`.
   */
  abstract(op: string, inputs: readonly Value[], like: Value, attributes: Attributes = {}): Value {
    const { type, shape } = this.type(like);
    return this.node(op, inputs, attributes, { domain: ABSTRACT, types: [{ type, shape }] })[0];
  }

  /** Appends a node of another graph under its own output names; `types` skips inference where all are given. */
  copy(node: Node, types: readonly (ValueType | undefined)[] = []): void {
    for (const [, inner] of subgraphsOf(node)) for (const name of namesOf(inner)) this.names.add(name);
    const known = types.filter((type) => type !== undefined);
    this.append(node, known.length === node.outputs.length ? known : undefined);
  }

  /** `value` under another name. */
  alias(name: string, value: Value): void {
    this.copy({ name, op: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} });
  }

  /**
   * Inside another graph, an output that is no node's, or is one already, passes through Identity: ONNX Runtime refuses
   * an outer value there, and gets wrong numbers out of an input or a repeated output.
   */
  output(value: Value): void {
    const { type, shape } = this.type(value);
    const named = ({ name }: ValueInfo) => name === value;
    const plain = this.owns(value) && !this.inputs.some(named) && !this.outputs.some(named);
    let name = value;
    if (this.outer && !plain) {
      name = this.unique(`${value}/result`);
      this.alias(name, value);
    }
    this.outputs.push({ name, type, shape });
  }

  /** Puts `replacement` in the place of `node`: the same outputs, and more of the given types. */
  amend(node: Node, replacement: Node, more: readonly ValueType[]): void {
    const at = this.nodes.indexOf(node);
    if (at < 0) throw new AtelierError('internal', `"${node.name}" is no node of this graph`);
    for (const [, inner] of subgraphsOf(replacement)) for (const name of namesOf(inner)) this.names.add(name);
    more.forEach((type, index) => this.define(replacement.outputs[node.outputs.length + index], type));
    this.nodes[at] = replacement;
  }

  finish(): Graph {
    const values = new Map<string, ValueType>();
    for (const node of this.nodes) for (const output of node.outputs) if (output) values.set(output, this.type(output));
    return {
      name: this.name,
      inputs: [...this.inputs],
      outputs: [...this.outputs],
      initializers: new Map(this.initializers),
      nodes: [...this.nodes],
      values,
    };
  }

  private knows(size: string): boolean {
    return this.sizes.has(size) || (this.outer?.knows(size) ?? false);
  }

  /** Whether none of what a node reads is made in this graph. */
  private isInvariant(
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, AttributeInput>>,
  ): boolean {
    const given = inputs.filter((input) => input !== undefined && input !== '');
    const captured = Object.values(attributesOf(attributes)).some(({ kind }) => kind === 'graph');
    return given.length > 0 && !captured && !given.some((input) => this.owns(input!));
  }

  private define(name: string, type: ValueType): void {
    if (this.types.has(name)) throw new AtelierError('invalid_model', `two values are named "${name}"`);
    this.names.add(name);
    this.types.set(name, type);
    type.shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && !this.sizes.has(dim)) this.sizes.set(dim, { value: name, axis });
    });
  }

  private append(node: Node, types: readonly ValueType[] | undefined): void {
    const inferred =
      types ??
      inferNode(
        node,
        (name) => this.type(name),
        (name) => this.constantOf(name),
      );
    node.outputs.forEach((output, index) => {
      if (!output) return;
      const type = inferred[index];
      if (!type) throw nodeError('invalid_model', node, `has no output ${index}`);
      this.define(output, type);
    });
    this.nodes.push(node);
  }

  // ---- the operators that rules are written in

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

function typeOfTensor(value: Tensor): ValueType {
  const { type, shape } = value;
  const elements = isFloatType(type) ? undefined : elementsOf(value);
  return elements ? { type, shape, elements } : { type, shape };
}

const CONSTANT = 'const/';

function constantName({ type, shape, data }: Tensor): string {
  const values = data.length <= 4 ? Array.from(data as ArrayLike<unknown>, String).join('_') : shape.join('x');
  return `${CONSTANT}${type}_${values}`;
}

function contentOf(value: Tensor): string {
  const content = value.type === 'string' ? JSON.stringify(value.data) : Buffer.from(bytesOf(value)).toString('latin1');
  return `${value.type}[${value.shape.join(',')}]${content}`;
}
