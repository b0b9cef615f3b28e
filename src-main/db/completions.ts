import { AtelierError, type ErrorFacts } from '../shared/errors.ts';
import type { TokenChoice } from '../shared/generation.ts';
import type { CompletionId, PromptId } from '../shared/ids.ts';
import {
  mostCompletionsListed,
  type Completion,
  type CompletionFacts,
  type CompletionRequest,
  type CompletionStatus,
  type CompletionText,
} from '../shared/prompt/prompt.ts';
import type { Readable, Writable } from './connection.ts';
import { promptKey } from './prompts.ts';

interface CompletionRow extends Omit<Completion, 'request' | 'texts' | 'facts' | 'error'> {
  request: string;
  texts: string;
  facts: string | null;
  error: string | null;
}

const completionOf = ({ request, texts, facts, error, ...row }: CompletionRow): Completion => ({
  ...row,
  request: JSON.parse(request) as CompletionRequest,
  texts: JSON.parse(texts) as CompletionText[],
  facts: facts === null ? null : (JSON.parse(facts) as CompletionFacts),
  error: error === null ? null : (JSON.parse(error) as ErrorFacts),
});

/** Newest first; not those of grids. `given: false`: without what the models were given, which may be long. */
export function listCompletions(
  db: Readable,
  prompt: PromptId,
  { limit = mostCompletionsListed, given = true }: { limit?: number; given?: boolean } = {},
): Completion[] {
  return db
    .all<CompletionRow>(
      `SELECT c.id, p.id AS prompt, c.version, c.created_at AS createdAt, c.status, c.request, CASE WHEN ? THEN c.given END AS given, c.texts, c.facts, c.error
         FROM completions c JOIN prompts p ON p.key = c.prompt WHERE p.id = ? AND c.grid IS NULL ORDER BY c.key DESC LIMIT ?`,
      [given ? 1 : 0, prompt, limit],
    )
    .map(completionOf);
}

/** Throws `no_such_completion`. */
export function getCompletion(db: Readable, id: CompletionId): Completion {
  const row = db.get<CompletionRow>(
    `SELECT c.id, p.id AS prompt, c.version, c.created_at AS createdAt, c.status, c.request, c.given, c.texts, c.facts, c.error
       FROM completions c JOIN prompts p ON p.key = c.prompt WHERE c.id = ?`,
    [id],
  );
  if (!row) throw new AtelierError('no_such_completion', `There is no completion "${id}" in this workspace.`);
  return completionOf(row);
}

/** Of each of its texts, token by token; null where they were not asked for. */
export function getChoices(db: Readable, id: CompletionId): (TokenChoice[] | null)[] {
  const row = db.get<{ choices: string | null }>(`SELECT choices FROM completions WHERE id = ?`, [id]);
  return row?.choices ? (JSON.parse(row.choices) as (TokenChoice[] | null)[]) : [];
}

export function insertCompletion(
  db: Writable,
  made: Pick<Completion, 'id' | 'prompt' | 'version' | 'createdAt' | 'request'>,
): void {
  db.run(
    `INSERT INTO completions (id, prompt, version, created_at, status, request) VALUES (?, ?, ?, ?, 'running', ?)`,
    [made.id, promptKey(db, made.prompt), made.version, made.createdAt, JSON.stringify(made.request)],
  );
}

/** What it has come to so far: outlives this process, not a power cut. */
export function setPartial(db: Writable, id: CompletionId, texts: readonly CompletionText[]): void {
  db.relaxed(() => db.run(`UPDATE completions SET texts = ? WHERE id = ?`, [JSON.stringify(texts), id]));
}

export interface CompletionEnd {
  status: Exclude<CompletionStatus, 'running'>;
  given: string | null;
  texts: readonly CompletionText[];
  facts: CompletionFacts | null;
  choices: readonly (TokenChoice[] | null)[] | null;
  error: ErrorFacts | null;
}

export function endCompletion(db: Writable, id: CompletionId, end: CompletionEnd): void {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  db.run(
    `UPDATE completions SET status = @status, given = @given, texts = @texts, facts = @facts, choices = @choices, error = @error
      WHERE id = @id`,
    {
      id,
      status: end.status,
      given: end.given,
      texts: JSON.stringify(end.texts),
      facts: json(end.facts),
      choices: json(end.choices),
      error: json(end.error),
    },
  );
}

/** Those that a process that is gone was writing: what they came to is kept, and marked. */
export function interruptCompletions(db: Writable): number {
  return db.run(`UPDATE completions SET status = 'interrupted' WHERE status = 'running'`).changes;
}
