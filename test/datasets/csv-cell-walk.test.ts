import { expect, it } from 'vitest';
import { BlankFinder } from '../../src-main/datasets/csv/blanks.ts';
import { CellWalk } from '../../src-main/datasets/csv/cell-walk.ts';
import { MissingFinder } from '../../src-main/datasets/csv/missing.ts';
import { NumberColumns } from '../../src-main/datasets/csv/number-columns.ts';
import type { Dialect } from '../../src-main/datasets/csv/sniff.ts';
import { missingWords } from '../../src-main/datasets/cells.ts';
import { Random } from '../../src-main/shared/random.ts';

const columns = 4;
const dialect = (delimiter: string): Dialect => ({
  delimiter,
  quote: '"',
  columns,
  skipLines: 0,
  header: false,
  names: ['a', 'b', 'c', 'd'],
});

/** Pieces that cells are made of: what is nearly a value is of most interest. */
const whole = ['0', '7', '10', '-3', '123456789012345678', '1234567890123456789', '-12345678901234', '05', '-0', '+1'];
const broken = ['0.5', '1.0', '-2.50', '3.125', '12.30', '-0.0', '5.', '.5', '1.2.3', '1e5', '123456789.1234567', '9'];
const long = ['0'.repeat(31), '1'.repeat(32), `0.${'3'.repeat(29)}`, `-0.${'0'.repeat(28)}`, 'x'.repeat(15)];
const days = ['2024-02-29', '2023-02-29', '1900-02-29', '2000-02-29', '2024-13-01', '2024-04-31', '0000-01-01'];
const seconds = [
  '2024-02-29 23:59:59',
  '2024-02-30 00:00:00',
  '2024-01-01 24:00:00',
  '2024-01-01T00:00:00',
  '2024-1-1',
];
const others = [
  '',
  '',
  'no',
  'nay',
  'x',
  'a b',
  ' x',
  'x ',
  'ü',
  '\u00a0x',
  'y'.repeat(16),
  `${'z'.repeat(40)} `,
  ...missingWords,
];
const kinds = [
  whole,
  broken,
  [...whole, ...broken, ...long],
  days,
  [...days, ...seconds],
  seconds,
  ['5', 'NA'],
  others,
];

/** What is found of a text that comes in pieces. A first row with a quote in its last cell has it walked over without vectors. */
function look(text: string, how: Dialect, words: boolean, step: number): unknown[] {
  const [blanks, missing] = [new BlankFinder(how), new MissingFinder(how)];
  const numbers = new NumberColumns(how, words, (bytes) => {
    blanks.see(bytes);
    missing.see(bytes);
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += step) numbers.see(bytes.subarray(at, at + step));
  numbers.end();
  blanks.end();
  missing.end();
  const found = numbers.found();
  return [found, numbers.fit(found), blanks.found || numbers.blanks, missing.found || numbers.missing];
}

it('finds with vectors what is found byte by byte', () => {
  const random = new Random(11);
  const seen = new Set<string>();
  for (let round = 0; round < 300; round++) {
    const how = dialect([',', ';', '\t', '|'][round % 4]);
    const end = round % 3 === 0 ? '\r\n' : '\n';
    // Most columns of one kind, so that many come out as values; some rows are too long or too short.
    const kind = Array.from({ length: columns }, () => kinds[random.below(kinds.length)]);
    const some = kind.map((cells) => [random.below(cells.length), random.below(cells.length)]);
    const rows = Array.from({ length: 1 + random.below(5) }, () => {
      const cells = kind.map((of, c) => of[random.below(4) === 0 ? random.below(of.length) : some[c][random.below(2)]]);
      if (random.below(20) === 0) cells.push('5');
      if (random.below(20) === 0) cells.pop();
      return cells.join(how.delimiter);
    });
    const text = rows.join(end) + (round % 5 === 0 ? '' : end);
    const words = random.below(2) === 0;
    const first = how.delimiter.repeat(columns - 1);
    const plain = look(`${first}q${end}${text}`, how, words, 1 << 20);
    const quoted = look(`${first}"q"${end}${text}`, how, words, 1 << 20);
    const pieces = look(`${first}q${end}${text}`, how, words, 1 + random.below(20));
    expect(plain, JSON.stringify(text)).toEqual(quoted);
    expect(pieces, JSON.stringify(text)).toEqual(plain);
    for (const each of plain[0] as ({ way: string } | null)[]) seen.add(each?.way ?? 'text');
    seen.add(`blanks ${String(plain[2])}`).add(`missing ${String(plain[3])}`);
  }
  // All that there is to tell came up.
  const ways = ['date', 'fixed', 'pointed', 'second', 'short', 'shortest', 'text', 'whole'];
  const flags = ['blanks false', 'blanks true', 'missing false', 'missing true'];
  expect([...seen].sort()).toEqual([...flags, ...ways].sort());
});

it('walks over rows that are longer than it holds at once', () => {
  const how = dialect(',');
  const wide = 'w'.repeat(CellWalk.room + 10);
  for (const cell of ['x', wide]) {
    const text = `1,2.5,${cell},2024-01-01\n`.repeat(3) + `5,0.25,${cell},2024-01-02\n`;
    const [found] = look(text, how, true, 100_000);
    expect(found).toEqual([{ way: 'short' }, { way: 'shortest', decimals: 2 }, null, { way: 'date' }]);
  }
});
