import { createHash } from 'node:crypto';
import { access, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { butAbout } from '../about-files.ts';
import { arrange, type Member } from '../class-folders.ts';
import { guessEncoding, isBinary } from '../csv/encoding.ts';
import { withDuck } from '../duck.ts';
import { readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { splitCode } from '../splits.ts';
import { systemError } from '../system-errors.ts';
import { namedText, readDocument, type Document } from '../texts/document.ts';
import { DocumentTable, type DocumentColumn } from '../texts/document-table.ts';
import { Rejects, type ImportContext, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

/** Files being read at once, so that one's waiting is another's reading. */
const atOnce = 8;
/** So many files, spread over all, tell whether files without an ending are texts. */
const lookedAt = 32;
const headLength = 4096;

const columns: readonly DocumentColumn[] = [
  { name: 'class', type: 'category', role: 'target' },
  { name: 'text', type: 'text', role: 'feature' },
  { name: 'file', type: 'category', role: 'ignored', note: 'identifier' },
];

/** Text files told apart by the folder they lie in: one folder per class, perhaps inside train/ and test/. */
export const textFolder: Importer = {
  async offer(source) {
    const found = await labelledTexts(source);
    if (!found) return [];
    return [
      {
        kind: 'text-folder',
        suggestedName: source.suggestedName,
        files: found.members.length,
        folders: new Set(found.members.flatMap(({ className }) => (className === '' ? [] : [className]))).size,
        bytes: await totalBytes(found.members.map(({ file }) => file)),
        columns: [],
        target: null,
      },
    ];
  },

  async read(source, params, context) {
    const found = await labelledTexts(source);
    if (!found) throw new AtelierError('unknown_format', `${source.root} holds no folders of text files.`);
    const { blobs } = params;
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    for (const { relative } of found.strays) {
      rejects.add(relative, 'no_class', `${relative} lies in no class folder.`);
    }
    const temporary: string[] = [];
    try {
      return await withDuck({ blobs, signal: context.signal }, async (connection) => {
        const table = await DocumentTable.open(connection, columns);
        const good: Member[] = [];
        const hash = createHash('sha256');
        let bytes = 0;
        await eachDocument(source, found.members, rejects, context, (member, document) => {
          good.push(member);
          bytes += document.bytes;
          hash.update(`${document.sha256}  ${member.file.relative}\n`);
          table.add([member.className || null, document.text, member.file.relative]);
        });
        if (good.length === 0) throw nothingRead(source, found.members.length, rejects);
        const divided = new Set(good.map(({ split }) => split)).size > 1;
        const given = divided ? Uint8Array.from(good, ({ split }) => splitCode(split ?? 'train')) : null;
        context.progress({ stage: 'profiling', unit: 'files', done: 0, total: 0 });
        const manifest = await table.finish(blobs, { splitSeed: params.splitSeed, given }, (path) =>
          temporary.push(path),
        );
        return {
          suggestedName: source.suggestedName,
          manifest: {
            ...manifest,
            sources: [{ name: basename(source.root), bytes, sha256: hash.digest('hex') }],
            rejectedCount: rejects.count,
            rejected: rejects.list,
            notes: notesOf(manifest, found, rejects, source),
          },
        };
      });
    } catch (error) {
      throw context.signal.aborted ? error : systemError(error, { writing: blobs });
    } finally {
      for (const path of temporary) await rm(path, { force: true }).catch(() => undefined);
    }
  },
};

interface Found {
  members: Member[];
  strays: FoundFile[];
}

/** At least two folders of text files, and no table among the files: then those are what was meant. */
async function labelledTexts(source: Source): Promise<Found | null> {
  if (source.files.some(({ relative }) => /\.(csv|tsv|tab|psv)$/i.test(relative))) return null;
  const named = butAbout(source.files.filter(({ relative }) => namedText(relative)));
  const { members, strays } = arrange(named.length > 0 ? named : await nameless(source));
  const classes = new Set(members.flatMap(({ className }) => (className === '' ? [] : [className])));
  return classes.size >= 2 && members.length > strays.length ? { members, strays } : null;
}

/** Texts whose names have no ending, as those of mails and news: all of the files, or none. */
async function nameless({ files }: Source): Promise<FoundFile[]> {
  const data = butAbout(files);
  const ending = /[^./]\.(?!\d+$)[^./]+$/;
  if (data.some(({ relative }) => ending.test(relative.slice(relative.lastIndexOf('/') + 1)))) return [];
  const step = Math.max(1, Math.floor(data.length / lookedAt));
  for (let at = 0; at < data.length; at += step) {
    const head = await readHead(data[at], headLength);
    if (head.length > 0 && isBinary(head, guessEncoding(head))) return [];
  }
  return data;
}

/** Reads the files some at a time and hands them on in order. A bad one is listed; a source that is gone ends the import. */
async function eachDocument(
  source: Source,
  members: readonly Member[],
  rejects: Rejects,
  context: ImportContext,
  keep: (member: Member, document: Document) => void,
): Promise<void> {
  const reading: Promise<Document | Error>[] = [];
  let next = 0;
  for (let done = 0; done < members.length; done++) {
    context.signal.throwIfAborted();
    while (next < members.length && reading.length < atOnce) {
      const { file } = members[next++];
      reading.push(readDocument(file).catch((error: Error) => error));
    }
    const document = await reading.shift()!;
    context.progress({ stage: 'reading', unit: 'files', done: done + 1, total: members.length });
    if (!(document instanceof Error)) {
      keep(members[done], document);
      continue;
    }
    const { code, message } = errorFacts(document);
    if (code === 'source_vanished' && !(await exists(source.root))) {
      throw new AtelierError(
        'source_vanished',
        `${source.root} went away while it was read. Nothing was stored; bring it back and import it again.`,
      );
    }
    rejects.add(members[done].file.relative, code, message);
  }
}

function notesOf(
  { classes }: Pick<Manifest, 'classes'>,
  { members, strays }: Found,
  rejects: Rejects,
  source: Source,
): Manifest['notes'] {
  const notes: Manifest['notes'] = [];
  const kept = new Set(classes.map(({ name }) => name));
  for (const name of new Set(members.map(({ className }) => className))) {
    if (name === '' || kept.has(name)) continue;
    notes.push({ code: 'empty_class', message: `No text of class "${name}" could be read; the class was left out.` });
  }
  if (classes.length === 1) {
    notes.push({
      code: 'single_class',
      message: `All texts are of one class ("${classes[0].name}"). Training needs at least two: add a folder of texts of another.`,
    });
  }
  const others = source.files.length - members.length - strays.length;
  if (others > 0) {
    notes.push({
      code: 'passed_over',
      message: `${plural(others, 'other file was', 'other files were')} passed over, being no text.`,
    });
  }
  if (rejects.count > 0) {
    notes.push({
      code: 'rejected',
      message: `${plural(rejects.count, 'file could not be read and was', 'files could not be read and were')} left out; the other texts were kept.`,
    });
  }
  return notes;
}

function nothingRead(source: Source, files: number, rejects: Rejects): AtelierError {
  return new AtelierError(
    'no_texts',
    `None of the ${files} text files in ${source.root} could be read. Nothing was stored.${rejects.list[0] ? ` The first: ${rejects.list[0].message}` : ''}`,
    rejects.list.slice(0, 10).map(({ message }) => message),
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
