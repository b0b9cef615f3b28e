import { isAscii, isUtf8 } from 'node:buffer';
import { crc32, createInflateRaw } from 'node:zlib';
import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from 'yauzl';
import { AtelierError } from '../../shared/errors.ts';
import { firstBytes, readRange } from '../source.ts';
import { naming } from '../system-errors.ts';
import { Allowance } from './allowance.ts';
import type { Entries } from './entries.ts';
import { isDamage, unpacked } from './unpack.ts';

export const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));

/** What is kept of an entry: an archive may have a million. */
interface Place {
  flags: number;
  method: number;
  attributes: number;
  headerAt: number;
  stored: number;
  claimed: number;
  crc: number;
}

const placeOf = (entry: Entry): Place => ({
  flags: entry.generalPurposeBitFlag,
  method: entry.compressionMethod,
  attributes: entry.externalFileAttributes,
  headerAt: entry.relativeOffsetOfLocalHeader,
  stored: entry.compressedSize,
  claimed: entry.uncompressedSize,
  crc: entry.crc32,
});

const stored = 0;
const deflated = 8;
const encrypted = 1;
const saidUtf8 = 0x800;
/** Of the Unix mode in the upper half of the external attributes. */
const typeMask = 0o170000;
const link = 0o120000;
const regular = 0o100000;

/**
 * Lists a ZIP archive. Its files are read from it as they are asked for, until `close`. The archive's own list is believed in nothing that
 * can be checked: sizes and checksums are, as the content comes. Throws `archive_damaged`, `archive_encrypted`, `too_many_entries`,
 * `unpacks_too_large`.
 */
export async function listZip(path: string, name: string, entries: Entries): Promise<{ close(): void }> {
  const zip = await naming({ reading: path }, () => open(path, name));
  try {
    const allowance = new Allowance(name, zip.fileSize);
    let locked = 0;
    const take = (raw: string, place: Place): void => {
      const kept = entries.nameOf(raw);
      if (kept === null) return;
      const mode = (place.attributes >>> 16) & typeMask;
      if (place.flags & encrypted) {
        locked++;
        entries.refuse(raw, 'entry_encrypted', 'is encrypted and was left out.');
      } else if (mode === link) entries.refuse(raw, 'link_refused', 'is a link and was left out.');
      else if (mode !== 0 && mode !== regular) entries.refuse(raw, 'not_a_file', 'is no file and was left out.');
      else if (place.method !== stored && place.method !== deflated) {
        const why = `is compressed in a way that is not read (method ${place.method}) and was left out.`;
        entries.refuse(raw, 'entry_method', why);
      } else {
        allowance.take(place.claimed);
        entries.add(kept, {
          stored: place.stored,
          claimed: place.claimed,
          open: (signal, onStored) => read(zip, path, kept, name, place, signal, onStored),
          head: (length) => firstBytes(read(zip, path, kept, name, place), length),
        });
      }
    };
    // What is not ASCII is decoded when all of it is known.
    const others: (readonly [Buffer, Place])[] = [];
    for await (const entry of zip.eachEntry()) {
      entries.meet();
      const raw = nameOf(entry);
      if (isAscii(raw)) take(raw.toString('latin1'), placeOf(entry));
      else others.push([Buffer.from(raw), placeOf(entry)]);
    }
    const decode = decoderFor(others);
    for (const [raw, place] of others) take(decode(raw, place.flags), place);
    if (locked > 0 && entries.files.length === 0) {
      throw new AtelierError('archive_encrypted', `${name} is encrypted. Unpack it with its password first.`);
    }
  } catch (error) {
    zip.close();
    throw error instanceof AtelierError ? error : damaged(name, error);
  }
  return zip;
}

async function open(path: string, name: string): Promise<ZipFile> {
  try {
    // Names are decoded and judged here, one by one: a single bad one must not cost the rest.
    return await openPromise(path, { autoClose: false, decodeStrings: false, validateEntrySizes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) throw error;
    throw damaged(name, error);
  }
}

/** Not decoded, as asked for: the types know only of strings. */
const nameOf = ({ fileName }: Entry): Buffer => fileName as unknown as Buffer;

/**
 * Names are UTF-8 where that is said, or fits them all; else GB 18030, as Windows writes in China, where that fits and makes Chinese; else what
 * the format says, CP437.
 */
function decoderFor(names: readonly (readonly [Buffer, Place])[]): (raw: Buffer, flags: number) => string {
  const unsaid = names.filter(([, { flags }]) => !(flags & saidUtf8)).map(([raw]) => raw);
  if (unsaid.every((raw) => isUtf8(raw))) return (raw) => raw.toString();
  const other = chinese(unsaid) ?? ((raw: Buffer) => getFileNameLowLevel(0, raw, [], false));
  return (raw, flags) => (flags & saidUtf8 ? raw.toString() : other(raw));
}

function chinese(names: readonly Buffer[]): ((raw: Buffer) => string) | null {
  const decoder = new TextDecoder('gb18030', { fatal: true });
  try {
    return names.every((raw) => /\p{Script=Han}/u.test(decoder.decode(raw))) ? (raw) => decoder.decode(raw) : null;
  } catch {
    return null;
  }
}

/** Throws `entry_damaged` where the content is not what the archive says of it. */
async function* read(
  zip: ZipFile,
  path: string,
  name: string,
  archive: string,
  place: Place,
  signal?: AbortSignal,
  onStored?: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  let start: number;
  try {
    // All that it asks of an entry: the whole of each would fill the memory.
    const at = { relativeOffsetOfLocalHeader: place.headerAt, compressedSize: place.stored } as Entry;
    start = (await zip.readLocalFileHeaderPromise(at, { minimal: true })).fileDataStart;
  } catch (error) {
    throw entryDamaged(name, archive, error);
  }
  // By its path: the open file would still be read when its disk has gone away.
  const raw = readRange(path, start, place.stored, signal);
  let crc = 0;
  let bytes = 0;
  try {
    for await (const chunk of place.method === deflated
      ? unpacked(raw, createInflateRaw({ chunkSize: 1 << 17 }))
      : raw) {
      bytes += chunk.length;
      if (bytes > place.claimed) break;
      crc = crc32(chunk, crc);
      onStored?.(chunk);
      yield chunk;
    }
  } catch (error) {
    throw isDamage(error) ? entryDamaged(name, archive, error) : error;
  }
  if (bytes !== place.claimed) throw entryDamaged(name, archive, new Error('The size is wrong.'));
  if (crc !== place.crc) throw entryDamaged(name, archive, new Error('The checksum is wrong.'));
}

const words = (error: unknown): string[] => [error instanceof Error ? error.message : String(error)];

const damaged = (name: string, error: unknown): AtelierError =>
  new AtelierError(
    'archive_damaged',
    `${name} is no whole ZIP archive: it is damaged or ends too early. Copy or download it again.`,
    words(error),
  );

const entryDamaged = (entry: string, archive: string, error: unknown): AtelierError =>
  new AtelierError(
    'entry_damaged',
    `${entry} in ${archive} is damaged, or is not what the archive says. Copy or download it again.`,
    words(error),
  );
