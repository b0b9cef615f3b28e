/** The bytes of an IDX file: dimensions, then data as given. */
export function idxBytes(dims: readonly number[], data: ArrayLike<number>, type = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header[2] = type;
  header[3] = dims.length;
  dims.forEach((dim, i) => header.writeUInt32BE(dim, 4 + 4 * i));
  return Buffer.concat([header, Uint8Array.from(data)]);
}

/** A pair of `count` images, each filled with its own number (mod 256), labelled round robin. */
export function idxPair(
  count: number,
  { height = 4, width = 3, classes = 3, channels = 0 } = {},
): { images: Buffer; labels: Buffer } {
  const size = height * width * (channels || 1);
  const dims = channels ? [count, height, width, channels] : [count, height, width];
  return {
    images: idxBytes(
      dims,
      Array.from({ length: count * size }, (_, i) => Math.floor(i / size)),
    ),
    labels: idxBytes(
      [count],
      Array.from({ length: count }, (_, i) => i % classes),
    ),
  };
}
