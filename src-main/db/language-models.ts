import { AtelierError } from '../shared/errors.ts';
import type { LanguageModelId, RunId } from '../shared/ids.ts';
import type { ModelKind } from '../shared/prompt/model-kind.ts';
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

/** Runs on texts that have a checkpoint, newest first: those that learnt a language, then those that learnt classes and are no trial of a study. */
export const listLanguageRuns = (db: Readable): { id: RunId; name: string; kind: Exclude<ModelKind, 'embeds'> }[] =>
  db.all(
    `SELECT r.id, r.name,
            CASE r.settings ->> 'architecture' WHEN 'gpt' THEN 'writes' WHEN 'bert' THEN 'fills' ELSE 'classifies' END AS kind
       FROM runs r
      WHERE r.best_epoch IS NOT NULL AND r.archived = 0
        AND ((r.task = 'language' AND r.settings ->> 'architecture' IN ('gpt', 'bert'))
          OR (r.task IN ('classification', 'multi-label')
              AND r.settings ->> 'architecture' IN ('textcnn', 'text-lstm', 'text-gru', 'text-transformer')
              AND NOT EXISTS (SELECT 1 FROM trials t WHERE t.run = r.id)))
      ORDER BY r.task <> 'language', r.created_at DESC, r.id DESC`,
  );
