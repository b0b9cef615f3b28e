import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, inkOn, sequentialColour } from '../../src-main/shared/chart/sequential.ts';
import { oklchToHex } from '../../src-main/shared/chart/hues.ts';
import { categoryColour } from '../../src-renderer/charts/colours.ts';

const css = readFileSync(new URL('../../src-renderer/ui/tokens.css', import.meta.url), 'utf8');

/** The colours of one theme's block. */
function theme(name: string): Record<string, string> {
  const block = new RegExp(`\\[data-theme='${name}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]]));
}

describe.each(['light', 'dark'])('the %s theme', (name) => {
  const colours = theme(name);
  const texts = ['text', 'text-muted', 'text-faint'];
  const surfaces = [
    'frame',
    'surface',
    'float',
    'sunken',
    'hover',
    'float-hover',
    'press',
    'selected',
    'selected-quiet',
  ];
  const pairs = texts.flatMap((text) => surfaces.map((surface) => [text, surface] as const));

  it.each(pairs)('%s reads on %s', (text, surface) =>
    expect(contrast(colours[text], colours[surface])).toBeGreaterThanOrEqual(4.5),
  );

  it.each([
    ['good', 'good-soft'],
    ['warn', 'warn-soft'],
    ['bad', 'bad-soft'],
    ['text', 'bad-soft'],
    ['text-muted', 'good-soft'],
    ['good', 'surface'],
    ['warn', 'surface'],
    ['bad', 'surface'],
    ['bad', 'frame'],
    ['accent-text', 'frame'],
    ['accent-text', 'surface'],
    ['on-accent', 'accent'],
    ['on-accent', 'accent-hover'],
    ['on-accent', 'bad-fill'],
  ])('%s reads on %s', (text, surface) => {
    expect(contrast(colours[text], colours[surface])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['train', 'validation', 'test', ...[...Array(8).keys()].map((i) => `category-${i}`)])(
    'a line in %s is seen on the surface',
    (line) => expect(contrast(colours[line], colours.surface)).toBeGreaterThanOrEqual(3),
  );

  it('goes on past the eighth colour, as visible and each one new', () => {
    const more = [...Array(24).keys()].map((i) => categoryColour(i + 8, name === 'dark'));
    expect(new Set(more).size).toBe(24);
    for (const colour of more) expect(contrast(colour, colours.surface)).toBeGreaterThanOrEqual(3);
  });

  it('outlines cells of any colour: with its text or with what lies around that', () => {
    for (let i = 0; i <= 100; i++) {
      const cell = sequentialColour(i / 100);
      const best = Math.max(contrast(cell, colours.text), contrast(cell, colours.surface));
      expect(best, cell).toBeGreaterThanOrEqual(3);
    }
  });

  it('has the same tokens as the other', () =>
    expect(Object.keys(colours).sort()).toEqual(Object.keys(theme(name === 'dark' ? 'light' : 'dark')).sort()));
});

describe('scales', () => {
  it('converts OKLCH as the reference does', () => {
    expect(oklchToHex(1, 0, 0)).toBe('#ffffff');
    expect(oklchToHex(0, 0, 0)).toBe('#000000');
    expect(oklchToHex(0.628, 0.2577, 29.23)).toBe('#ff0000');
  });
  it('runs from the dark end of viridis to the bright one, with ink that reads on it', () => {
    expect(sequentialColour(0)).toBe('#440154');
    expect(sequentialColour(1)).toBe('#fde725');
    for (let i = 0; i <= 20; i++) {
      const colour = sequentialColour(i / 20);
      expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5);
    }
  });
});
