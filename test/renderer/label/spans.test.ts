import { describe, expect, it } from 'vitest';
import type { ShownMark } from '../../../src-renderer/features/label/marks.svelte.ts';
import { Heights } from '../../../src-renderer/features/label/spans/heights.ts';
import { mostLanes, piecesOf } from '../../../src-renderer/features/label/spans/pieces.ts';
import { SpanIndex } from '../../../src-renderer/features/label/spans/span-index.ts';
import { lineAt, linesOf } from '../../../src-renderer/features/label/spans/text-lines.ts';
import { TextMoves } from '../../../src-renderer/features/label/spans/text-moves.ts';

const span = (key: number, start: number, end: number, more: Partial<ShownMark> = {}): ShownMark => ({
  key,
  saving: false,
  class: 1,
  suggested: false,
  confidence: null,
  shape: { type: 'span', start, end },
  ...more,
});

/** Numerical Recipes' generator: the same each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

describe('lines of a text', () => {
  it('end at every kind of line break, and cover every character', () => {
    const text = 'one\r\ntwo\rthree\n\nfive';
    expect(linesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(['one', 'two', 'three', '', 'five']);
    expect(linesOf('')).toEqual([{ start: 0, end: 0, next: 0, halves: 0 }]);
    expect(linesOf('a\n').map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [2, 2],
    ]);
  });

  it('are cut where they are long: after a space, else between signs', () => {
    const words = 'word '.repeat(2000);
    const cut = linesOf(words);
    expect(cut.length).toBeGreaterThan(4);
    expect(cut.slice(0, -1).every(({ end }) => words[end - 1] === ' ')).toBe(true);
    for (const sign of ['👩‍👩‍👧‍👦', 'e\u0301\u0323', '한', '🇨🇳', '漢']) {
      const text = sign.repeat(1500);
      const lines = linesOf(text);
      expect(lines.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
      for (const { start, next } of lines) {
        expect(start % sign.length).toBe(0);
        expect(next % sign.length).toBe(0);
      }
    }
    const endless = `a${'\u0301'.repeat(9000)}`;
    expect(linesOf(endless).at(-1)!.end).toBe(endless.length);
  });

  it('count wide signs twice', () => {
    expect(linesOf('ab漢字').at(0)!.halves).toBe(6);
  });

  it('are found by place', () => {
    const lines = linesOf('ab\n\ncd');
    expect([0, 2, 3, 4, 6].map((at) => lineAt(lines, at))).toEqual([0, 0, 1, 2, 2]);
  });
});

describe('heights', () => {
  it('tell where a block begins and which lies at a place, as summing them up does', () => {
    const draw = random(3);
    const plain = Array.from({ length: 137 }, () => Math.ceil(draw() * 40));
    const heights = new Heights(Float64Array.from(plain));
    for (let i = 0; i < 300; i++) {
      const block = Math.floor(draw() * plain.length);
      const height = Math.ceil(draw() * 90);
      expect(heights.set(block, height)).toBe(height - plain[block]);
      plain[block] = height;
    }
    let top = 0;
    plain.forEach((height, block) => {
      expect(heights.before(block)).toBe(top);
      expect(heights.at(top)).toBe(block);
      expect(heights.at(top + height - 1)).toBe(block);
      top += height;
    });
    expect(heights.total).toBe(top);
    expect(heights.at(-5)).toBe(0);
    expect(heights.at(top + 5)).toBe(plain.length - 1);
  });
});

describe('spans by place', () => {
  it('finds what a stretch touches, as a look at every one does', () => {
    const draw = random(7);
    const marks = Array.from({ length: 1500 }, (_, i) => {
      const start = Math.floor(draw() * 4000);
      return span(i + 1, start, start + Math.floor(draw() ** 6 * 900));
    });
    const index = new SpanIndex(marks);
    for (let i = 0; i < 200; i++) {
      const from = Math.floor(draw() * 4200);
      const to = from + 1 + Math.floor(draw() * 60);
      const plain = marks
        .filter(({ shape }) => {
          if (shape.type !== 'span' || shape.start >= to) return false;
          return shape.end > from || (shape.start === shape.end && shape.start >= from);
        })
        .map(({ key }) => key);
      expect(
        index
          .touching(from, to)
          .map(({ key }) => key)
          .toSorted((a, b) => a - b),
      ).toEqual(plain);
    }
  });

  it('goes through them in reading order, round the end, the outer before the inner', () => {
    const index = new SpanIndex([span(1, 9, 12), span(2, 0, 4), span(3, 0, 9, { suggested: true })]);
    expect(index.all.map(({ key }) => key)).toEqual([3, 2, 1]);
    expect(index.nextFrom(0, 1)?.key).toBe(3);
    expect(index.nextFrom(1, 1)?.key).toBe(1);
    expect(index.nextFrom(10, 1)?.key).toBe(3);
    expect(index.nextFrom(0, -1)?.key).toBe(1);
    expect(index.nextFrom(5, 1, ({ suggested }) => suggested)?.key).toBe(3);
    expect(new SpanIndex([]).nextFrom(0, 1)).toBeUndefined();
    expect(index.innermost(2)?.key).toBe(2);
    expect(index.innermost(6)?.key).toBe(3);
  });
});

describe('pieces of a line', () => {
  const [line] = linesOf('0123456789');
  const pieces = (...marks: ShownMark[]) => {
    const found = piecesOf(line, new SpanIndex(marks).touching(line.start, line.end));
    return {
      ...found,
      text: found.pieces.map(
        ({ start, end, lanes }) => `${start}-${end} ${lanes.map((one) => one?.key ?? '.').join('')}`,
      ),
      ends: found.pieces.map(({ ends }) => ends.map(({ key }) => key).join('')),
    };
  };

  it('are one where nothing is marked', () => {
    expect(pieces().text).toEqual(['0-10 ']);
    expect(piecesOf(linesOf('\n')[0], []).pieces).toHaveLength(1);
  });

  it('show nesting and crossing in lanes of their own; the inner label comes first', () => {
    const nested = pieces(span(1, 2, 8), span(2, 4, 8));
    expect(nested.text).toEqual(['0-2 ..', '2-4 1.', '4-8 12', '8-10 ..']);
    expect(nested.ends).toEqual(['', '', '21', '']);
    expect(nested.pieces[2].innermost?.key).toBe(2);
    const crossing = pieces(span(1, 0, 5), span(2, 3, 7), span(3, 5, 9));
    expect(crossing.text).toEqual(['0-3 1.', '3-5 12', '5-7 32', '7-9 3.', '9-10 ..']);
    expect(crossing.ends).toEqual(['', '1', '2', '3', '']);
  });

  it('end with the line where a span takes the break with it, and not where it goes on', () => {
    const [first] = linesOf('ab\ncd');
    const index = new SpanIndex([span(1, 0, 3), span(2, 1, 4)]);
    const { pieces: found } = piecesOf(first, index.touching(first.start, first.end));
    expect(found.at(-1)!.ends.map(({ key }) => key)).toEqual([1]);
  });

  it('leave out what there is no lane for, and say so', () => {
    const many = Array.from({ length: mostLanes + 3 }, (_, i) => span(i + 1, 0, 10));
    const { lanes, hidden } = pieces(...many);
    expect([lanes, hidden]).toEqual([mostLanes, 3]);
  });
});

describe('moves in a text', () => {
  const moves = (text: string, tokens: number[] | null = null) => new TextMoves(text, linesOf(text), tokens);

  it('go by what is read as one sign, over line breaks too', () => {
    const text = 'e\u0301👩‍👩‍👧‍👦\r\n漢';
    const stops = [0, 2, 13, 15, 16];
    const there = moves(text);
    for (let i = 1; i < stops.length; i++) {
      expect(there.sign(stops[i - 1], 1)).toBe(stops[i]);
      expect(there.sign(stops[i], -1)).toBe(stops[i - 1]);
    }
    expect(there.sign(16, 1)).toBe(16);
    expect(there.sign(0, -1)).toBe(0);
  });

  it('go over the seam of a long line as if it were none', () => {
    const text = 'x'.repeat(5000);
    const there = moves(text);
    const seam = there.lines[1].start;
    expect(there.lines.length).toBeGreaterThan(2);
    expect(there.sign(seam - 1, 1)).toBe(seam);
    expect(there.sign(seam, 1)).toBe(seam + 1);
    expect(there.sign(seam, -1)).toBe(seam - 1);
  });

  it('go by words, those of Chinese too', () => {
    const there = moves('Marie Curie,\n\nphysicist 中文分词');
    expect(there.word(0, 1)).toBe(5);
    expect(there.word(5, 1)).toBe(11);
    expect(there.word(11, 1)).toBe(23);
    expect(there.word(23, -1)).toBe(14);
    expect(there.word(14, -1)).toBe(6);
    expect(there.word(6, -1)).toBe(0);
    expect(there.word(0, -1)).toBe(0);
    expect(there.word(23, 1)).toBe(26);
    expect(there.word(28, 1)).toBe(28);
  });

  it('snap a choice to whole words, or only cut its spaces', () => {
    const there = moves('Marie Curie was born.');
    expect(there.snapped({ start: 2, end: 8 })).toEqual({ start: 0, end: 11 });
    expect(there.snapped({ start: 5, end: 12 })).toEqual({ start: 6, end: 11 });
    expect(there.snapped({ start: 8, end: 8 })).toEqual({ start: 6, end: 11 });
    expect(there.snapped({ start: 20, end: 21 })).toEqual({ start: 20, end: 21 });
    expect(there.trimmed({ start: 5, end: 12 })).toEqual({ start: 6, end: 11 });
  });

  it('snap to a source’s own tokens where it has some', () => {
    const there = moves('New-York 2020', [0, 8, 9, 11, 11, 13]);
    expect(there.snapped({ start: 1, end: 2 })).toEqual({ start: 0, end: 8 });
    expect(there.snapped({ start: 10, end: 10 })).toEqual({ start: 9, end: 11 });
    expect(there.snapped({ start: 8, end: 8 })).toEqual({ start: 0, end: 8 });
    expect(there.word(0, 1)).toBe(8);
    expect(there.word(8, 1)).toBe(11);
    expect(there.word(13, -1)).toBe(11);
    expect(there.word(12, -1)).toBe(11);
    expect(there.word(11, -1)).toBe(9);
  });
});
