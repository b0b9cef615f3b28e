import { AtelierError } from '../errors.ts';

export const roles = ['system', 'user', 'assistant'] as const;
export type Role = (typeof roles)[number];

/** What one side says in a conversation. */
export interface Turn {
  role: Role;
  text: string;
}

/** A line that begins a turn, as Prompty's (https://prompty.ai/docs/prompt-file-format) but for its `#`: the role, a colon, nothing else. */
export const heading = /^(system|user|assistant):[ \t]*$/;
const escapedHeading = /^\\((?:system|user|assistant):[ \t]*)$/gm;

/**
 * The turns of a prompt; null where it has no headings and is a plain text that a model goes on with. A backslash before a heading makes it
 * a line as any other. Throws `text_before_turns`.
 */
export function turnsOf(prompt: string): Turn[] | null {
  const turns: { role: Role; lines: string[] }[] = [];
  const before: string[] = [];
  for (const line of prompt.split(/\r?\n/)) {
    const role = heading.exec(line)?.[1] as Role | undefined;
    if (role) turns.push({ role, lines: [] });
    else (turns.at(-1)?.lines ?? before).push(line);
  }
  if (turns.length === 0) return null;
  const stray = before.find((line) => line.trim() !== '');
  if (stray !== undefined) {
    throw new AtelierError(
      'text_before_turns',
      `"${stray.trim().slice(0, 60)}" stands before the first turn. Put it under system:, user: or assistant:.`,
    );
  }
  return turns.map(({ role, lines }) => ({ role, text: plainText(lines.join('\n')).replace(/^\s*\n|\s+$/g, '') }));
}

/** With headings that were written as plain lines as what they stand for. */
export const plainText = (text: string): string => text.replace(escapedHeading, '$1');

/** A text with lines that look like headings written so that they are none. */
export const headingLines = (text: string): string => text.replace(/^(?=(?:system|user|assistant):[ \t]*$)/gm, '\\');

/** Turns as a prompt that has just these. */
export const turnsText = (turns: readonly Turn[]): string =>
  turns.map((turn) => `${turn.role}:\n${headingLines(turn.text)}`).join('\n\n');

/** For a model that knows no turns: headings as they are written, and the answer's own where none was begun. */
export function turnsAsText(turns: readonly Turn[]): string {
  const text = turns.map((turn) => `${turn.role}:\n${turn.text}`).join('\n\n');
  return turns.at(-1)?.role === 'assistant' ? text : `${text}\n\nassistant:\n`;
}
