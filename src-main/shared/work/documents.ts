import type { DocumentKind } from '../documents.ts';
import type { ErrorFacts } from '../errors.ts';

/** Files that are to be searched, read by a process of their own. */
export interface DocumentsParams {
  files: DocumentFile[];
  /** Hashes of what the collection has. */
  known: string[];
}
export interface DocumentFile {
  /** By which it is told. */
  index: number;
  path: string;
  name: string;
}
export interface DocumentsResult {
  read: number;
}

/** As it is stored. */
export interface ReadPassage {
  page: number | null;
  headings: string[];
  start: number;
  end: number;
  text: string;
  /** For the search by words: terms with a blank between two. */
  terms: string;
  vector: Uint8Array;
}

/** What came of a file: its passages a part at a time, then its end. */
export type DocumentNews =
  | { file: number; passages: ReadPassage[] }
  | { file: number; ended: DocumentFacts }
  /** The collection has it already, by this hash. */
  | { file: number; same: string }
  | { file: number; error: ErrorFacts };

export interface DocumentFacts {
  kind: DocumentKind;
  sha256: string;
  bytes: number;
  pages: number | null;
  characters: number;
}
