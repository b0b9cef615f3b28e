import * as v from 'valibot';
import {
  mostFound,
  mostQueryLength,
  type CollectionDetail,
  type CollectionSummary,
  type SearchResult,
} from '../documents.ts';
import type { CollectionId, JobId } from '../ids.ts';
import { collectionId, documentId, languageModelId, name, nothing, text } from './fields.ts';

/** Calls about documents that questions are asked of. */
export const documentsInputs = {
  'documents.list': nothing,
  'documents.get': v.object({ id: collectionId }),
  'documents.create': v.object({ name }),
  'documents.rename': v.object({ id: collectionId, name }),
  /** Takes a collection out, or puts it back; until the workspace is opened again. */
  'documents.remove': v.object({ id: collectionId, removed: v.boolean() }),
  /** The same with one document. */
  'documents.removeOne': v.object({ document: documentId, removed: v.boolean() }),
  /** Files that the system's dialog asks for; null when dismissed. As a job. */
  'documents.choose': v.object({ id: collectionId }),
  /** What was dropped. As a job. Not for the page itself, which knows no paths: `StudioBridge.addDropped`. */
  'documents.add': v.object({
    id: collectionId,
    paths: v.pipe(v.array(text(4096)), v.minLength(1), v.maxLength(10_000)),
  }),
  /** By what its passages are compared; null: by letters. The vectors that it lacks are made, as a job. */
  'documents.setEncoder': v.object({
    id: collectionId,
    model: v.nullable(languageModelId),
  }),
  /** Goes on with those. */
  'documents.embed': v.object({ id: collectionId }),
  'documents.search': v.object({
    id: collectionId,
    question: text(mostQueryLength),
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostFound)),
  }),
} as const;

export interface DocumentsOutputs {
  'documents.list': CollectionSummary[];
  'documents.get': CollectionDetail;
  'documents.create': CollectionId;
  'documents.rename': null;
  'documents.remove': null;
  'documents.removeOne': null;
  'documents.choose': JobId | null;
  'documents.add': JobId;
  'documents.search': SearchResult;
  'documents.setEncoder': JobId | null;
  'documents.embed': JobId | null;
}
