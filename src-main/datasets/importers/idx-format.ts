import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { AtelierError } from '../../shared/errors.ts';
import { openFile, readHead, storedBytes, type FoundFile } from '../source.ts';

/**
 * The IDX format of the MNIST family: two zero bytes, a type, the number of dimensions, each dimension as a big-endian uint32, the data.
 * http://yann.lecun.com/exdb/mnist/
 */
export interface IdxFile extends FoundFile {
  /** As it is stored. */
  bytes: number;
  dims: number[];
  headerBytes: number;
}

const types: Record<number, string> = {
  0x08: 'uint8',
  0x09: 'int8',
  0x0b: 'int16',
  0x0c: 'int32',
  0x0d: 'float32',
  0x0e: 'float64',
};
/** What deflate can blow a byte up to, a little more than 1:1032. */
const maxRatio = 1100;

/** The header if the file is IDX of bytes, else null. Throws where it is IDX of something that is not read. */
export async function readIdxHeader(file: FoundFile): Promise<IdxFile | null> {
  const head = await readHead(file, 32);
  if (head.length < 8 || head[0] !== 0 || head[1] !== 0 || !(head[2] in types)) return null;
  const rank = head[3];
  if (rank < 1 || rank > 4 || head.length < 4 + 4 * rank) return null;
  const view = new DataView(head.buffer, head.byteOffset);
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const name = basename(file.relative);
  if (head[2] !== 0x08) {
    throw new AtelierError(
      'idx_type',
      `${name} holds ${types[head[2]]} values; only bytes (uint8) are read from IDX files.`,
    );
  }
  return { ...file, bytes: await storedBytes(file), dims, headerBytes: 4 + 4 * rank };
}

const truncated = (file: IdxFile): AtelierError =>
  new AtelierError(
    'idx_truncated',
    `${basename(file.relative)} is shorter than its header says (${file.dims.join(' × ')} bytes of data), or damaged. Download it again.`,
  );

/**
 * Streams the data after the header in pieces of any size, and gives the SHA-256 of the file as it lies on the disk at the end.
 * Throws `idx_truncated`.
 */
export async function* readIdx(file: IdxFile, signal: AbortSignal): AsyncGenerator<Uint8Array, string> {
  const wanted = file.dims.reduce((product, dim) => product * dim, 1);
  // A header may claim anything: what cannot be is refused before a byte is read.
  if (wanted > (file.packed ? file.bytes * maxRatio : file.bytes)) throw truncated(file);
  const hash = createHash('sha256');
  let skip = file.headerBytes;
  let left = wanted;
  try {
    for await (const chunk of openFile(file, signal, (stored) => hash.update(stored))) {
      const piece = chunk.subarray(skip, skip + left);
      skip = Math.max(0, skip - chunk.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  } catch (error) {
    if (error instanceof AtelierError && error.code === 'gzip_damaged') throw truncated(file);
    throw error;
  }
  if (left > 0) throw truncated(file);
  return hash.digest('hex');
}
