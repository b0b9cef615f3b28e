import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ImportParams, ImportResult } from '../../shared/work/import.ts';
import { withDuck } from '../duck.ts';
import type { ReadContext } from '../importers/importer.ts';
import type { Source } from '../source.ts';
import { splitCode } from '../splits.ts';
import { systemError } from '../system-errors.ts';
import { DocumentTable, type DocumentColumn } from '../texts/document-table.ts';
import type { AnnotatedTexts } from './annotated-set.ts';
import { AnnotationWriter } from './writer.ts';

/** Stores texts with what is marked in them: a table, and a line of annotations for each of its rows. */
export async function storeAnnotatedTexts(
  source: Source,
  set: AnnotatedTexts,
  params: ImportParams,
  context: ReadContext,
): Promise<ImportResult> {
  if (context.take) return context.take.texts(set);
  const { blobs } = params;
  const { rejects } = set;
  const temporary: string[] = [];
  let writer: AnnotationWriter | undefined;
  try {
    return await withDuck({ blobs, signal: context.signal }, async (connection) => {
      const columns: DocumentColumn[] = [...set.columns, { name: 'text', type: 'text', role: 'feature' }];
      const table = await DocumentTable.open(connection, columns);
      writer = await AnnotationWriter.open(blobs);
      const splits: (SplitName | null)[] = [];
      for await (const { text, cells, split, sample } of set.texts) {
        context.signal.throwIfAborted();
        table.add([...cells, text]);
        splits.push(split);
        await writer.add(sample);
      }
      if (table.count === 0) {
        throw new AtelierError(
          'no_texts',
          `No annotated text in ${source.root} could be read. Nothing was stored.`,
          rejects.list.slice(0, 10).map(({ message }) => message),
        );
      }
      context.progress({ stage: 'profiling', unit: 'files', done: 0, total: 0 });
      const divided = new Set(splits).size > 1;
      const given = divided ? Uint8Array.from(splits, (split) => splitCode(split ?? 'train')) : null;
      const annotations = await writer.finish(set.header());
      const manifest = await table.finish(blobs, { splitSeed: params.splitSeed, given }, (path) =>
        temporary.push(path),
      );
      const hash = createHash('sha256');
      for (const { name, sha256 } of set.read) hash.update(`${sha256}  ${name}\n`);
      const bytes = set.read.reduce((sum, each) => sum + each.bytes, 0);
      const notes = set.notes();
      if (rejects.count > 0) {
        const message = `Could not be read and left out: ${rejects.count}; everything else was kept.`;
        notes.push({ code: 'rejected', message });
      }
      return {
        suggestedName: source.suggestedName,
        manifest: {
          ...manifest,
          blobs: { ...manifest.blobs, ...annotations.blobs },
          annotations: annotations.summary,
          sources:
            set.read.length === 1 ? set.read : [{ name: basename(source.root), bytes, sha256: hash.digest('hex') }],
          rejectedCount: rejects.count,
          rejected: rejects.list,
          notes,
        },
      };
    });
  } catch (error) {
    await writer?.abort();
    throw context.signal.aborted ? error : systemError(error, { writing: blobs });
  } finally {
    for (const path of temporary) await rm(path, { force: true }).catch(() => undefined);
  }
}
