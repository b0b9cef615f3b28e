import type { Readable } from '../../db/connection.ts';
import { getCollection } from '../../db/documents.ts';
import {
  mostFound,
  passagesText,
  passagesVariable,
  type DocumentsSetting,
  type FoundPassage,
  type Retrieved,
  type SearchResult,
} from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { CollectionId } from '../../shared/ids.ts';
import { filled } from '../../shared/prompt/fill.ts';

/** Whether a prompt of these variables has passages put in. */
export const wantsPassages = (
  variables: readonly string[],
  setting: DocumentsSetting | null | undefined,
): setting is DocumentsSetting => !!setting && variables.includes(passagesVariable);

/** Looks through a collection: `Documents.search`. */
export type Search = (collection: CollectionId, question: string, limit: number) => Promise<SearchResult>;

/**
 * The passages that a prompt is given: the best ones that have, as they are laid out, no more tokens than allowed. `tokensOf`: as the model counts.
 * Errors: unknown_variable, empty_question, passages_too_long, those of `search`.
 */
export async function retrieve(
  db: Readable,
  { collection, query: template, count, maxTokens, least = 0 }: DocumentsSetting,
  variables: Readonly<Record<string, string>>,
  { search, tokensOf }: { search: Search; tokensOf: (text: string) => Promise<number> },
): Promise<Retrieved> {
  const { name } = getCollection(db, collection);
  const query = filled(template, variables).trim();
  if (query === '') {
    throw new AtelierError(
      'empty_question',
      `There is no question to the documents of ${name}: "${template}" is empty. Fill in what it asks for.`,
    );
  }
  const { passages: all, lack } = await search(collection, query, least > 0 ? mostFound : count);
  const isAlike = ({ likeness }: FoundPassage): boolean => (likeness ?? 1) >= least;
  const found = all.filter(isAlike).slice(0, count);
  const below = all.slice(0, count).filter((one) => !isAlike(one)).length;
  const passages: FoundPassage[] = [];
  let tokens = 0;
  for (const passage of found) {
    const more = await tokensOf(passagesText([...passages, passage]));
    if (more > maxTokens) {
      if (passages.length > 0) break;
      throw new AtelierError(
        'passages_too_long',
        `The first passage found has ${more} tokens; ${maxTokens} are allowed for passages. Allow more, where the model sees as much.`,
      );
    }
    passages.push(passage);
    tokens = more;
  }
  const left = found.length - passages.length;
  return {
    collection,
    name,
    query,
    passages,
    tokens,
    left,
    ...(below > 0 && { below: { count: below, least } }),
    ...(lack && { lack }),
  };
}

/** The prompt's values, with the passages where there are any. */
export const withPassages = (
  variables: Record<string, string>,
  retrieved: Retrieved | null | undefined,
): Record<string, string> =>
  retrieved ? { ...variables, [passagesVariable]: passagesText(retrieved.passages) } : variables;
