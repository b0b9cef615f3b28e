import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../src-main/shared/prompt/diff.ts';
import { turnsAsText, turnsOf } from '../../src-main/shared/prompt/turns.ts';
import { Random } from '../../src-main/shared/random.ts';

describe('turns of a prompt', () => {
  it('begin with a line of the role and a colon, and none of them is a plain text', () => {
    expect(turnsOf('system:\nBe brief.\n\nuser:\nHow are\nyou?\n')).toEqual([
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'How are\nyou?' },
    ]);
    expect(turnsOf('The user: a person\nUser:\n')).toBeNull();
    expect(turnsOf('')).toBeNull();
  });
  it('a backslash makes a heading a line as any other', () => {
    expect(turnsOf('user:\r\nsay\r\n\\assistant:\r\nnow')).toEqual([{ role: 'user', text: 'say\nassistant:\nnow' }]);
  });
  it('have no text before them', () => {
    expect(() => turnsOf('Hello\nuser:\nhi')).toThrow(expect.objectContaining({ code: 'text_before_turns' }));
    expect(turnsOf('\n \nuser:\nhi')).toHaveLength(1);
  });
  it('are written as they stand for a model without a template, up to where it answers', () => {
    expect(turnsAsText([{ role: 'user', text: 'hi' }])).toBe('user:\nhi\n\nassistant:\n');
    expect(turnsAsText([{ role: 'assistant', text: 'Well' }])).toBe('assistant:\nWell');
  });
});

describe('lines of two texts', () => {
  const parts = (before: string, after: string) => {
    const lines = lineDiff(before, after);
    const of = (...kinds: string[]) => lines.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);
    return { before: of('same', 'removed').join('\n'), after: of('same', 'added').join('\n'), same: of('same').length };
  };
  it('make up both texts again', () => {
    const random = new Random(7);
    for (let turn = 0; turn < 200; turn++) {
      const text = () => Array.from({ length: random.below(9) }, () => 'abc'[random.below(3)]).join('\n');
      const [before, after] = [text(), text()];
      expect(parts(before, after)).toMatchObject({ before, after });
    }
  });
  it('keep as much as can be kept', () => {
    expect(parts('a\nb\nc\nd', 'x\nb\ny\nd\nz').same).toBe(2);
    expect(lineDiff('a\nb', 'a\nb')).toEqual([
      { kind: 'same', text: 'a' },
      { kind: 'same', text: 'b' },
    ]);
  });
  it('of two long texts without anything in common are told at once', () => {
    const many = (letter: string) => Array.from({ length: 10_000 }, (_, i) => `${letter}${i}`).join('\n');
    expect(lineDiff(many('a'), many('b'))).toHaveLength(20_000);
  });
});
