import { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { AtelierError } from '../../shared/errors.ts';
import { firstBytes, openFile, readRange, type FoundFile, type Packed } from '../source.ts';
import type { Entries } from './entries.ts';

/** Bytes that must be seen to tell a TAR archive. */
export const tarHeadBytes = 512;

/** POSIX and GNU archives; older ones have no mark to be told by. */
export const isTar = (head: Uint8Array): boolean => Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar';

const headerBytes = 512;

/** A glance goes so far into an archive, … */
const glance = 256 << 20;
/** … and keeps so much of a file's beginning, and of all of them, where they cannot be read again. */
const headKept = 1 << 20;
const headsKept = 64 << 20;
const shortHead = 4096;

/**
 * Lists a TAR archive by reading through it; its files are then read in place. Of one that is packed itself (`archive.packed`) there are
 * only the files' beginnings, which does for an offer. `wholly` false: a glance at the beginning.
 * Throws `archive_damaged`, `too_many_entries`, `unpacks_too_large`.
 */
export async function listTar(
  archive: FoundFile,
  name: string,
  entries: Entries,
  { wholly, signal }: { wholly: boolean; signal?: AbortSignal },
): Promise<void> {
  const tar = extract();
  let left = headsKept;
  const failed = new Promise<never>((_, reject) => tar.on('error', reject));
  const finished = new Promise<void>((resolve) => tar.on('finish', resolve));
  // Awaited only beside what may fail first.
  failed.catch(() => undefined);
  tar.on('entry', (header, stream, next) => {
    try {
      entries.meet();
      const kept = acceptable(header, entries);
      if (kept !== null && archive.packed) {
        const head = new Head(Math.min(left, headKept) || shortHead);
        left -= Math.min(left, headKept, header.size);
        stream.on('data', (chunk) => head.add(chunk as Uint8Array));
        entries.add(kept, head.packed(header.size));
      } else if (kept !== null) entries.add(kept, placed(archive.path, stream.offset + headerBytes, header.size));
    } catch (error) {
      next(error as Error);
      return;
    }
    stream.on('end', () => next());
    stream.resume();
  });
  try {
    let seen = 0;
    for await (const chunk of openFile(archive, signal)) {
      if (!tar.write(chunk))
        await Promise.race([new Promise<void>((resolve) => tar.once('drain', () => resolve())), failed]);
      seen += chunk.length;
      if (!wholly && seen >= glance) return;
    }
    tar.end(null);
    await Promise.race([finished, failed]);
  } catch (error) {
    signal?.throwIfAborted();
    // The library's own errors have no code; the disk's do.
    if (error instanceof AtelierError || (error as NodeJS.ErrnoException).code) throw error;
    throw new AtelierError(
      'archive_damaged',
      `${name} is no whole TAR archive: it is damaged or ends too early. Copy or download it again.`,
      [(error as Error).message],
    );
  } finally {
    tar.destroy();
  }
}

function acceptable(header: Header, entries: Entries): string | null {
  const { name, type } = header;
  if (type === 'directory') return null;
  const kept = entries.nameOf(name);
  if (kept === null) return null;
  if (type === 'file' || type === 'contiguous-file') return kept;
  if (type === 'symlink' || type === 'link') entries.refuse(name, 'link_refused', 'is a link and was left out.');
  else entries.refuse(name, 'not_a_file', 'is no file and was left out.');
  return null;
}

/** A file at its place in an archive that lies on the disk unpacked. */
function placed(path: string, start: number, size: number): Packed {
  return {
    stored: size,
    claimed: size,
    open: (signal, onStored) => readRange(path, start, size, signal, onStored),
    head: (length) => firstBytes(readRange(path, start, Math.min(size, length)), length),
  };
}

/** The beginning of a file that will not come by again. */
class Head {
  readonly #most: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Uint8Array): void {
    if (this.#bytes >= this.#most) return;
    // A copy: the chunk is a part of something larger.
    const part = Uint8Array.from(chunk.subarray(0, this.#most - this.#bytes));
    this.#chunks.push(part);
    this.#bytes += part.length;
  }

  packed(size: number): Packed {
    return {
      stored: size,
      claimed: size,
      open: () => Readable.from(this.#chunks),
      head: (length) => firstBytes(Readable.from(this.#chunks), length),
    };
  }
}
