import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import { pastedCharacters } from '../shared/work/import.ts';
import { workspaceFiles } from '../db/workspace.ts';

/**
 * What was pasted, or came through a pipe, as a file of the workspace, so that it can be imported like any other and read again. JSON is called so,
 * for those forms that are known by name and content; whatever else it is, its content tells. Throws `nothing_pasted`, `pasted_too_long`.
 */
export function keepPasted(folder: string, text: string, now = new Date()): string {
  if (text.trim() === '') {
    throw new AtelierError('nothing_pasted', 'There is no text to import. Copy a table or other text first.');
  }
  if (text.length > pastedCharacters) {
    throw new AtelierError(
      'pasted_too_long',
      `This is a text of ${text.length} characters; at most ${pastedCharacters} are taken. Save it as a file, and import that.`,
    );
  }
  const into = workspaceFiles.pasted(folder);
  mkdirSync(into, { recursive: true });
  const when = now.toISOString().replace(/[T:.]/g, '-').slice(0, 23);
  const path = join(into, `pasted-${when}${endingOf(text)}`);
  writeFileSync(path, text, { flag: 'wx' });
  return path;
}

function endingOf(text: string): string {
  const start = text.trimStart();
  if (/^\{[^\n]*\}\s*\n\s*\{/.test(start)) return '.jsonl';
  return /^[[{]/.test(start) ? '.json' : '.txt';
}
