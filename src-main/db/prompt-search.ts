import { mostPromptHits, type PromptHit } from '../shared/prompt/prompt.ts';
import { foldCase } from '../shared/fold-case.ts';
import type { Readable } from './connection.ts';

interface HitRow extends Omit<PromptHit, 'excerpt'> {
  text: string;
}

/** Characters of an excerpt to each side of what was looked for. */
const around = 60;

/**
 * Where a text stands: in what is being written, in versions, in their notes, in what was answered; of prompts that were not put away. The
 * latest first. Letters are alike in both cases, in any script.
 */
export function searchPrompts(db: Readable, wanted: string, limit = mostPromptHits): PromptHit[] {
  if (wanted.trim() === '') return [];
  // SQLite itself knows the cases of ASCII alone, and is much the faster.
  const plain = /^[\p{ASCII}\P{Cased}]*$/u.test(wanted);
  const has = plain
    ? (text: string) => `${text} LIKE @wanted ESCAPE '\\'`
    : (text: string) => `holds_folded(${text}, @wanted)`;
  const asked = plain ? `%${wanted.replace(/[\\%_]/g, '\\$&')}%` : foldCase(wanted);
  return db
    .all<HitRow>(
      `WITH hits AS (
         SELECT d.prompt, 'draft' AS place, NULL AS version, NULL AS completion, d.edited_at AS at, d.text AS text
           FROM prompt_drafts d WHERE ${has('d.text')}
         UNION ALL
         SELECT v.prompt, 'version', v.number, NULL, v.created_at, v.text
           FROM prompt_versions v JOIN prompt_drafts d ON d.prompt = v.prompt
          WHERE ${has('v.text')} AND v.text <> d.text
         UNION ALL
         SELECT v.prompt, 'note', v.number, NULL, v.created_at, v.note
           FROM prompt_versions v WHERE ${has('v.note')}
         UNION ALL
         SELECT c.prompt, 'answer', c.version, c.id, c.created_at, t.value ->> 'text'
           FROM completions c, json_each(c.texts) t WHERE ${has("t.value ->> 'text'")}
       )
       SELECT p.id AS prompt, p.name, h.place, h.version, h.completion, h.at, h.text
         FROM hits h JOIN prompts p ON p.key = h.prompt WHERE p.archived = 0 ORDER BY h.at DESC LIMIT @limit`,
      { wanted: asked, limit },
    )
    .map(({ text, ...hit }) => ({ ...hit, excerpt: excerptOf(text, wanted) }));
}

function excerptOf(text: string, wanted: string): string {
  const at = placeOf(text, foldCase(wanted));
  const [from, to] = [Math.max(0, at - around), at + wanted.length + around];
  return `${from > 0 ? '…' : ''}${text.slice(from, to).trim()}${to < text.length ? '…' : ''}`.replace(/\s+/g, ' ');
}

/** Where it begins in the text as it is, which may be longer or shorter than in one case. */
function placeOf(text: string, folded: string): number {
  const whole = foldCase(text);
  const at = Math.max(0, whole.indexOf(folded));
  if (whole.length === text.length) return at;
  let [place, seen] = [0, 0];
  for (const letter of text) {
    if (seen >= at) break;
    place += letter.length;
    seen += foldCase(letter).length;
  }
  return place;
}
