import { getDocumentProxy } from 'unpdf';
import { AtelierError } from '../shared/errors.ts';
import { cmapOf } from './cmaps.ts';
import { mostCharacters, mostPdfPages } from './limits.ts';

export interface PdfHooks {
  /** Before each page; may throw, to end it. */
  page(done: number, total: number): Promise<void>;
}

/**
 * The text of each page of a PDF, in the order of its content streams; U+FFFD where a font does not tell what a character is. Nothing of it is run, drawn or
 * fetched. Errors: encrypted_document, unreadable_document, document_too_large, no_text, unknown_encoding.
 */
export async function readPdf(bytes: Uint8Array, name: string, hooks: PdfHooks): Promise<string[]> {
  const unknown = new Set<string>();
  const pdf = await opened(bytes, name, unknown);
  try {
    const { numPages } = pdf;
    if (numPages > mostPdfPages) {
      throw new AtelierError(
        'document_too_large',
        `${name} has ${numPages} pages; a document may have ${mostPdfPages}. Cut it into several files.`,
      );
    }
    const pages: string[] = [];
    let characters = 0;
    for (let number = 1; number <= numPages; number++) {
      await hooks.page(number - 1, numPages);
      const text = await pageText(pdf, number, name);
      characters += text.length;
      if (characters > mostCharacters) {
        throw new AtelierError(
          'document_too_large',
          `${name} has more than ${mostCharacters} characters of text. Cut it into several files.`,
        );
      }
      pages.push(text);
    }
    if (unknown.size > 0 && characters === 0) {
      throw new AtelierError(
        'unknown_encoding',
        `${name} writes its text in an encoding that cannot be read here (${[...unknown].join(', ')}). Open it in another program and save it anew.`,
      );
    }
    const lost = pages.reduce((sum, page) => sum + page.split(unreadableCharacter).length - 1, 0);
    if (lost > mostLost * characters) {
      throw new AtelierError(
        'unknown_encoding',
        `The fonts of ${name} do not tell which characters most of its text consists of. Print it into a new PDF and recognize its text with another program (OCR), and add what that makes.`,
      );
    }
    if (characters === 0) {
      throw new AtelierError(
        'no_text',
        `${name} has ${numPages === 1 ? 'a page' : `${numPages} pages`} without any text: it is probably scanned. Recognize its text with another program (OCR) and add what that makes.`,
      );
    }
    return pages;
  } finally {
    await pdf.loadingTask.destroy();
  }
}

const unreadableCharacter = '\ufffd';
/** The share of characters that may be unreadable. */
const mostLost = 0.5;

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** @param unknown encodings that the file names and nobody here knows are put into it, as they are come upon */
async function opened(bytes: Uint8Array, name: string, unknown: Set<string>): Promise<Pdf> {
  /** What PDF.js asks for beside a file: the encodings of its fonts; the fonts themselves it can do without. */
  class Data {
    fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
      if (kind !== 'cMapUrl') return Promise.reject(new Error('Not carried.'));
      try {
        return Promise.resolve(new TextEncoder().encode(cmapOf(filename)));
      } catch (error) {
        unknown.add(filename);
        return Promise.reject(error as Error);
      }
    }
  }

  try {
    // No fonts of this machine, no forms; pictures are never decoded where text alone is asked for.
    // A copy: what is given is taken over, and a Buffer is refused.
    return await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      useSystemFonts: false,
      disableFontFace: true,
      enableXfa: false,
      disableAutoFetch: true,
      stopAtErrors: false,
      BinaryDataFactory: Data,
      cMapPacked: false,
      useWorkerFetch: false,
    });
  } catch (error) {
    if ((error as Error).name === 'PasswordException') {
      throw new AtelierError(
        'encrypted_document',
        `${name} is locked with a password. Save a copy without one, and add that.`,
      );
    }
    throw unreadable(name, error);
  }
}

async function pageText(pdf: Pdf, number: number, name: string): Promise<string> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    return tidy(items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join(''));
  } catch (error) {
    throw unreadable(name, error, ` on page ${number}`);
  }
}

const unreadable = (name: string, error: unknown, where = ''): AtelierError =>
  new AtelierError(
    'unreadable_document',
    `${name} cannot be read as a PDF${where}: ${(error instanceof Error ? error.message : String(error)).replace(/\.+$/, '')}. Open it in another program and save it anew.`,
  );

/** Lines end in one way, words that a line's end divides are whole again, and there is no NUL. */
function tidy(text: string): string {
  return text
    .replaceAll('\0', '')
    .replace(/\p{Surrogate}/gu, unreadableCharacter)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/(\p{L})[-\u00ad]\n(?=\p{Ll})/gu, '$1')
    .trim();
}
