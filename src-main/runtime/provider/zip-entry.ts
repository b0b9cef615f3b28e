import { createReadStream, createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { AtelierError } from '../../shared/errors.ts';

/** Where a file lies in an archive. */
export interface Entry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  /** Unpacked. */
  size: number;
  /** Of its local header. */
  at: number;
}

/** Finds one file of a zip archive (APPNOTE 6.3, without its 64-bit form). Errors: package_damaged. */
export async function findEntry(archive: string, name: string): Promise<Entry> {
  const file = await open(archive, 'r');
  try {
    return await searchEntry(file, name);
  } finally {
    await file.close();
  }
}

/** Writes it to `out`, checked against its size and checksum. `told` hears of bytes written. Errors: package_damaged, those of the disk. */
export async function extractEntry(
  archive: string,
  entry: Entry,
  out: string,
  signal: AbortSignal,
  told: (bytes: number) => void = () => {},
): Promise<void> {
  const { name, method } = entry;
  if (method !== 0 && method !== 8) throw broken(`"${name}" is packed by method ${method}`);
  if (entry.packed === 0) throw broken(`"${name}" is empty`);
  const file = await open(archive, 'r');
  const start = await startOf(file, entry).finally(() => file.close());
  let [size, crc] = [0, 0];
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > entry.size) return done(broken(`"${name}" is longer than it says`));
      crc = crc32(chunk, crc);
      told(size);
      done(null, chunk);
    },
  });
  const packed = createReadStream(archive, { start, end: start + entry.packed - 1, highWaterMark: 2 ** 20 });
  const written = createWriteStream(out, { flush: true });
  const unpacked = method === 8 ? [createInflateRaw({ chunkSize: 2 ** 18 })] : [];
  try {
    await pipeline([packed, ...unpacked, check, written], { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (String((error as { code?: unknown }).code).startsWith('Z_')) throw broken(`"${name}" cannot be unpacked`);
    throw error;
  }
  if (size !== entry.size || crc !== entry.crc) throw broken(`"${name}" is not what its checksum says`);
}

/** The end record is the last thing in the file, but for a comment of up to 64 KB. */
async function searchEntry(file: FileHandle, name: string): Promise<Entry> {
  const { size } = await file.stat();
  const tail = await read(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
  const end = tail.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end < 0 || tail.length < end + 22) throw broken('it is no zip archive');
  const [length, from] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (from === 0xffffffff || from + length > size) throw broken('its directory is out of reach');
  const directory = await read(file, from, length);
  for (let at = 0; at + 46 <= directory.length;) {
    if (directory.readUInt32LE(at) !== 0x02014b50) throw broken('its directory is damaged');
    const [names, extra, comment] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    if (directory.toString('utf8', at + 46, at + 46 + names) === name) {
      const field = (offset: number): number => directory.readUInt32LE(at + offset);
      return {
        name,
        method: directory.readUInt16LE(at + 10),
        crc: field(16),
        packed: field(20),
        size: field(24),
        at: field(42),
      };
    }
    at += 46 + names + extra + comment;
  }
  throw broken(`it has no "${name}"`);
}

async function startOf(file: FileHandle, { at }: Entry): Promise<number> {
  const header = await read(file, at, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw broken('an entry is not where the directory says');
  return at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw broken('it is cut short');
  return buffer;
}

const broken = (why: string): AtelierError =>
  new AtelierError('package_damaged', `The provider's package cannot be used: ${why}.`);
