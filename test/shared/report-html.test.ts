import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../src-main/shared/chart/report-html.ts';
import type { LineChart } from '../../src-main/shared/chart/line-svg.ts';

const chart: LineChart = {
  title: 'Loss',
  x: { name: 'Step', format: String },
  y: { name: 'loss', format: String },
  width: 400,
  height: 240,
  lines: [{ name: 'a', colour: '#0072b2', x: [0, 1], y: [1, 0] }],
};
const evil = '<img src=x onerror=alert(1)>"';

describe('a report', () => {
  const html = reportHtml({
    language: 'zh-CN',
    title: evil,
    subtitle: evil,
    sections: [
      {
        heading: evil,
        note: evil,
        table: {
          head: [{ text: evil, colour: '#0072b2' }],
          rows: [{ label: evil, cells: [{ text: evil, best: true }] }],
        },
        charts: [chart, { ...chart, title: evil }],
      },
      {
        heading: '分组',
        charts: [
          {
            kind: 'bars',
            title: 'Groups',
            by: evil,
            y: { name: evil, format: String },
            groups: [{ name: evil, colour: '#0072b2', values: [1, 2] }],
            width: 400,
            height: 240,
          },
        ],
      },
      { heading: '设置', folded: true },
    ],
  });

  it('says its language and holds what it was given', () => {
    expect(html).toContain('<html lang="zh-CN">');
    expect(html).toContain('class="best"');
    expect(html).toContain('<details><summary>设置</summary>');
    expect(html.match(/<svg /g)).toHaveLength(3);
  });

  it('runs nothing and fetches nothing, whatever runs are called', () => {
    expect(html).not.toMatch(/<img|<script|<link|@import|url\((?!#)/);
    expect(html.match(/(?:src|href)=["']?(?!x )/g)).toBeNull();
    expect(html).toContain("default-src 'none'");
  });

  it('gives every chart a clip of its own', () => {
    const ids = [...html.matchAll(/id="(plot[^"]*)"/g)].map((found) => found[1]);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(html).toContain(`url(#${id})`);
  });
});
