import { extname } from 'node:path';
import type { Readable } from '../../db/connection.ts';
import { fullRows, type FullCell } from '../../db/grid-cells.ts';
import { getGrid, gridNames } from '../../db/grids.ts';
import { AtelierError } from '../../shared/errors.ts';
import { escapeXml } from '../../shared/chart/svg.ts';
import { csvText } from '../../shared/csv-line.ts';
import type { GridId } from '../../shared/ids.ts';
import type { GridColumn, GridSummary } from '../../shared/prompt/grid.ts';
import { writeWholeFile } from '../whole-file.ts';

export const gridFileKinds = ['csv', 'jsonl', 'html'] as const;
export type GridFileKind = (typeof gridFileKinds)[number];

/** By its ending. Throws `bad_arguments`. */
export function gridFileKind(path: string): GridFileKind {
  const ending = extname(path).slice(1).toLowerCase();
  const kind = gridFileKinds.find((one) => one === ending);
  if (kind) return kind;
  throw new AtelierError(
    'bad_arguments',
    `"${path}" ends in none of .csv, .jsonl and .html, by which it is told what to write. Name the file with one of them.`,
  );
}

/** What a column asked, as a line of a file tells it. */
export const askedLine = ({ promptName, version, modelName, settings: { temperature, seed } }: GridColumn) => ({
  prompt_name: promptName,
  version,
  model: modelName,
  temperature,
  seed,
});

const columnTitle = (column: GridColumn): string => {
  const { prompt_name: prompt, version, model, temperature, seed } = askedLine(column);
  return `${prompt} v${version} · ${model} · temperature ${temperature} · seed ${seed}`;
};

const rowsAtOnce = 20;

function* rowsOf(db: Readable, { id, rows }: GridSummary) {
  for (let at = 0; at < rows; at += rowsAtOnce) {
    for (const [i, row] of fullRows(db, id, at, rowsAtOnce).entries()) yield { ...row, row: at + i };
  }
}

/**
 * All that a grid asked and was answered, a piece of the file at a time. CSV and HTML have a line for each row: its values, then an answer for each
 * column, in CSV with why there is none and how it was rated where there is any such. JSON Lines have a line for each answer, with its settings, tokens and
 * times.
 */
export function* gridFileText(db: Readable, id: GridId, kind: GridFileKind): Generator<string> {
  const grid = getGrid(db, id);
  if (kind === 'jsonl') yield* jsonLines(db, grid);
  else if (kind === 'csv') yield* csvLines(db, grid);
  else yield* page(db, grid);
}

/** Writes it; a file that is there is kept until the new one is whole. Errors: bad_arguments, no_such_grid, and those of the file system. */
export async function writeGridFile(db: Readable, id: GridId, path: string): Promise<void> {
  const kind = gridFileKind(path);
  await writeWholeFile(path, gridFileText(db, id, kind));
}

function* jsonLines(db: Readable, grid: GridSummary): Generator<string> {
  for (const { row, values, cells } of rowsOf(db, grid)) {
    for (const { column, text, finish, tokens, facts, cached, error, rating } of cells) {
      const line = {
        ...{ row, values, ...askedLine(grid.columns[column]) },
        ...{ answer: text, finish, error, rating, cached },
        prompt_tokens: facts?.promptTokens ?? null,
        completion_tokens: facts?.remote ? facts.remote.completionTokens : tokens,
        first_token_ms: facts?.firstTokenMs ?? null,
        tokens_per_second: facts?.tokensPerSecond ?? null,
      };
      yield `${JSON.stringify(line)}\n`;
    }
  }
}

function* csvLines(db: Readable, grid: GridSummary): Generator<string> {
  const names = gridNames(db, grid.id);
  const titles = grid.columns.map(columnTitle);
  const more = [
    ...(grid.failed > 0 ? [{ title: 'error', of: ({ error }: FullCell) => error?.message }] : []),
    ...(grid.rated > 0 ? [{ title: 'rating', of: ({ rating }: FullCell) => rating }] : []),
  ];
  yield csvText([['row', ...names, ...titles, ...more.flatMap(({ title }) => titles.map((of) => `${title}: ${of}`))]]);
  for (const { row, values, cells } of rowsOf(db, grid)) {
    const at = new Map(cells.map((cell) => [cell.column, cell]));
    const each = (of: (cell: FullCell) => unknown) =>
      titles.map((_, column) => {
        const cell = at.get(column);
        return cell && of(cell);
      });
    yield csvText([
      [row, ...names.map((name) => values[name]), ...each(({ text }) => text), ...more.flatMap(({ of }) => each(of))],
    ]);
  }
}

const style = `:root{color-scheme:light dark;--text:#191c23;--faint:#5d6573;--line:#e2e5eb;--ground:#fff;--head:#f5f6f9;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--text:#e4e7ed;--faint:#929baa;--line:#2b313b;--ground:#16191f;--head:#1d2129;--bad:#f2837b}}
*{box-sizing:border-box}body{margin:0;padding:24px;background:var(--ground);color:var(--text);
font:13px/20px Inter,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif}h1{margin:0;font-size:20px;line-height:28px}p{margin:4px 0 16px;color:var(--faint)}
table{border-collapse:collapse}th,td{min-width:120px;max-width:480px;padding:8px 12px;border:1px solid var(--line);text-align:left;vertical-align:top;
white-space:pre-wrap;overflow-wrap:anywhere;font-weight:400}thead th{position:sticky;top:0;background:var(--head);font-weight:600}
tbody th{color:var(--faint)}tr>:first-child{min-width:0;font-variant-numeric:tabular-nums}.bad{color:var(--bad)}small{display:block;color:var(--faint)}`;

/** One file that needs nothing else: no script, no font, no picture from anywhere. */
function* page(db: Readable, grid: GridSummary): Generator<string> {
  const names = gridNames(db, grid.id);
  const heads = ['#', ...names, ...grid.columns.map(columnTitle)];
  const title = escapeXml(grid.name);
  const facts = `${grid.rows} × ${grid.columns.length} · ${new Date(grid.createdAt).toISOString().slice(0, 10)}`;
  yield `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="generator" content="Atelier">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<p>${escapeXml(facts)}</p>
<table><thead><tr>${heads.map((head) => `<th scope="col">${escapeXml(head)}</th>`).join('')}</tr></thead><tbody>
`;
  for (const { row, values, cells } of rowsOf(db, grid)) {
    const at = new Map(cells.map((cell) => [cell.column, cell]));
    const told = grid.columns.map((_, column) => inner(at.get(column)));
    const given = names.map((name) => `<th>${escapeXml(values[name] ?? '')}</th>`);
    yield `<tr><th scope="row">${row + 1}</th>${given.join('')}${told.join('')}</tr>\n`;
  }
  yield '</tbody></table>\n</body>\n</html>\n';
}

function inner(cell: FullCell | undefined): string {
  if (!cell) return '<td></td>';
  if (cell.error) return `<td class="bad">${escapeXml(cell.error.message)}</td>`;
  const rated = cell.rating === null ? '' : `<small>★ ${cell.rating} / 5</small>`;
  return `<td>${escapeXml(cell.text ?? '')}${rated}</td>`;
}
