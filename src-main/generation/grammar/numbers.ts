import type { Grammar, Language } from './grammar.ts';
import { stringsBetween } from './strings-between.ts';

/** As JSON writes them, within what a double holds exactly: up to 15 digits. */
const mostDigits = 15;
const mostWhole = 10 ** mostDigits - 1;

/** Both included; ±Infinity for none. */
export interface Bounds {
  least: number;
  most: number;
}

const digits = (g: Grammar, least: number, most: number): Language => g.times(g.byte(0x30, 0x39), least, most);
const minus = (g: Grammar): Language => g.text('-');

/** Whole numbers. */
export function integers(g: Grammar, { least, most }: Bounds): Language {
  const [low, high] = [Math.max(-mostWhole, Math.ceil(least)), Math.min(mostWhole, Math.floor(most))];
  if (low > high) return g.nothing;
  return g.choice(
    ...(high >= 0 ? wholes(g, Math.max(0, low), high, 0) : []),
    ...(low < 0 ? wholes(g, Math.max(1, -high), -low, 0).map((number) => g.sequence(minus(g), number)) : []),
  );
}

/** Finite numbers; where they are bounded, with as many digits behind the point as the bounds have and up to nine more. */
export function numbers(g: Grammar, { least, most }: Bounds): Language {
  if (least === -Infinity && most === Infinity) {
    const exponent = g.sequence(
      g.choice(g.text('e'), g.text('E')),
      g.optional(g.choice(g.text('+'), minus(g))),
      digits(g, 1, 2),
    );
    const fraction = g.sequence(g.text('.'), digits(g, 1, mostDigits));
    return g.sequence(integersWithSign(g), g.optional(fraction), g.optional(exponent));
  }
  const places = Math.min(9, Math.max(placesOf(least), placesOf(most)));
  const scale = 10 ** places;
  const limit = Math.floor(mostWhole / scale);
  const [low, high] = [Math.max(-limit, least), Math.min(limit, most)];
  return g.choice(
    integers(g, { least, most }),
    ...(high > 0 ? decimals(g, Math.max(0, low), high, places) : []),
    ...(low < 0 ? decimals(g, Math.max(0, -high), -low, places).map((one) => g.sequence(minus(g), one)) : []),
  );
}

const integersWithSign = (g: Grammar): Language =>
  g.sequence(g.optional(minus(g)), g.choice(g.text('0'), g.sequence(g.byte(0x31, 0x39), digits(g, 0, mostDigits - 1))));

/** Digits behind the point that a number needs. */
function placesOf(value: number): number {
  if (!Number.isFinite(value)) return 1;
  const [, fraction = ''] = value.toFixed(9).split('.');
  return Math.max(1, fraction.replace(/0+$/, '').length);
}

/** Not negative ones with a point. Between two neighbours of the grid any further digits may come. */
function decimals(g: Grammar, least: number, most: number, places: number): Language[] {
  const scale = 10 ** places;
  const [low, high] = [Math.ceil(least * scale - 1e-6), Math.floor(most * scale + 1e-6)];
  const inner = low <= high - 1 ? wholes(g, low, high - 1, places).map((one) => g.sequence(one, digits(g, 0, 9))) : [];
  const last = low <= high ? wholes(g, high, high, places) : [];
  return [...inner, ...last];
}

/** Not negative ones from one to another; `places` > 0: with a point before so many of their digits. */
function wholes(g: Grammar, low: number, high: number, places: number): Language[] {
  const all: Language[] = [];
  for (let length = places + 1; length <= mostDigits + 1; length++) {
    const first = length === places + 1 ? 0 : 10 ** (length - 1);
    const [from, to] = [Math.max(low, first), Math.min(high, 10 ** length - 1)];
    if (from > to) continue;
    const bytes = (value: number): number[] =>
      [...String(value).padStart(length, '0')].map((digit) => digit.charCodeAt(0));
    all.push(
      ...stringsBetween(g, bytes(from), bytes(to), [0x30, 0x39]).map((one) => pointed(g, one, length - places, places)),
    );
  }
  return all;
}

/** With a point behind the first `before` bytes. */
function pointed(g: Grammar, digitsOf: Language, before: number, places: number): Language {
  if (places === 0) return digitsOf;
  if (before === 0) return g.sequence(g.text('.'), digitsOf);
  const { form } = digitsOf;
  if (form.kind !== 'sequence') throw new RangeError('Too few digits for a point.');
  return g.sequence(form.first, pointed(g, form.then, before - 1, places));
}
