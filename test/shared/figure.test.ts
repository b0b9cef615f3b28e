import { describe, expect, it } from 'vitest';
import { figureSvg } from '../../src-main/shared/chart/figure-svg.ts';
import {
  figureTicks,
  placeOn,
  rangeOf,
  rangeWith,
  valueAt,
  wholeView,
  type Figure,
  type FigureAxis,
} from '../../src-main/shared/chart/figure.ts';
import { reportHtml } from '../../src-main/shared/chart/report-html.ts';
import { reportMarkdown } from '../../src-main/shared/chart/report-markdown.ts';

const number = (low: number, high: number, log = false): FigureAxis & { kind: 'number' } => ({
  kind: 'number',
  name: 'value',
  low,
  high,
  log,
  format: String,
});
const words: FigureAxis = { kind: 'category', name: 'kind', words: ['a', 'b', 'c', 'd'] };

describe('axes of a figure', () => {
  it('place numbers, their logarithms and words', () => {
    expect(placeOn(number(0, 10))(2.5)).toBe(0.25);
    expect(placeOn(number(0.001, 10, true))(0.1)).toBeCloseTo(0.5, 12);
    expect(placeOn(words)(0)).toBe(0.125);
    expect(placeOn(number(3, 3))(3)).toBe(0.5);
    expect(placeOn(number(3, 3))(NaN)).toBeNaN();
    for (const axis of [number(-3, 8), number(0.01, 70, true)])
      for (const share of [0, 0.3, 1]) expect(placeOn(axis)(valueAt(axis, share))).toBeCloseTo(share, 12);
  });

  it('have ticks in sight, no more than there is room for', () => {
    expect(figureTicks(number(0, 10), wholeView.x, 5).map(({ label }) => label)).toEqual([
      '0',
      '2',
      '4',
      '6',
      '8',
      '10',
    ]);
    expect(figureTicks(number(1e-4, 1, true), wholeView.x, 5).map(({ label }) => label)).toEqual([
      '0.0001',
      '0.001',
      '0.01',
      '0.1',
      '1',
    ]);
    expect(figureTicks(number(0, 10), { from: 0.4, to: 0.5 }, 5).every(({ at }) => at >= 0.4 && at <= 0.5)).toBe(true);
    expect(figureTicks(words, wholeView.x, 2).map(({ label }) => label)).toEqual(['a', 'c']);
    expect(figureTicks(number(4, 4), wholeView.x, 5)).toEqual([{ at: 0.5, label: '4' }]);
  });

  it('leave what lies very far off at their edge', () => {
    const values = Array.from({ length: 40 }, (_, i) => 1 + i / 40);
    expect(rangeOf([...values, 1e9, NaN, Infinity])).toEqual({ low: 1, high: 1 + 39 / 40, beyond: 1 });
    expect(rangeOf(values).beyond).toBe(0);
    expect(rangeOf([])).toEqual({ low: 0, high: 1, beyond: 0 });
    expect(rangeWith([...values, 50, 100], [50])).toEqual({ low: 1, high: 50 });
    expect(rangeOf([5, 5])).toEqual({ low: 4.75, high: 5.25, beyond: 0 });
    // Half are the same: nothing can be called far.
    expect(rangeOf([0, 0, 0, 0, 0, 9]).high).toBe(9);
  });
});

describe('a figure as SVG', () => {
  const figure: Figure = {
    title: 'A <figure>',
    x: number(0, 10),
    y: words,
    layers: [
      { kind: 'cells', colour: '#000', columns: 2, rows: 1, colours: ['#123456', null] },
      { kind: 'bars', name: 'bars', colour: '#00f', ids: [1], from: [2], to: [4], y: [1] },
      { kind: 'lines', colour: '#0f0', step: true, lines: [{ x: [0, 5, 10], y: [0, NaN, 2] }] },
      { kind: 'points', name: 'points', shape: 'ring', colour: '#f00', ids: [1, 2, 3], x: [1, NaN, 3], y: [0, 1, 2] },
    ],
  };
  const svg = figureSvg({ ...figure, width: 400, height: 300 });

  it('has a mark for each value that has a place', () => {
    expect(svg.match(/<circle [^>]*stroke="#f00"/g)).toHaveLength(2);
    expect(svg.match(/fill="#123456"/g)).toHaveLength(1);
    expect(svg).toContain('A &#60;figure&#62;');
    expect(svg).not.toContain('NaN');
    // A line that is broken begins anew.
    expect(/<path d="([^"]*)"[^>]*stroke="#0f0"/.exec(svg)?.[1].match(/M/g)).toHaveLength(2);
  });

  it('puts bars where their times are', () => {
    const [, x, width] = /<g fill="#00f"><rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(svg)!.map(Number);
    const at = (value: number) => 56 + ((value / 10 + 0.025) / 1.05) * (400 - 24 - 56);
    expect(x).toBeCloseTo(at(2), 1);
    expect(width).toBeCloseTo(at(4) - at(2), 1);
  });

  it('stands in reports, which Markdown has without it', () => {
    const report = {
      language: 'en',
      title: 'A | B',
      subtitle: 'now',
      sections: [
        {
          heading: 'H',
          points: ['one *two*'],
          table: { head: [{ text: 'x' }], rows: [{ label: 'a', cells: [{ text: '1', best: true }] }] },
          charts: [{ ...figure, width: 400, height: 300 }],
        },
      ],
    };
    const html = reportHtml(report);
    expect(html).toContain('<li>one *two*</li>');
    expect(html).toContain('id="plot-H-0"');
    expect(reportMarkdown(report)).toBe(
      '# A \\| B\n\nnow\n\n## H\n\n- one \\*two\\*\n\n|  | x |\n| --- | ---: |\n| a | **1** |\n',
    );
  });
});
