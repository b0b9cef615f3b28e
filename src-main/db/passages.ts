import type { Passage } from '../shared/documents.ts';
import type { CollectionId, DocumentId } from '../shared/ids.ts';
import type { Readable } from './connection.ts';
import { collectionKey } from './documents.ts';

/** The passages that a question finds by its words, the best first by BM25. @param match see documents/terms.ts */
export const passagesByWords = (db: Readable, collection: CollectionId, match: string, limit: number): number[] =>
  db
    .all<{ key: number }>(
      `SELECT p.key FROM passage_terms t JOIN passages p ON p.key = t.rowid JOIN documents d ON d.key = p.document
        WHERE t.passage_terms MATCH ? AND d.collection = ? AND d.state = 'ready' ORDER BY t.rank, p.key LIMIT ?`,
      [match, collectionKey(db, collection), limit],
    )
    .map(({ key }) => key);

/** Documents that can be searched by numbers of this kind. */
export const searchedDocuments = (db: Readable, collection: CollectionId, embedding: string): number[] =>
  db
    .all<{ key: number }>(
      `SELECT key FROM documents WHERE collection = ? AND state = 'ready' AND embedding = ? ORDER BY key`,
      [collectionKey(db, collection), embedding],
    )
    .map(({ key }) => key);

/** All that can be searched. */
export const readyDocuments = (db: Readable, collection: CollectionId): number[] =>
  db
    .all<{ key: number }>(`SELECT key FROM documents WHERE collection = ? AND state = 'ready' ORDER BY key`, [
      collectionKey(db, collection),
    ])
    .map(({ key }) => key);

/** Of one of them, in order. */
export const vectorsOf = (
  db: Readable,
  document: number,
  from: number,
  limit: number,
): { key: number; number: number; vector: Uint8Array }[] =>
  db.all(`SELECT key, number, vector FROM passages WHERE document = ? AND number >= ? ORDER BY number LIMIT ?`, [
    document,
    from,
    limit,
  ]);

/** These, in this order. */
export function passagesOf(db: Readable, keys: readonly number[]): (Passage & { key: number })[] {
  const rows = db.all<Omit<Passage, 'headings'> & { key: number; headings: string; document: DocumentId }>(
    `SELECT p.key, d.id AS document, d.name, p.number, p.page, p.headings, p.start, p.end, p.text
       FROM passages p JOIN documents d ON d.key = p.document WHERE p.key IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(keys)],
  );
  const found = new Map(
    rows.map(({ headings, ...row }) => [row.key, { ...row, headings: JSON.parse(headings) as string[] }]),
  );
  return keys.flatMap((key) => found.get(key) ?? []);
}
