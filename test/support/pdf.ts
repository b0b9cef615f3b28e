/** A PDF of one font, a page for each text, each line of it shown by itself. `extra`: entries of the trailer. */
export function makePdf(pages: readonly string[], extra = ''): Uint8Array {
  const escaped = (line: string): string => line.replace(/[\\()]/g, '\\$&');
  const contents = pages.map((page) => {
    const lines = page.split('\n').map((line) => `(${escaped(line)}) Tj 0 -14 Td`);
    return page === '' ? '' : `BT /F1 11 Tf 50 750 Td ${lines.join('\n')} ET`;
  });
  return pdfOf(
    contents.map((content) => ({ content })),
    extra,
  );
}

/** A page with one line of a font that names its encoding and carries no table of it; `codes`: what is shown, in that encoding. */
export function encodedPdf(codes: Uint8Array, encoding: string, ordering: string): Uint8Array {
  const descendant = `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 2 >> /FontDescriptor << /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >> >>`;
  const font = `<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /${encoding} /DescendantFonts [${descendant}] >>`;
  return pdfOf([{ content: `BT /F1 11 Tf 50 750 Td <${Buffer.from(codes).toString('hex')}> Tj ET` }], '', font);
}

const helvetica = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>';

/** With content streams as they are given; `filter`: what they are packed by. */
export function pdfOf(
  streams: readonly { content: string | Uint8Array; filter?: string }[],
  extra = '',
  font = helvetica,
): Uint8Array {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let length = 0;
  const put = (part: string | Uint8Array): void => {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part);
    parts.push(bytes);
    length += bytes.length;
  };
  const object = (number: number, ...body: (string | Uint8Array)[]): void => {
    offsets[number] = length;
    put(`${number} 0 obj\n`);
    body.forEach(put);
    put('\nendobj\n');
  };
  put('%PDF-1.4\n');
  const page = (i: number): number => 4 + 2 * i;
  object(1, '<< /Type /Catalog /Pages 2 0 R >>');
  object(2, `<< /Type /Pages /Count ${streams.length} /Kids [${streams.map((_, i) => `${page(i)} 0 R`).join(' ')}] >>`);
  object(3, font);
  streams.forEach(({ content, filter }, i) => {
    const resources = '/Resources << /Font << /F1 3 0 R >> >>';
    object(
      page(i),
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] ${resources} /Contents ${page(i) + 1} 0 R >>`,
    );
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    const packed = filter ? ` /Filter /${filter}` : '';
    object(page(i) + 1, `<< /Length ${bytes.length}${packed} >>\nstream\n`, bytes, '\nendstream');
  });
  const xref = length;
  const row = (offset: number): string => `${String(offset).padStart(10, '0')} 00000 n \n`;
  put(`xref\n0 ${offsets.length}\n0000000000 65535 f \n${offsets.slice(1).map(row).join('')}`);
  put(`trailer\n<< /Size ${offsets.length} /Root 1 0 R ${extra} >>\nstartxref\n${xref}\n%%EOF\n`);
  return Buffer.concat(parts);
}
