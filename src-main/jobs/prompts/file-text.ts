import type { Readable } from '../../db/connection.ts';
import { listCollections } from '../../db/documents.ts';
import * as rows from '../../db/prompts.ts';
import { writePromptFile, type PromptFile } from '../../prompts/prompt-file.ts';
import type { DocumentsSetting } from '../../shared/documents.ts';
import type { PromptId } from '../../shared/ids.ts';
import { usualSettings } from '../../shared/prompt/prompt.ts';
import { readVersion } from './keep.ts';
import { variablesHere } from './meaning.ts';

/** A prompt as its file says it: the draft, or a version, with what of the bench it needs. */
export function promptFileText(db: Readable, id: PromptId, number?: number): string {
  const { name, tags } = rows.getPrompt(db, id);
  const { text: draft, bench } = rows.getDraft(db, id);
  const text = number === undefined ? draft : readVersion(db, id, number).text;
  const names = new Set(variablesHere(db, text, id));
  const variables = Object.fromEntries(Object.entries(bench.variables).filter(([key]) => names.has(key)));
  const usual = new Map(Object.entries(usualSettings).map(([key, value]) => [key, JSON.stringify(value)]));
  const changed = Object.entries(bench.settings).filter(([key, value]) => usual.get(key) !== JSON.stringify(value));
  const settings = Object.fromEntries(changed) as PromptFile['settings'];
  return writePromptFile({ name, tags, variables, settings, documents: documentsOf(db, bench.documents), text });
}

/** By the collection's name; null where it is gone. */
function documentsOf(db: Readable, setting: DocumentsSetting | null | undefined): PromptFile['documents'] {
  const found = setting && listCollections(db).find(({ id }) => id === setting.collection);
  if (!found) return null;
  const { query: question, count, maxTokens, least } = setting;
  return { collection: found.name, question, count, maxTokens, ...(least && { least }) };
}
