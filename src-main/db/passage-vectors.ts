import type { CollectionId, LanguageModelId } from '../shared/ids.ts';
import type { EmbeddedPassage, PassageToEmbed } from '../shared/work/embed.ts';
import type { Readable, Writable } from './connection.ts';
import { collectionKey, noCollection } from './documents.ts';

export interface ChosenEncoder {
  model: LanguageModelId;
  /** As it was called. */
  name: string;
}

export function setEncoder(db: Writable, collection: CollectionId, encoder: ChosenEncoder | null): void {
  const { changes } = db.run(`UPDATE collections SET encoder = ?, encoder_name = ? WHERE id = ? AND removed = 0`, [
    encoder?.model ?? null,
    encoder?.name ?? null,
    collection,
  ]);
  if (changes === 0) throw noCollection(collection);
}

/** What makes a model's vectors, as it was read last; null where it never was. */
export const identityOfEncoder = (db: Readable, model: LanguageModelId): string | null =>
  db.get<{ identity: string }>(
    `SELECT e.identity FROM encoder_models m JOIN encoders e ON e.key = m.encoder WHERE m.model = ?`,
    [model],
  )?.identity ?? null;

/** It was read, and is this now. */
export function noteEncoder(db: Writable, model: LanguageModelId, identity: string): void {
  if (identityOfEncoder(db, model) === identity) return;
  db.transaction(() => {
    db.run(`INSERT INTO encoders (identity) VALUES (?) ON CONFLICT DO NOTHING`, [identity]);
    db.run(
      `INSERT INTO encoder_models (model, encoder) VALUES (?, (SELECT key FROM encoders WHERE identity = ?))
       ON CONFLICT (model) DO UPDATE SET encoder = excluded.encoder`,
      [model, identity],
    );
  });
}

export function putVectors(db: Writable, identity: string, passages: readonly EmbeddedPassage[]): void {
  db.relaxed(() => {
    for (const { key, vector } of passages) {
      // One that has gone meanwhile has none.
      db.run(
        `INSERT INTO passage_vectors (passage, encoder, vector)
         SELECT p.key, e.key, ? FROM passages p, encoders e WHERE p.key = ? AND e.identity = ?
         ON CONFLICT (passage, encoder) DO UPDATE SET vector = excluded.vector`,
        [vector, key, identity],
      );
    }
  });
}

const lacking = `
  FROM passages p JOIN documents d ON d.key = p.document
 WHERE d.collection = ? AND d.state = 'ready'
   AND NOT EXISTS (SELECT 1 FROM passage_vectors v JOIN encoders e ON e.key = v.encoder
                    WHERE v.passage = p.key AND e.identity = ?)`;

/** Those that can be searched and have no vector of this kind. */
export const unembedded = (db: Readable, collection: CollectionId, identity: string, limit: number): PassageToEmbed[] =>
  db
    .all<{ key: number; headings: string; text: string }>(
      `SELECT p.key, p.headings, p.text ${lacking} ORDER BY p.key LIMIT ?`,
      [collectionKey(db, collection), identity, limit],
    )
    .map(({ key, headings, text }) => ({ key, headings: JSON.parse(headings) as string[], text }));

export const countUnembedded = (db: Readable, collection: CollectionId, identity: string): number =>
  db.get<{ n: number }>(`SELECT count(*) AS n ${lacking}`, [collectionKey(db, collection), identity])!.n;

/** Of one document in order, by an encoder. */
export const encodedPassages = (
  db: Readable,
  document: number,
  identity: string,
  from: number,
  limit: number,
): { key: number; number: number; vector: Uint8Array }[] =>
  db.all(
    `SELECT p.key, p.number, v.vector FROM passages p JOIN passage_vectors v ON v.passage = p.key
      WHERE p.document = ? AND p.number >= ? AND v.encoder = (SELECT key FROM encoders WHERE identity = ?)
      ORDER BY p.number LIMIT ?`,
    [document, from, identity, limit],
  );
