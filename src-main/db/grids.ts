import { AtelierError } from '../shared/errors.ts';
import type { GridId, JobId, PromptId } from '../shared/ids.ts';
import type { PromptTest } from '../shared/prompt/checks.ts';
import type { GridColumn, GridRow, GridSource, GridSummary } from '../shared/prompt/grid.ts';
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

const summaries = `SELECT g.id, g.name, g.created_at AS createdAt, g.columns, g.source, g.rows, g.job, g.archived,
    (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.completion IS NOT NULL) AS finished,
    (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.cached = 1) AS cached,
    (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.error IS NOT NULL) AS failed,
    (SELECT count(*) FROM grid_cells c WHERE c.grid = g.key AND c.rating IS NOT NULL) AS rated,
    (SELECT count(*) FROM grid_preferences p WHERE p.grid = g.key) AS compared
  FROM grids g`;

/** Newest first: of a prompt, or of all. Those of tests are told with their evaluations. */
export function listGrids(db: Readable, { prompt, archived = false }: { prompt?: PromptId; archived?: boolean } = {}) {
  return db
    .all<SummaryRow>(
      `${summaries}
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
  const row = db.get<SummaryRow>(`${summaries} WHERE g.id = ?`, [id]);
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
