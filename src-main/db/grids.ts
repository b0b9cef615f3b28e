import { AtelierError, type ErrorFacts } from '../shared/errors.ts';
import type { CompletionId, GridId, JobId, PromptId } from '../shared/ids.ts';
import type { CompletionFacts } from '../shared/prompt/prompt.ts';
import type { PromptTest } from '../shared/prompt/checks.ts';
import {
  shownCell,
  type GridAnswer,
  type GridCell,
  type GridColumn,
  type GridPage,
  type GridPreference,
  type GridRow,
  type GridSource,
  type GridSummary,
} from '../shared/prompt/grid.ts';
import type { Verdict } from '../shared/prompt/verdict.ts';
import type { Readable, Writable } from './connection.ts';
import { promptKey } from './prompts.ts';

interface SummaryRow extends Omit<GridSummary, 'columns' | 'source' | 'archived'> {
  columns: string;
  source: string;
  archived: number;
}

const summaryOf = ({ columns, source, archived, ...row }: SummaryRow): GridSummary => ({
  ...row,
  columns: JSON.parse(columns) as GridColumn[],
  source: JSON.parse(source) as GridSource,
  archived: archived === 1,
});

/** Newest first: of a prompt, or of all. Those of tests are told with their evaluations. */
export function listGrids(db: Readable, { prompt, archived = false }: { prompt?: PromptId; archived?: boolean } = {}) {
  return db
    .all<SummaryRow>(
      `SELECT g.id, g.name, g.created_at AS createdAt, g.columns, g.source, g.rows, g.job, g.archived,
              (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.completion IS NOT NULL) AS finished,
              (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.cached = 1) AS cached,
              (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.error IS NOT NULL) AS failed,
              (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.rating IS NOT NULL) AS rated,
              (SELECT count(*) FROM grid_preferences p WHERE p.grid = g.key) AS compared
         FROM grids g
        WHERE g.test IS NULL AND (g.archived = 0 OR @archived = 1)
          AND (@prompt IS NULL OR EXISTS (SELECT 1 FROM grid_prompts o JOIN prompts p ON p.key = o.prompt
                                           WHERE o.grid = g.key AND p.id = @prompt))
        ORDER BY g.key DESC`,
      { prompt: prompt ?? null, archived: archived ? 1 : 0 },
    )
    .map((row) => withoutMeanings(summaryOf(row)));
}

/** What prompts with examples stood for may be long. */
const withoutMeanings = (summary: GridSummary): GridSummary => ({
  ...summary,
  columns: summary.columns.map(({ meaning: _, ...column }) => column),
});

export const noGrid = (text: string): AtelierError =>
  new AtelierError(
    'no_such_grid',
    `There is no grid "${text}" in this workspace. "atelier prompts grid list" lists them.`,
  );

/** Throws `no_such_grid`. */
export function getGrid(db: Readable, id: GridId): GridSummary {
  const row = db.get<SummaryRow>(
    `SELECT g.id, g.name, g.created_at AS createdAt, g.columns, g.source, g.rows, g.job, g.archived,
            (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.completion IS NOT NULL) AS finished,
            (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.cached = 1) AS cached,
            (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.error IS NOT NULL) AS failed,
            (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.rating IS NOT NULL) AS rated,
            (SELECT count(*) FROM grid_preferences p WHERE p.grid = g.key) AS compared
       FROM grids g WHERE g.id = ?`,
    [id],
  );
  if (!row) throw noGrid(id);
  return summaryOf(row);
}

/** The row's own number. Throws `no_such_grid`. */
export function gridKey(db: Readable, id: GridId): number {
  const row = db.get<{ key: number }>(`SELECT key FROM grids WHERE id = ?`, [id]);
  if (!row) throw noGrid(id);
  return row.key;
}

export interface NewGrid {
  id: GridId;
  name: string;
  columns: readonly GridColumn[];
  source: GridSource;
  rows: readonly GridRow[];
  sha256: string;
  test: PromptTest | null;
}

export function insertGrid(db: Writable, grid: NewGrid, now: number): void {
  db.transaction(() => {
    const { lastInsertRowid: key } = db.run(
      `INSERT INTO grids (id, name, created_at, columns, source, rows, sha256, test) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        grid.id,
        grid.name,
        now,
        JSON.stringify(grid.columns),
        JSON.stringify(grid.source),
        grid.rows.length,
        grid.sha256,
        grid.test && JSON.stringify(grid.test),
      ],
    );
    for (const prompt of new Set(grid.columns.map((column) => column.prompt)))
      db.run(`INSERT INTO grid_prompts (prompt, grid) VALUES (?, ?)`, [promptKey(db, prompt), key]);
    grid.rows.forEach((row, number) =>
      db.run(`INSERT INTO grid_rows (grid, number, variables) VALUES (?, ?, ?)`, [key, number, JSON.stringify(row)]),
    );
  });
}

export function setGrid(db: Writable, id: GridId, { name, archived }: { name?: string; archived?: boolean }): void {
  const { changes } = db.run(
    `UPDATE grids SET name = coalesce(@name, name), archived = coalesce(@archived, archived) WHERE id = @id`,
    {
      id,
      name: name ?? null,
      archived: archived === undefined ? null : Number(archived),
    },
  );
  if (changes === 0) throw noGrid(id);
}

/** What fills it; null: nothing any more. */
export function setGridJob(db: Writable, id: GridId, job: JobId | null): void {
  db.run(`UPDATE grids SET job = ? WHERE id = ?`, [job, id]);
}
/** Those that were being filled when this workspace was last let go. */
export const unfilledGrids = (db: Readable): { id: GridId; job: JobId }[] =>
  db.all(`SELECT id, job FROM grids WHERE job IS NOT NULL ORDER BY key`);

/** The test that it was made for. */
export function gridTest(db: Readable, id: GridId): PromptTest | null {
  const row = db.get<{ test: string | null }>(`SELECT test FROM grids WHERE id = ?`, [id]);
  return row?.test ? (JSON.parse(row.test) as PromptTest) : null;
}
export const gridSha256 = (db: Readable, id: GridId): string =>
  db.get<{ sha256: string }>(`SELECT sha256 FROM grids WHERE id = ?`, [id])!.sha256;

/** All of them, in their order. */
export const gridRows = (db: Readable, id: GridId): GridRow[] =>
  db
    .all<{ variables: string }>(`SELECT variables FROM grid_rows WHERE grid = ? ORDER BY number`, [gridKey(db, id)])
    .map(({ variables }) => JSON.parse(variables) as GridRow);

/** Names of the rows' values, in their order. */
export function gridNames(db: Readable, id: GridId): string[] {
  const rows = db.all<{ name: string }>(
    `SELECT DISTINCT e.key AS name FROM grid_rows r, json_each(r.variables) e WHERE r.grid = ? AND r.number < 100`,
    [gridKey(db, id)],
  );
  return rows.map(({ name }) => name);
}

interface CellRow {
  row: number;
  column: number;
  text: string | null;
  length: number | null;
  cached: number;
  error: string | null;
  rating: number | null;
}

/** What a table shows of some rows: long answers and values are cut. */
export function gridPage(db: Readable, id: GridId, columns: number, offset: number, limit: number): GridPage {
  const key = gridKey(db, id);
  const values = db.all<{ variables: string }>(
    `SELECT variables FROM grid_rows WHERE grid = ? AND number >= ? ORDER BY number LIMIT ?`,
    [key, offset, limit],
  );
  const cells = db.all<CellRow>(
    `SELECT c.row, c.column, substr(a.texts ->> '$[0].text', 1, @shown) AS text, length(a.texts ->> '$[0].text') AS length,
            c.cached, c.error, c.rating
       FROM grid_cells c LEFT JOIN completions a ON a.key = c.completion
      WHERE c.grid = @key AND c.row >= @offset AND c.row < @end`,
    { key, offset, end: offset + limit, shown: shownCell },
  );
  const preferences = db.all<GridPreference & { row: number }>(
    `SELECT row, first, second, choice FROM grid_preferences WHERE grid = ? AND row >= ? AND row < ?`,
    [key, offset, offset + limit],
  );
  const waiting: GridCell = { status: 'waiting', text: '', cut: false, cached: false, error: null, rating: null };
  const rows = values.map(({ variables }) => ({
    values: Object.fromEntries(
      Object.entries(JSON.parse(variables) as GridRow).map(([name, value]) => [name, value.slice(0, shownCell)]),
    ),
    cells: Array.from({ length: columns }, () => waiting),
    preferences: [] as GridPreference[],
  }));
  for (const { row, column, text, length, cached, error, rating } of cells) {
    const into = rows[row - offset];
    if (!into || column >= columns) continue;
    into.cells[column] = {
      status: error === null ? 'finished' : 'failed',
      text: text ?? '',
      cut: (length ?? 0) > shownCell,
      cached: cached === 1,
      error: error === null ? null : (JSON.parse(error) as ErrorFacts),
      rating,
    };
  }
  for (const { row, ...preference } of preferences) rows[row - offset]?.preferences.push(preference);
  return { offset, rows };
}

/** One cell in full. */
export function gridAnswer(db: Readable, id: GridId, row: number, column: number): GridAnswer {
  const found = db.get<{
    completion: CompletionId | null;
    text: string | null;
    tokens: number | null;
    given: string | null;
    facts: string | null;
    cached: number;
    error: string | null;
    rating: number | null;
    verdict: string | null;
  }>(
    `SELECT a.id AS completion, a.texts ->> '$[0].text' AS text, a.texts -> '$[0].verdict' AS verdict, json_array_length(a.texts, '$[0].tokens') AS tokens, a.given, a.facts,
            c.cached, c.error, c.rating
       FROM grid_cells c LEFT JOIN completions a ON a.key = c.completion WHERE c.grid = ? AND c.row = ? AND c.column = ?`,
    [gridKey(db, id), row, column],
  );
  return {
    status: !found ? 'waiting' : found.error === null ? 'finished' : 'failed',
    completion: found?.completion ?? null,
    text: found?.text ?? '',
    given: found?.given ?? null,
    facts: found?.facts ? (JSON.parse(found.facts) as CompletionFacts) : null,
    tokens: found?.tokens ?? null,
    cached: found?.cached === 1,
    error: found?.error ? (JSON.parse(found.error) as ErrorFacts) : null,
    rating: found?.rating ?? null,
    verdict: found?.verdict ? (JSON.parse(found.verdict) as Verdict) : null,
  };
}

export interface FullCell {
  row: number;
  column: number;
  text: string | null;
  finish: string | null;
  /** Of its own; null of a model elsewhere. */
  tokens: number | null;
  facts: CompletionFacts | null;
  cached: boolean;
  error: ErrorFacts | null;
  rating: number | null;
}

/** Rows with all that was answered to them, so many at a time. */
export function fullRows(
  db: Readable,
  id: GridId,
  offset: number,
  limit: number,
): { values: GridRow; cells: FullCell[] }[] {
  const key = gridKey(db, id);
  const rows = db
    .all<{ variables: string }>(
      `SELECT variables FROM grid_rows WHERE grid = ? AND number >= ? ORDER BY number LIMIT ?`,
      [key, offset, limit],
    )
    .map(({ variables }) => ({ values: JSON.parse(variables) as GridRow, cells: [] as FullCell[] }));
  const cells = db.all<
    Omit<FullCell, 'facts' | 'error' | 'cached'> & { facts: string | null; error: string | null; cached: number }
  >(
    `SELECT c.row, c.column, a.texts ->> '$[0].text' AS text, a.texts ->> '$[0].finish' AS finish,
            json_array_length(a.texts, '$[0].tokens') AS tokens, a.facts, c.cached, c.error, c.rating
       FROM grid_cells c LEFT JOIN completions a ON a.key = c.completion
      WHERE c.grid = ? AND c.row >= ? AND c.row < ? ORDER BY c.row, c.column`,
    [key, offset, offset + limit],
  );
  for (const { facts, error, cached, ...cell } of cells)
    rows[cell.row - offset]?.cells.push({
      ...cell,
      facts: facts === null ? null : (JSON.parse(facts) as CompletionFacts),
      error: error === null ? null : (JSON.parse(error) as ErrorFacts),
      cached: cached === 1,
    });
  return rows;
}

/** The answers of a column, by row; null where there is none. */
export function columnAnswers(db: Readable, id: GridId, column: number, rows: number): (string | null)[] {
  const answers = new Array<string | null>(rows).fill(null);
  const found = db.each<{ row: number; text: string }>(
    `SELECT c.row, a.texts ->> '$[0].text' AS text FROM grid_cells c JOIN completions a ON a.key = c.completion
      WHERE c.grid = ? AND c.column = ?`,
    [gridKey(db, id), column],
  );
  for (const { row, text } of found) answers[row] = text;
  return answers;
}
/** Why cells have none: each row's error, by row. */
export const columnErrors = (db: Readable, id: GridId, column: number): { row: number; error: ErrorFacts }[] =>
  db
    .all<{ row: number; error: string }>(
      `SELECT row, error FROM grid_cells WHERE grid = ? AND column = ? AND error IS NOT NULL ORDER BY row`,
      [gridKey(db, id), column],
    )
    .map(({ row, error }) => ({ row, error: JSON.parse(error) as ErrorFacts }));

/** `row × columns + column` of all that have an answer. */
export const finishedCells = (db: Readable, id: GridId, columns: number): Set<number> =>
  new Set(
    db
      .all<{ at: number }>(`SELECT row * ? + column AS at FROM grid_cells WHERE grid = ? AND completion IS NOT NULL`, [
        columns,
        gridKey(db, id),
      ])
      .map(({ at }) => at),
  );

/** What came of a cell. An answer in a place where there was an error takes it; its rating stays. */
export function putCell(
  db: Writable,
  grid: number,
  row: number,
  column: number,
  cell: { completion: number; cached: boolean } | { error: ErrorFacts },
): void {
  db.run(
    `INSERT INTO grid_cells (grid, row, column, completion, error, cached) VALUES (@grid, @row, @column, @completion, @error, @cached)
     ON CONFLICT (grid, row, column) DO UPDATE SET completion = @completion, error = @error, cached = @cached`,
    {
      grid,
      row,
      column,
      completion: 'completion' in cell ? cell.completion : null,
      error: 'error' in cell ? JSON.stringify(cell.error) : null,
      cached: 'cached' in cell && cell.cached ? 1 : 0,
    },
  );
}

/** Throws `no_answer` where there is nothing to rate. `rating` null takes it back. */
export function rateCell(db: Writable, id: GridId, row: number, column: number, rating: number | null): void {
  const { changes } = db.run(
    `UPDATE grid_cells SET rating = ? WHERE grid = ? AND row = ? AND column = ? AND completion IS NOT NULL`,
    [rating, gridKey(db, id), row, column],
  );
  if (changes === 0) throw noAnswer(row);
}

/** `choice` null takes it back. Throws `no_answer`. */
export function putPreference(
  db: Writable,
  id: GridId,
  row: number,
  { first, second, choice }: Omit<GridPreference, 'choice'> & { choice: GridPreference['choice'] | null },
): void {
  const grid = gridKey(db, id);
  if (choice === null) {
    db.run(`DELETE FROM grid_preferences WHERE grid = ? AND row = ? AND first = ? AND second = ?`, [
      grid,
      row,
      first,
      second,
    ]);
    return;
  }
  const there = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM grid_cells WHERE grid = ? AND row = ? AND column IN (?, ?) AND completion IS NOT NULL`,
    [grid, row, first, second],
  )!;
  if (there.n < 2 || first >= second) throw noAnswer(row);
  db.run(
    `INSERT INTO grid_preferences (grid, row, first, second, choice) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (grid, row, first, second) DO UPDATE SET choice = excluded.choice`,
    [grid, row, first, second, choice],
  );
}

const noAnswer = (row: number): AtelierError =>
  new AtelierError('no_answer', `Row ${row + 1} has no answer there yet: there is nothing to judge.`);

export const ratedCells = (db: Readable, id: GridId): { row: number; column: number; rating: number }[] =>
  db.all(`SELECT row, column, rating FROM grid_cells WHERE grid = ? AND rating IS NOT NULL ORDER BY row, column`, [
    gridKey(db, id),
  ]);
export const gridPreferences = (db: Readable, id: GridId): (GridPreference & { row: number })[] =>
  db.all(`SELECT row, first, second, choice FROM grid_preferences WHERE grid = ? ORDER BY row, first, second`, [
    gridKey(db, id),
  ]);
