import { describe, expect, it } from 'vitest';
import {
  changeBy,
  coarseChange,
  letterChange,
  moved,
  readChange,
  beside,
  type Change,
  type Range,
} from '../../../../src-main/datasets/recipes/spans/edits.ts';
import { drawer } from '../../../support/draw.ts';

/** What comes of each character: where it is after, or null where it was replaced. */
function keptPlaces({ before, edits }: Change): (number | null)[] {
  const places: (number | null)[] = [];
  let after = 0;
  let at = 0;
  for (const { start, end, length } of [...edits, { start: before.length, end: before.length, length: 0 }]) {
    for (; at < start; at++) places.push(after++);
    for (; at < end; at++) places.push(null);
    after += length;
  }
  return places;
}

describe('where a span is after its text has changed', () => {
  const change = changeBy('the <b>old</b> man, the sea', [
    { start: 4, end: 7, by: '' },
    { start: 10, end: 14, by: '' },
    { start: 19, end: 20, by: ' &' },
    { start: 24, end: 27, by: 'S E A' },
  ]);
  const at = (text: string): string | null => {
    const start = change.before.indexOf(text);
    const place = moved({ start, end: start + text.length }, change);
    return place && change.after.slice(place.start, place.end) + (place.cut ? ' (cut)' : '');
  };

  it.each([
    ['old', 'old'],
    ['<b>old</b>', 'old'],
    ['the <b>old</b> man', 'the old man'],
    ['b>old</b> m', 'old m (cut)'],
    ['sea', 'S E A'],
    ['se', null],
    ['the se', 'the  (cut)'],
    ['</b>', null],
    ['man, the', 'man, &the'],
  ])('%s → %s', (text, wanted) => {
    expect(change.after).toBe('the old man, &the S E A');
    expect(at(text)?.trim() ?? null).toBe(wanted);
  });

  it('keeps of every span the characters that are still there, and none of another, whatever is replaced', () => {
    const draw = drawer(7);
    for (let turn = 0; turn < 3000; turn++) {
      const before = draw.text(24);
      const replaced: (Range & { by: string })[] = [];
      for (let start = draw.below(4); start <= before.length; start += 1 + draw.below(5)) {
        const end = Math.min(before.length, start + draw.below(5));
        replaced.push({ start, end, by: draw.text(3) });
        start = end;
      }
      const made = changeBy(before, replaced);
      const places = keptPlaces(made);
      const [a, b] = [draw.below(before.length + 1), draw.below(before.length + 1)];
      if (a === b) continue;
      const span = { start: Math.min(a, b), end: Math.max(a, b) };
      const now = moved(span, made);
      const own = places.slice(span.start, span.end).filter((place) => place !== null);
      const others = [...places.slice(0, span.start), ...places.slice(span.end)].filter((place) => place !== null);
      if (!now) {
        expect(own).toEqual([]);
        continue;
      }
      expect(0 <= now.start && now.start < now.end && now.end <= made.after.length).toBe(true);
      const within = (place: number): boolean => place >= now.start && place < now.end;
      expect(own.every(within)).toBe(true);
      expect(others.some(within)).toBe(false);
      // What replaces a part of the span alone is the span's; what replaces more is not.
      for (const [i, { start, end, length }] of made.edits.entries()) {
        if (length === 0 || start === end) continue;
        const first = start + made.edits.slice(0, i).reduce((sum, one) => sum + one.length - (one.end - one.start), 0);
        expect(within(first) && within(first + length - 1)).toBe(start >= span.start && end <= span.end);
      }
    }
  });
});

describe('a change of a text', () => {
  it('is read from what is written beside what it replaces', () => {
    const marked = `a${beside('b', 'BB')}c${beside('', '-')}${beside('d', 'd')}`;
    expect(readChange(marked)).toEqual({
      before: 'abcd',
      after: 'aBBc-d',
      edits: [
        { start: 1, end: 2, length: 2 },
        { start: 3, end: 3, length: 1 },
      ],
    });
    expect(readChange(marked.slice(0, 4))).toBeNull();
  });

  it('of letters is none where there are not as many', () => {
    expect(letterChange('aß😀b', 'Aß😀B')!.edits).toEqual([
      { start: 0, end: 1, length: 1 },
      { start: 4, end: 5, length: 1 },
    ]);
    expect(letterChange('ß', 'SS')).toBeNull();
  });

  it('of which nothing is known is what both texts do not share, never half a character', () => {
    const draw = drawer(3);
    for (let turn = 0; turn < 500; turn++) {
      const [before, after] = [`x${draw.text(6)}y`, `x${draw.text(6)}y`];
      const { edits } = coarseChange(before, after);
      const [{ start, end, length }] = edits.length > 0 ? edits : [{ start: 0, end: 0, length: 0 }];
      expect(before.slice(0, start) + after.slice(start, start + length) + before.slice(end)).toBe(after);
      for (const piece of [before.slice(0, start), before.slice(end), after.slice(start, start + length)])
        expect(piece.isWellFormed()).toBe(true);
    }
  });
});
