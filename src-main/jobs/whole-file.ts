import { open, rename, rm } from 'node:fs/promises';

/** Writes a text as it is made. A file that is there is kept until the new one is whole and on disk. Rejects with what making or writing it failed of. */
export async function writeWholeFile(path: string, pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      for await (const piece of pieces) await file.write(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
