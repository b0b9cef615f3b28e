import { describe, expect, it } from 'vitest';
import { chunksOf, mostChunk } from '../../src-main/documents/chunk.ts';
import { Random } from '../../src-main/shared/random.ts';

const texts = (text: string, markdown = false) =>
  chunksOf(text, markdown).map(({ start, end }) => text.slice(start, end));
const sentence = (n: number) => `This is sentence number ${n} of a long paragraph about pumps and filters.`;
const paragraph = (n: number, of = 5) => Array.from({ length: of }, (_, i) => sentence(10 * n + i)).join(' ');

describe('chunks of a text', () => {
  it('are whole paragraphs as long as these fit', () => {
    const text = [0, 1, 2, 3, 4].map((n) => paragraph(n)).join('\n\n');
    const found = texts(text);
    expect(found.length).toBe(2);
    for (const one of found) expect(one).toMatch(/filters\.$/);
    expect(found[0]).toBe([0, 1, 2].map((n) => paragraph(n)).join('\n\n'));
  });

  it('repeat the last sentence before them where a paragraph is cut', () => {
    const found = texts(paragraph(0, 40));
    expect(found.length).toBeGreaterThan(2);
    for (let i = 1; i < found.length; i++) {
      const last = /This is[^.]*\.$/.exec(found[i - 1])![0];
      expect(found[i].startsWith(last)).toBe(true);
      expect(found[i].length).toBeLessThanOrEqual(mostChunk);
    }
  });

  it('stand under the headings of Markdown, which begin them', () => {
    const text = `# Pump\n\n${paragraph(0)}\n\n## Filter ##\n\n${paragraph(1)}\n\nCleaning\n--------\n\n${paragraph(2)}\n\n\`\`\`\n# no heading\n\`\`\`\n`;
    expect(chunksOf(text, true).map(({ start, headings }) => [text.slice(start, start + 6), headings])).toEqual([
      ['# Pump', ['Pump']],
      ['## Fil', ['Pump', 'Filter']],
      ['Cleani', ['Pump', 'Cleaning']],
    ]);
    expect(chunksOf(text, false)[0].headings).toEqual([]);
  });

  it('end with sentences of scripts without blanks, too', () => {
    const said = '请在更换滤芯之前先关闭水泵的电源并等待十分钟。';
    const found = texts(said.repeat(120));
    expect(found.length).toBeGreaterThan(2);
    for (const one of found) {
      expect(one.endsWith('。')).toBe(true);
      expect(one.startsWith('请')).toBe(true);
      expect(one.length).toBeLessThanOrEqual(mostChunk);
    }
  });

  it('of what has no end are cut between characters', () => {
    for (const one of texts('😀'.repeat(3001))) expect(one).toMatch(/^(?:😀)+$/u);
    expect(texts('a'.repeat(3000)).map(({ length }) => length)).toEqual([1200, 1200, 600]);
  });

  it('leave nothing out and are never too long, whatever the text', () => {
    const random = new Random(7);
    const pieces = [
      'word ',
      'Sentence. ',
      '\n',
      '\n\n',
      '# head\n',
      '---\n',
      '漢字。',
      '𝒳',
      '\t',
      'x'.repeat(400),
      '```\n',
    ];
    for (let n = 0; n < 60; n++) {
      const text = Array.from({ length: 120 }, () => pieces[random.below(pieces.length)]).join('');
      for (const markdown of [true, false]) {
        const covered = new Uint8Array(text.length);
        for (const { start, end } of chunksOf(text, markdown)) {
          expect(end - start).toBeLessThanOrEqual(mostChunk);
          expect(text.slice(start, end).isWellFormed()).toBe(true);
          covered.fill(1, start, end);
        }
        const lost = [...text].length && text.split('').filter((letter, i) => letter.trim() !== '' && !covered[i]);
        expect(lost).toEqual([]);
      }
    }
  });

  it('are none of a blank text', () => {
    expect(chunksOf(' \n\t\n', true)).toEqual([]);
  });
});
