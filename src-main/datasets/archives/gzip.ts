import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AtelierError } from '../../shared/errors.ts';
import { openFile, type FoundFile } from '../source.ts';
import { Allowance } from './allowance.ts';
import { isDamage, unpacked } from './unpack.ts';

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;

/** The file that a gzip file holds. `stored`: bytes of the gzip file. */
export function gunzipped(file: FoundFile, stored: number): FoundFile {
  return {
    ...file,
    packed: {
      stored,
      claimed: null,
      open: (signal, onStored) => unpack(file, stored, signal, onStored),
      head: (length) => unpackHead(file, length),
    },
  };
}

/** What comes before an error counts, so it is fed little by little: with an error zlib gives nothing of what it was given last. */
function unpackHead(file: FoundFile, length: number): Promise<Uint8Array> {
  const unpacker = createGunzip({ chunkSize: 1 << 16 });
  const source = Readable.from(inPieces(openFile(file)), { objectMode: false });
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const done = (): void => {
      source.destroy();
      unpacker.destroy();
      resolve(Buffer.concat(chunks).subarray(0, length));
    };
    unpacker.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= length) done();
    });
    unpacker.on('end', done);
    unpacker.on('error', done);
    source.on('error', reject);
    source.pipe(unpacker);
  });
}

async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 64;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += size, size *= 2) yield chunk.subarray(at, at + size);
  }
}

/** Throws `gzip_damaged`, `unpacks_too_large`. */
async function* unpack(
  file: FoundFile,
  stored: number,
  signal?: AbortSignal,
  onStored?: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const allowance = new Allowance(file.relative, stored);
  try {
    for await (const chunk of unpacked(openFile(file, signal, onStored), createGunzip({ chunkSize: 1 << 18 }))) {
      allowance.take(chunk.length);
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!isDamage(error)) throw error;
    throw new AtelierError(
      'gzip_damaged',
      `${file.relative} is damaged or ends too early: it cannot be unpacked. Copy or download it again.`,
    );
  }
}
