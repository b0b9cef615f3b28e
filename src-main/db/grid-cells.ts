import type { ErrorFacts } from '../shared/errors.ts';
import type { CompletionId, GridId } from '../shared/ids.ts';
import {
  shownCell,
  type GridAnswer,
  type GridCell,
  type GridPage,
  type GridPreference,
  type GridRow,
} from '../shared/prompt/grid.ts';
import type { CompletionFacts } from '../shared/prompt/prompt.ts';
import type { Verdict } from '../shared/prompt/verdict.ts';
import type { Readable, Writable } from './connection.ts';
import { gridKey } from './grids.ts';

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
