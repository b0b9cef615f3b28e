import { describe, expect, it } from 'vitest';
import { WordAugmenter } from '../../../src-main/shared/augment/words.ts';

const facts = { pad: 0, fixed: new Set([0, 7, 8]) };
const text = [7, 11, 12, 13, 14, 15, 16, 17, 18, 19, 8, 0, 0, 0];
const changed = (amounts: { 'word-drop'?: number; 'word-swap'?: number }, sample = 0, row = text): number[] => {
  const tokens = Int32Array.from(row);
  new WordAugmenter(facts, amounts, 3).apply(tokens, 1, sample);
  return [...tokens];
};
const words = (row: readonly number[]) => row.filter((token) => token > 8);

describe('texts are changed', () => {
  it('words are left out as often as was asked for, and what is left keeps its order', () => {
    let left = 0;
    for (let sample = 0; sample < 1000; sample++) {
      const row = changed({ 'word-drop': 0.3 }, sample);
      expect(row).toHaveLength(text.length);
      expect(words(row)).toEqual([...words(row)].sort((a, b) => a - b));
      expect([row[0], row.lastIndexOf(8)]).toEqual([7, words(row).length + 1]);
      expect(row.slice(words(row).length + 2).every((token) => token === 0)).toBe(true);
      left += words(row).length;
    }
    // 9 words each; one of them always stays.
    const expected = 1000 * (1 + 8 * 0.7);
    expect(Math.abs(left - expected)).toBeLessThan(4 * Math.sqrt(8000 * 0.21));
  });

  it('a word is always left, where there is one', () => {
    for (let sample = 0; sample < 200; sample++)
      expect(words(changed({ 'word-drop': 0.9 }, sample)).length).toBeGreaterThan(0);
    expect(changed({ 'word-drop': 0.9 }, 0, [7, 8, 0, 0])).toEqual([7, 8, 0, 0]);
  });

  it('neighbours change places, and nothing else does', () => {
    const rows = Array.from({ length: 300 }, (_, sample) => changed({ 'word-swap': 0.5 }, sample));
    for (const row of rows) {
      expect(words(row).sort((a, b) => a - b)).toEqual(words(text));
      row.forEach((token, i) => expect(Math.abs(token > 8 ? i - text.indexOf(token) : 0)).toBeLessThanOrEqual(1));
      expect([row[0], row[10]]).toEqual([7, 8]);
    }
    expect(new Set(rows.map(String)).size).toBeGreaterThan(20);
  });
});
