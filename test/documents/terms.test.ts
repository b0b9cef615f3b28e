import { describe, expect, it } from 'vitest';
import { citationsOf, passagesText } from '../../src-main/shared/documents.ts';
import { fuse } from '../../src-main/documents/fuse.ts';
import { matchOf, termsOf } from '../../src-main/documents/terms.ts';
import { tfIdf } from '../../src-main/documents/tf-idf.ts';

describe('terms', () => {
  it('are words in one case and width', () => {
    expect(termsOf('The ＰＵＭＰ, Straße_1 Όρος/όρος')).toEqual(['the', 'pump', 'strasse_1', 'όροσ', 'όροσ']);
  });
  it('are each two characters side by side where no blanks part words', () => {
    expect(termsOf('北京大学 v2版')).toEqual(['北京', '京大', '大学', '学', 'v2', '版']);
    expect(termsOf('テスト')).toEqual(['テス', 'スト', 'ト']);
  });
  it('of a question are any of them, and a single character what begins with it', () => {
    expect(matchOf('水泵 filter?')).toBe('"水泵" OR "filter"');
    expect(matchOf('泵')).toBe('"泵" *');
    expect(matchOf('"; -- *')).toBe(null);
  });
});

describe('hashed TF-IDF', () => {
  it('finds what is alike in letters, and the rare more than the common', () => {
    const texts = ['the filter of the pump', 'the pump of the house', 'the house of the dog', 'an encyclopedia'];
    const alike = (question: string) => {
      const comparison = tfIdf.compare(question);
      for (const text of texts) comparison.see(tfIdf.encode(text));
      return [...comparison.scores()];
    };
    // Another form of the word, with a slip.
    const [filter, pump, house, other] = alike('filterring the');
    expect(filter).toBeGreaterThan(2 * Math.max(pump, house));
    expect(other).toBeLessThan(0.1);
    const same = alike(texts[3]);
    expect(same[3]).toBeGreaterThan(0.99);
    expect(Math.max(...same)).toBeLessThanOrEqual(1);
    expect(alike('')).toEqual([0, 0, 0, 0]);
  });
  it('takes three bytes for each run of letters', () => {
    // " ab", "ab ", " ab ".
    expect(tfIdf.encode('ab').length).toBe(3 * 3);
    expect(tfIdf.encode('').length).toBe(0);
  });
});

describe('rankings', () => {
  it('are fused by places', () => {
    const fused = fuse(['a', 'b', 'c'], ['c', 'a']);
    expect(fused.map(({ item }) => item)).toEqual(['a', 'c', 'b']);
    expect(fused[0]).toEqual({ item: 'a', score: 1 / 61 + 1 / 62, ranks: [1, 2] });
    expect(fused[2].ranks).toEqual([2, null]);
  });
});

describe('citations', () => {
  it('are numbers of passages that there are', () => {
    expect(citationsOf('So [1], or [2, 9]; not [4] or [x].', 3)).toEqual([
      'So [',
      1,
      '], or [',
      2,
      ', 9]; not [4] or [x].',
    ]);
    expect(citationsOf('是[1，3]。', 3)).toEqual(['是[', 1, '，', 3, ']。']);
    expect(citationsOf('', 3)).toEqual([]);
  });
  it('are numbered as passages are laid out', () => {
    const passages = [
      { name: 'a.pdf', page: 3, text: 'one' },
      { name: 'b.md', page: null, text: 'two' },
    ];
    expect(passagesText(passages)).toBe('[1] a.pdf, p. 3\none\n\n[2] b.md\ntwo');
  });
});
