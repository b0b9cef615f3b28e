import { expect, it } from 'vitest';
import { cutMiddle } from '../../src-renderer/ui/cut-middle.ts';

it.each([
  ['cat.png', 7, 'cat.png'],
  ['IMG_20240102_0001.jpeg', 11, 'IMG_2….jpeg'],
  ['abcdef', 4, 'ab…f'],
  ['猫😀狗猫😀狗', 5, '猫😀…😀狗'],
])('cuts %s to %d characters in the middle', (text, most, cut) => {
  expect(cutMiddle(text, most)).toBe(cut);
  expect([...cutMiddle(text, most)].length).toBeLessThanOrEqual(most);
});
