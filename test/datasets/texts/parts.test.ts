import { describe, expect, it } from 'vitest';
import { PartCutter } from '../../../src-main/datasets/texts/parts.ts';

function cut(text: string, most: number, piece = text.length): string[] {
  const cutter = new PartCutter(most);
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += piece) parts.push(...cutter.add(text.slice(at, at + piece)));
  return [...parts, cutter.end()];
}

describe('cutting a text', () => {
  it.each([
    ['at the last blank line that fits', 'aaaa\n\nbb\n\ncccc dddd', ['aaaa\n\nbb\n\n', 'cccc dddd']],
    ['at the end of a line where there is none', 'aaaa\nbbbb\ncccc dddd eeee', ['aaaa\nbbbb\n', 'cccc dddd eeee']],
    ['at a space where lines are long', 'aaaa bbbb cccc dddd eeee', ['aaaa bbbb ', 'cccc dddd eeee']],
    ['anywhere where there is none', 'a'.repeat(25), ['a'.repeat(10), 'a'.repeat(15)]],
    ['not a text that is a little longer', 'a b c d e f g h', ['a b c d e f g h']],
  ])('%s', (_, text, parts) => {
    expect(cut(text, 10)).toEqual(parts);
  });

  it('gives the same parts however the text comes', () => {
    const text = Array.from({ length: 300 }, (_, i) => `${i} words${i % 7 ? ' ' : i % 2 ? '\n' : '\n\n'}`).join('');
    const whole = cut(text, 64);
    for (const piece of [1, 3, 63, 64, 65, 1000]) expect(cut(text, 64, piece)).toEqual(whole);
    expect(whole.join('')).toBe(text);
    expect(Math.max(...whole.map((part) => part.length))).toBeLessThanOrEqual(96);
  });

  it('leaves a character of two halves whole', () => {
    for (const part of cut(`a${'😀'.repeat(40)}`, 10)) expect(part).not.toMatch(/\p{Surrogate}/u);
  });
});
