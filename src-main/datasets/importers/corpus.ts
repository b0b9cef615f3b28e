import { createHash } from 'node:crypto';
import { access, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { Manifest, SourceFile } from '../../shared/dataset.ts';
import { butAbout } from '../about-files.ts';
import { asUtf8, guessEncoding, isBinary, surveyText } from '../csv/encoding.ts';
import { withDuck } from '../duck.ts';
import { noTextIn, noDataError } from '../no-data/kinds.ts';
import { readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { naming, systemError } from '../system-errors.ts';
import { namedText, plainText } from '../texts/document.ts';
import { DocumentTable, type DocumentColumn } from '../texts/document-table.ts';
import { PartCutter } from '../texts/parts.ts';
import { Rejects, type ImportContext, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

/** A longer file is cut, so that it can be divided into splits. */
const longestPart = 16_384;
const shortestPart = 1_024;
/** Fewer files than this would leave little to choose from for validation and test: they are cut into shorter parts. */
const manyFiles = 20;
const wantedParts = 200;

const columns: readonly DocumentColumn[] = [
  { name: 'file', type: 'category', role: 'ignored', note: 'identifier' },
  { name: 'part', type: 'number', role: 'ignored', note: 'identifier' },
  { name: 'text', type: 'text', role: 'feature' },
];

/** Plain text files without labels: what a language model learns from. Each file, or part of a long one, is a sample. */
export const corpus: Importer = {
  async offer(source) {
    const files = textFiles(source);
    if (files.length === 0) return [];
    return [
      {
        kind: 'corpus',
        suggestedName: source.suggestedName,
        files: files.length,
        folders: 0,
        bytes: await totalBytes(files),
        columns: [],
        target: null,
      },
    ];
  },

  async read(source, params, context) {
    const files = textFiles(source);
    const { blobs } = params;
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    const total = await totalBytes(files);
    const most =
      files.length >= manyFiles
        ? longestPart
        : Math.min(longestPart, Math.max(shortestPart, Math.round(total / wantedParts)));
    const temporary: string[] = [];
    try {
      return await withDuck({ blobs, signal: context.signal }, async (connection) => {
        const table = await DocumentTable.open(connection, columns);
        const sources: SourceFile[] = [];
        let damaged = 0;
        let before = 0;
        for (const file of files) {
          const progress = (done: number) =>
            context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(before + done, total), total });
          try {
            const read = await readFile(file, most, context, progress, (part, text) =>
              table.add([file.relative, String(part), text]),
            );
            sources.push(read.source);
            before += read.source.bytes;
            if (read.damaged) damaged++;
          } catch (error) {
            await reject(file, error, source, rejects, context);
          }
        }
        if (table.count === 0) {
          throw new AtelierError(
            'no_texts',
            `None of the ${files.length} text files in ${source.root} could be read. Nothing was stored.${rejects.list[0] ? ` The first: ${rejects.list[0].message}` : ''}`,
            rejects.list.slice(0, 10).map(({ message }) => message),
          );
        }
        context.progress({ stage: 'profiling', unit: 'files', done: 0, total: 0 });
        const manifest = await table.finish(blobs, { splitSeed: params.splitSeed, given: null }, (path) =>
          temporary.push(path),
        );
        const notes = notesOf(manifest.samples, sources.length, damaged, rejects, source, files.length);
        return {
          suggestedName: source.suggestedName,
          manifest: {
            ...manifest,
            sources: together(source, sources),
            rejectedCount: rejects.count,
            rejected: rejects.list,
            notes,
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

/** A file by itself; of many, what they are together. */
function together(source: Source, files: readonly SourceFile[]): SourceFile[] {
  if (files.length === 1) return [...files];
  const hash = createHash('sha256');
  for (const { name, sha256 } of files) hash.update(`${sha256}  ${name}\n`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [{ name: basename(source.root), bytes, sha256: hash.digest('hex') }];
}

const textFiles = (source: Source): FoundFile[] => butAbout(source.files.filter(({ relative }) => namedText(relative)));

/** Reads a file of any size little by little. Throws `empty_file`, `not_text`. */
async function readFile(
  file: FoundFile,
  most: number,
  context: ImportContext,
  progress: (bytes: number) => void,
  keep: (part: number, text: string) => void,
): Promise<{ source: SourceFile; damaged: boolean }> {
  const head = await readHead(file, 1 << 16);
  const noText = noTextIn(head, file.relative);
  if (noText) throw noDataError(file.relative, noText);
  if (isBinary(head, guessEncoding(head))) {
    throw new AtelierError('not_text', `${file.relative} does not hold text, whatever it is called.`);
  }
  const survey = await surveyText(file, context.signal, () => undefined);
  const cutter = new PartCutter(most);
  const decoder = new TextDecoder();
  let done = 0;
  let part = 0;
  const add = (texts: string[]): void => {
    for (const text of texts) {
      const plain = plainText(text);
      if (plain !== null) keep(++part, plain);
    }
  };
  for await (const chunk of asUtf8(file, survey, context.signal)) {
    add(cutter.add(decoder.decode(chunk, { stream: true })));
    progress((done += chunk.length));
  }
  add([...cutter.add(decoder.decode()), cutter.end()]);
  if (part === 0) throw new AtelierError('empty_file', `${file.relative} holds no text.`);
  return { source: { name: file.relative, bytes: survey.stored, sha256: survey.sha256 }, damaged: survey.damaged };
}

async function reject(
  file: FoundFile,
  error: unknown,
  source: Source,
  rejects: Rejects,
  context: ImportContext,
): Promise<void> {
  context.signal.throwIfAborted();
  const { code, message } = errorFacts(error);
  // A single file that is gone, or a whole folder: nothing is left to import.
  if (code === 'source_vanished') {
    await naming({ reading: file.path }, () => access(source.files.length === 1 ? file.path : source.root));
  } else if (!(error instanceof AtelierError)) throw error;
  rejects.add(file.relative, code, message);
}

function notesOf(
  samples: number,
  files: number,
  damaged: number,
  rejects: Rejects,
  source: Source,
  texts: number,
): Manifest['notes'] {
  const notes: Manifest['notes'] = [
    {
      code: 'corpus',
      message:
        'Texts without labels, for language models. To tell texts apart, put those of each class into a folder of its own.',
    },
  ];
  if (samples > files) {
    notes.push({
      code: 'cut_into_parts',
      message: `Long files were cut at blank lines: ${files} ${files === 1 ? 'file' : 'files'} became ${samples} parts.`,
    });
  }
  if (damaged > 0) {
    notes.push({
      code: 'damaged_text',
      message: `${plural(damaged, 'file holds', 'files hold')} bytes that are not UTF-8; they read as "�".`,
    });
  }
  const others = source.files.length - texts;
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
