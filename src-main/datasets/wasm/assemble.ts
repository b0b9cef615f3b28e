/**
 * Writes WebAssembly (core specification 2.0, binary format) by expressions: each function below gives the code that leaves its value on the
 * stack, or that does something and leaves nothing. For the few loops over bytes in which JavaScript has no vectors.
 */
export type Code = readonly number[];
export type ValueType = 'i32' | 'i64' | 'v128';

const types: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, v128: 0x7b };
const nothing = 0x40;

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (; value < -0x40 || value > 0x3f; value >>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value & 0x7f];
}

const unary =
  (...op: number[]) =>
  (value: Code): Code => [...value, ...op];
const binary =
  (...op: number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...op];
const vector = (op: number): number[] => [0xfd, ...unsigned(op)];
/** The second number is of alignment, of which nothing is promised. */
const at = (offset: number): number[] => [0, ...unsigned(offset)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value | 0)],
  load8: (address: Code, offset = 0): Code => [...address, 0x2d, ...at(offset)],
  store8: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x3a, ...at(offset)],
  eqz: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  ltU: binary(0x49),
  gtU: binary(0x4b),
  ctz: unary(0x68),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  remU: binary(0x70),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shrU: binary(0x76),
};

export const i64 = {
  const: (value: number): Code => [0x42, ...signed(value | 0)],
  load: (address: Code, offset = 0): Code => [...address, 0x29, ...at(offset)],
  eqz: unary(0x50),
  eq: binary(0x51),
  and: binary(0x83),
  shrU: binary(0x88),
  fromU32: unary(0xad),
};

/** Sixteen bytes. */
export const i8x16 = {
  load: (address: Code, offset = 0): Code => [...address, ...vector(0x00), ...at(offset)],
  splat: unary(...vector(0x0f)),
  eq: binary(...vector(0x23)),
  ltU: binary(...vector(0x26)),
  or: binary(...vector(0x50)),
  /** One bit of each. */
  bitmask: unary(...vector(0x64)),
  sub: binary(...vector(0x71)),
};

/** One after the other. */
export const steps = (...codes: readonly Code[]): Code => codes.flat();
export const when = (condition: Code, then: Code, otherwise?: Code): Code => [
  ...condition,
  0x04,
  nothing,
  ...then,
  ...(otherwise ? [0x05, ...otherwise] : []),
  0x0b,
];
export const either = (condition: Code, then: Code, otherwise: Code): Code => [
  ...condition,
  0x04,
  types.i32,
  ...then,
  0x05,
  ...otherwise,
  0x0b,
];
/** What is asked for second is not even looked at where the first does not hold. */
export const both = (a: Code, b: Code): Code => either(a, b, i32.const(0));
/** Again and again as long as the condition holds, which is asked for before each. */
export const loop = (condition: Code, body: Code): Code => [
  ...[0x02, nothing, 0x03, nothing],
  ...i32.eqz(condition),
  ...[0x0d, 1],
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
];

export interface Local {
  readonly get: Code;
  set(value: Code): Code;
  /** Sets it, and leaves the value. */
  tee(value: Code): Code;
}

/** A function without a result, whose parameters are whole numbers; `locals` come behind them. */
export class Routine {
  readonly #parameters: number;
  readonly #locals: ValueType[] = [];

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  parameter(index: number): Local {
    return this.#place(index);
  }

  local(type: ValueType = 'i32'): Local {
    return this.#place(this.#parameters + this.#locals.push(type) - 1);
  }

  /** A module that takes its memory as `env.memory` and gives this one function as `run`. */
  module(body: Code): Uint8Array<ArrayBuffer> {
    const text = (word: string): number[] => [word.length, ...Buffer.from(word)];
    const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
    const locals = this.#locals.flatMap((type) => [1, types[type]]);
    const code = [...unsigned(this.#locals.length), ...locals, ...body, 0x0b];
    const parameters = Array<number>(this.#parameters).fill(types.i32);
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [1, 0x60, ...unsigned(this.#parameters), ...parameters, 0]),
      ...section(2, [1, ...text('env'), ...text('memory'), 0x02, 0x00, 1]),
      ...section(3, [1, 0]),
      ...section(7, [1, ...text('run'), 0x00, 0]),
      ...section(10, [1, ...unsigned(code.length), ...code]),
    ]);
  }

  #place(index: number): Local {
    const place = unsigned(index);
    return {
      get: [0x20, ...place],
      set: (value) => [...value, 0x21, ...place],
      tee: (value) => [...value, 0x22, ...place],
    };
  }
}
