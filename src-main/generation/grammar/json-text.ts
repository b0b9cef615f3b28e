import { codePoints, everyCodePoint, without, type Ranges } from './code-points.ts';
import type { Grammar, Language } from './grammar.ts';
import type { Written } from './regex.ts';

/** Parts that JSON texts (RFC 8259) are made of. */

const quote: Ranges = [[0x22, 0x22]];
const backslash: Ranges = [[0x5c, 0x5c]];
const controls: Ranges = [[0, 0x1f]];
const plain = without(everyCodePoint, [...quote, ...backslash, ...controls]);
const short: readonly (readonly [code: number, letter: string])[] = [
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
];

const has = (ranges: Ranges, code: number): boolean => ranges.some(([from, to]) => code >= from && code <= to);

/** One character of a set, as it is written within quotes. Control characters are those that have a short escape. */
export const inString =
  (g: Grammar): Written =>
  (characters) =>
    g.choice(
      codePoints(g, without(characters, [...quote, ...backslash, ...controls])),
      ...short.filter(([code]) => has(characters, code)).map(([, escape]) => g.text(escape)),
    );

/** One character of any string. */
export const anyCharacter = (g: Grammar): Language =>
  g.choice(codePoints(g, plain), ...short.map(([, escape]) => g.text(escape)));

export const quoted = (g: Grammar, inside: Language): Language => g.sequence(g.text('"'), inside, g.text('"'));

/** Nothing, a space, or a new line with an indent: no model goes on with white space for ever. */
export const space = (g: Grammar): Language =>
  g.choice(g.empty, g.text(' '), g.sequence(g.text('\n'), g.times(g.choice(g.text(' '), g.text('\t')), 0, 40)));

/** These, one after another with commas, between brackets. `least` 0: or nothing at all. */
export function listed(g: Grammar, open: string, items: Language, close: string): Language {
  return g.sequence(g.text(open), items, space(g), g.text(close));
}

/** So many of an item, with commas. */
export function separated(g: Grammar, item: Language, least: number, most: number): Language {
  if (most === 0) return g.empty;
  const more = g.times(g.sequence(space(g), g.text(','), space(g), item), Math.max(0, least - 1), most - 1);
  const some = g.sequence(space(g), item, more);
  return least === 0 ? g.optional(some) : some;
}

const anyName = 'json';

/** Any JSON text. */
export function anyJson(g: Grammar): Language {
  const value = g.rule(anyName);
  const text = quoted(g, g.times(anyCharacter(g), 0, Infinity));
  const digits = g.times(g.byte(0x30, 0x39), 1, 15);
  const number = g.sequence(
    g.optional(g.text('-')),
    g.choice(g.text('0'), g.sequence(g.byte(0x31, 0x39), g.times(g.byte(0x30, 0x39), 0, 14))),
    g.optional(g.sequence(g.text('.'), digits)),
  );
  g.define(
    anyName,
    g.choice(
      text,
      number,
      ...['true', 'false', 'null'].map((word) => g.text(word)),
      listed(g, '[', separated(g, value, 0, Infinity), ']'),
      mapping(g, text, value, 0, Infinity),
    ),
  );
  return value;
}

export const member = (g: Grammar, name: Language, value: Language): Language =>
  g.sequence(name, g.text(':'), g.optional(g.text(' ')), value);

/** An object of any names. */
export const mapping = (g: Grammar, name: Language, value: Language, least: number, most: number): Language =>
  listed(g, '{', separated(g, member(g, name, value), least, most), '}');
