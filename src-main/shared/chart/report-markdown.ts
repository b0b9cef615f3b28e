import type { Report, ReportCell } from './report-html.ts';

/** A report as Markdown (GitHub's tables); what is drawn is left out. */
export function reportMarkdown({ title, subtitle, sections }: Report): string {
  const parts = [`# ${line(title)}`, line(subtitle)];
  for (const { heading, note, table, points } of sections) {
    if (!note && !table && !points?.length) continue;
    parts.push(`## ${line(heading)}`);
    if (note) parts.push(line(note));
    if (points?.length) parts.push(points.map((point) => `- ${line(point)}`).join('\n'));
    if (table) {
      const rows = [
        ['', ...table.head.map(cell)],
        ['---', ...table.head.map(() => '---:')],
        ...table.rows.map(({ label, cells }) => [line(label), ...cells.map(cell)]),
      ];
      parts.push(rows.map((row) => `| ${row.join(' | ')} |`).join('\n'));
    }
  }
  return `${parts.join('\n\n')}\n`;
}

const cell = ({ text, best }: ReportCell): string => (best ? `**${line(text)}**` : line(text));

/** On one line, and nothing in it taken for markup. */
const line = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#]/g, (c) => `\\${c}`);
