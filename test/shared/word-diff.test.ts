import { expect, it } from 'vitest';
import { parseCsvRows } from '../../src-main/shared/csv-rows.ts';
import { wordDiff } from '../../src-main/shared/prompt/word-diff.ts';

it('two texts differ by words, and by characters where words have no blanks', () => {
  expect(wordDiff('a red ball.\nYes', 'a blue ball!\nYes')).toEqual([
    { kind: 'same', text: 'a ' },
    { kind: 'removed', text: 'red' },
    { kind: 'added', text: 'blue' },
    { kind: 'same', text: ' ball' },
    { kind: 'removed', text: '.' },
    { kind: 'added', text: '!' },
    { kind: 'same', text: '\nYes' },
  ]);
  expect(wordDiff('你好吗', '你好呀').map(({ text }) => text)).toEqual(['你好', '吗', '呀']);
  expect(wordDiff('', 'x')).toEqual([{ kind: 'added', text: 'x' }]);
  expect(wordDiff('same', 'same')).toEqual([{ kind: 'same', text: 'same' }]);
});

it('CSV is read with its quotes, and told where it is none', () => {
  expect(parseCsvRows('a,b\r\n"x, ""y""\n2",\n\n,z', 'f')).toEqual([
    ['a', 'b'],
    ['x, "y"\n2', ''],
    ['', 'z'],
  ]);
  expect(parseCsvRows('', 'f')).toEqual([]);
  expect(() => parseCsvRows('a\n"b', 'f.csv')).toThrow(/f\.csv, line 2.*no end/);
  expect(() => parseCsvRows('"a"b', 'f.csv')).toThrow(/between a quoted cell/);
});
