import { describe, expect, it } from 'vitest';
import { beginningOf, firstCharacters, textBlocks } from '../../../src-renderer/features/label/text-blocks.ts';

describe('a long text in blocks', () => {
  it('holds every line once, and none is long', () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i} `.repeat(1 + (i % 7)));
    const blocks = textBlocks(lines.join('\n'));
    expect(blocks.join('\n')).toBe(lines.join('\n'));
    expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(4000);
  });

  it('is cut also where it has neither breaks nor spaces, and never inside a sign', () => {
    const text = '👩‍🚀'.repeat(20_000);
    const blocks = textBlocks(text);
    expect(blocks.join('')).toBe(text);
    expect(blocks.every((block) => block.length % 5 === 0 && block.length <= 4000)).toBe(true);
  });

  it('begins with what fits, in whole lines', () => {
    const text = `${'word '.repeat(100)}\n`.repeat(2000);
    const beginning = beginningOf(text);
    expect(beginning.length).toBeLessThanOrEqual(firstCharacters);
    expect(beginning.length).toBeGreaterThan(firstCharacters - 2500);
    expect(beginning.endsWith('word ')).toBe(true);
    expect(beginningOf('a'.repeat(50_000)).length).toBeGreaterThan(firstCharacters - 2500);
  });

  it('of nothing is nothing', () => expect(textBlocks('')).toEqual(['']));
});
