// Graphs are made by appending: every node's outputs get a unique name and an inferred type at once, so whoever builds
// can ask for shapes as they go. Names depend only on what was appended before, never on time or chance.

import { AtelierError } from '../shared/errors.ts';
import { attributesOf, type AttributeInput } from './attributes.ts';
import { nodeError } from './node.ts';
import { inferNode } from './shapes/index.ts';
import { elementsOf } from './shapes/infer.ts';
import { namesOf, subgraphsOf } from './subgraphs.ts';
import { bytesOf, int64s, isFloatType, scalar } from './tensors.ts';
import type { DataType, Graph, Node, Shape, Tensor, ValueInfo, ValueType } from './types.ts';

/** The name of a value in the graph being built. */
export type Value = string;

export interface NodeOptions {
  readonly domain?: string;
  /** Names the outputs; one name per output, '' for one left out. Otherwise one output, named after the operator. */
  readonly outputs?: readonly string[];
  /** Output types, for nodes that inference does not know. */
  readonly types?: readonly ValueType[];
}

/** Where a graph inside a node is built. */
export interface Nesting<Builder> {
  readonly outer: Builder;
  /** The body of a Scan or Loop, not a branch of an If. */
  readonly repeated: boolean;
}

/** A graph that grows node by node: its names, types and constants, and what it sees of the graph around it. */
export class GraphAppender {
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
  protected readonly sizes = new Map<string, { readonly value: Value; readonly axis: number }>();
  private readonly constants = new Map<string, Value>();
  /** Last number tried per name, so that a thousand Muls do not try a million names. */
  private readonly counters: Map<string, number>;
  /** The builder of the graph around this one: its values can be used here, and constants are kept there. */
  readonly outer?: GraphAppender;
  private readonly repeated: boolean;

  constructor(name: string, inside?: Nesting<GraphAppender>) {
    this.name = name;
    this.outer = inside?.outer;
    this.repeated = inside?.repeated ?? false;
    this.names = this.outer?.names ?? new Set();
    this.counters = this.outer?.counters ?? new Map();
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

  /** Appends a node of another graph under its own output names; `types` skips inference where all are given. */
  copy(node: Node, types: readonly (ValueType | undefined)[] = []): void {
    for (const [, inner] of subgraphsOf(node)) this.reserve(inner);
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
    for (const [, inner] of subgraphsOf(replacement)) this.reserve(inner);
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

  /** Keeps the names of a graph's nodes free for them. */
  protected reserve(graph: Graph): void {
    for (const name of namesOf(graph)) this.names.add(name);
  }

  protected knows(size: string): boolean {
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
}

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
