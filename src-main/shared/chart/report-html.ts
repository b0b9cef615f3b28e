import { figureSvg, type FigureDrawing } from './figure-svg.ts';
import { groupChartSvg } from './groups-svg.ts';
import type { GroupChart } from './groups.ts';
import { lineChartSvg } from './line-svg.ts';
import type { LineChart } from './line-svg.ts';
import { escapeXml } from './svg.ts';

export interface ReportCell {
  text: string;
  /** The best of its row. */
  best?: boolean;
  /** Drawn before the text, as a run's colour. */
  colour?: string;
}

export interface ReportRow {
  label: string;
  cells: readonly ReportCell[];
}

export interface ReportSection {
  heading: string;
  /** A line under the heading. */
  note?: string;
  /** Said one under the other. */
  points?: readonly string[];
  table?: { head: readonly ReportCell[]; rows: readonly ReportRow[] };
  charts?: readonly (LineChart | GroupChart | FigureDrawing)[];
  /** Shut until it is asked for. */
  folded?: boolean;
}

export interface Report {
  /** BCP 47. */
  language: string;
  title: string;
  subtitle: string;
  sections: readonly ReportSection[];
}

/** The charts take the page's colours, so that they are right in the dark, too. */
const theme = {
  text: 'var(--text)',
  faint: 'var(--faint)',
  grid: 'var(--grid)',
  ground: 'none',
  font: 'inherit',
};

const style = `:root{color-scheme:light dark;--text:#191c23;--faint:#5d6573;--grid:#e2e5eb;--ground:#fff;--good:#17794a}
@media(prefers-color-scheme:dark){:root{--text:#e4e7ed;--faint:#929baa;--grid:#262b34;--ground:#16191f;--good:#52be86}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1120px;padding:32px 24px 64px;background:var(--ground);color:var(--text);
font:13px/20px Inter,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif}
h1{font-size:20px;line-height:28px;margin:0}h2,summary{font-size:15px;font-weight:600;margin:32px 0 8px}summary{cursor:pointer}p{margin:4px 0;color:var(--faint)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:4px 12px;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap;font-weight:400}
tr>:first-child{padding-left:0;text-align:left;color:var(--faint)}thead th{font-weight:600;color:var(--text)!important}ul{margin:4px 0;padding-left:20px}.best{color:var(--good);font-weight:600}
i{display:inline-block;width:8px;height:8px;margin-right:6px;border-radius:50%}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(480px,1fr));gap:16px}svg{max-width:100%;height:auto}
@media print{:root{--text:#191c23;--faint:#5d6573;--grid:#e2e5eb;--ground:#fff}details>*{display:revert}}`;

/** One HTML file that needs nothing else: no script, no font, no picture from anywhere. */
export function reportHtml(report: Report): string {
  return `<!doctype html>
<html lang="${escapeXml(report.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="generator" content="Atelier">
<title>${escapeXml(report.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeXml(report.title)}</h1>
<p>${escapeXml(report.subtitle)}</p>
${report.sections.map(section).join('\n')}
</body>
</html>
`;
}

function section({ heading, note, points, table, charts, folded }: ReportSection): string {
  const body = [
    note ? `<p>${escapeXml(note)}</p>` : '',
    points && points.length > 0 ? `<ul>${points.map((point) => `<li>${escapeXml(point)}</li>`).join('\n')}</ul>` : '',
    table
      ? `<div class="wide"><table>${head(table.head)}<tbody>${table.rows.map(row).join('\n')}</tbody></table></div>`
      : '',
    charts && charts.length > 0
      ? `<div class="charts">${charts.map((chart, i) => inPage(drawn(chart), `${heading}-${i}`)).join('\n')}</div>`
      : '',
  ].join('\n');
  const title = escapeXml(heading);
  return folded
    ? `<details><summary>${title}</summary>${body}</details>`
    : `<section><h2>${title}</h2>${body}</section>`;
}

function drawn(chart: LineChart | GroupChart | FigureDrawing): string {
  if ('groups' in chart) return groupChartSvg({ ...chart, theme });
  return 'layers' in chart ? figureSvg({ ...chart, theme }) : lineChartSvg({ ...chart, theme });
}

const head = (cells: readonly ReportCell[]): string =>
  `<thead><tr><th></th>${cells.map((one) => `<th scope="col">${inner(one)}</th>`).join('')}</tr></thead>`;
const row = ({ label, cells }: ReportRow): string =>
  `<tr><th scope="row">${escapeXml(label)}</th>${cells
    .map((one) => `<td${one.best ? ' class="best"' : ''}>${inner(one)}</td>`)
    .join('')}</tr>`;
const inner = ({ text, colour }: ReportCell): string =>
  `${colour ? `<i style="background:${escapeXml(colour)}"></i>` : ''}${escapeXml(text)}`;

/** Ids are the page's: each chart's clip needs one of its own. */
function inPage(svg: string, name: string): string {
  const id = `plot-${name.replace(/[^\p{L}\p{N}-]/gu, '-')}`;
  return svg.replace('id="plot"', `id="${id}"`).replace('url(#plot)', `url(#${id})`);
}
