import { chunksOf } from '../files.ts';
import { limits } from '../run-source.ts';
import { maskedCrc32c } from './crc32c.ts';

/**
 * TFRecord's frames: length (8 bytes, little-endian), masked CRC-32C of these (4), the bytes, masked CRC-32C of the bytes (4).
 * `damaged`: the frame is whole and its bytes are not, the next one can be read; `unreadable`: its length is not to be trusted, and with it
 * nothing that follows; `cut`: the file ends within it, as one does that is being written.
 */
export type Frame = { at: number; next: number } & (
  { kind: 'record'; bytes: Uint8Array } | { kind: 'damaged' | 'unreadable' | 'cut' }
);

const headBytes = 12;
const tailBytes = 4;

export async function* framesOf(path: string): AsyncGenerator<Frame, undefined> {
  let held: Buffer = Buffer.alloc(0);
  let at = 0;
  for await (const piece of chunksOf(path)) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    let from = 0;
    while (held.length - from >= headBytes) {
      const length = lengthAt(held, from);
      if (length === null) return yield { kind: 'unreadable', at: at + from, next: at + held.length };
      const whole = headBytes + length + tailBytes;
      if (held.length - from < whole) break;
      const bytes = held.subarray(from + headBytes, from + headBytes + length);
      const sound = maskedCrc32c(bytes) === held.readUInt32LE(from + headBytes + length);
      const place = { at: at + from, next: at + from + whole };
      yield sound ? { kind: 'record', bytes, ...place } : { kind: 'damaged', ...place };
      from += whole;
    }
    held = held.subarray(from);
    at += from;
  }
  if (held.length > 0) yield { kind: 'cut', at, next: at + held.length };
}

/** Null where its checksum says otherwise, or nobody writes records as long. */
function lengthAt(held: Buffer, from: number): number | null {
  if (maskedCrc32c(held.subarray(from, from + 8)) !== held.readUInt32LE(from + 8)) return null;
  const length = held.readBigUInt64LE(from);
  return length <= BigInt(limits.record) ? Number(length) : null;
}
