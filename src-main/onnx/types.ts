// The graph as the rest of Atelier sees it: ONNX's own nouns, immutable, without protobuf in the way.

/** Element types, spelled as in onnx.proto (`float` is 32 bits wide, `double` 64). */
export type DataType =
  | 'float'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'double'
  | 'uint32'
  | 'uint64'
  | 'bfloat16';

/** A size known now, or the name of one known when the graph runs (`batch`, `height/2`). */
export type Dim = number | string;
export type Shape = readonly Dim[];

export type NumericArray =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint32Array
  | BigUint64Array;

/** Row-major values. bool is one byte each; float16 and bfloat16 are their raw 16 bits. */
export interface Tensor {
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly data: NumericArray | readonly string[];
}

/** What is known of a value before the graph runs. */
export interface ValueType {
  readonly type: DataType;
  readonly shape: Shape;
  /** Of small tensors, row-major, what is known of the elements: so Shape → Gather → Concat → Reshape keeps its dims. */
  readonly elements?: readonly Dim[];
}

/** A named input or output. A file may leave an output's shape out; inference puts it back. */
export interface ValueInfo {
  readonly name: string;
  readonly type: DataType;
  readonly shape?: Shape;
  /** A sequence, an optional value, or a type that the file leaves out: at the edges of graphs inside nodes. */
  readonly tensor?: false;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly name: string;
  readonly op: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  /** '' marks an optional input or output left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** Types of the values between (ONNX's value_info); inference fills it in. */
  readonly values: ReadonlyMap<string, ValueType>;
}

export interface Model {
  readonly irVersion: number;
  /** Domain → version; '' is ai.onnx. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
}
