// Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), driven by descriptors: as much of it as ONNX needs.
// A message is a plain object whose fields are set only where present; writing follows the descriptor's order, so the
// same message always gives the same bytes.

import { AtelierError } from '../shared/errors.ts';

export type FieldKind = 'int' | 'bigint' | 'float' | 'double' | 'bytes' | 'string' | Descriptor;

export interface Field {
  readonly number: number;
  readonly name: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
}

/** Fields in ascending number. `message` is lazy where messages contain one another. */
export interface Descriptor {
  readonly name: string;
  readonly fields: () => readonly Field[];
}

export type WireValue = number | bigint | string | Uint8Array | WireMessage | readonly WireValue[];
export interface WireMessage {
  [field: string]: WireValue | undefined;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** Graphs inside attributes inside graphs: hostile files nest until the stack ends, real ones stay under 20. */
const MAX_DEPTH = 100;

const truncated = (at: number) => new AtelierError('invalid_model', `the file is cut short or damaged at byte ${at}`);

function wireTypeOf(kind: FieldKind): number {
  if (kind === 'int' || kind === 'bigint') return VARINT;
  if (kind === 'float') return FIXED32;
  return kind === 'double' ? FIXED64 : LENGTH;
}

// ---- reading

const utf8 = new TextDecoder('utf-8', { fatal: true });

class Reader {
  at: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array, start: number, end: number, view?: DataView) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.view = view ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number): number {
    const from = this.at;
    if (length > this.end - from) throw truncated(from);
    this.at = from + length;
    return from;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.take(1)];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw truncated(this.at);
  }

  /** Tags and lengths: almost always a byte or two, so without BigInt. */
  length(): number {
    const from = this.at;
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.bytes[this.take(1)];
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw truncated(from);
  }

  part(): Reader {
    const length = this.length();
    const from = this.take(length);
    return new Reader(this.bytes, from, from + length, this.view);
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED64) this.take(8);
    else if (wireType === LENGTH) this.take(this.length());
    else if (wireType === FIXED32) this.take(4);
    else throw truncated(this.at);
  }
}

function readScalar(reader: Reader, kind: FieldKind, depth: number): WireValue {
  switch (kind) {
    case 'int': {
      const from = reader.at;
      const value = reader.varint();
      const number = Number(value);
      if (!Number.isSafeInteger(number)) {
        throw new AtelierError('invalid_model', `the integer ${value} at byte ${from} is out of range`);
      }
      return number;
    }
    case 'bigint':
      return reader.varint();
    case 'float':
      return reader.view.getFloat32(reader.take(4), true);
    case 'double':
      return reader.view.getFloat64(reader.take(8), true);
    case 'bytes': {
      const part = reader.part();
      return reader.bytes.subarray(part.at, part.end);
    }
    case 'string': {
      const part = reader.part();
      try {
        return utf8.decode(reader.bytes.subarray(part.at, part.end));
      } catch {
        throw new AtelierError('invalid_model', `the text at byte ${part.at} is not UTF-8`);
      }
    }
    default:
      return readFields(reader.part(), kind, depth + 1);
  }
}

function readFields(reader: Reader, descriptor: Descriptor, depth: number): WireMessage {
  if (depth > MAX_DEPTH) throw new AtelierError('invalid_model', `graphs are nested more than ${MAX_DEPTH} deep`);
  const message: WireMessage = {};
  const fields = new Map(descriptor.fields().map((field) => [field.number, field]));
  while (reader.at < reader.end) {
    const tag = reader.length();
    const wireType = tag % 8;
    const field = fields.get(Math.floor(tag / 8));
    if (!field) {
      reader.skip(wireType);
      continue;
    }
    const { name, kind, repeated } = field;
    const packed = repeated && wireType === LENGTH && wireTypeOf(kind) !== LENGTH;
    if (!packed && wireType !== wireTypeOf(kind)) {
      throw new AtelierError(
        'invalid_model',
        `${descriptor.name}.${name} at byte ${reader.at} has the wrong wire type`,
      );
    }
    if (!repeated) {
      message[name] = readScalar(reader, kind, depth);
      continue;
    }
    const list = (message[name] ??= []) as WireValue[];
    if (packed) for (const part = reader.part(); part.at < part.end;) list.push(readScalar(part, kind, depth));
    else list.push(readScalar(reader, kind, depth));
  }
  return message;
}

export function decode(bytes: Uint8Array, descriptor: Descriptor): WireMessage {
  return readFields(new Reader(bytes, 0, bytes.length), descriptor, 0);
}

// ---- writing

/** Collects chunks back to front, so that a message's length is known when its header is written. */
class Writer {
  private readonly chunks: Uint8Array[] = [];
  length = 0;

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
  }

  varint(value: number | bigint): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.push(Uint8Array.from(bytes));
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.length);
    let at = this.length;
    for (const chunk of this.chunks) result.set(chunk, (at -= chunk.length));
    return result;
  }
}

const encoder = new TextEncoder();

function fixed(size: 4 | 8, value: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (size === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return bytes;
}

function writeScalar(writer: Writer, kind: FieldKind, value: WireValue): void {
  if (kind === 'int' || kind === 'bigint') return writer.varint(value as number | bigint);
  if (kind === 'float') return writer.push(fixed(4, value as number));
  if (kind === 'double') return writer.push(fixed(8, value as number));
  const before = writer.length;
  if (kind === 'bytes') writer.push(value as Uint8Array);
  else if (kind === 'string') writer.push(encoder.encode(value as string));
  else writeFields(writer, kind, value as WireMessage);
  writer.varint(writer.length - before);
}

function writeFields(writer: Writer, descriptor: Descriptor, message: WireMessage): void {
  for (const { number, name, kind, repeated } of [...descriptor.fields()].reverse()) {
    const value = message[name];
    if (value === undefined) continue;
    const wireType = wireTypeOf(kind);
    const list = repeated ? (value as readonly WireValue[]) : [value];
    if (repeated && wireType !== LENGTH) {
      if (list.length === 0) continue;
      const before = writer.length;
      for (let i = list.length - 1; i >= 0; i--) writeScalar(writer, kind, list[i]);
      writer.varint(writer.length - before);
      writer.varint(number * 8 + LENGTH);
      continue;
    }
    for (let i = list.length - 1; i >= 0; i--) {
      writeScalar(writer, kind, list[i]);
      writer.varint(number * 8 + wireType);
    }
  }
}

export function encode(message: WireMessage, descriptor: Descriptor): Uint8Array {
  const writer = new Writer();
  writeFields(writer, descriptor, message);
  return writer.finish();
}
