import { factsOfPages, openDocument, passagesOf, textOf } from '../../documents/read-document.ts';
import { readPdf } from '../../documents/read-pdf.ts';
import { mostMemory } from '../../documents/limits.ts';
import { tfIdf } from '../../documents/tf-idf.ts';
import { errorFacts } from '../../shared/errors.ts';
import type { DocumentFile, DocumentsParams, DocumentsResult, ReadPassage } from '../../shared/work/documents.ts';
import type { JobContext } from '../port/job-port.ts';
import { endWhenLarge } from './memory-guard.ts';

/** Passages that are told at once: what storing them takes holds nobody up. */
const toldAtOnce = 32;

/** Reads files and divides them into passages. One that cannot be read is told, and holds no other one up. */
export async function readDocuments({ files, known }: DocumentsParams, context: JobContext): Promise<DocumentsResult> {
  endWhenLarge(mostMemory);
  const have = new Set(known);
  let read = 0;
  for (const [i, file] of files.entries()) {
    context.progress({ stage: 'reading', unit: 'files', done: i, total: files.length });
    await context.pause();
    try {
      if (await readOne(file, have, context)) read++;
    } catch (error) {
      context.signal.throwIfAborted();
      context.post({ type: 'document', news: { file: file.index, error: errorFacts(error) } });
    }
  }
  return { read };
}

async function readOne(file: DocumentFile, known: Set<string>, context: JobContext): Promise<boolean> {
  const { index, name } = file;
  const opened = await openDocument(file);
  if (known.has(opened.sha256)) {
    context.post({ type: 'document', news: { file: index, same: opened.sha256 } });
    return false;
  }
  const { sha256 } = opened;
  const text =
    opened.kind === 'pdf'
      ? factsOfPages(opened, await readPdf(opened.bytes, name, { page: () => context.pause() }))
      : textOf(opened, name);
  let told: ReadPassage[] = [];
  const tell = async (): Promise<void> => {
    if (told.length === 0) return;
    context.post({ type: 'document', news: { file: index, passages: told } });
    told = [];
    await context.pause();
  };
  for (const passage of passagesOf(text, tfIdf)) {
    told.push(passage);
    if (told.length >= toldAtOnce) await tell();
  }
  await tell();
  known.add(sha256);
  context.post({ type: 'document', news: { file: index, ended: text.facts } });
  return true;
}
