import { createHash } from 'node:crypto';
import { decodeHead } from '../datasets/csv/encoding.ts';
import { readWhole } from '../datasets/source.ts';
import type { DocumentKind } from '../shared/documents.ts';
import { AtelierError } from '../shared/errors.ts';
import type { DocumentFacts, DocumentFile, ReadPassage } from '../shared/work/documents.ts';
import { chunksOf } from './chunk.ts';
import type { Embedding } from './embedding.ts';
import { mostCharacters, mostPdfBytes, mostTextBytes } from './limits.ts';
import { termsOf } from './terms.ts';

export interface OpenedDocument {
  kind: DocumentKind;
  sha256: string;
  bytes: Uint8Array;
}

/** PDFs are told by their first bytes, whatever they are called. */
export const isPdf = (head: Uint8Array): boolean => Buffer.from(head.subarray(0, 1024)).includes('%PDF-');

/** A file with its hash. Errors: document_too_large, those of reading. */
export async function openDocument({ path, name }: DocumentFile): Promise<OpenedDocument> {
  const tooLarge = (most: number) => (size: number) =>
    new AtelierError(
      'document_too_large',
      `${name} has ${Math.ceil(size / 2 ** 20)} MB; a document of its kind may have ${most / 2 ** 20} MB. Cut it into several files.`,
    );
  const bytes = await readWhole({ path, relative: name }, mostPdfBytes, tooLarge(mostPdfBytes));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (isPdf(bytes)) return { kind: 'pdf', sha256, bytes };
  if (bytes.length > mostTextBytes) throw tooLarge(mostTextBytes)(bytes.length);
  return { kind: /\.(md|markdown|mdown|mkd)$/i.test(name) ? 'markdown' : 'text', sha256, bytes };
}

export interface DocumentText {
  /** Of a PDF its pages; else one. */
  parts: string[];
  facts: DocumentFacts;
}

/** Its text, in any encoding. Errors: not_text, no_text, document_too_large. */
export function textOf({ kind, sha256, bytes }: OpenedDocument, name: string): DocumentText {
  const text = decodeHead(bytes, name, 'Texts, Markdown and PDF files can be searched.')
    .replace(/\r\n?/g, '\n')
    .replaceAll('\0', '');
  if (text.trim() === '') throw new AtelierError('no_text', `${name} holds no text.`);
  if (text.length > mostCharacters) {
    throw new AtelierError(
      'document_too_large',
      `${name} has ${text.length} characters; a document may have ${mostCharacters}. Cut it into several files.`,
    );
  }
  return { parts: [text], facts: { kind, sha256, bytes: bytes.length, pages: null, characters: text.length } };
}

/** Between two pages. */
const gap = 2;

export const factsOfPages = ({ kind, sha256, bytes }: OpenedDocument, pages: readonly string[]): DocumentText => ({
  parts: [...pages],
  facts: {
    kind,
    sha256,
    bytes: bytes.length,
    pages: pages.length,
    characters: pages.reduce((sum, page) => sum + page.length, gap * Math.max(0, pages.length - 1)),
  },
});

/** A document as it is stored, passage by passage; none of them goes over a page's end. */
export function* passagesOf({ parts, facts }: DocumentText, embedding: Embedding): Generator<ReadPassage> {
  let before = 0;
  for (const [i, part] of parts.entries()) {
    for (const { start, end, headings } of chunksOf(part, facts.kind === 'markdown')) {
      const text = part.slice(start, end);
      // What it stands under is found with it.
      const whole = [...headings.filter((heading) => !text.includes(heading)), text].join('\n');
      yield {
        page: facts.pages === null ? null : i + 1,
        headings,
        start: before + start,
        end: before + end,
        text,
        terms: termsOf(whole).join(' '),
        vector: embedding.encode(whole),
      };
    }
    before += part.length + gap;
  }
}
