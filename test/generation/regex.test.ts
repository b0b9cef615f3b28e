import { describe, expect, it } from 'vitest';
import { codePoints } from '../../src-main/generation/grammar/code-points.ts';
import { Grammar, type Language } from '../../src-main/generation/grammar/grammar.ts';
import { regex } from '../../src-main/generation/grammar/regex.ts';
import { Random } from '../../src-main/shared/random.ts';

const matches = (g: Grammar, language: Language, text: string): boolean =>
  g.mayEnd([...new TextEncoder().encode(text)].reduce((now, byte) => g.after(now, byte), language));
const read = (pattern: string) => {
  const g = new Grammar();
  const language = regex(g, pattern, (ranges) => codePoints(g, ranges));
  return { g, language, matches: (text: string) => matches(g, language, text) };
};

const patterns = [
  'abc',
  'a*b+c?',
  '(ab|a)(bc|c)',
  '^(?:[a-c]{2,3}|x)$',
  '[^a]b',
  '(a|b|)*c',
  '(?:a?){3}b{2}',
  '\\d+(\\.\\d{1,2})?',
  '[\\w.-]+@[\\w-]+\\.[a-z]{2,}',
  '(?<year>\\d{4})-\\d\\d',
  'é|ü+',
  '[а-я]+',
  '\\p{Lu}\\p{Ll}*',
  '[\\s\\S]{2}',
  '.b',
  '\\u{1F600}|\\x41',
  '((a*)*)*b',
  '(a{0,3}b){1,2}',
];
const alphabet = [...'abcx.@-12é ü😀ЯяA\nB', 'a.b@c.de'];

describe('a regular expression', () => {
  it.each(patterns)('takes just the texts that JavaScript takes: %s', (pattern) => {
    const own = new RegExp(`^(?:${pattern})$`, 'u');
    const language = read(pattern);
    const random = new Random(pattern.length);
    for (let i = 0; i < 400; i++) {
      const text = Array.from({ length: random.below(6) }, () => alphabet[random.below(alphabet.length)]).join('');
      expect([text, language.matches(text)]).toEqual([text, own.test(text)]);
    }
  });
  it.each([
    ['(?=a)', /look ahead/],
    ['(?<!a)b', /look behind/],
    ['(a)\\1', /"\\1"/],
    ['a\\b', /"\\b"/],
    ['(a', /not closed/],
    ['a)', /without a "\("/],
    ['[a', /not closed/],
    ['*a', /nothing before/],
    ['a{3,2}', /"\{3,2\}"/],
    ['a{', /number of times/],
    ['\\p{Nonsense}', /Nonsense/],
    ['[z-a]', /ends before/],
    ['a^b', /middle/],
    ['\\', /end/],
  ])('that no language of this kind can hold is refused, with its place: %s', (pattern, why) => {
    expect(() => read(pattern)).toThrow(why);
  });
  it('knows how little ends it', () => {
    const { g, language } = read('a{3}(bc|d)[é]?');
    expect(g.shortest(language)).toBe(4);
    expect(g.shortest(g.after(language, 0x61))).toBe(3);
    expect(g.shortest(g.after(language, 0x62))).toBe(Infinity);
  });
  it('of a great many turns stays small', () => {
    const { g, language } = read('[a-z]{1,50000}');
    let now = language;
    for (let i = 0; i < 1000; i++) now = g.after(now, 0x61);
    expect(g.mayEnd(now)).toBe(true);
    expect(g.shortest(read('[a-z]{50000}').language)).toBe(50_000);
  });
});

describe('every character', () => {
  it('is taken in UTF-8, and nothing else', () => {
    const g = new Grammar();
    const one = codePoints(g, [[0, 0x10ffff]]);
    for (const at of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
      expect(matches(g, one, String.fromCodePoint(at))).toBe(true);
    }
    for (const bytes of [
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xff],
      [0x80],
      [0xe0, 0x80, 0x80],
    ]) {
      expect(g.mayEnd(bytes.reduce((now, byte) => g.after(now, byte), one))).toBe(false);
    }
  });
  it('of a range, and none beside it', () => {
    const g = new Grammar();
    const random = new Random(3);
    for (let i = 0; i < 40; i++) {
      const ends = [random.below(0x11000), random.below(0x11000)].sort((a, b) => a - b);
      const [from, to] = ends.map((at) => (at >= 0xd800 && at <= 0xdfff ? 0xd7ff : at));
      const one = codePoints(g, [[from, to]]);
      for (const at of [from - 1, from, from + 1, (from + to) >> 1, to - 1, to, to + 1]) {
        if (at < 0 || (at >= 0xd800 && at <= 0xdfff)) continue;
        expect([at, matches(g, one, String.fromCodePoint(at))]).toEqual([at, at >= from && at <= to]);
      }
    }
  });
});

describe('rules that hold themselves', () => {
  it('nest as deep as is written', () => {
    const g = new Grammar();
    g.define('list', g.sequence(g.text('['), g.times(g.rule('list'), 0, Infinity), g.text(']')));
    const list = g.rule('list');
    expect(matches(g, list, '[[][[]]]')).toBe(true);
    expect(matches(g, list, '[[]')).toBe(false);
    expect(matches(g, list, ']')).toBe(false);
    expect(g.shortest(list)).toBe(2);
  });
  it('may come back to themselves without a character, and are told where they have no end', () => {
    const g = new Grammar();
    g.define('a', g.choice(g.rule('b'), g.text('x')));
    g.define('b', g.choice(g.rule('a'), g.text('y')));
    expect(['x', 'y', 'z'].map((text) => matches(g, g.rule('b'), text))).toEqual([true, true, false]);
    expect(['x', 'y'].map((text) => matches(g, g.rule('a'), text))).toEqual([true, true]);
    g.define('endless', g.sequence(g.text('('), g.rule('endless')));
    expect(g.shortest(g.rule('endless'))).toBe(Infinity);
  });
});
