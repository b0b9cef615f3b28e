import { describe, expect, it } from 'vitest';
import { groupChartCsv, groupChartSvg } from '../../src-main/shared/chart/groups-svg.ts';
import { groupFigures, groupLayout, type GroupChart } from '../../src-main/shared/chart/groups.ts';

const chart = (kind: GroupChart['kind'], values: readonly number[][], more: Partial<GroupChart> = {}): GroupChart => ({
  kind,
  title: 'Accuracy by optimizer',
  by: 'Optimizer',
  y: { name: 'Accuracy', format: (value) => value.toFixed(2) },
  groups: values.map((each, i) => ({ name: ['adam', 'sgd', 'lion'][i], colour: '#0072b2', values: each })),
  width: 600,
  height: 320,
  ...more,
});

describe('figures of a group', () => {
  it('are those of NumPy and of a box plot', () => {
    // np.percentile([1, 2, 4, 7, 30], [25, 50, 75]); np.std(…, ddof=1); 30 lies beyond 7 + 1.5 · 5.
    const found = groupFigures([7, 30, 1, 4, 2]);
    expect(found).toMatchObject({ n: 5, lower: 2, median: 4, upper: 7, least: 1, greatest: 30, whiskers: [1, 7] });
    expect(found.mean).toBeCloseTo(8.8, 12);
    expect(found.std).toBeCloseTo(12.07062550160511, 10);
    // np.percentile([1, 2, 3, 10], [25, 75])
    expect(groupFigures([1, 2, 3, 10])).toMatchObject({ lower: 1.75, median: 2.5, upper: 4.75 });
  });

  it('of one value have no deviation, and keep a small one beside a large mean', () => {
    expect(groupFigures([3])).toMatchObject({ n: 1, mean: 3, median: 3, whiskers: [3, 3] });
    expect(groupFigures([3]).std).toBeNaN();
    expect(groupFigures([1e9, 1e9 + 1, 1e9 + 2]).std).toBeCloseTo(1, 9);
  });
});

describe('a chart of groups', () => {
  it('draws bars from zero, whatever the values, and points as near as they lie', () => {
    const values = [
      [0.91, 0.93],
      [0.51, 0.53],
    ];
    const bars = groupLayout(chart('bars', values));
    expect([bars.ticks[0], bars.at(0)]).toEqual([0, bars.bottom]);
    expect(groupLayout(chart('points', values)).ticks[0]).toBeGreaterThan(0.4);
    expect(groupLayout(chart('bars', [[-2, -3]])).ticks.at(-1)).toBe(0);
  });

  it('says the mean, its deviation and the number of runs', () => {
    const svg = groupChartSvg(chart('bars', [[0.91, 0.93], [0.5]]));
    expect(svg).toContain('>0.92 ± 0.01</text>');
    expect(svg).toContain('>n = 2</text>');
    expect(svg).toContain('<title>sgd: 0.50, n = 1</title>');
    // A bar's height is its value: the mean's over that of 0.5.
    const heights = [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)" fill="#0072b2"/g)];
    expect(Number(heights[0][1]) / Number(heights[1][1])).toBeCloseTo(0.92 / 0.5, 2);
  });

  it('shows every value of a box, and no box for two', () => {
    const svg = groupChartSvg(chart('boxes', [[1, 2, 3, 10], [4, 5], []]));
    expect(svg.match(/<circle /g)).toHaveLength(6);
    expect(svg.match(/fill-opacity="0.18"/g)).toHaveLength(1);
    expect(svg).not.toContain('lion');
  });

  it('writes names aslant where they would meet, and survives having nothing', () => {
    const names = Array.from({ length: 20 }, (_, i) => ({
      name: `a rather long name ${i}`,
      colour: 'red',
      values: [i],
    }));
    const many = chart('bars', [], { groups: names });
    expect(groupLayout(many).slanted).toBe(true);
    expect(groupChartSvg(many)).toContain('rotate(-35');
    expect(groupChartSvg(chart('bars', [[], []]))).toContain('</svg>');
  });

  it('is CSV at full precision', () => {
    const csv = groupChartCsv(chart('bars', [[0.1, 0.2], [3]], { by: 'a "b", c' }));
    expect(csv.split('\r\n')).toEqual([
      '"a ""b"", c",n,mean,std,least,lower_quartile,median,upper_quartile,greatest',
      `adam,2,${(0.1 + 0.2) / 2},${groupFigures([0.1, 0.2]).std},0.1,0.125,0.15000000000000002,0.17500000000000002,0.2`,
      'sgd,1,3,,3,3,3,3,3',
      '',
    ]);
  });
});
