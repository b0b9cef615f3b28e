import { createHash } from 'node:crypto';
import { AtelierError } from '../../shared/errors.ts';
import { readCell } from '../cells.ts';
import { decodeHead } from '../csv/encoding.ts';
import { noTextIn, noDataError } from '../no-data/kinds.ts';
import { readWhole, type FoundFile } from '../source.ts';

/** A sample that is longer is none: as much as a cell of a table may hold. */
const maxBytes = 2 << 20;

/** What text files are called. */
export const namedText = (name: string): boolean => /\.(txt|text|md|markdown)$/i.test(name);

export interface Document {
  text: string;
  bytes: number;
  sha256: string;
}

/** One text file as one sample, in any encoding. Throws `document_too_large`, `empty_file`, `not_text`. */
export async function readDocument(file: FoundFile): Promise<Document> {
  const name = file.relative;
  const bytes = await readWhole(
    file,
    maxBytes,
    (size) =>
      new AtelierError(
        'document_too_large',
        `${name} has ${Math.ceil(size / 2 ** 20)} MB; a text that is one sample may have ${maxBytes >> 20} MB. Cut it into several files.`,
      ),
  );
  const noText = noTextIn(bytes, name);
  if (noText) throw noDataError(name, noText);
  const text = plainText(decodeHead(bytes, name, 'Take it out of the folder, or save it as plain text.'));
  if (text === null) throw new AtelierError('empty_file', `${name} holds no text.`);
  return { text, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A text as it is kept, as a cell is: lines end in one way, no NUL, nothing blank around it; null where nothing is left, or only a word for "missing". */
export const plainText = (text: string): string | null => readCell(text.replace(/\r\n?/g, '\n').replaceAll('\0', ''));
