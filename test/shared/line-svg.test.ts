import { describe, expect, it } from 'vitest';
import { lineChartCsv, lineChartSvg } from '../../src-main/shared/chart/line-svg.ts';
import type { LineChart } from '../../src-main/shared/chart/line-svg.ts';

const axis = (name: string) => ({ name, format: String });
const chart = (more: Partial<LineChart> = {}): LineChart => ({
  title: 'Loss',
  x: axis('Step'),
  y: axis('loss'),
  width: 400,
  height: 240,
  lines: [{ name: 'a', colour: '#0072b2', x: [0, 1, 2], y: [1, 3, 2] }],
  ...more,
});
const paths = (svg: string) => [...svg.matchAll(/<path d="([^"]*)"/g)].map((found) => found[1]);
const points = (d: string) => [...d.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe('a chart as SVG', () => {
  it('puts points where the axes say', () => {
    const svg = lineChartSvg(chart());
    // Plot: x 64…384, y 40…196; the y axis goes from 1 to 3.
    expect(points(paths(svg)[0])).toEqual([
      [64, 196],
      [224, 40],
      [384, 118],
    ]);
    expect(svg).toContain('>Step<');
    expect(svg).toContain('>loss<');
  });

  it('breaks the line where a value is not a number', () => {
    const svg = lineChartSvg(chart({ lines: [{ name: 'a', colour: '#000', x: [0, 1, 2, 3], y: [1, NaN, 3, 2] }] }));
    expect(paths(svg)[0].match(/M/g)).toHaveLength(2);
    expect(svg).not.toContain('NaN');
  });

  it('keeps a spike among a million points, in a small file', () => {
    const x = Float64Array.from({ length: 1_000_000 }, (_, i) => i);
    const y = x.map((i) => (i === 777_777 ? 10 : 0));
    const svg = lineChartSvg(chart({ lines: [{ name: 'a', colour: '#000', x, y }] }));
    expect(Math.min(...points(paths(svg)[0]).map(([, top]) => top))).toBe(40);
    expect(svg.length).toBeLessThan(40_000);
  });

  it('takes logarithms of both axes, and leaves out what has none', () => {
    const svg = lineChartSvg(
      chart({
        x: { ...axis('Step'), log: true },
        y: { ...axis('rate'), log: true },
        lines: [{ name: 'a', colour: '#000', x: [1, 10, 100], y: [0.01, 0, 1] }],
      }),
    );
    expect(points(paths(svg)[0])).toEqual([
      [64, 196],
      [384, 40],
    ]);
  });

  it('has names that are text and nothing else', () => {
    const evil = '</svg><script>alert(1)</script>&"\u0000';
    const lines = ['a', 'b'].map((colour) => ({ name: evil, colour: `"${colour}`, x: [0, 1], y: [0, 1] }));
    const svg = lineChartSvg(chart({ title: evil, lines }));
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('\u0000');
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
  });

  it('names more than one line in a legend that grows by rows', () => {
    const lines = Array.from({ length: 9 }, (_, i) => ({ name: `run number ${i}`, colour: '#000', x: [0], y: [i] }));
    const svg = lineChartSvg(chart({ lines }));
    expect(svg).toContain('>run number 8<');
    expect(Number(/height="(\d+)"/.exec(svg)?.[1])).toBe(240 + 5 * 18 + 12);
    // The name of the y axis stands below its last row.
    const down = (text: string) => Number(new RegExp(` y="(\\d+)"[^>]*>${text}<`).exec(svg)?.[1]);
    expect(down('loss') - down('run number 8')).toBeGreaterThanOrEqual(14);
  });

  it('draws a band from the least to the greatest, and makes room for it', () => {
    const band = { low: [0, 2], high: [2, 4] };
    const svg = lineChartSvg(chart({ lines: [{ name: 'a', colour: '#000', x: [0, 1], y: [1, 3], band }] }));
    expect(paths(svg)[0]).toBe('M64 196L384 118L384 40L64 118Z');
    expect(lineChartCsv({ x: axis('Step'), lines: [{ name: 'a', colour: '', x: [0, 1], y: [1, 3], band }] })).toBe(
      'series,Step,value,least,greatest\r\na,0,1,0,2\r\na,1,3,2,4\r\n',
    );
  });

  it('is a chart without any point, too', () => {
    expect(lineChartSvg(chart({ lines: [] }))).toContain('</svg>');
  });
});

describe('a chart as CSV', () => {
  it('has every point in full', () => {
    const lines = [
      { name: 'a, "b"', colour: '', x: [0, 1], y: [0.1 + 0.2, NaN] },
      { name: 'raw', colour: '', look: 'behind' as const, x: [0], y: [9] },
    ];
    expect(lineChartCsv({ x: axis('Step'), lines })).toBe(
      'series,Step,value\r\n"a, ""b""",0,0.30000000000000004\r\n"a, ""b""",1,\r\n',
    );
  });
});
