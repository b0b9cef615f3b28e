import { AtelierError } from '../shared/errors.ts';

/** Where a tensor of a model has its bytes, if not in the model's own file (onnx.proto, `TensorProto.external_data`). */
export interface OutsideValues {
  tensor: string;
  /** As the file says it, relative to the file; not yet trusted. */
  location: string;
  /** In bytes. */
  offset: number;
  /** In bytes; null: to the file's end. */
  length: number | null;
}

/** Some bytes of a file; fewer at its end. */
export type ReadBytes = (from: number, length: number) => Uint8Array;

/** Which parts of a message hold tensors, by field number in onnx.proto. */
interface Holder {
  readonly [field: number]: () => Holder | 'tensor';
}
const sparse: Holder = { 1: () => 'tensor', 2: () => 'tensor' };
const attribute: Holder = {
  5: () => 'tensor',
  6: () => graph,
  10: () => 'tensor',
  11: () => graph,
  22: () => sparse,
  23: () => sparse,
};
const node: Holder = { 5: () => attribute };
const graph: Holder = { 1: () => node, 5: () => 'tensor', 15: () => sparse };
const functionProto: Holder = { 7: () => node, 11: () => attribute };
const model: Holder = { 7: () => graph, 20: () => ({ 1: () => graph, 2: () => graph }), 25: () => functionProto };
const tensorFields = { name: 8, external: 13 };
const entryFields = { key: 1, value: 2 };

const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];
/** As for `decode`: hostile files nest until the stack ends. */
const maxDepth = 100;
/** A name, a key or a value of more is none. */
const maxText = 2 ** 16;
const windowBytes = 2 ** 16;

/** A file read in passing: what is skipped is never read. */
class Passage {
  at = 0;
  readonly #read: ReadBytes;
  #window: Uint8Array = new Uint8Array(0);
  #from = 0;

  constructor(read: ReadBytes) {
    this.#read = read;
  }
  take(length: number): Uint8Array {
    const inside = this.at - this.#from;
    if (inside < 0 || inside + length > this.#window.length) {
      this.#from = this.at;
      this.#window = this.#read(this.at, Math.max(length, windowBytes));
      if (this.#window.length < length) throw cutShort(this.at);
    }
    const start = this.at - this.#from;
    this.at += length;
    return this.#window.subarray(start, start + length);
  }
  varint(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const [byte] = this.take(1);
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw cutShort(this.at);
  }
  text(length: number): string {
    if (length > maxText) throw cutShort(this.at);
    return new TextDecoder().decode(this.take(length));
  }
}

/**
 * The tensors of an ONNX file that have their values elsewhere, in the order in which they stand; no weights are read. Throws
 * `invalid_model` where the file is cut short or none.
 * @param size of the file, in bytes
 */
export function outsideValues(read: ReadBytes, size: number): OutsideValues[] {
  const passage = new Passage(read);
  const found: OutsideValues[] = [];
  walk(passage, size, model, found, 0);
  return found;
}

/** Calls `of` with each part of the message that ends at `end`: its field number, and its length in bytes from here. */
function eachField(passage: Passage, end: number, of: (field: number, length: number) => void): void {
  while (passage.at < end) {
    const tag = passage.varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    // No field has that number: zeros, which a file is full of that was never written to its end, would be read for hours.
    if (field === 0) throw cutShort(passage.at);
    if (wire === VARINT) {
      passage.varint();
      continue;
    }
    const length = wire === LENGTH ? passage.varint() : wire === FIXED64 ? 8 : wire === FIXED32 ? 4 : NaN;
    const next = passage.at + length;
    if (!(next <= end)) throw cutShort(passage.at);
    if (wire === LENGTH) of(field, length);
    passage.at = next;
  }
}

function walk(passage: Passage, end: number, holder: Holder, found: OutsideValues[], depth: number): void {
  if (depth > maxDepth) throw new AtelierError('invalid_model', `graphs are nested more than ${maxDepth} deep`);
  eachField(passage, end, (field, length) => {
    const part = holder[field]?.();
    if (!part) return;
    if (part === 'tensor') readTensor(passage, passage.at + length, found);
    else walk(passage, passage.at + length, part, found, depth + 1);
  });
}

function readTensor(passage: Passage, end: number, found: OutsideValues[]): void {
  let tensor = '';
  const entries = new Map<string, string>();
  const locations: string[] = [];
  eachField(passage, end, (field, length) => {
    if (field === tensorFields.name) tensor = passage.text(length);
    if (field !== tensorFields.external) return;
    const entry = { key: '', value: '' };
    eachField(passage, passage.at + length, (which, size) => {
      if (which === entryFields.key) entry.key = passage.text(size);
      if (which === entryFields.value) entry.value = passage.text(size);
    });
    entries.set(entry.key, entry.value);
    if (entry.key === 'location') locations.push(entry.value);
  });
  const length = entries.get('length');
  // Which of several a reader would take is not ours to guess: all of them are told.
  for (const location of locations) {
    found.push({
      tensor,
      location,
      offset: Number(entries.get('offset') ?? 0),
      length: length === undefined ? null : Number(length),
    });
  }
}

const cutShort = (at: number): AtelierError =>
  new AtelierError('invalid_model', `the file is cut short or damaged at byte ${at}`);
