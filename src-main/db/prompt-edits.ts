import { AtelierError } from '../shared/errors.ts';
import type { PromptId } from '../shared/ids.ts';
import { again, changed, difference, inverse, joined, type TextChange, type TextEdit } from '../shared/prompt/edits.ts';
import type { Readable, Writable } from './connection.ts';
import { noPrompt } from './prompts.ts';

/** Steps of a prompt that can be undone at most, and characters that they hold together. */
const mostSteps = 2000;
const mostCharacters = 8 * 2 ** 20;
/** The oldest are let go each time so many steps have come, and after each large one. */
const tidiedEvery = 50;
const largeStep = 2 ** 16;

interface Draft {
  prompt: number;
  text: string;
  step: number;
}
interface Step {
  number: number;
  edits: TextEdit[];
  at: number;
}

function draftOf(db: Readable, id: PromptId): Draft {
  const draft = db.get<Draft>(
    `SELECT prompt, text, step FROM prompt_drafts WHERE prompt = (SELECT key FROM prompts WHERE id = ?)`,
    [id],
  );
  if (draft) return draft;
  throw noPrompt(id);
}

function stepOf(db: Readable, prompt: number, number: number): Step | null {
  const row = db.get<{ edits: string; at: number }>(
    `SELECT edits, at FROM prompt_edits WHERE prompt = ? AND number = ?`,
    [prompt, number],
  );
  return row ? { number, at: row.at, edits: JSON.parse(row.edits) as TextEdit[] } : null;
}

function put(db: Writable, { prompt, text, step }: Draft, now: number): void {
  db.run(`UPDATE prompt_drafts SET text = ?, step = ?, edited_at = ? WHERE prompt = ?`, [text, step, now, prompt]);
}

/** The draft is this text; what has changed is a step that can be undone. On disk when it returns. */
export function writeDraft(db: Writable, id: PromptId, text: string, now: number): void {
  db.transaction(() => {
    const draft = draftOf(db, id);
    add(db, draft, text, difference(draft.text, text), now);
  });
}

/**
 * The same by what has changed. On disk when it returns. Throws `prompt_out_of_step`.
 * @param length of the text afterwards, in UTF-16 units
 */
export function changeDraft(
  db: Writable,
  id: PromptId,
  changes: readonly TextChange[],
  length: number,
  now: number,
): void {
  db.transaction(() => {
    const draft = draftOf(db, id);
    const made = changed(draft.text, changes);
    if (made?.text.length !== length) {
      throw new AtelierError(
        'prompt_out_of_step',
        'The change does not fit the text as it is stored. Send the whole text.',
      );
    }
    add(db, draft, made.text, made.edits, now);
  });
}

function add(db: Writable, draft: Draft, text: string, edits: TextEdit[], now: number): void {
  if (edits.length === 0) return;
  const { prompt, step } = draft;
  const undone = db.run(`DELETE FROM prompt_edits WHERE prompt = ? AND number > ?`, [prompt, step]).changes;
  const last = undone > 0 ? null : stepOf(db, prompt, step);
  const both = last && joined(last.edits, edits, now - last.at);
  if (both) {
    db.run(`UPDATE prompt_edits SET edits = ?, at = ? WHERE prompt = ? AND number = ?`, [
      JSON.stringify(both),
      now,
      prompt,
      step,
    ]);
    return put(db, { ...draft, text }, now);
  }
  const json = JSON.stringify(edits);
  db.run(`INSERT INTO prompt_edits (prompt, number, edits, at) VALUES (?, ?, ?, ?)`, [prompt, step + 1, json, now]);
  put(db, { prompt, text, step: step + 1 }, now);
  if (json.length > largeStep || (step + 1) % tidiedEvery === 0) tidy(db, prompt);
}

function tidy(db: Writable, prompt: number): void {
  db.run(
    `DELETE FROM prompt_edits WHERE prompt = @prompt AND number <= (
       SELECT max(number) FROM (
         SELECT number, row_number() OVER newest AS place, sum(length(edits)) OVER newest AS characters
           FROM prompt_edits WHERE prompt = @prompt WINDOW newest AS (ORDER BY number DESC)
       ) WHERE place > @steps OR (characters > @characters AND place > 1))`,
    { prompt, steps: mostSteps, characters: mostCharacters },
  );
}

/** Takes the last step back: what that changes in the text; null where there is none. On disk when it returns. */
export function undoDraft(db: Writable, id: PromptId, now: number): TextChange[] | null {
  return db.transaction(() => {
    const draft = draftOf(db, id);
    const step = stepOf(db, draft.prompt, draft.step);
    return step && moved(db, draft, inverse(step.edits), step.number - 1, now);
  });
}

/** Makes the step again that was undone last. */
export function redoDraft(db: Writable, id: PromptId, now: number): TextChange[] | null {
  return db.transaction(() => {
    const draft = draftOf(db, id);
    const step = stepOf(db, draft.prompt, draft.step + 1);
    return step && moved(db, draft, again(step.edits), step.number, now);
  });
}

function moved(db: Writable, draft: Draft, changes: TextChange[], step: number, now: number): TextChange[] {
  const made = changed(draft.text, changes);
  if (!made) throw new AtelierError('internal', `A step of prompt ${draft.prompt} does not fit its text.`);
  put(db, { prompt: draft.prompt, text: made.text, step }, now);
  return changes;
}
