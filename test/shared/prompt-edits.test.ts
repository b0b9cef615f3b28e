import { describe, expect, it } from 'vitest';
import { Random } from '../../src-main/shared/random.ts';
import { again, changed, difference, inverse, joined, type TextChange } from '../../src-main/shared/prompt/edits.ts';

const texts = ['', 'abc', 'abXc', 'one two\nthree', 'a😀b', 'a😁b', 'aaaa', 'aaa'];

describe('edits of a text', () => {
  it('lead from any text to any other and back, without cutting a character in two', () => {
    for (const before of texts) {
      for (const after of texts) {
        const edits = difference(before, after);
        expect(changed(before, again(edits))?.text).toBe(after);
        expect(changed(after, inverse(edits))?.text).toBe(before);
        for (const { inserted, removed } of edits) expect((inserted + removed).isWellFormed()).toBe(true);
      }
    }
  });
  it('by chance, one after another, are taken back and made again', () => {
    const random = new Random(3);
    for (let round = 0; round < 200; round++) {
      const before = 'lorem ipsum dolor'.slice(random.below(17));
      const changes: TextChange[] = [];
      let { length } = before;
      for (let i = 0; i < 4; i++) {
        const at = random.below(length + 1);
        const gone = random.below(length - at + 1);
        const inserted = 'xyz'.slice(random.below(4));
        changes.push({ at, length: gone, inserted });
        length += inserted.length - gone;
      }
      const made = changed(before, changes)!;
      expect(made.text).toHaveLength(length);
      expect(changed(made.text, inverse(made.edits))?.text).toBe(before);
      expect(changed(before, again(made.edits))?.text).toBe(made.text);
    }
  });
  it('outside of the text are none', () => {
    expect(changed('abc', [{ at: 2, length: 2, inserted: '' }])).toBeNull();
  });
});

describe('steps', () => {
  const typed = (at: number, inserted: string) => [{ at, removed: '', inserted }];
  const gone = (at: number, removed: string) => [{ at, removed, inserted: '' }];
  it('are words as they are typed, and what is deleted in a row', () => {
    expect(joined(typed(3, 'wor'), typed(6, 'd'), 80)).toEqual(typed(3, 'word'));
    expect(joined(typed(3, 'word'), typed(7, ' '), 80)).toEqual(typed(3, 'word '));
    expect(joined(gone(3, 'b'), gone(2, 'a'), 80)).toEqual(gone(2, 'ab'));
    expect(joined(gone(3, 'b'), gone(3, 'c'), 80)).toEqual(gone(3, 'bc'));
  });
  it('end with a word, a line, a rest, a jump and another kind', () => {
    expect(joined(typed(3, 'word '), typed(8, 'n'), 80)).toBeNull();
    expect(joined(typed(3, 'word'), typed(7, '\n'), 80)).toBeNull();
    expect(joined(typed(3, 'wor'), typed(6, 'd'), 2000)).toBeNull();
    expect(joined(typed(3, 'wor'), typed(9, 'd'), 80)).toBeNull();
    expect(joined(typed(3, 'wor'), gone(5, 'r'), 80)).toBeNull();
    expect(joined(typed(0, 'a'.repeat(201)), typed(201, 'a'), 80)).toBeNull();
  });
});
