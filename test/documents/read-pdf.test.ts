import { describe, expect, it } from 'vitest';
import { readPdf } from '../../src-main/documents/read-pdf.ts';
import { factsOfPages, isPdf, passagesOf } from '../../src-main/documents/read-document.ts';
import { tfIdf } from '../../src-main/documents/tf-idf.ts';
import { encodedPdf, makePdf } from '../support/pdf.ts';

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

  it.each([
    // The codes as Python's codecs write them.
    ['GBK-EUC-H', 'GB1', 'C2CBD0BEC3BFC4EABBBBD2BBB4CE20412D37A1A3', '滤芯每年换一次 A-7。'],
    ['GB-EUC-V', 'GB1', 'D6D0CEC4', '中文'],
    ['GBKp-EUC-H', 'GB1', 'E952E9C5', '镽榕'],
    ['GBK2K-H', 'GB1', 'D6D08230A233CEC4', '中\ufffd\ufffd文'],
    ['UniGB-UCS2-H', 'GB1', '6EE482AF0020004180AF', '滤芯 A肯'],
    ['UniGB-UTF16-H', 'GB1', '4E2DD842DFB76587', '中\ufffd文'],
    ['ETen-B5-H', 'CNS1', 'C163C5E9A4A4A4E52031', '繁體中文 1'],
    ['HKscs-B5-H', 'CNS1', 'C163A4A48140A4E5', '繁中\ufffd文'],
    ['UniCNS-UTF16-H', 'CNS1', '7E419AD4', '繁體'],
    ['90ms-RKSJ-H', 'Japan1', '93FA967B8CEA20B1B24F4B', '日本語 ｱｲOK'],
    ['90msp-RKSJ-V', 'Japan1', '82A082E982A2', 'あるい'],
    ['EUC-H', 'Japan1', 'C6FCCBDCB8EC8EB1', '日本語ｱ'],
    ['H', 'Japan1', '467C4B5C386C', '日本語'],
    ['UniJIS-UCS2-HW-H', 'Japan1', '65E5672C0031', '日本1'],
    ['KSCms-UHC-H', 'Korea1', 'C7D1B1B9BEEE814181508189BDFDC652', '한국어갂갥걠쐬힣'],
    ['KSC-EUC-H', 'Korea1', 'C7D1B1B92078', '한국 x'],
    ['UniKS-UCS2-V', 'Korea1', 'D55CAD6D', '한국'],
  ])('with text in %s, of which it carries no table, is read', async (encoding, ordering, codes, text) => {
    expect(await read(encodedPdf(Buffer.from(codes, 'hex'), encoding, ordering))).toEqual([text]);
  });

  it('whose fonts do not tell what their characters are is refused, not read as something else', async () => {
    // Numbers of Adobe's collection, for which there is no table here; Latin letters are the same in all of them.
    const numbers = (...of: number[]) => Uint8Array.from(of.flatMap((one) => [one >> 8, one & 255]));
    await expect(read(encodedPdf(numbers(4559, 3795, 2342, 34), 'Identity-H', 'GB1'))).rejects.toThrow(
      refused('unknown_encoding'),
    );
    expect(await read(encodedPdf(numbers(34, 35, 36, 4559), 'Identity-H', 'GB1'))).toEqual(['ABC\ufffd']);
    await expect(read(encodedPdf(Buffer.from('A4A1', 'hex'), 'CNS-EUC-H', 'CNS1'))).rejects.toThrow(
      expect.objectContaining({
        code: 'unknown_encoding',
        message: expect.stringContaining('CNS-EUC-H') as string,
      }) as Error,
    );
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
