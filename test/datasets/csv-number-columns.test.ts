import { expect, it } from 'vitest';
import { momentLength } from '../../src-main/datasets/csv/moments.ts';
import { NumberColumns } from '../../src-main/datasets/csv/number-columns.ts';
import type { Dialect } from '../../src-main/datasets/csv/sniff.ts';
import { rowsOf, withDuck } from '../../src-main/datasets/duck.ts';
import {
  storedType,
  writtenSql,
  type StoredCells,
  type StoredMoment,
  type StoredNumber,
} from '../../src-main/datasets/tables/stored-numbers.ts';
import { Random } from '../../src-main/shared/random.ts';

const dialect: Dialect = {
  delimiter: ',',
  quote: '"',
  columns: 2,
  skipLines: 0,
  header: true,
  names: ['value', 'text'],
};

/** What the first column can be kept as; the text comes in pieces of `step` bytes. */
function look(text: string, { step = 1 << 20, words = false } = {}): StoredCells | null {
  const numbers = new NumberColumns(dialect, words);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += step) numbers.see(bytes.subarray(at, at + step));
  numbers.end();
  const [found, beside] = numbers.found();
  expect(beside).toBeNull();
  expect(numbers.fit([found, null])).toBe(true);
  return found;
}

const column = (cells: readonly string[]): string => `value,text\n${cells.map((cell) => `${cell},a\n`).join('')}`;

it.each<[string, string[], StoredCells | null]>([
  ['whole numbers', ['5', '-12', '0', '', '123456789012345678'], { way: 'whole' }],
  ['whole numbers of few digits', ['5', '-999999999', '0', ''], { way: 'short' }],
  ['one of a digit more', ['5', '1000000000'], { way: 'whole' }],
  ['as many decimals in each', ['5.10', '0.25', '-7.00'], { way: 'fixed', decimals: 2 }],
  ['no zeros at the end', ['5', '0.25', '-7', '100'], { way: 'shortest', decimals: 2 }],
  ['a zero after the point of whole ones', ['5.0', '0.25', '-7.125'], { way: 'pointed', decimals: 3 }],
  ['whole ones in two ways', ['5.0', '5', '0.25'], null],
  ['some zeros at the end', ['5.10', '5.125', '5.5'], null],
  ['zeros before', ['05', '6'], null],
  ['a plus', ['+5', '6'], null],
  ['an exponent', ['1e3', '6'], null],
  ['a zero below zero', ['-0', '6'], null],
  ['one with decimals', ['-0.00', '6.25'], null],
  ['a point without a digit before', ['.5', '1.5'], null],
  ['or behind', ['5.', '1.5'], null],
  ['more digits than a whole number has', ['1234567890123456789'], null],
  ['more digits than a double tells apart', ['1234567890.123456'], null],
  ['many digits in some, many decimals in others', ['12345678901', '0.12345'], null],
  ['blanks', ['5 ', '6'], null],
  ['a sign alone', ['-', '6'], null],
  ['two points', ['1.2.3', '6'], null],
  ['quotes', ['"5"', '6'], null],
  ['a quote amid a cell', ['5"', '6'], null],
  ['nothing', ['', ''], null],
  ['days', ['2024-02-29', '', '0001-01-01', '9999-12-31'], { way: 'date' }],
  ['seconds', ['2024-02-29 23:59:59', '', '1900-01-01 00:00:00'], { way: 'second' }],
  ['days and seconds', ['2024-02-29', '2024-02-29 23:59:59'], null],
  ['days and numbers', ['2024-02-29', '2024'], null],
  ['a day that no February has', ['2023-02-29', '2024-02-29'], null],
  ['nor that of 1900', ['1900-02-29'], null],
  ['a 31st of April', ['2024-04-31'], null],
  ['a month too many', ['2024-13-01'], null],
  ['a year 0', ['0000-01-01'], null],
  ['a year of five digits', ['12024-01-01'], null],
  ['months without a zero', ['2024-2-29'], null],
  ['letters in a day', ['2024-0a-29'], null],
  ['a leap second', ['2016-12-31 23:59:60'], null],
  ['an hour 24', ['2016-12-31 24:00:00'], null],
  ['parts of seconds', ['2016-12-31 23:59:59.5'], null],
  ['minutes alone', ['2016-12-31 23:59'], null],
  ['a T between', ['2016-12-31T23:59:59'], null],
  ['days in quotes', ['"2024-02-29"'], null],
  ['days with a quote behind', ['2024-02-29"'], null],
])('a column with %s', (_, cells, found) => {
  for (const step of [1, 3, 1 << 20]) expect(look(column(cells), { step })).toEqual(found);
  expect(look(column(cells).replaceAll('\n', '\r\n'))).toEqual(found);
  // The last row may have no end.
  expect(look(column(cells).slice(0, -1))).toEqual(found);
});

it('words for missing are none of a column, where they are read as such', () => {
  expect(look(column(['5', 'NA', 'null', '6']), { words: true })).toEqual({ way: 'short' });
  expect(look(column(['5', 'NA', '6']))).toBeNull();
});

it('what is in quotes beside is cut as DuckDB cuts it', () => {
  const rows = ['1,"a,2\n3,""b"""', '4,"c"', '5,"""d"', '6,""'];
  for (const step of [1, 2, 1000]) expect(look(`value,text\n${rows.join('\n')}\n`, { step })).toEqual({ way: 'short' });
  expect(look('value,text\n1,"never closed\n2,b\n')).toBeNull();
});

it('longer numbers are made room for, as long as a double holds them', () => {
  const of = (cell: string): StoredCells | null => {
    const numbers = new NumberColumns(dialect, false);
    numbers.see(Buffer.from(column(['7', cell])));
    return numbers.found({ digits: 4, decimals: 2 })[0];
  };
  expect(of('12345')).toEqual({ way: 'short' });
  expect(of('123456')).toEqual({ way: 'whole' });
  expect(of('1.25')).toEqual({ way: 'shortest', decimals: 4 });
  expect(of('1234567890.1234')).toEqual({ way: 'shortest', decimals: 4 });
});

it('a number that is stored is written back letter for letter, and is the double that its text is', async () => {
  const random = new Random(11);
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join('');
  const trimmed = (text: string): string => text.replace(/0+$/, '').replace(/[.]$/, '');
  const plain = (whole: number, decimals: number): string => {
    const text = `${Number(digits(whole))}.${digits(decimals)}`;
    return Math.trunc(Number(text)) !== 0 && random.below(2) === 0 ? `-${text}` : text;
  };
  const ways: Record<StoredNumber['way'], (text: string) => string> = {
    short: (text) => text.replace(/[.].*/, '').replace(/(\d{9})\d*/, '$1'),
    whole: (text) => text.replace(/[.].*/, '').replace(/\d+/, (whole) => whole.padStart(10, '7')),
    fixed: (text) => text,
    shortest: trimmed,
    pointed: (text) => (trimmed(text).includes('.') ? trimmed(text) : `${trimmed(text)}.0`),
  };
  const shapes = [
    [1, 2],
    [1, 14],
    [7, 3],
    [13, 2],
    [9, 6],
  ];
  await withDuck({}, async (connection) => {
    for (const [way, write] of Object.entries(ways)) {
      for (const [whole, decimals] of shapes) {
        const cells = Array.from({ length: 300 }, () => write(plain(1 + random.below(whole), decimals)));
        // One of each sort, lest by chance they are written in another way.
        cells.push(
          write(`3.${'0'.repeat(decimals)}`),
          write(`3.${'0'.repeat(decimals - 1)}5`),
          write('0.5'.padEnd(decimals + 2, '0')),
        );
        const found = look(column(cells));
        expect(found?.way, cells.slice(-5).join(' ')).toBe(way);
        const read = await rowsOf(
          connection,
          `SELECT text, ${writtenSql('number')} AS written, number::DOUBLE AS value
           FROM (SELECT text, CAST(text AS ${storedType(found!)}) AS number
                 FROM (VALUES ${cells.map((cell) => `('${cell}')`).join(', ')}) AS given(text))`,
        );
        expect(read.map(({ written, value }) => [written, value])).toEqual(
          read.map(({ text }) => [text, Number(text)]),
        );
      }
    }
  });
});

it('a day or a second that is stored is written back letter for letter', async () => {
  const random = new Random(12);
  const two = (below: number, from = 0): string => String(from + random.below(below)).padStart(2, '0');
  const year = (): string => String(1 + random.below(9999)).padStart(4, '0');
  const day = (): string => `${year()}-${two(12, 1)}-${two(28, 1)}`;
  const ways: Record<StoredMoment['way'], () => string> = {
    date: day,
    second: () => `${day()} ${two(24)}:${two(60)}:${two(60)}`,
  };
  await withDuck({}, async (connection) => {
    for (const [way, write] of Object.entries(ways)) {
      const cells = Array.from({ length: 1000 }, write);
      const found = look(column(cells));
      expect(found?.way).toBe(way);
      const read = await rowsOf(
        connection,
        `SELECT text, ${writtenSql('moment')} AS written
         FROM (SELECT text, CAST(text AS ${storedType(found!)}) AS moment
               FROM (VALUES ${cells.map((cell) => `('${cell}')`).join(', ')}) AS given(text))`,
      );
      expect(read.map(({ written }) => written)).toEqual(cells);
    }
  });
});

it('every day of the calendar is one, and no other', () => {
  const cells: string[] = [];
  const others: string[] = [];
  for (const year of [1896, 1900, 2000, 2023, 2024]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const cell = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        const read = new Date(Date.UTC(year, month - 1, day));
        (read.toISOString().startsWith(cell) ? cells : others).push(cell);
      }
    }
  }
  expect(look(column(cells))).toEqual({ way: 'date' });
  for (const other of others) expect(momentLength(Buffer.from(`${other},`), 0)).toBe(0);
});
