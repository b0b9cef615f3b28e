import type { Grammar, Language } from './grammar.ts';

/**
 * Byte strings of one length from one to another, as a dictionary orders them, both included.
 * @param rest what all bytes but the first go from and to
 */
export function stringsBetween(
  g: Grammar,
  from: readonly number[],
  to: readonly number[],
  rest: readonly [least: number, most: number],
): Language[] {
  if (from.length === 1) return [g.byte(from[0], to[0])];
  const [first, last] = [from[0], to[0]];
  const [low, high] = [from.slice(1), to.slice(1)];
  const behind = (byte: number, a: readonly number[], b: readonly number[]): Language[] =>
    stringsBetween(g, a, b, rest).map((then) => g.sequence(g.byte(byte), then));
  if (first === last) return behind(first, low, high);
  const least = low.map(() => rest[0]);
  const most = low.map(() => rest[1]);
  const same = (a: readonly number[], b: readonly number[]) => a.every((byte, i) => byte === b[i]);
  const begin = same(low, least) ? first : first + 1;
  const end = same(high, most) ? last : last - 1;
  return [
    ...(begin > first ? behind(first, low, most) : []),
    ...(begin <= end ? [g.sequence(g.byte(begin, end), ...least.map((_, i) => g.byte(least[i], most[i])))] : []),
    ...(end < last ? behind(last, least, high) : []),
  ];
}
