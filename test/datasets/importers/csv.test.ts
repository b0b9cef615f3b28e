import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parquetSql, withDuck } from '../../../src-main/datasets/duck.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { storedIn, valuesIn } from '../../../src-main/datasets/tables/number-cells.ts';
import type { Column, Manifest } from '../../../src-main/shared/dataset.ts';
import { SampleReader } from '../../../src-main/datasets/reader.ts';
import type { ImportParams } from '../../../src-main/shared/work/import.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { csvText, mixedTable } from '../../support/data-table.ts';
import { importerContract } from '../../support/data-importer-contract.ts';

importerContract('csv', {
  kind: 'table',
  samples: 300,
  classes: ['no', 'perhaps', 'yes'],
  async write(folder) {
    await writeFiles(folder, { 'source/mixed [1].csv': csvText(mixedTable(300)) });
    return ['source/mixed [1].csv'];
  },
});

/** Imports one file and reads all of it back. */
async function imported(
  content: string | Uint8Array,
  params: Partial<ImportParams> = {},
  name = 'data.csv',
): Promise<{
  manifest: Manifest;
  names: string[];
  rows: (string | null)[][];
  column: (name: string) => Column;
  blobs: string;
}> {
  const folder = await dataFolder();
  await writeFiles(folder.path, { [name]: content });
  const { manifest } = await importFrom(folder, [name], params);
  const page = await new SampleReader().page(folder.blobs, manifest, {
    version: 'dv_test' as never,
    offset: 0,
    limit: 500,
  });
  return {
    manifest,
    blobs: folder.blobs,
    names: manifest.columns.map((column) => column.name),
    rows: page.rows!,
    column: (wanted) => manifest.columns.find((column) => column.name === wanted)!,
  };
}

const utf16 = (text: string, bigEndian: boolean): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

describe('encodings', () => {
  const text = 'name,größe,klasse\nJürgen,1.5,"ja, naß"\nZoë,2.5,nein\nÅsa,3.5,nein\n';
  const rows = [
    ['Jürgen', '1.5', 'ja, naß'],
    ['Zoë', '2.5', 'nein'],
    ['Åsa', '3.5', 'nein'],
  ];
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte-order mark', Buffer.from(`\ufeff${text}`)],
    ['Latin-1', Buffer.from(text, 'latin1')],
    ['UTF-16 LE with a mark', utf16(`\ufeff${text}`, false)],
    ['UTF-16 BE with a mark', utf16(`\ufeff${text}`, true)],
    ['UTF-16 LE without', utf16(text, false)],
    ['UTF-16 BE without', utf16(text, true)],
    ['Windows line ends', Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['old Macintosh line ends', Buffer.from(text.replaceAll('\n', '\r'))],
    ['line ends of both kinds', Buffer.from(text.replace('\n', '\r\n'))],
  ])('%s', async (_, bytes) => {
    const table = await imported(bytes);
    expect(table.names).toEqual(['name', 'größe', 'klasse']);
    expect(table.rows).toEqual(rows);
    expect(table.manifest.rejectedCount).toBe(0);
  });

  it('GB 18030 is told from Latin letters, four-byte characters included', async () => {
    // "姓名,城市,数" and rows, as Windows writes them in China; 㐀 takes four bytes.
    const hex =
      'd0d5c3fb2cb3c7cad02ccafd0a' +
      'd5c5c8fd2cb1b1beA92c31' +
      '0a' +
      'c0eecbc42c8139ee392c320a' +
      'cdf5cee52cC9Cfbaa32c330a';
    const { names, rows } = await imported(Buffer.from(hex, 'hex'));
    expect(names).toEqual(['姓名', '城市', '数']);
    expect(rows).toEqual([
      ['张三', '北京', '1'],
      ['李四', '㐀', '2'],
      ['王五', '上海', '3'],
    ]);
    const german = await imported(Buffer.from('größe,n\n1,2\n3,4\n', 'latin1'));
    expect(german.names).toEqual(['größe', 'n']);
  });

  it('Windows-1252 has a euro sign and curly quotes', async () => {
    const bytes = Buffer.concat([Buffer.from('price,note\n'), Buffer.from([0x80, 0x35, 0x2c, 0x93, 0x78, 0x94, 0x0a])]);
    expect((await imported(bytes)).rows).toEqual([['€5', '“x”']]);
  });

  it('a stray bad byte in UTF-8 is replaced, not the whole file misread', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `größe ${i},${i}`).join('\n');
    const bytes = Buffer.concat([Buffer.from(`name,n\n${lines}\nx`), Buffer.from([0xff]), Buffer.from(',7\n')]);
    const { rows, manifest } = await imported(bytes);
    expect(rows[0]).toEqual(['größe 0', '0']);
    expect(rows.at(-1)).toEqual(['x\ufffd', '7']);
    expect(manifest.notes.map((note) => note.code)).toContain('damaged_text');
  });
});

describe('dialects', () => {
  it.each([
    ['semicolons and decimal commas', 'a;b;c\n1,5;x;1.234,5\n2,25;y;7\n', { a: ['1,5', '2,25'] }],
    ['tabs', 'a\tb\n1\tx, y\n2\tz; w\n', { b: ['x, y', 'z; w'] }],
    ['bars', 'a|b\n1|x\n2|"y|z"\n', { b: ['x', 'y|z'] }],
    ['spaces after commas', 'a, b, c\n1, x, ?\n2, y, 3\n', { b: ['x', 'y'], c: [null, '3'] }],
    ['quoted line breaks and doubled quotes', 'a,b\n"x\ny",1\n"say ""hi""",2\n', { a: ['x\ny', 'say "hi"'] }],
    ['single quotes', "a,b\n'x,1',2\n'y,2',3\n", { a: ['x,1', 'y,2'] }],
    [
      'quotes that are only characters',
      'ham\t"Oh" he said\nspam\tcall "now\nham\tok "\n',
      { column_2: ['"Oh" he said', 'call "now', 'ok "'] },
    ],
    ['colons twice', '1::1193::5\n1::661::3\n2::914::4\n', { column_2: ['1193', '661', '914'] }],
    ['bars twice', 'a||b||c\n1||x|y||2\n3||z||4\n', { b: ['x|y', 'z'] }],
    ['control characters', 'a\u0001b\n1\u0001x\n2\u0001y\n', { b: ['x', 'y'] }],
    ['number signs', 'a#b\n1#x\n2#y\n', { b: ['x', 'y'] }],
    ['full-width commas', '名，数\n甲，1\n乙，2\n', { 名: ['甲', '乙'] }],
    ['a title before the table', 'Sales 2026\n\na,b\n1,x\n2,y\n', { a: ['1', '2'] }],
    ['row names without a name of their own', '"a","b"\n"1",5,x\n"2",6,y\n', { a: ['5', '6'] }],
    ['blank lines', 'a,b\n\n1,x\n\n2,y\n\n', { a: ['1', '2'] }],
    ['no line end at the end', 'a,b\n1,x\n2,y', { b: ['x', 'y'] }],
  ])('%s', async (_, text, wanted) => {
    const { names, rows, manifest } = await imported(text);
    for (const [name, cells] of Object.entries(wanted)) {
      expect(rows.map((row) => row[names.indexOf(name)])).toEqual(cells);
    }
    expect(manifest.rejectedCount).toBe(0);
  });

  it.each([
    ['words over numbers', 'x,y\n1,2\n3,4\n', ['x', 'y']],
    ['numbers only', '1,2\n3,4\n', ['column_1', 'column_2']],
    [
      'classes without a header',
      'ham,hello you there my friend\nspam,win now a prize of gold\nham,ok\n',
      ['column_1', 'column_2'],
    ],
    ['names twice, and differing in case', 'a,A,a,\n1,2,3,4\n', ['a', 'A_2', 'a_3', 'column_4']],
  ])('names columns by content: %s', async (_, text, names) => {
    expect((await imported(text)).names).toEqual(names);
  });

  it('reads decimal commas as numbers', async () => {
    const { column } = await imported('a;b;label\n1,5;1.234,5;x\n-2,25;7;y\n');
    expect(column('a')).toMatchObject({ type: 'number', decimalComma: true, min: -2.25, max: 1.5, mean: -0.375 });
    expect(column('b')).toMatchObject({ type: 'number', decimalComma: true, max: 1234.5 });
  });
});

describe('columns', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    id: i + 1,
    size: i === 7 ? 'NA' : (i * 1.5).toFixed(2),
    colour: i === 3 ? '' : ['red', 'green'][i % 2],
    empty: i % 2 ? 'NULL' : '',
    same: 'x',
    code: `A-${1000 + i * 7}`,
    remark: `this is what somebody wrote about number ${i} on that day`,
    kind: ['good', 'bad', 'good'][i % 3],
  }));
  const text = [Object.keys(rows[0]), ...rows.map((row) => Object.values(row))].map((row) => row.join(',')).join('\n');

  it('are typed by what they hold, and ignored with a reason', async () => {
    const { manifest } = await imported(text);
    const facts = manifest.columns.map(({ name, type, role, note, missing }) => [
      name,
      type,
      role,
      note ?? '',
      missing,
    ]);
    expect(facts).toEqual([
      ['id', 'number', 'ignored', 'identifier', 0],
      ['size', 'number', 'feature', '', 1],
      ['colour', 'category', 'feature', '', 1],
      ['empty', 'category', 'ignored', 'all_missing', 40],
      ['same', 'category', 'ignored', 'constant', 0],
      ['code', 'category', 'ignored', 'identifier', 0],
      ['remark', 'text', 'feature', '', 0],
      ['kind', 'category', 'target', '', 0],
    ]);
    expect(manifest.classes).toEqual([
      { name: 'bad', count: 13 },
      { name: 'good', count: 27 },
    ]);
    expect(manifest.columns[2].top).toEqual([
      { value: 'red', count: 20 },
      { value: 'green', count: 19 },
    ]);
  });

  it('take the target asked for, or none', async () => {
    expect((await imported(text, { target: 'colour' })).manifest).toMatchObject({
      target: 'colour',
      task: 'classification',
    });
    expect((await imported(text, { target: 'size' })).manifest).toMatchObject({
      target: 'size',
      task: 'regression',
      classes: [],
    });
    const none = await imported(text, { target: null });
    expect(none.manifest).toMatchObject({ target: null, task: null });
    expect(await failure(loadTrainingData(none.blobs, none.manifest))).toMatchObject({ code: 'no_target' });
  });

  it('say which they are when the target asked for is not one', async () => {
    const error = await failure(imported(text, { target: 'Kind' }));
    expect(error).toMatchObject({ code: 'unknown_column' });
    expect(error.message).toContain('kind');
  });

  it('number classes are ordered by value', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i * 1.1},${[10, 9, 2][i % 3]}`).join('\n');
    const { manifest } = await imported(`x,quality\n${lines}\n`);
    expect(manifest.classes.map((each) => each.name)).toEqual(['2', '9', '10']);
  });
});

describe('numbers', () => {
  const written = [
    ['5', '5.10', '5', '5.0', '05', '1e3', '5', '9007199254740993', '-0', 'NA'],
    ['-12', '0.25', '0.25', '0.25', '7', '2', '5.0', '1', '0', '3'],
    ['0', '-7.00', '-7', '-7.125', '8', '3.5', '5.25', '2', '1', '4.5'],
    ['', '1.50', '1.5', '', '9', '', '', '3', '2', '7'],
  ];
  const names = ['whole', 'fixed', 'shortest', 'pointed', 'zeros', 'powers', 'both', 'large', 'negative', 'gaps'];

  it('are kept as such where their text can be made again, and read as they are written', async () => {
    const lines = [names, ...written].map((row) => `${row.join(',')}\n`);
    const { manifest, blobs, rows } = await imported(lines.join(''), { target: null });
    expect(rows).toEqual(written.map((row) => row.map((cell) => (cell === '' || cell === 'NA' ? null : cell))));
    await withDuck({}, async (connection) => {
      const stored = await storedIn(connection, parquetSql(blobs, manifest.blobs.table!));
      const some = ['whole', 'fixed', 'shortest', 'pointed', 'large', 'gaps'];
      expect([...stored].map((i) => names[i])).toEqual(names.filter((name) => some.includes(name)));
    });
    expect(manifest.columns[0]).toMatchObject({ type: 'number', missing: 1, distinct: 3, min: -12, max: 5 });
    expect(manifest.columns[1]).toMatchObject({ type: 'number', missing: 0, distinct: 4, min: -7, max: 5.1 });
  });
});

describe('dates and times', () => {
  const names = ['day', 'second', 'both', 'short', 'zoned', 'label'];
  const written = [
    ['2024-02-29', '2024-02-29 23:59:59', '2024-02-29', '2024-2-9', '2024-02-29T10:00:00Z', 'a'],
    ['', '1999-12-31 00:00:00', '2024-02-29 23:59:59', '2024-02-09', '2024-02-29T10:00:01Z', 'b'],
    ['0001-01-01', 'NA', '2024-03-01', '2024-02-10', '2024-02-29T10:00:02Z', 'a'],
    ['2024-02-29', '2024-02-29 23:59:59', '', '2024-02-11', '2024-02-29T10:00:03Z', 'b'],
  ];
  const text = (rows: string[][]): string => [names, ...rows].map((row) => `${row.join(',')}\n`).join('');
  const kept = async (blobs: string, manifest: Manifest): Promise<string[]> =>
    withDuck({}, async (connection) => {
      const { moments } = await valuesIn(connection, parquetSql(blobs, manifest.blobs.table!));
      return [...moments].map((i) => names[i]);
    });

  it('are kept as such where their text can be made again, and are read as they are written', async () => {
    const { manifest, blobs, rows, column } = await imported(text(written));
    expect(rows).toEqual(written.map((row) => row.map((cell) => (cell === '' || cell === 'NA' ? null : cell))));
    expect(await kept(blobs, manifest)).toEqual(['day', 'second']);
    // They are described as the texts that they were.
    expect(column('day')).toMatchObject({
      type: 'category',
      missing: 1,
      distinct: 2,
      top: [
        { value: '2024-02-29', count: 2 },
        { value: '0001-01-01', count: 1 },
      ],
    });
    expect(column('second')).toMatchObject({ type: 'category', missing: 1, distinct: 2 });
    const inQuotes = written.map(([day, ...others]) => [`"${day}"`, ...others]);
    const asText = await imported(text(inQuotes));
    expect(await kept(asText.blobs, asText.manifest)).toEqual(['second']);
    expect(asText.manifest.columns).toEqual(manifest.columns);
    expect(asText.rows).toEqual(rows);
  });
});

describe('bad input', () => {
  it('lists ragged rows by line and keeps the rest', async () => {
    const { manifest, rows } = await imported(
      'a,b,c\n1,2,x\n4,5\n6,7,8,9\n"x"y,1,2\n10,11,"y, z"\n12,13,"p, q"\n14,15,"r, s"\n',
    );
    expect(rows).toEqual([
      ['1', '2', 'x'],
      ['10', '11', 'y, z'],
      ['12', '13', 'p, q'],
      ['14', '15', 'r, s'],
    ]);
    expect(manifest.rejectedCount).toBe(3);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['line 3', 'ragged_row'],
      ['line 4', 'ragged_row'],
      ['line 5', 'broken_quote'],
    ]);
    expect(manifest.rejected[0].message).toBe('Line 3 has 2 cells, the others have 3.');
  });

  it('names the first thousand of many ragged rows, and counts all', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => (i % 4 ? `${i},${i % 3},z` : `${i}`));
    const { manifest } = await imported(`a,b,c\n${lines.join('\n')}\n`);
    expect(manifest.samples).toBe(3750);
    expect(manifest.rejectedCount).toBe(1250);
    expect(manifest.rejected).toHaveLength(1000);
  });

  it.each([
    ['an empty file', '', 'empty_file'],
    ['blank lines only', '\n  \n\n', 'empty_file'],
    ['a header only', 'a,b,c\n', 'no_rows'],
    ['prose', 'It was the best of times,\nit was the worst of times, it was\nthe age of wisdom.\n', 'not_a_table'],
    [
      'half an archive called CSV',
      Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(500, 1)]),
      'archive_damaged',
    ],
    ['a program called CSV', Buffer.concat([Buffer.from('\u007fELF'), Buffer.alloc(500, 1)]), 'program_file'],
  ])('%s', async (_, content, code) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'bad.csv': content });
    const error = await failure(importFrom(folder, ['bad.csv']));
    expect(error.code).toBe(code);
    expect(error.message).toContain('bad.csv');
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  it('a single class is kept, said, and refused by training', async () => {
    const { manifest, blobs } = await imported('x,label\n1,a\n2,a\n3,a\n', { target: 'label' });
    expect(manifest.notes.map((note) => note.code)).toContain('single_class');
    const error = await failure(loadTrainingData(blobs, manifest));
    expect(error).toMatchObject({ code: 'single_class' });
    expect(error.message).toContain('"a"');
  });

  it('rows without a target are kept and not trained on', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `${i * 0.7},${i % 5 === 0 ? '?' : ['a', 'b'][i % 2]}`);
    const { manifest, blobs } = await imported(`x,label\n${lines.join('\n')}\n`);
    expect(manifest.samples).toBe(40);
    expect(manifest.notes.map((note) => note.code)).toContain('target_missing');
    const { splits } = await loadTrainingData(blobs, manifest);
    expect(splits.train.count + splits.validation.count + splits.test.count).toBe(32);
  });

  it('two tables at once are refused', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'a.csv': 'x,y\n1,2\n', 'b.csv': 'x,y\n1,2\n' });
    expect(await failure(importFrom(folder, ['a.csv', 'b.csv']))).toMatchObject({ code: 'several_tables' });
  });

  it('a path that is not there is named', async () => {
    const { path } = await dataFolder();
    const error = await failure(offerImport([join(path, 'none.csv')]));
    expect(error).toMatchObject({ code: 'source_vanished' });
    expect(error.message).toContain('none.csv');
  });
});

it('leaves out a line of several megabytes and keeps the rest', async () => {
  const long = 'x'.repeat(5 << 20);
  const { manifest } = await imported(`a,b\n1,x\n2,${long}\n3,y\n4,z\n`);
  expect(manifest.samples).toBe(3);
  expect(manifest.rejected).toMatchObject([{ where: 'line 3', code: 'line_too_long' }]);
});

describe('what a file holds only long after its beginning', () => {
  /** More than what the dialect is told by, so that reading begins before the end is known. */
  const beginning = Array.from({ length: 90_001 }, (_, i) => `${i},${i % 7 ? 'left' : 'right'}`).join('\n');
  it.each<[string, string, (string | null)[], string[]]>([
    ['a word for missing', 'NA,left\n', [null, 'left'], []],
    ['blanks around cells', '5 , left\n', ['5', 'left'], []],
    ['line ends of another kind', '5,left\r\n', ['5', 'left'], []],
    ['bytes that are no UTF-8', '5,\xe9\n', ['5', '�'], ['damaged_text']],
    ['a row of another length', '5,left,up\n6,right\n', ['6', 'right'], ['rejected']],
    ['zeros before a number', '007,left\n', ['007', 'left'], []],
    ['a number with an exponent', '1e3,left\n', ['1e3', 'left'], []],
    ['a number with a point', '5.0,left\n', ['5.0', 'left'], []],
    ['a number larger than any', `${'9'.repeat(40)},left\n`, ['9'.repeat(40), 'left'], []],
    ['a number of many more digits', '-123456789012,left\n', ['-123456789012', 'left'], []],
    ['a word among numbers', 'many,left\n', ['many', 'left'], []],
    ['a cell in quotes', '"5",left\n', ['5', 'left'], []],
    ['a cell that is missing', ',left\n', [null, 'left'], []],
  ])('%s', async (_, end, row, notes) => {
    const head = Buffer.from(`n,${'ü'.repeat(20)}\n${beginning}\n`);
    const { manifest, blobs } = await imported(Buffer.concat([head, Buffer.from(end, 'latin1')]));
    expect(manifest.samples).toBe(90_002);
    const { rows } = await new SampleReader().pick(blobs, manifest, [90_000, 90_001]);
    expect(rows).toEqual([['90000', 'left'], row]);
    expect(manifest.notes.map(({ code }) => code)).toEqual(expect.arrayContaining(['dialect', ...notes]));
    expect(await filesIn(`${blobs}/partial`)).toEqual([]);
  });

  it.each(['2024-02-30', '2024-1-1', 'soon'])('a day written as no other is: %s', async (odd) => {
    const days = Array.from({ length: 90_001 }, (_, i) => `2024-01-${i % 2 ? '02' : '31'},${i % 7 ? 'left' : 'right'}`);
    const { manifest, blobs } = await imported(`day,side\n${days.join('\n')}\n${odd},left\n`);
    const { rows } = await new SampleReader().pick(blobs, manifest, [90_000, 90_001]);
    expect(rows).toEqual([
      ['2024-01-31', 'left'],
      [odd, 'left'],
    ]);
  });
});
