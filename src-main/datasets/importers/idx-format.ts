import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { AtelierError } from '../../shared/errors.ts';
import { readHead, type FoundFile } from '../source.ts';
import { systemError } from '../system-errors.ts';

/**
 * The IDX format of the MNIST family: two zero bytes, a type, the number of dimensions, each dimension as a big-endian uint32, the data.
 * Plain or gzipped, told by content. http://yann.lecun.com/exdb/mnist/
 */
export interface IdxFile extends FoundFile {
  bytes: number;
  gzip: boolean;
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

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** The header if the file is IDX of bytes, else null. Throws where it is IDX of something that is not read. */
export async function readIdxHeader(file: FoundFile): Promise<IdxFile | null> {
  const packed = await readHead(file, 4096);
  const gzip = isGzip(packed);
  const head = gzip ? gunzipHead(packed) : packed;
  if (!head || head.length < 8 || head[0] !== 0 || head[1] !== 0 || !(head[2] in types)) return null;
  const rank = head[3];
  if (rank < 1 || rank > 4 || head.length < 4 + 4 * rank) return null;
  const view = new DataView(head.buffer, head.byteOffset);
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const name = basename(file.path);
  if (head[2] !== 0x08) {
    throw new AtelierError(
      'idx_type',
      `${name} holds ${types[head[2]]} values; only bytes (uint8) are read from IDX files.`,
    );
  }
  return { ...file, bytes: (await stat(file.path)).size, gzip, dims, headerBytes: 4 + 4 * rank };
}

/** The beginning of what is packed. A little of it does where more of it is damaged: that is told when it is read. */
function gunzipHead(packed: Uint8Array): Uint8Array | null {
  for (const length of [packed.length, 64]) {
    try {
      const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 23 };
      return gunzipSync(packed.subarray(0, length), options);
    } catch {
      // Once more with less.
    }
  }
  return null;
}

const truncated = (file: IdxFile): AtelierError =>
  new AtelierError(
    'idx_truncated',
    `${basename(file.path)} is shorter than its header says (${file.dims.join(' × ')} bytes of data), or damaged. Download it again.`,
  );

/**
 * Streams the data after the header in pieces of any size, and gives the SHA-256 of the file as it lies on the disk at the end.
 * Throws `idx_truncated`.
 */
export async function* readIdx(file: IdxFile, signal: AbortSignal): AsyncGenerator<Uint8Array, string> {
  const wanted = file.dims.reduce((product, dim) => product * dim, 1);
  // A header may claim anything: what cannot be is refused before a byte is read.
  if (wanted > (file.gzip ? file.bytes * maxRatio : file.bytes)) throw truncated(file);
  const hash = createHash('sha256');
  const raw = createReadStream(file.path, { highWaterMark: 1 << 18, signal });
  raw.on('data', (chunk) => hash.update(chunk));
  const unpacked = file.gzip ? raw.pipe(createGunzip({ chunkSize: 1 << 18 })) : raw;
  // `pipe` hands no errors on.
  if (unpacked !== raw) raw.on('error', (error) => unpacked.destroy(error));
  let skip = file.headerBytes;
  let left = wanted;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      const piece = chunk.subarray(skip, skip + left);
      skip = Math.max(0, skip - chunk.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (/^(Z_|ERR_ZLIB)/.test((error as NodeJS.ErrnoException).code ?? '')) throw truncated(file);
    throw systemError(error, { reading: file.path });
  } finally {
    raw.destroy();
  }
  if (left > 0) throw truncated(file);
  return hash.digest('hex');
}
