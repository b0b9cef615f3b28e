import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { makeZip, zipOf } from '../../support/archives.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { mixedTable } from '../../support/data-table.ts';
import { bool, fault, formula, number, shared, tableSheet, text, xlsxOf, xlsxParts } from '../../support/data-xlsx.ts';
import { survivesHostileInput } from '../../support/hostile.ts';
import { importedTable } from '../../support/read-back.ts';

importerContract('excel', {
  kind: 'table',
  samples: 300,
  classes: ['no', 'perhaps', 'yes'],
  async write(folder) {
    await writeFiles(folder, { 'source/mixed [1].xlsx': xlsxOf([tableSheet(mixedTable(300))]) });
    return ['source/mixed [1].xlsx'];
  },
});

const header = ['a', 'b', 'c'].map(text);

describe('cells', () => {
  it('are their stored values: numbers in full, dates as dates, formulas as last computed', async () => {
    const parts = xlsxOf(
      [
        {
          name: 'All',
          rows: [
            ['what', 'value', 'more'].map(text),
            [shared(1), number('5.0000000000000003E-2'), number(45350, 1)],
            [shared(0), number(1e15), number(45350.25, 3)],
            [text(' spaced '), number(0.5, 2), number(45351, 4)],
            [text('=1+1'), formula(42), bool(true)],
            [text('ü & <b>'), formula(null), fault('#DIV/0!')],
            [text('12'), number('1.5', 5), fault('#N/A')],
            [null, null, text('last')],
          ],
        },
      ],
      { strings: ['zero & 0', 'one'], formats: ['[$-409]d-mmm-yy;@', '#,##0.0 "d"'] },
    );
    const { names, rows, notes } = await importedTable({ 'b.xlsx': parts });
    expect(names).toEqual(['what', 'value', 'more']);
    expect(rows).toEqual([
      ['one', '0.05', '2024-02-28'],
      ['zero & 0', '1000000000000000', '2024-02-28 06:00:00'],
      ['spaced', '12:00:00', '2024-02-29'],
      ['=1+1', '42', 'TRUE'],
      ['ü & <b>', null, null],
      ['12', '1.5', null],
      [null, null, 'last'],
    ]);
    expect(notes).toEqual(expect.arrayContaining(['error_cells', 'formulas_without_values']));
  });

  it('of rich text are joined, without what is only there to be spoken', async () => {
    const parts = xlsxParts([
      { name: 'S', rows: [header, [shared(0), number(1), number(2)], [shared(0), number(3), number(4)]] },
    ]);
    parts['xl/sharedStrings.xml'] = Buffer.from(
      '<x:sst xmlns:x="m"><x:si><x:r><x:t>東</x:t></x:r><x:r><x:t>京</x:t></x:r><x:rPh sb="0" eb="2"><x:t>とうきょう</x:t></x:rPh></x:si></x:sst>',
    );
    expect((await importedTable({ 'b.xlsx': zipOf(parts) })).rows[0][0]).toBe('東京');
  });

  it('count days from 1904 where the workbook does', async () => {
    const sheet = {
      name: 'S',
      rows: [header, [number(0, 1), text('x'), number(1)], [number(1, 1), text('y'), number(2)]],
    };
    const { rows } = await importedTable({ 'b.xlsx': xlsxOf([sheet], { from1904: true }) });
    expect(rows.map(([day]) => day)).toEqual(['1904-01-01', '1904-01-02']);
  });
});

describe('where the table is', () => {
  const body = [
    [text('x'), number(1), number(2)],
    [text('y'), number(3), number(4)],
    [text('z'), number(5), number(6)],
  ];

  it('below a title, past empty rows and columns', async () => {
    const { names, rows, notes } = await importedTable({
      'b.xlsx': xlsxOf([
        {
          name: 'S',
          rows: [
            [text('Sales 2026')],
            null,
            [null, null, ...header],
            ...body.map((row) => [null, null, ...row]),
            null,
            [null, null, text('w'), number(7)],
          ],
        },
      ]),
    });
    expect(names).toEqual(['a', 'b', 'c']);
    expect(rows).toEqual([
      ['x', '1', '2'],
      ['y', '3', '4'],
      ['z', '5', '6'],
      ['w', '7', null],
    ]);
    expect(notes).toContain('skipped_lines');
  });

  it('without names, and wider below than above', async () => {
    const many = Array.from({ length: 250 }, (_, i) => [number(i), number(i * 2)]);
    const { names, rows, manifest } = await importedTable({
      'b.xlsx': xlsxOf([
        {
          name: 'S',
          rows: [...many, [number(1), null, null, text('far'), ...Array<null>(30).fill(null), text('off')]],
        },
      ]),
    });
    expect(names).toEqual(['column_1', 'column_2', 'column_3', 'column_4']);
    expect(manifest.samples).toBe(251);
    expect(rows[249]).toEqual(['249', '498', null, null]);
    expect(rows[250]).toEqual(['1', null, 'far', 'off']);
  });

  it('in the first sheet with rows, or in the one asked for', async () => {
    const folder = await dataFolder();
    const book = xlsxOf([
      { name: 'Empty', rows: [] },
      { name: 'First', rows: [header, ...body] },
      { name: 'Hidden', rows: [header, ...body], state: 'hidden' },
      { name: '第二 "2"', rows: [['label', 'n'].map(text), [text('p'), number(1)], [text('q'), number(2)]] },
    ]);
    await writeFiles(folder.path, { 'book.xlsx': book });
    const offers = await offerImport([`${folder.path}/book.xlsx`]);
    expect(offers.map(({ file, sheet, columns, target }) => [file, sheet, columns, target])).toEqual([
      ['book.xlsx', 'First', ['a', 'b', 'c'], null],
      ['book.xlsx', '第二 "2"', ['label', 'n'], 'label'],
    ]);
    const first = await importFrom(folder, ['book.xlsx']);
    expect(first.manifest.columns.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(first.manifest.notes.find(({ code }) => code === 'also_found')!.message).toContain('第二');
    const second = await importFrom(folder, ['book.xlsx'], { sheet: '第二 "2"' });
    expect(second.manifest).toMatchObject({ samples: 2, target: 'label' });
    const error = await failure(importFrom(folder, ['book.xlsx'], { sheet: 'Third' }));
    expect(error.code).toBe('no_such_sheet');
    expect(error.message).toContain('First');
    const hidden = await importFrom(folder, ['book.xlsx'], { sheet: 'Hidden' });
    expect(hidden.manifest.notes[0].message).toBe('Read from sheet "Hidden", with a row of names.');
  });

  it('in a workbook inside an archive, whatever that is called', async () => {
    const book = xlsxOf([{ name: 'S', rows: [header, ...body] }]);
    expect((await importedTable({ 'all.zip': zipOf({ 'in/book.xlsx': book }) })).names).toEqual(['a', 'b', 'c']);
    expect((await importedTable({ 'book.csv': book })).names).toEqual(['a', 'b', 'c']);
  });
});

describe('bad input', () => {
  const parts = (): Record<string, Buffer> => xlsxParts([{ name: 'S', rows: [header, [text('x'), number(1)]] }]);
  const sheet = (xml: string): Buffer => zipOf({ ...parts(), 'xl/worksheets/sheet1.xml': Buffer.from(xml) });
  const wrap = (rows: string): string => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;
  const types = (type: string): Buffer =>
    zipOf({
      ...parts(),
      '[Content_Types].xml': Buffer.from(
        `<Types><Override PartName="/xl/workbook.bin" ContentType="${type}"/></Types>`,
      ),
    });

  it.each([
    ['the old format', Buffer.from('d0cf11e0a1b11ae1'.padEnd(2000, '0'), 'hex'), 'excel_old'],
    ['a binary workbook', types('application/vnd.ms-excel.sheet.binary.macroEnabled.main'), 'excel_binary'],
    [
      'an OpenDocument file',
      zipOf({ mimetype: Buffer.from('application/vnd.oasis'), 'content.xml': Buffer.from('<a/>') }),
      'opendocument',
    ],
    [
      'a text document',
      types('application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'),
      'not_text',
    ],
    ['no sheets', xlsxOf([]), 'no_rows'],
    ['names without rows', xlsxOf([{ name: 'S', rows: [header] }]), 'no_rows'],
    ['XML that ends too early', sheet('<worksheet><sheetData><row r="1"><c r="A1"><v>1</v>'), 'excel_damaged'],
    ['XML that is none', sheet('not xml'), 'excel_damaged'],
    [
      'entities that grow',
      sheet(`<!DOCTYPE w [<!ENTITY a "${'x'.repeat(1000)}">]>${wrap('<row><c><v>&a;&a;</v></c></row>')}`),
      'excel_damaged',
    ],
    ['elements without end', sheet('<a>'.repeat(100_000)), 'excel_damaged'],
    ['a row past the last', sheet(wrap('<row r="1048577"><c><v>1</v></c></row>')), 'excel_damaged'],
    ['a column past the last', sheet(wrap('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>')), 'excel_damaged'],
    [
      'more columns than are read',
      sheet(wrap('<row r="1"><c r="XFD1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>')),
      'too_many_columns',
    ],
    [
      'a part that is missing',
      zipOf(Object.fromEntries(Object.entries(parts()).filter(([name]) => !name.endsWith('workbook.xml')))),
      'excel_damaged',
    ],
    [
      'a sheet outside of the file',
      zipOf({
        ...parts(),
        'xl/_rels/workbook.xml.rels': Buffer.from(
          '<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="../../../../etc/passwd"/></Relationships>',
        ),
      }),
      'no_rows',
    ],
    [
      'a bomb',
      makeZip([
        ...Object.entries(parts()).map(([name, data]) => ({ name, data })),
        { name: 'xl/worksheets/sheet2.xml', data: Buffer.alloc(100), claims: { size: 0xfffffffe } },
      ]),
      'unpacks_too_large',
    ],
  ])('%s', async (_, bytes, code) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'bad.xlsx': bytes });
    const error = await failure(importFrom(folder, ['bad.xlsx']));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(code === 'too_many_columns' ? 'S' : 'bad.xlsx');
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  it('merged beyond its rows, or all over, grows no cells', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => [text(`n${i % 3}`), number(i), number(i * 2)]);
    const merges = ['A2:XFD1048576', 'B2:B1048576', 'C9:C3', 'A2:A2', 'ZZZ1:ZZZ99'];
    const bytes = xlsxOf([{ name: 'S', rows: [header, ...rows], merges }]);
    const { manifest } = await importedTable({ 'm.xlsx': bytes });
    expect([manifest.samples, manifest.columns.length]).toEqual([30, 3]);
  });

  survivesHostileInput('a workbook', async () => ({ name: 'd.xlsx', bytes: xlsxOf([tableSheet(mixedTable(40))]) }), 4);
  survivesHostileInput(
    'a workbook with merged cells',
    async () => {
      const sheet = { ...tableSheet(mixedTable(40)), merges: ['A2:A9', 'B1:C1'] };
      return { name: 'd.xlsx', bytes: xlsxOf([sheet]) };
    },
    1,
  );
});

describe('merged cells', () => {
  const line = (...cells: (string | number | null)[]) =>
    cells.map((cell) => (cell === null ? null : typeof cell === 'number' ? number(cell) : text(cell)));

  it('have their value in every row that they go over, and headings above one another are one', async () => {
    const bytes = xlsxOf([
      {
        name: 'Sales',
        rows: [
          line('Sales of all regions'),
          line('Region', '2026', null, '2027', null),
          line(null, 'Units', 'Value', 'Units', 'Value'),
          line('North', 1, 10.5, 3, 30.5),
          line(null, 2, 20.5, 4, 40.5),
          null,
          line('South', 5, 50.5, 6, 60.5),
          line(null, 7, null, 8, 80.5),
        ],
        merges: ['A1:E1', 'A2:A3', 'B2:C2', 'D2:E2', 'A4:A5', 'A7:A8'],
      },
    ]);
    const { names, rows, notes, manifest } = await importedTable({ 's.xlsx': bytes });
    expect(names).toEqual(['Region', '2026 Units', '2026 Value', '2027 Units', '2027 Value']);
    expect(rows).toEqual([
      ['North', '1', '10.5', '3', '30.5'],
      ['North', '2', '20.5', '4', '40.5'],
      ['South', '5', '50.5', '6', '60.5'],
      ['South', '7', null, '8', '80.5'],
    ]);
    expect(notes).toEqual(expect.arrayContaining(['skipped_lines', 'joined_headings', 'merged_cells']));
    expect(manifest.notes.find(({ code }) => code === 'merged_cells')!.message).toContain('2 were filled');
    const folder = await dataFolder();
    await writeFiles(folder.path, { 's.xlsx': bytes });
    const [offer] = await offerImport([`${folder.path}/s.xlsx`]);
    expect(offer.columns).toEqual(names);
  });

  it('across a row of values are one value still, and groups above one row of names need no filling', async () => {
    const { names, rows, notes } = await importedTable({
      's.xlsx': xlsxOf([
        {
          name: 'S',
          rows: [
            line(null, 'Length', null, 'Width', null),
            line('kind', 'min', 'max', 'min', 'max'),
            line('a', 1, 2, 3, 4),
            line('b', 5, null, 7, 8),
            line('c', 9, 10, 11, 12),
          ],
          merges: ['B1:C1', 'D1:E1', 'B4:C4'],
        },
      ]),
    });
    expect(names).toEqual(['kind', 'Length min', 'Length max', 'Width min', 'Width max']);
    expect(rows[1]).toEqual(['b', '5', null, '7', '8']);
    expect(notes).not.toContain('merged_cells');
  });
});
