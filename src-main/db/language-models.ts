import { AtelierError } from '../shared/errors.ts';
import type { LanguageModelId, RunId } from '../shared/ids.ts';
import type { Readable, Writable } from './connection.ts';

/** The folders of language models that were added, newest first. */
export const listLanguageModels = (db: Readable): { id: LanguageModelId; path: string; addedAt: number }[] =>
  db.all(`SELECT id, path, added_at AS addedAt FROM language_models ORDER BY added_at DESC, id DESC`);

/** Throws `no_such_model`. */
export function languageModelPath(db: Readable, id: LanguageModelId): string {
  const row = db.get<{ path: string }>(`SELECT path FROM language_models WHERE id = ?`, [id]);
  if (row) return row.path;
  throw new AtelierError(
    'no_such_model',
    'This model is no longer in the list. Choose another one, or add its folder again.',
  );
}

/** Its id, whether or not it was there. */
export function putLanguageModel(db: Writable, id: LanguageModelId, path: string, now: number): LanguageModelId {
  db.run(`INSERT INTO language_models (id, path, added_at) VALUES (?, ?, ?) ON CONFLICT (path) DO NOTHING`, [
    id,
    path,
    now,
  ]);
  return db.get<{ id: LanguageModelId }>(`SELECT id FROM language_models WHERE path = ?`, [path])!.id;
}

export function removeLanguageModel(db: Writable, id: LanguageModelId): void {
  db.run(`DELETE FROM language_models WHERE id = ?`, [id]);
}

/** Runs that learnt which token comes next, or which one is masked, and have a checkpoint, newest first. */
export const listLanguageRuns = (db: Readable): { id: RunId; name: string }[] =>
  db.all(
    `SELECT id, name FROM runs
      WHERE task = 'language' AND best_epoch IS NOT NULL AND archived = 0 AND settings ->> 'architecture' IN ('gpt', 'bert')
      ORDER BY created_at DESC, id DESC`,
  );
