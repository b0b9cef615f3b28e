import { expect, it } from 'vitest';
import {
  finiteSql,
  guardedNumberSql,
  numberSql,
  parseNumber,
  presentSql,
  quickNumberFailsSql,
  quickNumberSql,
  readCell,
  sqlText,
  trimSql,
} from '../../src-main/datasets/cells.ts';
import { rowsOf, withDuck } from '../../src-main/datasets/duck.ts';
import { Random } from '../../src-main/shared/random.ts';
import { dataFolder } from '../support/data-import.ts';

const odd = [
  ...[
    '1',
    '-1.5',
    '+2',
    '.5',
    '5.',
    '1e5',
    '1E-3',
    '1e+5',
    '00012',
    '1_000',
    '1__0',
    '+-5',
    '--5',
    '-+5',
    '0x1F',
    '1d',
    '1.5f',
    'true',
  ],
  ...[
    'inf',
    '-Infinity',
    'nan',
    '1e999',
    '1e39',
    '3.4028235e38',
    '3.4028236e38',
    '1e-400',
    '١',
    '１',
    '1 000',
    '1\u00a0000,5',
    '12 34',
  ],
  ...[
    '1,234',
    '1,234.5',
    '1,23',
    '12,345,678',
    '1.234,5',
    '1.234',
    '1.234.567',
    '1.23.456',
    ',5',
    '5,',
    '1,5e3',
    '1 234,5',
    '1 234.5',
  ],
  ...[
    '',
    ' ',
    'NA',
    ' NA ',
    'na',
    'None',
    '?',
    '-',
    '—',
    'null',
    '\ufeff7',
    '\t8\n',
    '\u00a0 9 \u3000',
    'a b',
    '1.797e308',
    '+',
    '.',
    'e5',
    ',',
  ],
];

/** Strings of the characters that numbers are made of, so that most are nearly one. */
function nearNumbers(count: number): string[] {
  const random = new Random(11);
  const characters = '0123456789.,,+-eE_ \u00a0 dfx';
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + random.below(9) }, () => characters[random.below(characters.length)]).join(''),
  );
}

it('reads numbers and missing words the same in JavaScript and in SQL', async () => {
  const { blobs } = await dataFolder();
  const raw = [...odd, ...nearNumbers(4000)];
  const rows = await withDuck({ blobs }, async (connection) => {
    await connection.run('CREATE TABLE raw (i INTEGER, x VARCHAR)');
    await connection.run(`INSERT INTO raw VALUES ${raw.map((text, i) => `(${i}, ${sqlText(text)})`).join(', ')}`);
    return rowsOf(
      connection,
      `SELECT x, ${finiteSql('point')} AS point, ${finiteSql('comma')} AS comma FROM (
         SELECT i, x, ${numberSql('x', false)} AS point, ${numberSql('x', true)} AS comma FROM (
           SELECT i, ${presentSql('x')} AS x FROM (SELECT i, ${trimSql('x')} AS x FROM raw))) ORDER BY i`,
    );
  });
  const parse = (text: string | null, comma: boolean): number | null =>
    text === null ? null : parseNumber(text, comma);
  const wanted = raw.map((text) => {
    const x = readCell(text);
    return { x, point: parse(x, false), comma: parse(x, true) };
  });
  expect(rows).toEqual(wanted);
  // The test would be empty if nearly nothing were a number.
  expect(wanted.filter(({ point }) => point !== null).length).toBeGreaterThan(400);
  expect(wanted.filter(({ comma }) => comma !== null).length).toBeGreaterThan(400);
});

it.each([
  ['1,234.5', false, 1234.5],
  ['1,5', false, null],
  ['1,5', true, 1.5],
  ['1.234.567,8', true, 1234567.8],
  ['1 234,5', true, 1234.5],
  ['1.5', true, null],
])('%s with decimal comma %s is %s', (text, comma, value) => expect(parseNumber(text, comma)).toBe(value));

it('reads numbers in the quicker ways as it does in the slow one', async () => {
  const { blobs } = await dataFolder();
  const raw = [...odd, ...nearNumbers(4000)].map((text) => text.trim());
  const rows = await withDuck({ blobs }, async (connection) => {
    await connection.run('CREATE TABLE raw (i INTEGER, x VARCHAR)');
    await connection.run(`INSERT INTO raw VALUES ${raw.map((text, i) => `(${i}, ${sqlText(text)})`).join(', ')}`);
    return rowsOf(
      connection,
      `SELECT ${finiteSql('guarded')} AS guarded, ${finiteSql('quick')} AS quick, fails FROM (
         SELECT i, ${guardedNumberSql('x')} AS guarded, ${quickNumberSql('x')} AS quick, ${quickNumberFailsSql('x')} AS fails
         FROM raw) ORDER BY i`,
    );
  });
  let quick = 0;
  for (const [i, row] of rows.entries()) {
    const wanted = parseNumber(raw[i], false);
    expect(row.guarded, raw[i]).toBe(wanted);
    // What it cannot read is read again; what it reads must be right, unless it is said to be doubtful.
    if (row.quick === null || row.fails === true) continue;
    expect(row.quick, raw[i]).toBe(wanted);
    quick++;
  }
  expect(quick).toBeGreaterThan(400);
});
