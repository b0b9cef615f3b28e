import { expect, it } from 'vitest';
import { leftOutLine } from '../../src-main/cli/import.ts';

it.each([
  ['labels/1.txt: line 1', 'labels/1.txt: line 1 is no class.', 'labels/1.txt: line 1 is no class.'],
  ['a.xml: object 1', 'a.xml has no box of four numbers.', 'a.xml has no box of four numbers.'],
  ['line 3', 'line 3 has 4 cells.', 'line 3 has 4 cells.'],
  ['line 3', 'It has 4 cells.', 'line 3: It has 4 cells.'],
  ['a', 'a.png is no image.', 'a: a.png is no image.'],
])('what was left out names its place once: %s, %s', (where, message, told) => {
  expect(leftOutLine(where, message)).toBe(told);
});
