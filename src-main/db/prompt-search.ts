import { mostPromptHits, type PromptHit } from '../shared/prompt/prompt.ts';
import type { Readable } from './connection.ts';

interface HitRow extends Omit<PromptHit, 'excerpt'> {
  text: string;
}

/** Characters of an excerpt to each side of what was looked for. */
const around = 60;

/**
 * Where a text stands: in what is being written, in versions, in their notes, in what was answered; of prompts that were not put away. The
 * latest first. Latin letters are alike in both cases.
 */
export function searchPrompts(db: Readable, wanted: string, limit = mostPromptHits): PromptHit[] {
  if (wanted.trim() === '') return [];
  const like = `%${wanted.replace(/[\\%_]/g, '\\$&')}%`;
  return db
    .all<HitRow>(
      `WITH hits AS (
         SELECT d.prompt, 'draft' AS place, NULL AS version, NULL AS completion, d.edited_at AS at, d.text AS text
           FROM prompt_drafts d WHERE d.text LIKE @like ESCAPE '\\'
         UNION ALL
         SELECT v.prompt, 'version', v.number, NULL, v.created_at, v.text
           FROM prompt_versions v JOIN prompt_drafts d ON d.prompt = v.prompt
          WHERE v.text LIKE @like ESCAPE '\\' AND v.text <> d.text
         UNION ALL
         SELECT v.prompt, 'note', v.number, NULL, v.created_at, v.note
           FROM prompt_versions v WHERE v.note LIKE @like ESCAPE '\\'
         UNION ALL
         SELECT c.prompt, 'answer', c.version, c.id, c.created_at, t.value ->> 'text'
           FROM completions c, json_each(c.texts) t WHERE t.value ->> 'text' LIKE @like ESCAPE '\\'
       )
       SELECT p.id AS prompt, p.name, h.place, h.version, h.completion, h.at, h.text
         FROM hits h JOIN prompts p ON p.key = h.prompt WHERE p.archived = 0 ORDER BY h.at DESC LIMIT @limit`,
      { like, limit },
    )
    .map(({ text, ...hit }) => ({ ...hit, excerpt: excerptOf(text, wanted) }));
}

function excerptOf(text: string, wanted: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(wanted.toLowerCase()));
  const [from, to] = [Math.max(0, at - around), at + wanted.length + around];
  return `${from > 0 ? '…' : ''}${text.slice(from, to).trim()}${to < text.length ? '…' : ''}`.replace(/\s+/g, ' ');
}
