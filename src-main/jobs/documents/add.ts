import { basename } from 'node:path';
import {
  addPassages,
  failDocument,
  finishDocument,
  getCollection,
  hashesOf,
  stageDocument,
} from '../../db/documents.ts';
import { findSource } from '../../datasets/source.ts';
import { mostFiles, mostMemory, readWithinMs, textsAtOnce } from '../../documents/limits.ts';
import { tfIdf } from '../../documents/tf-idf.ts';
import { AtelierError, errorFacts, errorFromFacts, type ErrorFacts } from '../../shared/errors.ts';
import { newId, type CollectionId, type DocumentId, type JobId } from '../../shared/ids.ts';
import type { DocumentFile, DocumentNews } from '../../shared/work/documents.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../run-utility.ts';
import { unheard, type Started } from '../work.ts';

/** What came of a file. `replaced`: what it was before is gone. `same`: the collection has just this already. */
export type AddedDocument = { name: string; path: string } & (
  | { outcome: 'added' | 'replaced'; document: DocumentId; passages: number; pages: number | null }
  | { outcome: 'same' }
  | { outcome: 'failed'; error: ErrorFacts }
);

export interface AddedDocuments {
  collection: CollectionId;
  files: AddedDocument[];
}

/** What an adding is asked for again by. */
export interface AddRequest {
  collection: CollectionId;
  files: Omit<DocumentFile, 'index'>[];
}

const searched = /\.(txt|text|md|markdown|mdown|mkd|pdf)$/i;
const isPdfName = (name: string): boolean => /\.pdf$/i.test(name);

/** The files at these paths: those that are named, and of folders those that can be searched. Errors: no_documents, too_many_files, those of reading. */
export async function filesAt(paths: readonly string[]): Promise<AddRequest['files']> {
  const named = new Set(paths.map((path) => basename(path)));
  const { files } = await findSource([...paths]);
  const taken = files.filter(({ relative }) => named.has(relative) || searched.test(relative));
  if (taken.length === 0) {
    throw new AtelierError(
      'no_documents',
      'There is no document to add: texts (.txt), Markdown (.md) and PDF files can be searched.',
    );
  }
  if (taken.length > mostFiles) {
    throw new AtelierError(
      'too_many_files',
      `There are ${taken.length} documents; ${mostFiles} can be added at once. Add them folder by folder.`,
    );
  }
  return taken.map(({ path, relative }) => ({ path, name: relative }));
}

/**
 * Reads files into a collection: each one is there whole or not at all, whatever ends the job. A PDF is read by a process of its own, so that one that
 * takes its process along takes nothing else. `staged`: rows of those that are on their way. `sweep`: is told when there is something to sweep.
 */
export function addDocuments(
  context: Context,
  request: AddRequest,
  { staged, sweep, submitted }: { staged: Set<number>; sweep: () => void; submitted?: (job: JobId) => void },
): Started<AddedDocuments> {
  const { store, events, queue } = context;
  const { collection } = request;
  getCollection(store, collection);
  const all = request.files.map((file, index): DocumentFile => ({ ...file, index }));
  let left = all;
  const added = new Map<number, AddedDocument>();
  /** Those that come. */
  const coming = new Map<number, { key: number; id: DocumentId; passages: number }>();
  let heard = false;
  let unstored: unknown = null;

  const settle = (index: number, what: AddedDocument): void => {
    added.set(index, what);
    left = left.filter((file) => file.index !== index);
    const key = coming.get(index)?.key;
    coming.delete(index);
    if (key !== undefined) staged.delete(key);
    events.emit({ type: 'changed', noun: 'documents' });
  };
  const rowOf = (file: DocumentFile) => {
    const known = coming.get(file.index);
    if (known) return known;
    const id = newId('document');
    const made = {
      id,
      key: stageDocument(store, collection, { id, file, embedding: tfIdf.id, now: Date.now() }),
      passages: 0,
    };
    staged.add(made.key);
    coming.set(file.index, made);
    return made;
  };
  const fail = (file: DocumentFile, error: ErrorFacts): void => {
    failDocument(store, rowOf(file).key, error);
    settle(file.index, { name: file.name, path: file.path, outcome: 'failed', error });
  };
  const take = (news: DocumentNews): void => {
    const file = all[news.file];
    const { name, path } = file;
    if ('same' in news) return settle(news.file, { name, path, outcome: 'same' });
    if ('error' in news) return fail(file, news.error);
    const row = rowOf(file);
    if ('passages' in news) {
      addPassages(store, row.key, news.passages, row.passages);
      row.passages += news.passages.length;
      return;
    }
    const outcome = finishDocument(store, row.key, news.ended) ? 'replaced' : 'added';
    settle(news.file, { name, path, outcome, document: row.id, passages: row.passages, pages: news.ended.pages });
  };
  const params = () => {
    heard = false;
    const [first] = left;
    const texts = isPdfName(first.name) ? 1 : left.findIndex(({ name }) => isPdfName(name));
    return {
      files: left.slice(0, Math.min(textsAtOnce, texts < 0 ? left.length : texts)),
      known: hashesOf(store, collection),
    };
  };
  const next = (outcome: Outcome<'documents'>): { params: ReturnType<typeof params> } | Outcome<'documents'> => {
    if (unstored !== null) return { status: 'failed', error: errorFacts(unstored) };
    if (outcome.status === 'failed') {
      // Not even begun: no file's fault.
      if (!heard || left.length === 0) return outcome;
      fail(left[0], whyNotRead(left[0].name, outcome));
    }
    if (outcome.status !== 'finished' && outcome.status !== 'failed') return outcome;
    return left.length > 0 ? { params: params() } : { status: 'finished', value: { read: all.length } };
  };
  const { job, result } = queue.submit({
    kind: 'documents',
    title: all.length === 1 ? all[0].name : `${all[0].name} + ${all.length - 1}`,
    request,
    params: params(),
    within: readWithinMs,
    submitted,
    message(message) {
      heard = true;
      if (message.type !== 'document' || unstored !== null) return;
      try {
        take(message.news);
      } catch (error) {
        unstored = error;
        throw error;
      }
    },
    progress(progress) {
      heard = true;
      return { ...progress, done: all.length - left.length, total: all.length };
    },
    next,
    finished() {
      const files = [...added.values()];
      const [failed] = files.filter((file) => file.outcome === 'failed');
      if (failed && files.every(({ outcome }) => outcome === 'failed')) {
        const { error } = failed;
        throw files.length === 1
          ? errorFromFacts(error)
          : new AtelierError('no_document_read', `None of ${files.length} documents could be read: ${error.message}`);
      }
    },
    settled() {
      for (const { key } of coming.values()) staged.delete(key);
      events.emit({ type: 'changed', noun: 'documents' });
      sweep();
    },
  });
  return {
    job,
    result: unheard(result.then(() => ({ collection, files: all.map(({ index }) => added.get(index)!) }))),
  };
}

function whyNotRead(name: string, { error, exit }: Extract<Outcome<'documents'>, { status: 'failed' }>): ErrorFacts {
  const said = (code: string, message: string): ErrorFacts => ({ code, message, details: error.details });
  if (exit?.signal === 'SIGKILL') {
    return said(
      'document_too_large',
      `Reading ${name} took more than ${mostMemory / 2 ** 30} GB of memory and was ended. It may be damaged, or made to do that.`,
    );
  }
  if (error.code === 'process_silent') {
    return said(
      'document_too_slow',
      `Reading ${name} took more than ${readWithinMs / 60_000} minutes and was ended. Cut it into several files.`,
    );
  }
  return error;
}
