/**
 * Ids are a kind's prefix and 16 Crockford base-32 digits: 8 of time (seconds, so they sort by age), 8 random (40 bits).
 * They are short enough to read aloud; commands accept any unambiguous beginning of one.
 */
declare const brand: unique symbol;
type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type DatasetId = Id<'dataset'>;
export type VersionId = Id<'version'>;
export type RunId = Id<'run'>;
export type JobId = Id<'job'>;
export type ExportId = Id<'export'>;
export type StudyId = Id<'study'>;
export type LabellingId = Id<'labelling'>;
export type PromptId = Id<'prompt'>;
export type CompletionId = Id<'completion'>;
export type LanguageModelId = Id<'model'>;
export type GridId = Id<'grid'>;
export type EvaluationId = Id<'evaluation'>;
export type CollectionId = Id<'collection'>;
export type DocumentId = Id<'document'>;
export type EndpointId = Id<'endpoint'>;

interface Kinds {
  dataset: DatasetId;
  version: VersionId;
  run: RunId;
  job: JobId;
  export: ExportId;
  study: StudyId;
  labelling: LabellingId;
  prompt: PromptId;
  completion: CompletionId;
  model: LanguageModelId;
  grid: GridId;
  evaluation: EvaluationId;
  collection: CollectionId;
  document: DocumentId;
  endpoint: EndpointId;
}

const prefixes: Record<keyof Kinds, string> = {
  dataset: 'ds',
  version: 'dv',
  run: 'run',
  job: 'job',
  export: 'ex',
  study: 'st',
  labelling: 'lb',
  prompt: 'pr',
  completion: 'cp',
  model: 'lm',
  grid: 'gr',
  evaluation: 'ev',
  collection: 'co',
  document: 'dc',
  endpoint: 'ep',
};
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

export function newId<K extends keyof Kinds>(kind: K, now: number = Date.now()): Kinds[K] {
  let time = '';
  for (let rest = Math.floor(now / 1000), i = 0; i < 8; i++, rest = Math.floor(rest / 32))
    time = digits[rest % 32] + time;
  let random = '';
  for (const byte of globalThis.crypto.getRandomValues(new Uint8Array(8))) random += digits[byte % 32];
  return `${prefixes[kind]}_${time}${random}` as Kinds[K];
}

export function isId<K extends keyof Kinds>(kind: K, text: string): text is Kinds[K] {
  return new RegExp(`^${prefixes[kind]}_[0-9a-hjkmnp-tv-z]{16}$`).test(text);
}
