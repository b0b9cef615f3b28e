import { access } from 'node:fs/promises';
import type { Rejected } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { plural } from '../../shared/plural.ts';
import { namedAudio } from '../audio/file-type.ts';
import { namedImage } from '../images/file-type.ts';
import { contentName, isUnreadable, readHead, unreadableWords, type FoundFile, type Source } from '../source.ts';
import { naming } from '../system-errors.ts';
import { namedText } from '../texts/document.ts';
import { innerArchive, noDataError, noDataHeadBytes, noDataIn } from './kinds.ts';

/** Of more files than this only those are looked at that nobody else looks at one by one. */
const fewFiles = 64;
const maxLookedAt = 2000;
const atOnce = 16;
/** So called, a file claims to be data. */
const claims =
  /\.(csv|tsv|tab|psv|data|dat|json|jsonl|ndjson|parquet|parq|pq|xlsx|xlsm|npy|npz|xml|idx\d?-ubyte|zip|tar|tgz|gz)$/i;

/**
 * The source without what cannot be read, and without files that are called data and are something else: those are among `refused` then. What
 * makes no such claim is in `withoutData`. Throws what the file is where there is nothing else.
 */
export async function sift<T extends Source>(source: T): Promise<T> {
  const alone = source.files.length === 1;
  const few = source.files.length <= fewFiles;
  const isRead = ({ relative }: FoundFile): boolean =>
    namedImage(relative) || namedAudio(relative) || namedText(relative);
  // Pictures, sounds and texts are looked at when they are read, and are no reason to end then.
  const asked = source.files.filter((file) => alone || !isRead(file)).slice(0, few ? undefined : maxLookedAt);
  const withoutData = new Map(source.withoutData);
  const gone = new Set<FoundFile>();
  const refused: Rejected[] = [];
  const look = async (file: FoundFile): Promise<void> => {
    const { relative } = file;
    try {
      const head = await readHead(file, noDataHeadBytes);
      if (head.length === 0 && alone) throw emptyFile(relative);
      const found = noDataIn(head, relative) ?? (file.packed ? innerArchive(head, relative) : null);
      if (found) withoutData.set(file, noDataError(relative, found));
    } catch (error) {
      if (alone || !(error instanceof AtelierError)) throw error;
      // What is damaged inside an archive is told by who reads it.
      if (!isUnreadable(error) || file.packed) return;
      await naming({ reading: source.root }, () => access(source.root));
      gone.add(file);
      refused.push({ where: relative, code: error.code, message: unreadableWords(relative, error) });
    }
  };
  for (let from = 0; from < asked.length; from += atOnce) {
    await Promise.all(asked.slice(from, from + atOnce).map(look));
  }
  for (const [file, error] of withoutData) {
    if (alone) throw error;
    if (!claims.test(contentName(file)) && !isRead(file)) continue;
    gone.add(file);
    withoutData.delete(file);
    refused.push({ where: file.relative, code: error.code, message: error.message });
  }
  refused.sort((a, b) => (a.where < b.where ? -1 : 1));
  return {
    ...source,
    files: source.files.filter((file) => !gone.has(file)),
    refused: [...source.refused, ...refused],
    withoutData,
  };
}

const emptyFile = (name: string): AtelierError =>
  new AtelierError('empty_file', `${name} is empty (0 bytes). Nothing was imported.`);

/** Where nothing was found: what the files are that were taken for data, or might have been. */
export function noDataAmong({ refused, withoutData = new Map() }: Source): AtelierError | null {
  const called = refused.filter(({ code }) => codes.has(code));
  const told = [...called.map(({ code, message }) => ({ code, message })), ...withoutData.values()];
  if (told.length === 0) return null;
  const [{ code, message }] = told;
  const others = plural(told.length - 1, 'other file holds', 'other files hold');
  const more = told.length > 1 ? ` ${others} no data either.` : '';
  return new AtelierError(
    code,
    `${message}${more}`,
    told.slice(0, 20).map((each) => each.message),
  );
}

const codes = new Set([
  'lfs_pointer',
  'web_page',
  'document_file',
  'model_file',
  'program_file',
  'unread_format',
  'archive_inside',
]);
