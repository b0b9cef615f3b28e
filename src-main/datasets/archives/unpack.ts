import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Gunzip, InflateRaw } from 'node:zlib';

/** What comes out of `unpacker`, chunk by chunk, whatever ends it. */
export async function* unpacked(
  chunks: AsyncIterable<Uint8Array>,
  unpacker: Gunzip | InflateRaw,
): AsyncGenerator<Buffer> {
  const feeding = pipeline(Readable.from(chunks, { objectMode: false }), unpacker);
  // Told by the reading below; who stops early does not want to hear of it.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) yield chunk;
    await feeding;
  } finally {
    unpacker.destroy();
  }
}

/** Whether zlib says that what it was given is damaged. */
export const isDamage = (error: unknown): boolean =>
  /^(Z_|ERR_ZLIB|ERR_BUFFER_TOO_LARGE)/.test((error as NodeJS.ErrnoException).code ?? '');
