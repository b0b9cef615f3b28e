import { existsSync } from 'node:fs';
import type { Readable } from '../../db/connection.ts';
import { getCollection } from '../../db/documents.ts';
import { languageModelPath } from '../../db/language-models.ts';
import { encodedPassages, identityOfEncoder } from '../../db/passage-vectors.ts';
import { passagesByWords, passagesOf, readyDocuments, searchedDocuments, vectorsOf } from '../../db/passages.ts';
import type { Comparison } from '../../documents/embedding.ts';
import { EncodedQuestion } from '../../documents/encoded.ts';
import { fuse } from '../../documents/fuse.ts';
import { matchOf } from '../../documents/terms.ts';
import { tfIdf } from '../../documents/tf-idf.ts';
import { mostFound, mostQueryLength, type EncoderLack, type SearchResult } from '../../shared/documents.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { CollectionId } from '../../shared/ids.ts';
import { Breath } from '../breath.ts';
import { openedModel } from '../prompts/language-models.ts';
import type { EncoderProcess } from './encoder-process.ts';

/** Of each ranking so many count. */
const ranked = 50;
/** Passages that are less alike are not found by letters: each text shares some with each other one. */
const leastAlike = 0.06;
const readAtOnce = 64;

/** Makes the vector of a question. */
export type EncodeQuestion = EncoderProcess['encode'];

/**
 * The passages of a collection that have most to do with a question, best first: by words (BM25 of SQLite's FTS5) and by likeness, of meaning where the
 * collection has an encoder that can be used, else of letters; the two rankings fused. Other work of this thread goes on in between.
 * Errors: no_such_collection, question_too_long.
 */
export async function searchPassages(
  db: Readable,
  folder: string,
  { collection, question, limit = mostFound }: { collection: CollectionId; question: string; limit?: number },
  encode: EncodeQuestion,
): Promise<SearchResult> {
  if (question.length > mostQueryLength) {
    throw new AtelierError(
      'question_too_long',
      `A question to documents has ${mostQueryLength} characters at most; this one has ${question.length}.`,
    );
  }
  const match = matchOf(question);
  const byWords = match === null ? [] : passagesByWords(db, collection, match, ranked);
  const asked = await encodedQuestion(db, folder, { collection, question }, encode);
  const byMeaning = asked && 'identity' in asked;
  const byLikeness = byMeaning
    ? await passagesByLikeness(new EncodedQuestion(asked.vector), {
        vectors: (document, from, limit) => encodedPassages(db, document, asked.identity, from, limit),
        documents: readyDocuments(db, collection),
        least: Number.MIN_VALUE,
      })
    : await passagesByLikeness(tfIdf.compare(question), {
        vectors: (document, from, limit) => vectorsOf(db, document, from, limit),
        documents: searchedDocuments(db, collection, tfIdf.id),
        least: leastAlike,
      });
  const found = fuse(byWords, byLikeness.ranking).slice(0, limit);
  const facts = new Map(
    found.map(({ item, score, ranks: [words, alike] }) => {
      const common = { score, words, likeness: byLikeness.of.get(item) ?? null };
      return [item, byMeaning ? { ...common, letters: null, meaning: alike } : { ...common, letters: alike }];
    }),
  );
  const keys = [...facts.keys()];
  return {
    passages: passagesOf(db, keys).map(({ key, ...passage }) => ({ ...passage, ...facts.get(key)! })),
    lack: asked && 'why' in asked ? asked : null,
  };
}

interface Asked {
  identity: string;
  vector: Float32Array;
}

/** By the collection's encoder; null where it has none; else why it is of no use. */
async function encodedQuestion(
  db: Readable,
  folder: string,
  { collection, question }: { collection: CollectionId; question: string },
  encode: EncodeQuestion,
): Promise<Asked | EncoderLack | null> {
  const { encoder, passages } = getCollection(db, collection);
  if (!encoder || passages === 0 || question.trim() === '') return null;
  const { name, model, listed, embedded } = encoder;
  if (!listed || !existsSync(languageModelPath(db, model))) return { why: 'gone', name };
  if (embedded < passages) return { why: 'unfinished', name };
  try {
    const asked = await encode(openedModel(db, folder, { folder: model }), question);
    return asked.identity === identityOfEncoder(db, model) ? asked : { why: 'changed', name };
  } catch (error) {
    return { why: 'failed', name, message: errorFacts(error).message };
  }
}

interface Likeness {
  /** Of one document from there on, in order. */
  vectors(document: number, from: number, limit: number): { key: number; number: number; vector: Uint8Array }[];
  documents: number[];
  /** What is less alike is not found. */
  least: number;
}

async function passagesByLikeness(
  comparison: Comparison,
  { vectors, documents, least }: Likeness,
): Promise<{ ranking: number[]; of: Map<number, number> }> {
  const keys: number[] = [];
  const breath = new Breath();
  for (const document of documents) {
    for (let from = 0; ;) {
      const rows = vectors(document, from, readAtOnce);
      for (const { key, vector } of rows) {
        comparison.see(vector);
        keys.push(key);
      }
      await breath.ifDue();
      if (rows.length < readAtOnce) break;
      from = rows[rows.length - 1].number + 1;
    }
  }
  const scored = Array.from(comparison.scores(), (score, i) => ({ score, key: keys[i] }));
  const ranking = scored
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score)
    .slice(0, ranked)
    .map(({ key }) => key);
  return { ranking, of: new Map(scored.map(({ score, key }) => [key, score])) };
}
