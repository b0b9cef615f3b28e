import * as v from 'valibot';
import {
  type CollectionId,
  type CompletionId,
  type DatasetId,
  type DocumentId,
  type ExportId,
  isId,
  type JobId,
  type LabellingId,
  type LanguageModelId,
  type PromptId,
  type RunId,
  type StudyId,
  type VersionId,
} from '../ids.ts';
import { mostPromptLength } from '../prompt/prompt.ts';

/** The fields that calls are made of: each refuses what cannot be one. */

export const datasetId = v.custom<DatasetId>((x) => typeof x === 'string' && isId('dataset', x));
export const versionId = v.custom<VersionId>((x) => typeof x === 'string' && isId('version', x));
export const runId = v.custom<RunId>((x) => typeof x === 'string' && isId('run', x));
export const jobId = v.custom<JobId>((x) => typeof x === 'string' && isId('job', x));
export const studyId = v.custom<StudyId>((x) => typeof x === 'string' && isId('study', x));
export const exportId = v.custom<ExportId>((x) => typeof x === 'string' && isId('export', x));
export const labellingId = v.custom<LabellingId>((x) => typeof x === 'string' && isId('labelling', x));
export const promptId = v.custom<PromptId>((x) => typeof x === 'string' && isId('prompt', x));
export const completionId = v.custom<CompletionId>((x) => typeof x === 'string' && isId('completion', x));
export const languageModelId = v.custom<LanguageModelId>((x) => typeof x === 'string' && isId('model', x));
export const collectionId = v.custom<CollectionId>((x) => typeof x === 'string' && isId('collection', x));
export const documentId = v.custom<DocumentId>((x) => typeof x === 'string' && isId('document', x));
export const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
export const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
export const checkpointName = v.pipe(v.string(), v.regex(/^(last|best(-\d{6,12})?|epoch-\d{6})$/));
export const splitName = v.picklist(['train', 'validation', 'test']);
export const promptText = text(mostPromptLength);
export const versionNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));
export const nothing = v.undefined();
