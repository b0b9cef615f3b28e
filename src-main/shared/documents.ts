import * as v from 'valibot';
import type { ErrorFacts } from './errors.ts';
import { isId, type CollectionId, type DocumentId, type LanguageModelId } from './ids.ts';

/** Documents that questions are asked of: what is searched, and what is found. */

export const documentKinds = ['text', 'markdown', 'pdf'] as const;
export type DocumentKind = (typeof documentKinds)[number];

export interface CollectionSummary {
  id: CollectionId;
  name: string;
  createdAt: number;
  /** Those that can be searched. */
  documents: number;
  passages: number;
  /** Of their files. */
  bytes: number;
  /** Files that could not be read. */
  failed: number;
  /** By which passages are compared with a question, besides their words; null: by their letters, without a model. */
  encoder: CollectionEncoder | null;
}

/** The encoder of a collection. */
export interface CollectionEncoder {
  model: LanguageModelId;
  /** As it was called when it was chosen. */
  name: string;
  /** It is still among the models. */
  listed: boolean;
  /** Passages that it has made vectors of, of all; only with all of them it is used. */
  embedded: number;
}

/** Why a search went by letters where there is an encoder. `failed`: it could not be opened; `changed`: its files are other ones since. */
export interface EncoderLack {
  why: 'gone' | 'unfinished' | 'changed' | 'failed';
  /** The encoder's. */
  name: string;
  /** Of `failed`. */
  message?: string;
}

export interface SearchResult {
  passages: FoundPassage[];
  lack: EncoderLack | null;
}

export interface DocumentSummary {
  id: DocumentId;
  name: string;
  /** Where its file was. */
  path: string;
  addedAt: number;
  kind: DocumentKind;
  /** Of its file; '' where it could not be read. */
  sha256: string;
  bytes: number;
  /** Of a PDF. */
  pages: number | null;
  /** Of its text. */
  characters: number;
  passages: number;
  /** Why it could not be read; nothing of it is searched. */
  error: ErrorFacts | null;
}

export interface CollectionDetail {
  summary: CollectionSummary;
  /** By their names. */
  documents: DocumentSummary[];
}

/** A part of a document as it stands there. */
export interface Passage {
  document: DocumentId;
  /** The document's. */
  name: string;
  /** From 0, in the order of the document. */
  number: number;
  /** From 1; of a PDF. */
  page: number | null;
  /** What it stands under, the outermost first. */
  headings: string[];
  /** Its place in the document's text, in UTF-16 units. */
  start: number;
  end: number;
  text: string;
}

/** A passage that was found. */
export interface FoundPassage extends Passage {
  /** Of both rankings together (see documents/fuse.ts): (0, 2/61]. */
  score: number;
  /**
   * Its place by words (BM25) and by likeness of letters (TF-IDF) or, with an encoder, of meaning, from 1; null where it is not among the first of that
   * ranking, or there was none.
   */
  words: number | null;
  letters: number | null;
  meaning?: number | null;
  /** How alike it and the question are, as the collection is compared: [0, 1]. Not known of what was found before it was told. */
  likeness?: number | null;
}

/** The name of the variable that passages stand for. */
export const passagesVariable = 'passages';

/** How a prompt gets its passages. */
export const documentsSettingSchema = v.object({
  collection: v.custom<CollectionId>((x) => typeof x === 'string' && isId('collection', x)),
  /** What is looked for: a text with `{{variables}}` of the prompt. */
  query: v.pipe(v.string(), v.maxLength(10_000)),
  /** So many passages at most. */
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50)),
  /** So many tokens of the model, all of them together. */
  maxTokens: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  /** None that is less alike to the question; without it any. */
  least: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
});
export type DocumentsSetting = v.InferOutput<typeof documentsSettingSchema>;

export const usualDocumentsSetting = { query: '{{question}}', count: 4, maxTokens: 1500 } as const;

/** What was put into a prompt in the place of its passages. */
export interface Retrieved {
  collection: CollectionId;
  /** The collection's. */
  name: string;
  /** The question as it was asked. */
  query: string;
  /** Numbered from 1 in this order. */
  passages: FoundPassage[];
  /** Of them, as they are laid out. */
  tokens: number;
  /** Passages that were found as well, but would have been more than the tokens allowed. */
  left: number;
  /** Of as many as were asked for those that were not alike enough. */
  below?: { count: number; least: number };
  /** Why its encoder was not used. */
  lack?: EncoderLack;
}

export const mostFound = 50;
/** What a question may have. */
export const mostQueryLength = 10_000;

/** Passages as a prompt has them: numbered, each under its file and page. */
export const passagesText = (passages: readonly Pick<Passage, 'name' | 'page' | 'text'>[]): string =>
  passages.map((one, i) => `[${i + 1}] ${whereOf(one)}\n${one.text}`).join('\n\n');

const whereOf = ({ name, page }: Pick<Passage, 'name' | 'page'>): string =>
  page === null ? name : `${name}, p. ${page}`;

/** Where a text cites passages, as `[1]` or `[1, 3]`: parts of it in their order, a number where a passage is cited that there is. */
export function citationsOf(text: string, passages: number): (string | number)[] {
  const parts: (string | number)[] = [];
  const add = (part: string): void => {
    if (part === '') return;
    const last = parts.at(-1);
    if (typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  let from = 0;
  for (const found of text.matchAll(/\[\d{1,2}(?:\s*[,，、]\s*\d{1,2})*\]/g)) {
    add(text.slice(from, found.index));
    from = found.index + found[0].length;
    for (const piece of found[0].split(/(\d+)/)) {
      const number = /^\d+$/.test(piece) ? Number(piece) : 0;
      if (number >= 1 && number <= passages) parts.push(number);
      else add(piece);
    }
  }
  add(text.slice(from));
  return parts;
}
