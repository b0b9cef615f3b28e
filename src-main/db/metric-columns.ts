import { AtelierError } from '../shared/errors.ts';

/**
 * A stretch of a curve as bytes, exact to the bit: a byte that says how each column is written, the number of points, then the columns.
 * Whole numbers are varints (LEB128), signed ones zigzag. What follows a rule is written as the rule:
 * - steps: first and stride, or first and the differences;
 * - milliseconds: differences of differences, since points come at a pace;
 * - epochs: steps a epoch where each is step / that, else 32 bits where these say it all, else 64;
 * - values: one where all are the same; differences where all are whole numbers and these are the shorter; 32 bits; 64 bits.
 */
export interface Columns {
  /** Strictly ascending whole numbers. */
  steps: number[];
  epochs: number[];
  /** Whole numbers. */
  milliseconds: number[];
  values: number[];
}

export const noColumns = (): Columns => ({ steps: [], epochs: [], milliseconds: [], values: [] });

export function addPoint(to: Columns, step: number, epoch: number, milliseconds: number, value: number): void {
  to.steps.push(step);
  to.epochs.push(epoch);
  to.milliseconds.push(milliseconds);
  to.values.push(value);
}

export function copyPoint(to: Columns, from: Columns | Stretch, at: number): void {
  addPoint(to, from.steps[at], from.epochs[at], from.milliseconds[at], from.values[at]);
}

const stepForms = { stride: 0, differences: 1 } as const;
const epochForms = { perEpoch: 0, float32: 1, float64: 2 } as const;
const valueForms = { constant: 0, float32: 1, float64: 2, whole: 3 } as const;

/** The points of `columns` from place `from` to before place `to`, at least one. */
export function encodeColumns(columns: Columns, from = 0, to = columns.steps.length): Uint8Array {
  const { steps, epochs, milliseconds, values } = columns;
  const count = to - from;
  const out = new Writer(32 + count * 36);

  const stride = count > 1 ? steps[from + 1] - steps[from] : 1;
  let even = true;
  for (let i = from + 1; i < to && even; i++) even = steps[i] - steps[i - 1] === stride;
  const perEpoch = stepsPerEpoch(columns, from, to);
  const epochForm = perEpoch > 0 ? epochForms.perEpoch : formOf(epochs, from, to);
  let valueForm: number = valueForms.constant;
  for (let i = from + 1; i < to; i++) {
    if (Object.is(values[i], values[from])) continue;
    valueForm = areSmallWhole(values, from, to) ? valueForms.whole : formOf(values, from, to);
    break;
  }

  out.byte((even ? stepForms.stride : stepForms.differences) | (epochForm << 1) | (valueForm << 3));
  out.varint(count);
  out.signed(steps[from]);
  if (even) out.varint(stride);
  else for (let i = from + 1; i < to; i++) out.varint(steps[i] - steps[i - 1]);

  out.signed(milliseconds[from]);
  let pace = 0;
  for (let i = from + 1; i < to; i++) {
    const difference = milliseconds[i] - milliseconds[i - 1];
    out.signed(difference - pace);
    pace = difference;
  }

  if (epochForm === epochForms.perEpoch) out.float64(perEpoch);
  else out.floats(epochs, from, to, epochForm === epochForms.float32);

  if (valueForm === valueForms.constant) out.float64(values[from]);
  else if (valueForm === valueForms.whole) {
    out.signed(values[from]);
    for (let i = from + 1; i < to; i++) out.signed(values[i] - values[i - 1]);
  } else out.floats(values, from, to, valueForm === valueForms.float32);
  return out.bytes();
}

/** A decoded stretch: the first `count` numbers of each. Written over by whoever decodes into it next. */
export class Stretch {
  count = 0;
  steps = new Float64Array(1024);
  epochs = new Float64Array(1024);
  milliseconds = new Float64Array(1024);
  values = new Float64Array(1024);

  begin(count: number): void {
    this.count = count;
    if (count <= this.steps.length) return;
    for (const column of ['steps', 'epochs', 'milliseconds', 'values'] as const) this[column] = new Float64Array(count);
  }
}

/** Throws `workspace_damaged` where the bytes are no such columns. */
export function decodeStretch(bytes: Uint8Array, into: Stretch): void {
  const input = new Reader(bytes);
  const forms = input.byte();
  const count = input.varint();
  // A point takes at least its byte of milliseconds.
  if (count < 1 || count > bytes.length || forms > 31) throw damaged();
  into.begin(count);
  const { steps, epochs, milliseconds, values } = into;

  let step = (steps[0] = input.signed());
  const stride = (forms & 1) === stepForms.stride ? input.varint() : null;
  for (let i = 1; i < count; i++) steps[i] = step += stride ?? input.varint();

  let time = (milliseconds[0] = input.signed());
  let pace = 0;
  for (let i = 1; i < count; i++) {
    pace += input.signed();
    milliseconds[i] = time += pace;
  }

  const epochForm = (forms >> 1) & 3;
  if (epochForm === epochForms.perEpoch) {
    const perEpoch = input.float64();
    for (let i = 0; i < count; i++) epochs[i] = steps[i] / perEpoch;
  } else input.floats(epochs, count, epochForm === epochForms.float32);

  const valueForm = forms >> 3;
  if (valueForm === valueForms.constant) values.fill(input.float64(), 0, count);
  else if (valueForm === valueForms.whole) {
    let value = (values[0] = input.signed());
    for (let i = 1; i < count; i++) values[i] = value += input.signed();
  } else input.floats(values, count, valueForm === valueForms.float32);
}

const scratch = new Stretch();

/** Adds what `bytes` hold to `into`. */
export function decodeColumns(bytes: Uint8Array, into: Columns): void {
  decodeStretch(bytes, scratch);
  for (let i = 0; i < scratch.count; i++) copyPoint(into, scratch, i);
}

/** The number that each step has to be divided by to give its epoch, to the bit; 0 where there is none. */
function stepsPerEpoch({ steps, epochs }: Columns, from: number, to: number): number {
  // The last step has seen the most epochs, so that its quotient is the surest.
  const exact = steps[to - 1] / epochs[to - 1];
  for (const perEpoch of [Math.round(exact), exact]) {
    if (!(perEpoch > 0) || !Number.isFinite(perEpoch)) continue;
    let all = true;
    for (let i = from; i < to && all; i++) all = Object.is(steps[i] / perEpoch, epochs[i]);
    if (all) return perEpoch;
  }
  return 0;
}

function formOf(list: readonly number[], from: number, to: number): 1 | 2 {
  for (let i = from; i < to; i++) if (!Object.is(Math.fround(list[i]), list[i])) return valueForms.float64;
  return valueForms.float32;
}

/** Whole numbers (no -0, which a difference would lose) that are not far apart. */
function areSmallWhole(list: readonly number[], from: number, to: number): boolean {
  let bits = 0;
  for (let i = from; i < to; i++) {
    if (!Number.isSafeInteger(list[i]) || Math.abs(list[i]) > 2 ** 51 || Object.is(list[i], -0)) return false;
    if (i > from) bits += Math.log2(Math.abs(list[i] - list[i - 1]) + 1) + 2;
  }
  return bits <= (to - from) * 28;
}

const damaged = () =>
  new AtelierError(
    'workspace_damaged',
    'A part of a curve is damaged in the database. Close everything that uses this workspace and open it again: Atelier then checks it, and repairs it from its newest backup and the run folders.',
  );

class Writer {
  #buffer: Buffer;
  #at = 0;

  constructor(most: number) {
    this.#buffer = Buffer.allocUnsafe(most);
  }
  byte(value: number): void {
    this.#buffer[this.#at++] = value;
  }
  varint(value: number): void {
    while (value >= 128) {
      this.#buffer[this.#at++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.#buffer[this.#at++] = value;
  }
  signed(value: number): void {
    this.varint(value >= 0 ? value * 2 : value * -2 - 1);
  }
  float64(value: number): void {
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }
  floats(list: readonly number[], from: number, to: number, short: boolean): void {
    for (let i = from; i < to; i++)
      this.#at = short ? this.#buffer.writeFloatLE(list[i], this.#at) : this.#buffer.writeDoubleLE(list[i], this.#at);
  }
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  byte(): number {
    if (this.#at >= this.#bytes.length) throw damaged();
    return this.#bytes[this.#at++];
  }
  varint(): number {
    let byte = this.byte();
    if (byte < 128) return byte;
    let value = byte & 127;
    let scale = 128;
    do {
      byte = this.byte();
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value;
  }
  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  float64(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }
  floats(into: Float64Array, count: number, short: boolean): void {
    const size = short ? 4 : 8;
    this.#need(count * size);
    for (let i = 0, at = this.#at; i < count; i++, at += size)
      into[i] = short ? this.#view.getFloat32(at, true) : this.#view.getFloat64(at, true);
    this.#at += count * size;
  }
  #need(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) throw damaged();
  }
}
