import { describe, expect, it } from 'vitest';
import {
  fillMasked,
  fillNext,
  noTarget,
  roomForMasked,
  roomForNext,
} from '../../../../src-main/datasets/encode/texts/blocks.ts';
import { Random } from '../../../../src-main/shared/random.ts';

const pad = 0;
const no = noTarget;

describe('blocks that learn the next token', () => {
  const filled = (tokens: number[], length: number, from = 0) => {
    const row = Int32Array.from(tokens);
    const blocks = roomForNext(row.length, length);
    fillNext(row, blocks, pad, from);
    return { count: blocks.count, x: [...blocks.x], y: [...blocks.y] };
  };

  it('makes every token but the first a target once, and fills up the last block', () => {
    expect(filled([5, 6, 7, 8, 9, 3], 3)).toEqual({ count: 2, x: [5, 6, 7, 8, 9, pad], y: [6, 7, 8, 9, 3, no] });
    expect(filled([5, 6, 7, 8, 9, 3, 4], 3)).toEqual({ count: 2, x: [5, 6, 7, 8, 9, 3], y: [6, 7, 8, 9, 3, 4] });
  });

  it('may begin elsewhere, and goes on at the front', () => {
    expect(filled([5, 6, 7, 8, 9, 3], 3, 3)).toEqual({ count: 2, x: [8, 9, 5, 6, 7, pad], y: [9, 3, 6, 7, 8, no] });
    // Before the last token there is nothing to begin with.
    expect(filled([5, 6, 7], 2, 2)).toEqual(filled([5, 6, 7], 2, 0));
  });

  it('is nothing where there is nothing to learn', () => {
    expect(filled([], 4)).toEqual({ count: 0, x: [], y: [] });
    expect(filled([5], 4, 7)).toEqual({ count: 0, x: [], y: [] });
    expect(filled([5, 6], 4)).toEqual({ count: 1, x: [5, pad, pad, pad], y: [6, no, no, no] });
  });
});

describe('blocks that learn what is masked', () => {
  const [mask, first, last] = [2, 90, 91];
  const around = { before: Int32Array.of(first), after: Int32Array.of(last) };
  const bare = { before: new Int32Array(), after: new Int32Array() };
  const ordinary = Int32Array.from({ length: 40 }, (_, i) => 10 + i);
  const fill = (tokens: readonly number[], length: number, what = around, seed = 1, from = 0) => {
    const row = Int32Array.from(tokens);
    const blocks = roomForMasked(row.length, length, what);
    fillMasked(row, blocks, what, { pad, mask, ordinary, random: new Random(seed) }, from);
    return blocks;
  };
  /** The tokens before anything was hidden. */
  const plain = ({ x, y }: { x: Int32Array; y: Int32Array }) => [...x].map((token, i) => (y[i] === no ? token : y[i]));

  it('stands between what the tokenizer puts around a text', () => {
    const tokens = [11, 12, 13, 14, 15];
    expect(plain(fill(tokens, 5))).toEqual([first, 11, 12, 13, last, first, 14, 15, last, pad]);
    expect(plain(fill(tokens, 5, bare))).toEqual(tokens);
    expect(plain(fill(tokens, 5, around, 1, 3))).toEqual([first, 14, 15, 11, last, first, 12, 13, last, pad]);
  });

  it('hides ordinary tokens only, and one of each block at least', () => {
    const tokens = Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? 3 : 10 + (i % 40)));
    const { count, length, x, y } = fill(tokens, 8);
    for (let block = 0; block < count; block++) {
      const hidden = y.subarray(block * length, (block + 1) * length).filter((token) => token !== no);
      expect(hidden.length).toBeGreaterThan(0);
      expect(hidden.every((token) => token >= 10)).toBe(true);
    }
    y.forEach((token, i) => token === no && expect([3, first, last, pad].includes(x[i]) || x[i] >= 10).toBe(true));
    // Nothing that can be hidden: nothing is.
    expect([...fill([3, 3, 3], 8).y].every((token) => token === no)).toBe(true);
  });

  it('hides 15 of 100; of these 80 by the mask, 10 by others, and 10 not', () => {
    const size = 60_000;
    const tokens = Array.from({ length: size }, (_, i) => 10 + ((i * 7) % 40));
    const { x, y } = fill(tokens, 200, bare);
    let [hidden, masked, same, other] = [0, 0, 0, 0];
    const others = new Map<number, number>();
    y.forEach((token, i) => {
      if (token === no) return expect(x[i]).toBe(tokens[i]);
      hidden++;
      expect(token).toBe(tokens[i]);
      if (x[i] === mask) masked++;
      else if (x[i] === token) same++;
      else {
        other++;
        others.set(x[i], (others.get(x[i]) ?? 0) + 1);
      }
    });
    /** Within four standard deviations of what a coin of that kind gives. */
    const near = (found: number, of: number, share: number) =>
      expect(Math.abs(found - of * share)).toBeLessThan(4 * Math.sqrt(of * share * (1 - share)));
    near(hidden, size, 0.15);
    near(masked, hidden, 0.8);
    // One of forty others is the token itself.
    near(other, hidden, 0.1 * (39 / 40));
    near(same, hidden, 0.1 + 0.1 / 40);
    expect(others.size).toBe(40);
    for (const count of others.values()) near(count, other, 1 / 40);
  });

  it('hides others with other random numbers, and the same with the same', () => {
    const tokens = Array.from({ length: 400 }, (_, i) => 10 + (i % 40));
    expect(fill(tokens, 20)).toEqual(fill(tokens, 20));
    expect(fill(tokens, 20).y).not.toEqual(fill(tokens, 20, around, 2).y);
  });
});
