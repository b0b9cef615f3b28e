import { expect, it } from 'vitest';
import { sharesSvg } from '../../src-main/shared/chart/shares-svg.ts';

it('draws shares as bars in proportion, with their names, whatever those hold', () => {
  const svg = sharesSvg({
    title: 'Importance <of> loss',
    bars: [
      { name: 'learning_rate & "more"', share: 0.6, note: '+0.50' },
      { name: 'x'.repeat(200), share: 0.3 },
      { name: '(combination)', share: 0, quiet: true },
    ],
    format: (share) => `${100 * share} %`,
  });
  const widths = [...svg.matchAll(/width="([\d.]+)" height="14"/g)].map(([, width]) => Number(width));
  expect(widths).toHaveLength(3);
  expect(widths[0]).toBeCloseTo(2 * widths[1], 1);
  expect(widths[2]).toBe(1);
  expect(svg).toContain('60 % · +0.50');
  expect(svg).toContain('&#38; &#34;more&#34;');
  expect(svg).toContain(`${'x'.repeat(40)}`);
  expect(svg).toContain('x…</text>');
  expect(svg).not.toContain('<of>');
});
