import { describe, expect, it } from 'vitest';
import { readPdf } from '../../src-main/documents/read-pdf.ts';
import { factsOfPages, isPdf, passagesOf } from '../../src-main/documents/read-document.ts';
import { tfIdf } from '../../src-main/documents/tf-idf.ts';
import { makePdf } from '../support/pdf.ts';

const read = (bytes: Uint8Array) => readPdf(bytes, 'x.pdf', { page: () => Promise.resolve() });
const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe('a PDF', () => {
  it('is read page by page, and words that a line’s end divides are whole again', async () => {
    const bytes = makePdf(['Change the fil-\nter (part 7)\nonce a year.', 'Page two']);
    const pages = await read(bytes);
    expect(pages).toEqual(['Change the filter (part 7)\nonce a year.', 'Page two']);
    const document = factsOfPages({ kind: 'pdf', sha256: 'x', bytes }, pages);
    const found = [...passagesOf(document, tfIdf)];
    expect(found.map(({ page, text }) => [page, text])).toEqual([
      [1, pages[0]],
      [2, pages[1]],
    ]);
    // Places in the pages with a blank line between.
    expect(pages.join('\n\n').slice(found[1].start, found[1].end)).toBe('Page two');
    expect(document.facts).toMatchObject({ pages: 2, characters: pages.join('\n\n').length, bytes: bytes.length });
  });

  it('is told by its first bytes', () => {
    expect(isPdf(makePdf(['x']))).toBe(true);
    expect(isPdf(Buffer.from('about %PDF'))).toBe(false);
  });

  it('that cannot be read says why', async () => {
    await expect(read(makePdf(['', '']))).rejects.toThrow(refused('no_text'));
    await expect(read(Buffer.from('%PDF-1.7\n<<<<'))).rejects.toThrow(refused('unreadable_document'));
    await expect(read(makePdf(['cut']).subarray(0, 300))).rejects.toThrow(refused('unreadable_document'));
    const [hash, id] = ['0123456789abcdef'.repeat(4), '00112233445566778899aabbccddeeff'];
    const encrypt = `/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <${hash}> /U <${hash}> >> /ID [<${id}> <${id}>]`;
    await expect(read(makePdf(['secret'], encrypt))).rejects.toThrow(refused('encrypted_document'));
  });

  it('whose pages lead in circles or are fewer than it says is read as far as there is something, or refused', async () => {
    const changed = (from: string, to: string) =>
      Buffer.from(
        Buffer.from(makePdf(['x']))
          .toString('latin1')
          .replace(from, to),
        'latin1',
      );
    await expect(read(changed('/Kids [4 0 R]', '/Kids [2 0 R]'))).rejects.toThrow(refused('unreadable_document'));
    expect(await read(changed('/Count 1', '/Count 9999999'))).toEqual(['x']);
  });

  it('with too many pages is refused', async () => {
    await expect(read(makePdf(Array.from({ length: 5001 }, () => '')))).rejects.toThrow(/5001 pages; .* 5000/);
  });
});
