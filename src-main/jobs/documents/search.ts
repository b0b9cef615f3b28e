import type { Readable } from '../../db/connection.ts';
import { passagesByWords, passagesOf, searchedDocuments, vectorsOf } from '../../db/passages.ts';
import type { Embedding } from '../../documents/embedding.ts';
import { fuse } from '../../documents/fuse.ts';
import { matchOf } from '../../documents/terms.ts';
import { tfIdf } from '../../documents/tf-idf.ts';
import { mostFound, mostQueryLength, type FoundPassage } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { CollectionId } from '../../shared/ids.ts';
import { Breath } from '../breath.ts';

/** Of each ranking so many count. */
const ranked = 50;
/** Passages that are less alike are not found by letters: each text shares some with each other one. */
const leastAlike = 0.06;
const readAtOnce = 64;

/**
 * The passages of a collection that have most to do with a question, best first: by words (BM25 of SQLite's FTS5) and by likeness of letters, the two
 * rankings fused. Other work of this thread goes on in between. Errors: no_such_collection, question_too_long.
 */
export async function searchPassages(
  db: Readable,
  collection: CollectionId,
  question: string,
  limit = mostFound,
): Promise<FoundPassage[]> {
  if (question.length > mostQueryLength) {
    throw new AtelierError(
      'question_too_long',
      `A question to documents has ${mostQueryLength} characters at most; this one has ${question.length}.`,
    );
  }
  const match = matchOf(question);
  const byWords = match === null ? [] : passagesByWords(db, collection, match, ranked);
  const byLetters = await passagesByLikeness(db, collection, question, tfIdf);
  const found = fuse(byWords, byLetters).slice(0, limit);
  const facts = new Map(found.map(({ item, score, ranks: [words, letters] }) => [item, { score, words, letters }]));
  const keys = [...facts.keys()];
  return passagesOf(db, keys).map(({ key, ...passage }) => ({ ...passage, ...facts.get(key)! }));
}

async function passagesByLikeness(
  db: Readable,
  collection: CollectionId,
  question: string,
  embedding: Embedding,
): Promise<number[]> {
  const comparison = embedding.compare(question);
  const keys: number[] = [];
  const breath = new Breath();
  for (const document of searchedDocuments(db, collection, embedding.id)) {
    for (let from = 0; ; from += readAtOnce) {
      const rows = vectorsOf(db, document, from, readAtOnce);
      for (const { key, vector } of rows) {
        comparison.see(vector);
        keys.push(key);
      }
      await breath.ifDue();
      if (rows.length < readAtOnce) break;
    }
  }
  return Array.from(comparison.scores(), (score, i) => ({ score, key: keys[i] }))
    .filter(({ score }) => score >= leastAlike)
    .sort((a, b) => b.score - a.score)
    .slice(0, ranked)
    .map(({ key }) => key);
}
