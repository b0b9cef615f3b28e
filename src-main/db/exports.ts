import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { ExportId, RunId } from '../shared/ids.ts';
import { exportFolder, tokenizerFile, type ExportRecord, type Parity, type StepBefore } from '../shared/run.ts';
import type { Task } from '../shared/task.ts';
import type { Readable, Writable } from './connection.ts';

interface ExportRow extends Omit<ExportRecord, 'parity' | 'stepsBefore' | 'fileName' | 'tokenizer' | 'folder'> {
  parity: string;
  stepsBefore: string | null;
  task: Task;
}

/** Newest first. */
export function listExports(db: Readable, run?: RunId): ExportRecord[] {
  return db
    .all<ExportRow>(
      `SELECT exports.id, run, exports.created_at AS createdAt, path, bytes, sha256, parity, steps_before AS stepsBefore, runs.task
         FROM exports JOIN runs ON runs.id = exports.run
        WHERE @run IS NULL OR run = @run ORDER BY exports.created_at DESC, exports.id DESC`,
      { run: run ?? null },
    )
    .map(record);
}

export function getExport(db: Readable, id: ExportId): ExportRecord {
  const row = db.get<ExportRow>(
    `SELECT exports.id, run, exports.created_at AS createdAt, path, bytes, sha256, parity, steps_before AS stepsBefore, runs.task
       FROM exports JOIN runs ON runs.id = exports.run WHERE exports.id = ?`,
    [id],
  );
  if (!row) throw new AtelierError('no_such_export', `There is no export "${id}" in this workspace.`);
  return record(row);
}

export function insertExport(db: Writable, made: Omit<ExportRecord, 'fileName' | 'tokenizer' | 'folder'>): void {
  db.run(
    `INSERT INTO exports (id, run, created_at, path, bytes, sha256, parity, steps_before)
     VALUES (@id, @run, @createdAt, @path, @bytes, @sha256, @parity, @stepsBefore)`,
    {
      id: made.id,
      run: made.run,
      createdAt: made.createdAt,
      path: made.path,
      bytes: made.bytes,
      sha256: made.sha256,
      parity: JSON.stringify(made.parity),
      stepsBefore: JSON.stringify(made.stepsBefore),
    },
  );
}

function record({ task, ...row }: ExportRow): ExportRecord {
  const folder = task === 'language' ? exportFolder(row.path) : null;
  const tokenizer = tokenizerFile(row.path, folder);
  return {
    ...row,
    fileName: basename(folder ?? row.path),
    folder,
    tokenizer: existsSync(tokenizer) ? tokenizer : null,
    stepsBefore: row.stepsBefore === null ? [] : (JSON.parse(row.stepsBefore) as StepBefore[]),
    parity: JSON.parse(row.parity) as Parity,
  };
}
