import type { RunId } from '../shared/ids.ts';
import type { Readable, Writable } from './connection.ts';
import { noRun } from './runs.ts';

// What people call runs and say of them.

/** Names and ids alone, newest first, archived ones as well. */
export function listRunNames(db: Readable): { id: RunId; name: string; archived: boolean }[] {
  return db
    .all<{ id: RunId; name: string; archived: number }>(`SELECT id, name, archived FROM runs ORDER BY key DESC`)
    .map((run) => ({ ...run, archived: run.archived === 1 }));
}

/** A name not yet taken by a run in use: "mlp · iris", then "mlp · iris 2" … */
export function freeRunName(db: Readable, wanted: string): string {
  const taken = new Set(db.all<{ name: string }>(`SELECT name FROM runs WHERE archived = 0`).map((row) => row.name));
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted} ${n}`;
  return name;
}

export function renameRun(db: Writable, id: RunId, name: string): void {
  if (db.run(`UPDATE runs SET name = ? WHERE id = ?`, [name, id]).changes === 0) throw noRun(id);
}

export function setRunNotes(db: Writable, id: RunId, notes: string): void {
  if (db.run(`UPDATE runs SET notes = ? WHERE id = ?`, [notes, id]).changes === 0) throw noRun(id);
}

export function getRunTags(db: Readable, id: RunId): string[] {
  const row = db.get<{ tags: string }>(`SELECT tags FROM runs WHERE id = ?`, [id]);
  if (!row) throw noRun(id);
  return JSON.parse(row.tags) as string[];
}

/** Each once, in order of the alphabet. */
export function setRunTags(db: Writable, id: RunId, tags: readonly string[]): void {
  const kept = JSON.stringify([...new Set(tags)].sort());
  if (db.run(`UPDATE runs SET tags = ? WHERE id = ?`, [kept, id]).changes === 0) throw noRun(id);
}

export function archiveRun(db: Writable, id: RunId, archived: boolean): void {
  if (db.run(`UPDATE runs SET archived = ? WHERE id = ?`, [archived ? 1 : 0, id]).changes === 0) throw noRun(id);
}
