import type { CollectionSummary, DocumentSummary } from '../shared/documents.ts';
import { AtelierError, type ErrorFacts } from '../shared/errors.ts';
import type { CollectionId, DocumentId, LanguageModelId } from '../shared/ids.ts';
import type { DocumentFacts, DocumentFile, ReadPassage } from '../shared/work/documents.ts';
import type { Readable, Writable } from './connection.ts';

const selectCollections = `
  SELECT c.id, c.name, c.created_at AS createdAt,
         (SELECT count(*) FROM documents d WHERE d.collection = c.key AND d.state = 'ready') AS documents,
         (SELECT count(*) FROM documents d JOIN passages p ON p.document = d.key
           WHERE d.collection = c.key AND d.state = 'ready') AS passages,
         (SELECT coalesce(sum(d.bytes), 0) FROM documents d WHERE d.collection = c.key AND d.state = 'ready') AS bytes,
         (SELECT count(*) FROM documents d WHERE d.collection = c.key AND d.state = 'failed') AS failed,
         c.encoder, c.encoder_name AS encoderName,
         EXISTS (SELECT 1 FROM language_models m WHERE m.id = c.encoder) AS listed,
         (SELECT count(*) FROM documents d JOIN passages p ON p.document = d.key JOIN passage_vectors v ON v.passage = p.key
           WHERE d.collection = c.key AND d.state = 'ready'
             AND v.encoder = (SELECT m.encoder FROM encoder_models m WHERE m.model = c.encoder)) AS embedded
    FROM collections c WHERE c.removed = 0`;

type CollectionRow = Omit<CollectionSummary, 'encoder'> & {
  encoder: LanguageModelId | null;
  encoderName: string | null;
  listed: number;
  embedded: number;
};

const summaryOf = ({ encoder, encoderName, listed, embedded, ...row }: CollectionRow): CollectionSummary => ({
  ...row,
  encoder: encoder && { model: encoder, name: encoderName ?? '', listed: listed === 1, embedded },
});

/** Newest first. */
export const listCollections = (db: Readable): CollectionSummary[] =>
  db.all<CollectionRow>(`${selectCollections} ORDER BY c.created_at DESC, c.key DESC`).map(summaryOf);

export function getCollection(db: Readable, id: CollectionId): CollectionSummary {
  const found = db.get<CollectionRow>(`${selectCollections} AND c.id = ?`, [id]);
  if (!found) throw noCollection(id);
  return summaryOf(found);
}

export const noCollection = (text: string): AtelierError =>
  new AtelierError(
    'no_such_collection',
    `There is no collection of documents "${text}" in this workspace ("atelier documents list" tells which there are).`,
  );

export function collectionKey(db: Readable, id: CollectionId): number {
  const row = db.get<{ key: number }>(`SELECT key FROM collections WHERE id = ? AND removed = 0`, [id]);
  if (!row) throw noCollection(id);
  return row.key;
}

export function insertCollection(db: Writable, id: CollectionId, name: string, now: number): void {
  db.run(`INSERT INTO collections (id, name, created_at) VALUES (?, ?, ?)`, [id, name, now]);
}

export function setCollection(
  db: Writable,
  id: CollectionId,
  { name, removed }: { name?: string; removed?: boolean },
): void {
  const { changes } = db.run(
    `UPDATE collections SET name = coalesce(?, name), removed = coalesce(?, removed) WHERE id = ? AND removed < 2`,
    [name ?? null, removed === undefined ? null : Number(removed), id],
  );
  if (changes === 0) throw noCollection(id);
}

/** Those that are searched, and those that could not be read, by their names. */
export const listDocuments = (db: Readable, collection: CollectionId): DocumentSummary[] =>
  db
    .all<Omit<DocumentSummary, 'error'> & { error: string | null }>(
      `SELECT d.id, d.name, d.path, d.added_at AS addedAt, d.kind, d.sha256, d.bytes, d.pages, d.characters, d.error,
              (SELECT count(*) FROM passages p WHERE p.document = d.key) AS passages
         FROM documents d WHERE d.collection = ? AND d.state IN ('ready', 'failed') ORDER BY d.name, d.key`,
      [collectionKey(db, collection)],
    )
    .map(({ error, ...row }) => ({ ...row, error: error === null ? null : (JSON.parse(error) as ErrorFacts) }));

/** Hashes of all that is searched. */
export const hashesOf = (db: Readable, collection: CollectionId): string[] =>
  db
    .all<{ sha256: string }>(
      `SELECT DISTINCT sha256 FROM documents WHERE state = 'ready' AND collection = (SELECT key FROM collections WHERE id = ?)`,
      [collection],
    )
    .map(({ sha256 }) => sha256);

/** One whose passages are to come; none of them is found until it is ready. Its row. */
export function stageDocument(
  db: Writable,
  collection: CollectionId,
  { id, file, embedding, now }: { id: DocumentId; file: DocumentFile; embedding: string; now: number },
): number {
  return db.relaxed(
    () =>
      db.run(
        `INSERT INTO documents (id, collection, name, path, added_at, state, embedding) VALUES (?, ?, ?, ?, ?, 'staged', ?)`,
        [id, collectionKey(db, collection), file.name, file.path, now, embedding],
      ).lastInsertRowid,
  );
}

/** @param from the number of the first one */
export function addPassages(db: Writable, document: number, passages: readonly ReadPassage[], from: number): void {
  db.relaxed(() =>
    passages.forEach(({ page, headings, start, end, text, terms, vector }, i) => {
      const { lastInsertRowid } = db.run(
        `INSERT INTO passages (document, number, page, headings, start, end, text, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [document, from + i, page, JSON.stringify(headings), start, end, text, vector],
      );
      db.run(`INSERT INTO passage_terms (rowid, terms) VALUES (?, ?)`, [lastInsertRowid, terms]);
    }),
  );
}

/** It is whole: it is found from now on, and what its file was before no longer. Whether there was such a one. */
export function finishDocument(db: Writable, document: number, facts: DocumentFacts): boolean {
  return db.transaction(() => {
    const { kind, sha256, bytes, pages, characters } = facts;
    const replaced = giveWay(db, document);
    db.run(
      `UPDATE documents SET state = 'ready', kind = ?, sha256 = ?, bytes = ?, pages = ?, characters = ? WHERE key = ?`,
      [kind, sha256, bytes, pages, characters, document],
    );
    return replaced;
  });
}

/** It could not be read; what there is of it is of no use. Another one from the same place that can be searched stays. */
export function failDocument(db: Writable, document: number, error: ErrorFacts): void {
  db.transaction(() => {
    db.run(
      `DELETE FROM documents WHERE state = 'failed' AND (collection, path) = (SELECT collection, path FROM documents WHERE key = ?)`,
      [document],
    );
    db.run(`UPDATE documents SET state = 'failed', error = ? WHERE key = ?`, [JSON.stringify(error), document]);
  });
}

function giveWay(db: Writable, document: number): boolean {
  const others = db.all<{ key: number; state: string }>(
    `SELECT o.key, o.state FROM documents o JOIN documents d ON d.collection = o.collection AND d.path = o.path
      WHERE d.key = ? AND o.key <> d.key AND o.state IN ('ready', 'failed')`,
    [document],
  );
  // What it holds goes little by little, later.
  for (const { key } of others) db.run(`UPDATE documents SET state = 'staged' WHERE key = ?`, [key]);
  return others.some(({ state }) => state === 'ready');
}

/** Takes one out, or puts it back. */
export function setDocumentRemoved(db: Writable, id: DocumentId, removed: boolean): void {
  const { changes } = db.run(
    removed
      ? `UPDATE documents SET state = 'removed' WHERE id = ? AND state IN ('ready', 'failed')`
      : `UPDATE documents SET state = iif(error IS NULL, 'ready', 'failed') WHERE id = ? AND state = 'removed'`,
    [id],
  );
  if (changes === 0) throw new AtelierError('no_such_document', 'This document is no longer in the collection.');
}

/** At opening: what was taken out can no longer be put back. */
export function condemnRemoved(db: Writable): void {
  db.transaction(() => {
    db.run(`UPDATE collections SET removed = 2 WHERE removed = 1`);
    db.run(
      `UPDATE documents SET state = 'staged'
        WHERE state = 'removed' OR collection IN (SELECT key FROM collections WHERE removed = 2)`,
    );
  });
}

/** Something of what nobody can get at any more goes: so many passages at most. Whether there is more of it. `but`: rows that are on their way. */
export function sweepDocuments(db: Writable, but: readonly number[], most: number): boolean {
  const one = db.get<{ key: number }>(
    `SELECT key FROM documents WHERE state = 'staged' AND key NOT IN (SELECT value FROM json_each(?)) LIMIT 1`,
    [JSON.stringify(but)],
  );
  if (!one) {
    db.run(`DELETE FROM collections WHERE removed = 2`);
    return false;
  }
  db.relaxed(() => {
    const { changes } = db.run(
      `DELETE FROM passages WHERE key IN (SELECT key FROM passages WHERE document = ? LIMIT ?)`,
      [one.key, most],
    );
    if (changes < most) db.run(`DELETE FROM documents WHERE key = ?`, [one.key]);
  });
  return true;
}
