import { describe, expect, it } from 'vitest';
import { readCell } from '../../src-main/datasets/cells.ts';
import { MissingFinder } from '../../src-main/datasets/csv/missing.ts';
import { parseRecords } from '../../src-main/datasets/csv/records.ts';
import type { Dialect } from '../../src-main/datasets/csv/sniff.ts';
import { Random } from '../../src-main/shared/random.ts';
import { dialect, foundBy } from '../support/csv-bytes.ts';

const found = (text: string, how: Dialect, piece: number): boolean => foundBy(new MissingFinder(how), text, piece);

describe('words for what is missing', () => {
  const harmless = ['x', '-1', '1-2', '2020-01-01', 'NAN0', 'nano', 'Nation', 'banana', 'no', '5?', '#1', '', '"n, a"'];
  const words = ['NA', '"NA"', 'N/A', '#N/A', '<NA>', 'nan', '-nan', 'NULL', 'None', '?', '"?"', '-', '"-"'];

  it('are never overlooked, wherever the file is cut', () => {
    const random = new Random(7);
    let without = 0;
    for (let round = 0; round < 3000; round++) {
      const delimiter = [',', ';', '\t', '||'][round % 4];
      const pool = round % 3 ? harmless : [...harmless, ...words];
      const text = Array.from({ length: 3 }, () =>
        Array.from({ length: 3 }, () => pool[random.below(pool.length)]).join(delimiter),
      ).join(round % 2 ? '\n' : '\r\n');
      const missing = parseRecords(text, delimiter, '"').some(({ cells }) =>
        cells.some((each) => each !== '' && readCell(each) === null),
      );
      const told = found(text, dialect(delimiter), 1 + random.below(11));
      if (missing) expect(told, JSON.stringify(text)).toBe(true);
      if (!told) without++;
    }
    // Files without any must be told: that is the point.
    expect(without).toBeGreaterThan(1000);
  });

  it.each([
    ['1,-2\n2020-01-01,x\n', false],
    ['1,-\n', true],
    ['-,1\n', true],
    ['1,nan', true],
    ['1,"null"\n', true],
    ['a NA,b\n', false],
  ])('%j: %s', (text, wanted) => {
    expect(found(text, dialect(','), 1000)).toBe(wanted);
  });
});
