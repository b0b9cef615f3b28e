import type { Grammar, Language } from './grammar.ts';
import { stringsBetween } from './strings-between.ts';

/** Code points from one to another, both included; ascending, none touching. */
export type Ranges = readonly (readonly [number, number])[];

export const lastCodePoint = 0x10ffff;

/** In order, each once, neighbours as one. */
export function tidy(ranges: Ranges): Ranges {
  const all: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

export function without(ranges: Ranges, taken: Ranges): Ranges {
  const all: [number, number][] = [];
  for (const [from, to] of tidy(ranges)) {
    let at = from;
    for (const [low, high] of tidy(taken)) {
      if (high < at || low > to) continue;
      if (low > at) all.push([at, low - 1]);
      at = high + 1;
    }
    if (at <= to) all.push([at, to]);
  }
  return all;
}

export const everyCodePoint: Ranges = [[0, lastCodePoint]];
/** Halves of UTF-16 pairs are no characters: UTF-8 has none of them. */
const surrogates: Ranges = [[0xd800, 0xdfff]];

/** One of these characters, in UTF-8. */
export function codePoints(g: Grammar, ranges: Ranges): Language {
  return g.choice(...without(ranges, surrogates).flatMap(([from, to]) => encoded(g, from, to)));
}

const lengths = [0x7f, 0x7ff, 0xffff, lastCodePoint];

function encoded(g: Grammar, from: number, to: number): Language[] {
  const end = lengths.findIndex((last) => from <= last);
  if (to > lengths[end]) return [...encoded(g, from, lengths[end]), ...encoded(g, lengths[end] + 1, to)];
  if (end === 0) return [g.byte(from, to)];
  return stringsBetween(g, bytesOf(from), bytesOf(to), [0x80, 0xbf]);
}

const bytesOf = (codePoint: number): number[] => [...new TextEncoder().encode(String.fromCodePoint(codePoint))];
