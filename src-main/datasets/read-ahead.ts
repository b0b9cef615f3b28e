import type { FileHandle } from 'node:fs/promises';

/** Bytes at once. */
const atOnce = 1 << 19;

/**
 * A file's bytes in turn, the next ones being read already. They lie in the same memory in turn, for who is done with a chunk when it asks for
 * the next: of a large file fresh ones would keep the garbage collector busy for as long as it takes to look at them.
 */
export async function* readAhead(handle: FileHandle): AsyncGenerator<Buffer> {
  const ahead = (buffer: Buffer): Promise<number> => {
    const read = handle.read(buffer, 0, buffer.length).then(({ bytesRead }) => bytesRead);
    // Should it fail, that is met when it is waited for.
    read.catch(() => undefined);
    return read;
  };
  let [buffer, next] = [Buffer.allocUnsafeSlow(atOnce), Buffer.allocUnsafeSlow(atOnce)];
  let read = ahead(buffer);
  try {
    for (let bytes = await read; bytes > 0; bytes = await read) {
      const chunk = buffer.subarray(0, bytes);
      [buffer, next] = [next, buffer];
      read = ahead(buffer);
      yield chunk;
    }
  } finally {
    await read.catch(() => undefined);
  }
}
