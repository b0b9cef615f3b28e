import type { CompletionId, GridId, PromptId } from '../shared/ids.ts';
import type { CompletionFacts, CompletionRequest, CompletionText } from '../shared/prompt/prompt.ts';
import type { Readable, Writable } from './connection.ts';
import { gridKey } from './grids.ts';
import { promptKey } from './prompts.ts';

/** Answers by what was asked (`completions.asked`) and of which model: none is computed twice. */

/** Of which models these were asked already. */
export function modelsAsked(db: Readable, asked: readonly string[]): Record<string, string[]> {
  const rows = db.all<{ asked: string; model: string }>(
    `SELECT DISTINCT c.asked, c.model FROM json_each(?) a JOIN completions c ON c.asked = a.value
      WHERE c.model IS NOT NULL AND c.status = 'finished'`,
    [JSON.stringify([...new Set(asked)])],
  );
  const found: Record<string, string[]> = {};
  for (const row of rows) (found[row.asked] ??= []).push(row.model);
  return found;
}

/** The first answer to it; null where there is none. */
export const keyOfAnswer = (db: Readable, asked: string, model: string): number | null =>
  db.get<{ key: number }>(
    `SELECT key FROM completions WHERE asked = ? AND model = ? AND status = 'finished' ORDER BY key LIMIT 1`,
    [asked, model],
  )?.key ?? null;

export interface NewAnswer {
  id: CompletionId;
  grid: GridId;
  prompt: PromptId;
  version: number;
  asked: string;
  model: string;
  request: CompletionRequest;
  given: string;
  text: CompletionText;
  facts: CompletionFacts;
}

/** An answer that is whole; its row's own number. */
export function insertAnswer(db: Writable, answer: NewAnswer, now: number): number {
  return db.run(
    `INSERT INTO completions (id, prompt, version, created_at, status, request, given, texts, facts, asked, model, grid)
     VALUES (@id, @prompt, @version, @now, 'finished', @request, @given, @texts, @facts, @asked, @model, @grid)`,
    {
      id: answer.id,
      prompt: promptKey(db, answer.prompt),
      version: answer.version,
      now,
      request: JSON.stringify(answer.request),
      given: answer.given,
      texts: JSON.stringify([answer.text]),
      facts: JSON.stringify(answer.facts),
      asked: answer.asked,
      model: answer.model,
      grid: gridKey(db, answer.grid),
    },
  ).lastInsertRowid;
}
