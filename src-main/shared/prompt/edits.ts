import * as v from 'valibot';

/** One place of a text made another: at a place in UTF-16 units, of the text as the edits before it have left it. */
export interface TextEdit {
  at: number;
  removed: string;
  inserted: string;
}

/** The same, where whoever hears of it has the text. */
export interface TextChange {
  at: number;
  /** So many UTF-16 units give way. */
  length: number;
  inserted: string;
}

export const textChangeSchema = (longest: number) => {
  const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(longest));
  return v.object({ at: place, length: place, inserted: v.pipe(v.string(), v.maxLength(longest)) });
};

/** The text after changes, one after another; null where one of them lies outside of it. */
export function changed(text: string, changes: readonly TextChange[]): { text: string; edits: TextEdit[] } | null {
  const edits: TextEdit[] = [];
  for (const { at, length, inserted } of changes) {
    if (at + length > text.length) return null;
    const removed = text.slice(at, at + length);
    text = text.slice(0, at) + inserted + text.slice(at + length);
    if (removed !== inserted) edits.push({ at, removed, inserted });
  }
  return { text, edits };
}

/** What takes edits back. */
export const inverse = (edits: readonly TextEdit[]): TextChange[] =>
  edits.map(({ at, removed, inserted }) => ({ at, length: inserted.length, inserted: removed })).reverse();

/** What makes them again. */
export const again = (edits: readonly TextEdit[]): TextChange[] =>
  edits.map(({ at, removed, inserted }) => ({ at, length: removed.length, inserted }));

const isHigh = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isLow = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;

/** The one edit between two texts; none where they are the same. */
export function difference(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  // Not between the halves of a character.
  if (from > 0 && isHigh(before.charCodeAt(from - 1))) from--;
  let same = 0;
  while (same < shorter - from && before.at(-1 - same) === after.at(-1 - same)) same++;
  if (same > 0 && isLow(before.charCodeAt(before.length - same))) same--;
  return [
    { at: from, removed: before.slice(from, before.length - same), inserted: after.slice(from, after.length - same) },
  ];
}

/** Letters typed one after another within so long are one step. */
const typedWithinMs = 1000;
const longestStep = 200;

/**
 * Two steps as one, where people see them as one: letters of a word with the blanks after it, or letters deleted one by one. Null otherwise.
 * @param ms between them
 */
export function joined(last: readonly TextEdit[], next: readonly TextEdit[], ms: number): TextEdit[] | null {
  if (last.length !== 1 || next.length !== 1 || ms > typedWithinMs) return null;
  const [a, b] = [last[0], next[0]];
  if (a.inserted.length + a.removed.length > longestStep || /\n/.test(a.inserted + b.inserted)) return null;
  if (a.removed === '' && b.removed === '' && b.at === a.at + a.inserted.length) {
    const wordBegins = /\s$/.test(a.inserted) && !/^\s/.test(b.inserted);
    return wordBegins ? null : [{ ...a, inserted: a.inserted + b.inserted }];
  }
  if (a.inserted !== '' || b.inserted !== '') return null;
  // Backwards, then forwards.
  if (b.at + b.removed.length === a.at) return [{ at: b.at, removed: b.removed + a.removed, inserted: '' }];
  if (b.at === a.at) return [{ ...a, removed: a.removed + b.removed }];
  return null;
}
