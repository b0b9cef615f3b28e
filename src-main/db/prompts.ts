import { createHash } from 'node:crypto';
import { AtelierError } from '../shared/errors.ts';
import type { PromptId } from '../shared/ids.ts';
import type { Bench, PromptSummary, PromptVersion } from '../shared/prompt/prompt.ts';
import type { Readable, Writable } from './connection.ts';

interface SummaryRow extends Omit<PromptSummary, 'tags' | 'archived'> {
  tags: string;
  archived: number;
}

const summaryOf = ({ tags, archived, ...row }: SummaryRow): PromptSummary => ({
  ...row,
  tags: JSON.parse(tags) as string[],
  archived: archived === 1,
});

const selectPrompts = `
  SELECT p.id, p.name, p.tags, p.created_at AS createdAt, p.archived, d.edited_at AS editedAt,
         (SELECT count(*) FROM prompt_versions v WHERE v.prompt = p.key) AS versions,
         (SELECT count(*) FROM completions c WHERE c.prompt = p.key) AS completions
    FROM prompts p JOIN prompt_drafts d ON d.prompt = p.key`;

/** Those written on last first. */
export function listPrompts(db: Readable, { archived = false } = {}): PromptSummary[] {
  return db
    .all<SummaryRow>(
      `${selectPrompts}
        WHERE p.archived = 0 OR @archived = 1 ORDER BY d.edited_at DESC, p.key DESC`,
      { archived: archived ? 1 : 0 },
    )
    .map(summaryOf);
}

export function getPrompt(db: Readable, id: PromptId): PromptSummary {
  const found = db.get<SummaryRow>(`${selectPrompts} WHERE p.id = ?`, [id]);
  if (!found) throw noPrompt(id);
  return summaryOf(found);
}

export const noPrompt = (text: string): AtelierError =>
  new AtelierError('no_such_prompt', `There is no prompt "${text}" in this workspace.`);

/** The row's own number. Throws `no_such_prompt`. */
export function promptKey(db: Readable, id: PromptId): number {
  const row = db.get<{ key: number }>(`SELECT key FROM prompts WHERE id = ?`, [id]);
  if (!row) throw noPrompt(id);
  return row.key;
}

/** Of an id, or called so: those in use before archived ones. */
export function promptsCalled(db: Readable, text: string): { id: PromptId; name: string }[] {
  const found = db.all<{ id: PromptId; name: string; archived: number }>(
    `SELECT id, name, archived FROM prompts WHERE id = @text OR name = @text ORDER BY key`,
    { text },
  );
  const used = found.filter(({ id, archived }) => id === text || archived === 0);
  return (used.length > 0 ? used : found).map(({ id, name }) => ({ id, name }));
}

/** Drafts that may include something, archived ones as well. */
export const draftsThatInclude = (db: Readable): { id: PromptId; text: string }[] =>
  db.all(`SELECT p.id, d.text FROM prompts p JOIN prompt_drafts d ON d.prompt = p.key WHERE instr(d.text, '{{>') > 0`);

export interface NewPrompt {
  id: PromptId;
  name: string;
  tags: readonly string[];
  text: string;
  bench: Bench;
}

export function insertPrompt(db: Writable, { id, name, tags, text, bench }: NewPrompt, now: number): void {
  db.transaction(() => {
    const { lastInsertRowid } = db.run(`INSERT INTO prompts (id, name, tags, created_at) VALUES (?, ?, ?, ?)`, [
      id,
      name,
      JSON.stringify(tags),
      now,
    ]);
    db.run(`INSERT INTO prompt_drafts (prompt, text, bench, edited_at) VALUES (?, ?, ?, ?)`, [
      lastInsertRowid,
      text,
      JSON.stringify(bench),
      now,
    ]);
  });
}

/** What of it is given. On disk when it returns. */
export function setPrompt(
  db: Writable,
  id: PromptId,
  { name, tags, archived }: { name?: string; tags?: readonly string[]; archived?: boolean },
): void {
  const { changes } = db.run(
    `UPDATE prompts SET name = coalesce(@name, name), tags = coalesce(@tags, tags), archived = coalesce(@archived, archived)
      WHERE id = @id`,
    {
      id,
      name: name ?? null,
      tags: tags ? JSON.stringify(tags) : null,
      archived: archived === undefined ? null : Number(archived),
    },
  );
  if (changes === 0) throw noPrompt(id);
}

export function getDraft(db: Readable, id: PromptId): { text: string; bench: Bench } {
  const row = db.get<{ text: string; bench: string }>(
    `SELECT text, bench FROM prompt_drafts WHERE prompt = (SELECT key FROM prompts WHERE id = ?)`,
    [id],
  );
  if (!row) throw noPrompt(id);
  return { text: row.text, bench: JSON.parse(row.bench) as Bench };
}

/** Its text is written by `prompt-edits.ts`. On disk when it returns. */
export function setBench(db: Writable, id: PromptId, bench: Bench, now: number): void {
  const { changes } = db.run(
    `UPDATE prompt_drafts SET bench = ?, edited_at = ? WHERE prompt = (SELECT key FROM prompts WHERE id = ?)`,
    [JSON.stringify(bench), now, id],
  );
  if (changes === 0) throw noPrompt(id);
}

/** Newest first. */
export function listVersions(db: Readable, id: PromptId): Omit<PromptVersion, 'text'>[] {
  return db.all<Omit<PromptVersion, 'text'>>(
    `SELECT number, sha256, created_at AS createdAt, note FROM prompt_versions WHERE prompt = ? ORDER BY number DESC`,
    [promptKey(db, id)],
  );
}

/** Throws `no_such_version`. */
export function getPromptVersion(db: Readable, id: PromptId, number: number): PromptVersion {
  const found = db.get<PromptVersion>(
    `SELECT number, sha256, created_at AS createdAt, note, text FROM prompt_versions WHERE prompt = ? AND number = ?`,
    [promptKey(db, id), number],
  );
  if (found) return found;
  throw new AtelierError('no_such_version', `The prompt has no version ${number}. "atelier prompts show" lists them.`);
}

/** Throws `no_such_version`. */
export function setVersionNote(db: Writable, id: PromptId, number: number, note: string): void {
  getPromptVersion(db, id, number);
  db.run(`UPDATE prompt_versions SET note = ? WHERE prompt = ? AND number = ?`, [note, promptKey(db, id), number]);
}

/** The version of the prompt with this text: a new one where there is none. A note that is given is kept with it. */
export function putVersion(db: Writable, id: PromptId, text: string, note: string, now: number): number {
  return db.transaction(() => {
    const prompt = promptKey(db, id);
    const sha256 = createHash('sha256').update(text, 'utf8').digest('hex');
    const known = db.get<{ number: number }>(`SELECT number FROM prompt_versions WHERE prompt = ? AND sha256 = ?`, [
      prompt,
      sha256,
    ]);
    if (known) {
      if (note !== '')
        db.run(`UPDATE prompt_versions SET note = ? WHERE prompt = ? AND number = ?`, [note, prompt, known.number]);
      return known.number;
    }
    const { number } = db.get<{ number: number }>(
      `SELECT coalesce(max(number), 0) + 1 AS number FROM prompt_versions WHERE prompt = ?`,
      [prompt],
    )!;
    db.run(`INSERT INTO prompt_versions (prompt, number, sha256, text, note, created_at) VALUES (?, ?, ?, ?, ?, ?)`, [
      prompt,
      number,
      sha256,
      text,
      note,
      now,
    ]);
    return number;
  });
}
