import { stat } from 'node:fs/promises';
import { AtelierError } from '../../shared/errors.ts';
import { openFile } from '../source.ts';
import { naming } from '../system-errors.ts';
import { valuesIn, type Dtype, type NpyArray } from './npy.ts';

export type Values =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** An array in Fortran's order is turned around in memory. */
const maxTurned = 1 << 30;

const truncated = ({ label, shape, dtype }: NpyArray): AtelierError =>
  new AtelierError(
    'npy_truncated',
    `${label} is shorter than its header says (${shape.join(' × ')} values of type ${dtype.name}), or damaged. Save or copy it again.`,
  );

/** Throws `npy_truncated` where the file cannot hold what its header claims: before a byte is read. */
export async function checkLength(array: NpyArray): Promise<void> {
  const { file, dataAt, shape, dtype } = array;
  const wanted = dataAt + valuesIn(shape) * dtype.size;
  const there = file.packed
    ? (file.packed.claimed ?? Infinity)
    : (await naming({ reading: file.path }, () => stat(file.path))).size;
  if (there < wanted) throw truncated(array);
}

/** The array's bytes in C's order, in pieces of whole rows of `rowBytes` each. Throws `npy_truncated`, `npy_order`. */
export async function* readRows(array: NpyArray, rowBytes: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  await checkLength(array);
  if (array.fortran && array.shape.length > 1) {
    yield await turned(array, signal);
    return;
  }
  let carried: Buffer = Buffer.alloc(0);
  for await (const chunk of content(array, signal)) {
    const joined = carried.length > 0 ? Buffer.concat([carried, chunk]) : chunk;
    const end = joined.length - (joined.length % rowBytes);
    if (end > 0) yield joined.subarray(0, end);
    carried = joined.subarray(end);
  }
}

async function* content(array: NpyArray, signal: AbortSignal): AsyncGenerator<Buffer> {
  let skip = array.dataAt;
  let left = valuesIn(array.shape) * array.dtype.size;
  try {
    for await (const chunk of openFile(array.file, signal)) {
      const piece = chunk.subarray(skip, skip + left);
      skip = Math.max(0, skip - chunk.length);
      left -= piece.length;
      if (piece.length > 0) yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    }
  } catch (error) {
    if (error instanceof AtelierError && /^(gzip|entry)_damaged$/.test(error.code)) throw truncated(array);
    throw error;
  }
  if (left > 0) throw truncated(array);
}

/** From the first index running fastest to the last doing so. */
async function turned(array: NpyArray, signal: AbortSignal): Promise<Buffer> {
  const { shape, dtype, label } = array;
  const total = valuesIn(shape) * dtype.size;
  if (total > maxTurned) {
    throw new AtelierError(
      'npy_order',
      `${label} is stored in Fortran's order, and is too large to be turned around. Save it as numpy.ascontiguousarray(array).`,
    );
  }
  const from = Buffer.allocUnsafe(total);
  let at = 0;
  for await (const piece of content(array, signal)) at += piece.copy(from, at);
  const to = Buffer.allocUnsafe(total);
  // How far apart neighbours along each axis lie in the file.
  const strides = shape.map((_, axis) => valuesIn(shape.slice(0, axis)) * dtype.size);
  const index = shape.map(() => 0);
  for (let out = 0, source = 0; out < total; out += dtype.size) {
    from.copy(to, out, source, source + dtype.size);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]++;
      source += strides[axis];
      if (index[axis] < shape[axis]) break;
      source -= index[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return to;
}

/** Bytes as numbers of the array's type; half floats become floats, truth values 0 and 1. */
export function asValues(bytes: Buffer, { kind, size, bigEndian }: Dtype): Values {
  // A copy of its own: views must begin at multiples of their size, and bytes are swapped in place.
  const own = Buffer.from(Uint8Array.from(bytes).buffer);
  if (bigEndian && size === 2) own.swap16();
  if (bigEndian && size === 4) own.swap32();
  if (bigEndian && size === 8) own.swap64();
  const { buffer } = own as { buffer: ArrayBuffer };
  switch (kind) {
    case 'float':
      return size === 2
        ? halves(new Uint16Array(buffer))
        : size === 4
          ? new Float32Array(buffer)
          : new Float64Array(buffer);
    case 'int':
      if (size === 1) return new Int8Array(buffer);
      if (size === 2) return new Int16Array(buffer);
      return size === 4 ? new Int32Array(buffer) : new BigInt64Array(buffer);
    case 'uint':
      if (size === 1) return new Uint8Array(buffer);
      if (size === 2) return new Uint16Array(buffer);
      return size === 4 ? new Uint32Array(buffer) : new BigUint64Array(buffer);
    default:
      return new Uint8Array(buffer).map((byte) => (byte === 0 ? 0 : 1));
  }
}

/** IEEE 754 binary16. */
function halves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    const sign = half & 0x8000 ? -1 : 1;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** Texts of fixed length, padded with NULs. */
export function asTexts(bytes: Buffer, { kind, size, bigEndian }: Dtype): string[] {
  const decoder = new TextDecoder('utf-8');
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const one = bytes.subarray(i * size, (i + 1) * size);
    if (kind === 'bytes') return decoder.decode(one).replace(/\0+$/, '');
    let text = '';
    for (let at = 0; at < size; at += 4) {
      const code = bigEndian ? one.readUInt32BE(at) : one.readUInt32LE(at);
      text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    }
    return text.replace(/\0+$/, '');
  });
}
