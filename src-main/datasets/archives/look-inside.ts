import { access } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { AtelierError } from '../../shared/errors.ts';
import type { ImportContext } from '../import-context.ts';
import { noDataError, noDataInZip } from '../no-data/kinds.ts';
import { isUnreadable, readHead, storedBytes, unreadableWords, type FoundFile, type Source } from '../source.ts';
import { naming } from '../system-errors.ts';
import { Entries } from './entries.ts';
import { gunzipped, isGzip } from './gzip.ts';
import type { Staging } from './staging.ts';
import { isTar, listTar, tarHeadBytes } from './tar.ts';
import { isZip, listZip } from './zip.ts';

/** In a folder of more files only those are looked at that are called packed. */
const maxLookedAt = 64;
const packedNames = /\.(zip|tar|tgz|gz|taz|tbz2?|bz2|xz|txz|zst|7z|rar)$/i;

/** Ways of packing that are told by their first bytes, and not read. */
const foreign: readonly (readonly [string, number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['7-Zip', [0x37, 0x7a, 0xbc, 0xaf]],
  ['RAR', [0x52, 0x61, 0x72, 0x21, 0x1a]],
];

/** One that cannot be taken does not keep the others from being. */
const badArchive = new Set([
  'archive_damaged',
  'archive_encrypted',
  'archive_refused',
  'packing_unknown',
  'too_many_entries',
  'unpacks_too_large',
]);

/** A source with the files of its archives instead of the archives. `close` ends it: its files cannot be read after. */
export interface OpenSource extends Source {
  close(): void;
}

/**
 * Puts the files of ZIP and TAR archives in the archives' place, and makes readable what is gzipped. What an archive holds is not looked
 * into again, except for gzip. Documents that are ZIP archives inside (spreadsheets, .npz) stay as they are. With `context` to import, without
 * to make an offer: then a TAR archive that is packed is only glanced at.
 */
export async function lookInside(source: Source, context?: ImportContext & { staging: Staging }): Promise<OpenSource> {
  const open: { close(): void }[] = [];
  const close = (): void => open.splice(0).forEach((each) => each.close());
  const few = source.files.length <= maxLookedAt;
  const alone = source.files.length === 1 && !source.wholeFolder;
  const files: FoundFile[] = [];
  const refused = [...source.refused];
  const withoutData = new Map<FoundFile, AtelierError>();
  let { root, suggestedName } = source;
  try {
    for (const file of source.files) {
      context?.signal.throwIfAborted();
      if (!few && !packedNames.test(file.relative)) {
        files.push(file);
        continue;
      }
      const prefix = alone ? '' : `${withoutPacking(file.relative)}/`;
      const entries = new Entries(file.path, file.relative, prefix);
      let found: FoundFile | null;
      try {
        found = await look(file, entries, { open, withoutData }, context);
      } catch (error) {
        if (alone || !(error instanceof AtelierError)) throw error;
        if (isUnreadable(error)) {
          await naming({ reading: root }, () => access(root));
          refused.push({ where: file.relative, code: error.code, message: unreadableWords(file.relative, error) });
        } else if (badArchive.has(error.code)) {
          refused.push({ where: file.relative, code: error.code, message: error.message });
        } else throw error;
        continue;
      }
      if (found) files.push(found);
      else {
        for (const entry of inFolderOrder(entries.files)) files.push(await lookAtEntry(entry));
        refused.push(...entries.refused);
      }
      if (alone) {
        root = file.path;
        const name = withoutPacking(basename(file.path));
        suggestedName = found ? basename(name, extname(name)) : name;
      }
    }
  } catch (error) {
    close();
    throw error;
  }
  return { ...source, root, suggestedName, files, refused, withoutData, close };
}

/** What is gathered while looking: archives that stay open, and files that are archives of something else than data. */
interface Gathered {
  open: { close(): void }[];
  withoutData: Map<FoundFile, AtelierError>;
}

/** The file, made readable; null where it is an archive, whose files are in `entries` then. */
async function look(
  file: FoundFile,
  entries: Entries,
  gathered: Gathered,
  context?: ImportContext & { staging: Staging },
): Promise<FoundFile | null> {
  const head = await readHead(file, tarHeadBytes);
  if (isZip(head)) return lookInZip(file, head, entries, gathered);
  if (isTar(head)) {
    await listTar(file, file.relative, entries, { wholly: context !== undefined, signal: context?.signal });
    return null;
  }
  const packing = foreign.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
  if (packing) {
    throw new AtelierError(
      'packing_unknown',
      `${file.relative} is packed by ${packing[0]}, which is not read here. Unpack it, or pack it as ZIP, TAR or gzip.`,
    );
  }
  if (!isGzip(head)) return file;
  const unpacked = gunzipped(file, await storedBytes(file));
  if (!isTar(await readHead(unpacked, tarHeadBytes))) return unpacked;
  if (!context) {
    await listTar(unpacked, file.relative, entries, { wholly: false });
    return null;
  }
  const staged = await context.staging.plain(unpacked, context);
  await listTar(staged.file, file.relative, entries, { wholly: true, signal: context.signal });
  // A disk that went away meanwhile may not have given all.
  await naming({ reading: file.path }, () => access(file.path));
  return null;
}

async function lookInZip(
  file: FoundFile,
  head: Uint8Array,
  entries: Entries,
  { open, withoutData }: Gathered,
): Promise<FoundFile | null> {
  const zip = await listZip(file.path, file.relative, entries);
  // OpenDocument and EPUB begin with an entry that says what they are.
  const begin = Buffer.from(head.subarray(30, 150)).toString('latin1');
  const mimetype = begin.startsWith('mimetype') ? begin.slice('mimetype'.length) : '';
  const noData = noDataInZip(entries.inner, mimetype);
  if (noData || isDocument(entries.files)) {
    zip.close();
    if (noData) withoutData.set(file, noDataError(file.relative, noData));
    return file;
  }
  open.push(zip);
  return null;
}

/** A single thing that happens to be kept in a ZIP archive: a spreadsheet, a text document, arrays. */
const isDocument = (files: readonly FoundFile[]): boolean => {
  const inside = (file: FoundFile): string => file.relative.split('/').slice(-1)[0];
  return (
    files.some((file) => /(^|\/)(\[Content_Types\]\.xml|mimetype)$/.test(file.relative)) ||
    (files.length > 0 && files.every((file) => inside(file).endsWith('.npy')))
  );
};

/** As a folder is walked: by name, level by level, whatever the order in the archive. */
function inFolderOrder(files: readonly FoundFile[]): FoundFile[] {
  const keyed = files.map((file) => ({ file, key: file.relative.replaceAll('/', '\0') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ file }) => file);
}

/** In an archive only gzip is undone. */
async function lookAtEntry(entry: FoundFile): Promise<FoundFile> {
  if (!/\.gz$/i.test(entry.relative) || !isGzip(await readHead(entry, 4))) return entry;
  return gunzipped(entry, entry.packed?.stored ?? 0);
}

/** "photos.tar.gz" is called photos. */
const withoutPacking = (name: string): string => name.replace(/(\.tar)?\.(zip|tar|tgz|gz)$/i, '');
