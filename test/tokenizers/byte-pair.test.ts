import { describe, expect, it } from 'vitest';
import { byteCharacters, byteToken, piecesOf, textOf, utf8 } from '../../src-main/tokenizers/byte-pair/bytes.ts';
import { Heap } from '../../src-main/tokenizers/byte-pair/heap.ts';
import { byteNames, learnMerges, type Merge } from '../../src-main/tokenizers/byte-pair/learn.ts';
import { mergePiece } from '../../src-main/tokenizers/byte-pair/merge.ts';
import { PairMap } from '../../src-main/tokenizers/byte-pair/pair-map.ts';
import { specialNames } from '../../src-main/tokenizers/special.ts';
import { Random } from '../../src-main/shared/random.ts';
import { hostileTexts, randomText } from '../support/texts.ts';

/** The definition, counted anew before every merge. */
function learnSlowly(counts: ReadonlyMap<string, number>, names: string[], vocabulary: number): [string, string][] {
  let pieces = [...counts].map(([piece, count]) => ({ tokens: Array.from(utf8(piece), byteToken), count }));
  const merges: [string, string][] = [];
  while (names.length < vocabulary) {
    const seen = new Map<string, number>();
    for (const { tokens, count } of pieces) {
      for (let i = 1; i < tokens.length; i++) {
        const key = `${tokens[i - 1]} ${tokens[i]}`;
        seen.set(key, (seen.get(key) ?? 0) + count);
      }
    }
    const [best] = [...seen]
      .map(([key, count]) => ({ pair: key.split(' ').map(Number), count }))
      .filter(({ count }) => count > 1)
      .sort((a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1]);
    if (!best) break;
    const [left, right] = best.pair;
    const name = names[left] + names[right];
    merges.push([names[left], names[right]]);
    if (!names.includes(name)) names.push(name);
    const token = names.indexOf(name);
    pieces = pieces.map(({ tokens, count }) => {
      const merged: number[] = [];
      for (let i = 0; i < tokens.length; i++) {
        if (tokens[i] === left && tokens[i + 1] === right) {
          merged.push(token);
          i++;
        } else merged.push(tokens[i]);
      }
      return { tokens: merged, count };
    });
  }
  return merges;
}

describe('learning merges', () => {
  it.each([1, 2, 3, 4, 5, 6])('gives what the definition gives, text %i', (seed) => {
    const random = new Random(seed);
    const counts = new Map<string, number>();
    // Few letters: many ties, many runs of one letter.
    const letters = seed % 2 ? 'ab' : 'abcdé狗';
    for (let i = 0; i < 120; i++) {
      const piece = Array.from({ length: 1 + random.below(9) }, () => letters[random.below(letters.length)]).join('');
      counts.set(piece, (counts.get(piece) ?? 0) + 1 + random.below(4));
    }
    const [fast, slow] = [byteNames(specialNames), byteNames(specialNames)];
    const merges = learnMerges(counts, fast, 330);
    expect(merges.map(({ left, right }) => [fast[left], fast[right]])).toEqual(learnSlowly(counts, slow, 330));
    expect(fast).toEqual(slow);
    expect(fast.length).toBeGreaterThan(280);
  });

  it('ends where no pair occurs twice', () => {
    const names = byteNames([]);
    expect(learnMerges(new Map([['abc', 1]]), names, 1000)).toEqual([]);
    expect(names).toHaveLength(256);
  });
});

const ranksOf = (merges: readonly Merge[]) => {
  const ranks = new PairMap<{ rank: number; token: number }>();
  merges.forEach(({ left, right, token }, rank) => ranks.set(left, right, { rank, token }));
  return ranks;
};

describe('applying merges', () => {
  it('merges long pieces as it merges short ones', () => {
    const counts = new Map(
      Array.from({ length: 300 }, (_, i): [string, number] => [randomText(i, 12).replaceAll(' ', ''), 2]),
    );
    const merges = learnMerges(counts, byteNames(specialNames), 600);
    const ranks = ranksOf(merges);
    /** One merge after another over the whole piece, each wherever it fits: the same in the end. */
    const slowly = (tokens: number[]): number[] => {
      for (;;) {
        const rank = merges.findIndex(({ left, right }) =>
          tokens.some((token, i) => token === left && tokens[i + 1] === right),
        );
        if (rank < 0) return tokens;
        const { left, right, token } = merges[rank];
        const at = tokens.findIndex((each, i) => each === left && tokens[i + 1] === right);
        tokens.splice(at, 2, token);
      }
    };
    for (let seed = 0; seed < 30; seed++) {
      const bytes = Array.from(utf8(randomText(seed, 5 + seed * 5).replaceAll(' ', '')), byteToken);
      expect(mergePiece([...bytes], ranks)).toEqual(slowly([...bytes]));
    }
    expect(mergePiece(Array.from(utf8('a'.repeat(1000)), byteToken), ranks)).toEqual(
      slowly(Array.from(utf8('a'.repeat(1000)), byteToken)),
    );
  });

  it('takes an endless piece in its stride', () => {
    const names = byteNames(specialNames);
    const ranks = ranksOf(learnMerges(new Map([['ab'.repeat(64), 5]]), names, 280));
    const tokens = mergePiece(Array.from(utf8('ab'.repeat(100_000)), byteToken), ranks);
    expect(tokens.map((token) => names[token]).join('')).toBe('ab'.repeat(100_000));
    expect(tokens.length).toBeLessThan(5_000);
  });
});

describe('bytes', () => {
  it('are written as 256 different characters, as in GPT-2', () => {
    expect(new Set(byteCharacters).size).toBe(256);
    expect([32, 10, 65, 0, 255].map((byte) => byteCharacters[byte])).toEqual(['Ġ', 'Ċ', 'A', 'Ā', 'ÿ']);
  });

  it('give any text back', () => {
    for (const text of hostileTexts) {
      expect(piecesOf(text).join('')).toBe(text);
      expect(textOf([...utf8(text)].map((byte) => byteCharacters[byte]).join(''))).toBe(text);
    }
  });
});

it('a heap gives its items in order', () => {
  const heap = new Heap<number>((a, b) => a < b);
  const random = new Random(7);
  const items = Array.from({ length: 500 }, () => random.below(100));
  const taken: number[] = [];
  items.forEach((item, i) => {
    heap.push(item);
    if (i % 5 === 4) taken.push(heap.pop()!);
  });
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) taken.push(item);
  expect(taken.slice(100)).toEqual(taken.slice(100).sort((a, b) => a - b));
  expect(taken.sort((a, b) => a - b)).toEqual(items.sort((a, b) => a - b));
});
