import { AtelierError } from '../../shared/errors.ts';
import { readHead, type FoundFile } from '../source.ts';

/** One kind of value: numbers, truth values, or text of a fixed length. */
export interface Dtype {
  kind: 'bool' | 'int' | 'uint' | 'float' | 'unicode' | 'bytes';
  /** Bytes of one value. */
  size: number;
  bigEndian: boolean;
  /** As NumPy writes it. */
  name: string;
}

/** An array in a .npy file, alone or in a .npz archive. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export interface NpyArray {
  /** Its name in the archive, or the file's, without ".npy". */
  name: string;
  /** For messages: the file, and the array in it. */
  label: string;
  file: FoundFile;
  dtype: Dtype;
  shape: number[];
  /** The first index runs fastest. */
  fortran: boolean;
  /** Where the values begin. */
  dataAt: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const maxHeader = 1 << 16;
export const isNpy = (head: Uint8Array): boolean => magic.every((byte, i) => head[i] === byte);

/** Reads what an array is. Throws `npy_objects`, `npy_type`, `npy_damaged`. */
export async function readNpyHeader(file: FoundFile, name: string, label: string): Promise<NpyArray> {
  const head = await readHead(file, maxHeader);
  const damaged = (why: string): AtelierError =>
    new AtelierError('npy_damaged', `${label} is no whole NumPy array: ${why}. Save it again.`);
  if (!isNpy(head) || head.length < 12) throw damaged('it does not begin as one');
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const long = head[6] >= 2;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const dataAt = (long ? 12 : 10) + length;
  if (dataAt > head.length) throw damaged('its header is cut off or too long');
  const text = new TextDecoder(head[6] >= 3 ? 'utf-8' : 'latin1').decode(head.subarray(long ? 12 : 10, dataAt));
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)\b/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !order || !shape) throw damaged('its header cannot be read');
  const dims = shape[1].split(',').flatMap((dim) => (dim.trim() === '' ? [] : [parseInt(dim, 10)]));
  const values = dims.reduce((product, dim) => product * dim, 1);
  if (dims.length > 32 || !Number.isSafeInteger(values)) throw damaged('its shape cannot be');
  return {
    name,
    label,
    file,
    dtype: readDtype(descr[2] ? 'a list of fields' : descr[1], label),
    shape: dims,
    fortran: order[1] === 'True',
    dataAt,
  };
}

const kinds: Record<string, Dtype['kind']> = {
  b: 'bool',
  i: 'int',
  u: 'uint',
  f: 'float',
  U: 'unicode',
  S: 'bytes',
  a: 'bytes',
};
const sizes: Record<Dtype['kind'], readonly number[] | null> = {
  bool: [1],
  int: [1, 2, 4, 8],
  uint: [1, 2, 4, 8],
  float: [2, 4, 8],
  unicode: null,
  bytes: null,
};
const maxText = 4096;

function readDtype(name: string, label: string): Dtype {
  const found = /^([<>|=]?)([a-zA-Z?])(\d*)$/.exec(name);
  if (found?.[2] === 'O') {
    throw new AtelierError(
      'npy_objects',
      `${label} holds Python objects, kept as pickles. Those are programs, and are never opened; save it with a type of numbers, such as array.astype("float32").`,
    );
  }
  const kind = found && (found[2] === '?' ? 'bool' : kinds[found[2]]);
  const count = Number(found?.[3] || 1);
  const allowed = kind ? sizes[kind] : [];
  if (!found || !kind || (allowed ? !allowed.includes(count) : count < 1 || count > maxText)) {
    throw new AtelierError(
      'npy_type',
      `${label} is of type ${name}; numbers are read: truth values, whole numbers of 8 to 64 bits, floats of 16 to 64.`,
    );
  }
  return { kind, size: kind === 'unicode' ? 4 * count : count, bigEndian: found[1] === '>', name };
}

export const isNumeric = ({ dtype }: NpyArray): boolean => dtype.kind !== 'unicode' && dtype.kind !== 'bytes';
export const valuesIn = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);
