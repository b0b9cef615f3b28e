import { basename } from 'node:path';
import { Entries } from '../archives/entries.ts';
import { isZip, listZip } from '../archives/zip.ts';
import { AtelierError } from '../../shared/errors.ts';
import { contentName, readHead, type FoundFile, type Source } from '../source.ts';
import { isNpy, readNpyHeader, type NpyArray } from './npy.ts';

/** In a folder of more files only those are looked at that are called arrays. */
const maxLookedAt = 64;
const maxArrays = 1000;

export interface Unreadable {
  name: string;
  error: AtelierError;
}

export interface FoundArrays {
  /** Files with arrays in them. */
  files: FoundFile[];
  arrays: NpyArray[];
  /** Arrays that cannot be read, which matters only where they are needed. */
  unreadable: Unreadable[];
  close(): void;
}

/** Every array in the source's .npy and .npz files, told by content. Throws `archive_damaged`, `npy_too_many`. */
export async function findArrays(source: Source): Promise<FoundArrays> {
  const open: { close(): void }[] = [];
  const found: FoundArrays = {
    files: [],
    arrays: [],
    unreadable: [],
    close: () => open.splice(0).forEach((each) => each.close()),
  };
  const few = source.files.length <= maxLookedAt;
  const candidates = source.files.filter((file) => few || /\.np[yz]$/i.test(contentName(file)));
  try {
    for (const file of candidates) {
      const head = await readHead(file, 8);
      if (isNpy(head)) {
        found.files.push(file);
        await add(found, file, basename(contentName(file)), file.relative);
      } else if (isZip(head) && !file.packed) {
        const entries = new Entries(file.path, file.relative, '');
        const zip = await listZip(file.path, file.relative, entries);
        const inside = entries.files.filter(({ relative }) => relative.endsWith('.npy'));
        // A workbook, or some other document.
        if (inside.length === 0 || inside.length < entries.files.length) {
          zip.close();
          continue;
        }
        open.push(zip);
        found.files.push(file);
        for (const entry of inside) await add(found, entry, entry.relative, `${entry.relative} in ${file.relative}`);
      }
    }
  } catch (error) {
    found.close();
    throw error;
  }
  return found;
}

async function add(found: FoundArrays, file: FoundFile, name: string, label: string): Promise<void> {
  if (found.arrays.length >= maxArrays) {
    throw new AtelierError(
      'npy_too_many',
      `There are more than ${maxArrays} arrays. Give only those that belong together.`,
    );
  }
  const called = name.replace(/\.npy$/i, '');
  try {
    found.arrays.push(await readNpyHeader(file, called, label));
  } catch (error) {
    if (!(error instanceof AtelierError) || error.code === 'source_vanished') throw error;
    found.unreadable.push({ name: called, error });
  }
}
