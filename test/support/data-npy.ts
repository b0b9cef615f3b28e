/** The bytes of a .npy file, version 1, as NumPy writes it. */
export function npy(descr: string, shape: readonly number[], data: Uint8Array, fortran = false): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  return npyWith(dict, data);
}

/** The same with any header. */
export function npyWith(dict: string, data: Uint8Array): Buffer {
  const padded = dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), data]);
}

type Typed = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint16Array | Uint8Array;
export const raw = (values: Typed): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

export const uint8 = (shape: readonly number[], values: (i: number) => number): Buffer =>
  npy(
    '|u1',
    shape,
    Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => values(i)),
  );
export const float32 = (shape: readonly number[], values: (i: number) => number): Buffer =>
  npy('<f4', shape, raw(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => values(i))));
export const int64 = (shape: readonly number[], values: (i: number) => number): Buffer =>
  npy('<i8', shape, raw(BigInt64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => BigInt(values(i)))));
