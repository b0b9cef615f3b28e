import type { Readable } from '../../db/connection.ts';
import { getDraft, getPrompt } from '../../db/prompts.ts';
import { passagesText, passagesVariable, type DocumentsSetting } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import { variablesIn } from '../../shared/prompt/expand.ts';
import type { GridRow, GridWish } from '../../shared/prompt/grid.ts';
import { wantsPassages } from '../documents/retrieve.ts';
import type { Meanings } from './meaning.ts';
import type { Rendering } from './rendering.ts';

/**
 * What `{{passages}}` stand for in each row of a grid, found by the question that the row's values make; null where no prompt asks documents. Rows that have
 * passages of their own keep them. One text a row: where several models are asked it has the tokens allowed by each one's count.
 * Errors: other_documents, and of a row those of `retrieve`.
 */
export async function passagesOfRows(
  db: Readable,
  { meanings, retrieve }: { meanings: Meanings; retrieve: Rendering['retrieve'] },
  { prompts, models, rows }: Pick<GridWish, 'prompts' | 'models'> & { rows: readonly GridRow[] },
): Promise<(string | null)[] | null> {
  const asked: { name: string; setting: DocumentsSetting; variables: Record<string, string> }[] = [];
  for (const { prompt, version } of prompts) {
    const { documents, variables } = getDraft(db, prompt).bench;
    if (!documents) continue;
    const meaning = await meanings.drawn(() => meanings.of(prompt, version));
    if (wantsPassages(variablesIn(meaning), documents))
      asked.push({ name: getPrompt(db, prompt).name, setting: documents, variables });
  }
  const [first] = asked;
  if (!first) return null;
  const other = asked.find(({ setting }) => JSON.stringify(setting) !== JSON.stringify(first.setting));
  if (other) {
    throw new AtelierError(
      'other_documents',
      `"${first.name}" and "${other.name}" ask documents differently, and a row has one text of passages. Compare them in a grid each, or give both the same collection, question and limits.`,
    );
  }
  const found: (string | null)[] = [];
  for (const [i, row] of rows.entries()) {
    if (Object.hasOwn(row, passagesVariable)) {
      found.push(null);
      continue;
    }
    try {
      const { passages } = await retrieve(models, first.setting, { ...first.variables, ...row });
      found.push(passagesText(passages));
    } catch (error) {
      if (!(error instanceof AtelierError)) throw error;
      throw new AtelierError(error.code, `Row ${i + 1}: ${error.message}`, error.details);
    }
  }
  return found;
}
