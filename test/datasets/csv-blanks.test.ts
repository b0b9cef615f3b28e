import { describe, expect, it } from 'vitest';
import { BlankFinder } from '../../src-main/datasets/csv/blanks.ts';
import { parseRecords } from '../../src-main/datasets/csv/records.ts';
import type { Dialect } from '../../src-main/datasets/csv/sniff.ts';
import { Random } from '../../src-main/shared/random.ts';
import { dialect, foundBy } from '../support/csv-bytes.ts';

const found = (text: string, how: Dialect, piece: number): boolean => foundBy(new BlankFinder(how), text, piece);

describe('blanks at the ends of cells', () => {
  const pieces = [
    'x',
    'yz',
    'a b',
    '"q"',
    '"a, b"',
    '"a""b"',
    '""',
    '1.5',
    'ü',
    '中',
    '“q”',
    ' x',
    'x ',
    '" x"',
    '"x\n"',
    '\u00a0x',
    'x\u3000',
    '\t',
    '"\n"',
    ' ',
  ];

  it('are never overlooked, wherever the file is cut', () => {
    const random = new Random(5);
    let clean = 0;
    for (let round = 0; round < 3000; round++) {
      const delimiter = [',', ';', '\t', '||'][round % 4];
      const cell = (): string => pieces[random.below(round % 3 ? 11 : pieces.length)];
      const text = Array.from({ length: 3 }, () => [cell(), cell(), cell()].join(delimiter)).join(
        round % 2 ? '\n' : '\r\n',
      );
      const trimmable = parseRecords(text, delimiter, '"').some(({ cells }) =>
        cells.some((each) => each !== each.trim()),
      );
      const told = found(text, dialect(delimiter), 1 + random.below(9));
      if (trimmable) expect(told, JSON.stringify(text)).toBe(true);
      if (!told) clean++;
    }
    // Files without any must be told: that is the point.
    expect(clean).toBeGreaterThan(500);
  });

  it.each([
    ['a,b c,d\n"e, f",g,h\n', ',', false],
    ['a, b\n', ',', true],
    ['a\tb c\n', '\t', false],
    ['a\tb \n', '\t', true],
    ['a b\n', ' ', true],
    ['a,"x\ny"\n', ',', true],
    ['a,"b"\n"c","d"\n', ',', false],
  ])('%j: %s, %s', (text, delimiter, wanted) => {
    expect(found(text, dialect(delimiter), 1000)).toBe(wanted);
  });
});
