import { AtelierError } from '../shared/errors.ts';
import type { GridId } from '../shared/ids.ts';
import type { GridPreference } from '../shared/prompt/grid.ts';
import type { Readable, Writable } from './connection.ts';
import { gridKey } from './grids.ts';

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
