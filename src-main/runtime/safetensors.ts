import { bytesOf, dataTypes, sizeOf } from '../onnx/tensors.ts';
import type { DataType, NumericArray, Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';

/**
 * The safetensors format (huggingface.co/docs/safetensors): 8 bytes of header length, a JSON header that names each tensor's type,
 * shape and byte range, then the bytes. No code in it, readable by every other tool, and what is wrong with a file is told before use.
 */

const spelling: Partial<Record<DataType, string>> = {
  float: 'F32',
  double: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int8: 'I8',
  int16: 'I16',
  int32: 'I32',
  int64: 'I64',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  bool: 'BOOL',
};
const typeOf = new Map(Object.entries(spelling).map(([type, name]) => [name, type as DataType]));

/** The reference implementation's own limit. */
const maxHeaderBytes = 100_000_000;
/** Data starts at a multiple of 8, so that every tensor of ours can be read in place. */
const alignment = 8;

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export interface TensorFile {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/** The pieces to write one after another: nothing is copied. */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array[] {
  // Widest elements first keeps all of them aligned; the format wants no holes.
  const width = (tensor: Tensor): number => dataTypes[tensor.type].array?.BYTES_PER_ELEMENT ?? 1;
  const ordered = [...tensors].sort(([a, x], [b, y]) => width(y) - width(x) || (a < b ? -1 : 1));

  const header: Record<string, Entry | Record<string, string>> = { __metadata__: metadata };
  let offset = 0;
  const pieces = ordered.map(([name, tensor]) => {
    const dtype = spelling[tensor.type];
    if (!dtype) throw new AtelierError('unsupported_type', `"${name}": safetensors holds no ${tensor.type} tensors`);
    const bytes = bytesOf(tensor);
    header[name] = { dtype, shape: [...tensor.shape], data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    return bytes;
  });
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / alignment) * alignment, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return [length, padded, ...pieces];
}

/** Reads a whole file; every size in it is checked against the bytes that are there. */
export function decodeSafetensors(bytes: Uint8Array, where: string): TensorFile {
  const broken = (what: string): AtelierError => new AtelierError('broken_checkpoint', `${where}: ${what}`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 8) throw broken('the file is shorter than its header');
  const headerBytes = Number(buffer.readBigUInt64LE(0));
  if (headerBytes > maxHeaderBytes || 8 + headerBytes > buffer.length) throw broken('the header is cut off');

  let header: Record<string, unknown>;
  try {
    header = JSON.parse(buffer.toString('utf8', 8, 8 + headerBytes)) as Record<string, unknown>;
  } catch {
    throw broken('the header is not JSON');
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const data = buffer.subarray(8 + headerBytes);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) throw broken(`tensor "${name}" is not described`);
    const type = typeOf.get(entry.dtype);
    const ArrayType = type && dataTypes[type].array;
    if (!type || !ArrayType) throw broken(`tensor "${name}" has the unknown type ${entry.dtype}`);
    const [begin, end] = entry.data_offsets;
    if (end - begin !== sizeOf(entry.shape) * ArrayType.BYTES_PER_ELEMENT || begin < 0 || end > data.length) {
      throw broken(`tensor "${name}" is cut off or has the wrong size`);
    }
    // A copy of its own: aligned, and it does not keep the whole file in memory.
    const own = new ArrayBuffer(end - begin);
    new Uint8Array(own).set(data.subarray(begin, end));
    tensors.set(name, { type, shape: entry.shape, data: new ArrayType(own) as NumericArray });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  const sizes = (list: unknown): boolean => Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  return typeof entry?.dtype === 'string' && sizes(entry.shape) && sizes(entry.data_offsets);
}
