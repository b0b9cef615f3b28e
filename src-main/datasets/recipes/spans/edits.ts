/** A piece of a text that others characters stand in the place of: `start` up to `end` before, `length` UTF-16 units after. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/** One change of a text. `edits`: in order, none over another; what is in none of them stands there as it was. */
export interface Change {
  readonly before: string;
  readonly after: string;
  readonly edits: readonly Edit[];
}

export interface Range {
  start: number;
  end: number;
}

/** Noncharacters, which no text has that means anything: around what was replaced, and what replaces it. */
const [opens, parts, closes] = ['\ufdd0', '\ufdd1', '\ufdd2'];

/** How a replacement is written so that what it replaces is told with it; both are expressions of the same kind, which `join` puts together. */
export const beside = (was: string, by: string): string => `${opens}${was}${parts}${by}${closes}`;

/** A text with replacements written by `beside`. Null where they cannot be told. */
export function readChange(marked: string): Change | null {
  let [before, after] = ['', ''];
  const edits: Edit[] = [];
  let at = 0;
  for (let open = marked.indexOf(opens); open >= 0; open = marked.indexOf(opens, at)) {
    const part = marked.indexOf(parts, open);
    const close = marked.indexOf(closes, part);
    if (part < 0 || close < 0) return null;
    const kept = marked.slice(at, open);
    const [was, by] = [marked.slice(open + 1, part), marked.slice(part + 1, close)];
    before += kept;
    after += kept;
    if (was !== by) edits.push({ start: before.length, end: before.length + was.length, length: by.length });
    before += was;
    after += by;
    at = close + 1;
  }
  const rest = marked.slice(at);
  return { before: before + rest, after: after + rest, edits };
}

/** Replacements in order, none over another. */
export function changeBy(before: string, replaced: readonly (Range & { by: string })[]): Change {
  let after = '';
  let at = 0;
  for (const { start, end, by } of replaced) {
    after += before.slice(at, start) + by;
    at = end;
  }
  return {
    before,
    after: after + before.slice(at),
    edits: replaced.map(({ start, end, by }) => ({ start, end, length: by.length })),
  };
}

/** Of two texts only: what they have in common at both ends stays, all between is one piece. */
export function coarseChange(before: string, after: string): Change {
  if (before === after) return { before, after, edits: [] };
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < least - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  // No half of a character is kept.
  if (isLow(before.charCodeAt(head)) || isLow(after.charCodeAt(head))) head = Math.max(0, head - 1);
  if (tail > 0 && (isLow(before.charCodeAt(before.length - tail)) || isLow(after.charCodeAt(after.length - tail))))
    tail--;
  return { before, after, edits: [{ start: head, end: before.length - tail, length: after.length - tail - head }] };
}

/** A change whose pieces share no letters with what stands in their place: of a letter with a mark that loses it, the letter stays. */
export function finer(change: Change): Change {
  let shift = 0;
  const edits = change.edits.flatMap(({ start, end, length }) => {
    const at = start + shift;
    shift += length - (end - start);
    const piece = coarseChange(change.before.slice(start, end), change.after.slice(at, at + length));
    return piece.edits.map((edit) => ({ ...edit, start: start + edit.start, end: start + edit.end }));
  });
  return { ...change, edits };
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Character by character: the i-th of one is the i-th of the other. Null where they are not as many. */
export function letterChange(before: string, after: string): Change | null {
  const [was, is] = [[...before], [...after]];
  if (was.length !== is.length) return null;
  const edits: Edit[] = [];
  let at = 0;
  was.forEach((letter, i) => {
    if (letter !== is[i]) edits.push({ start: at, end: at + letter.length, length: is[i].length });
    at += letter.length;
  });
  return { before, after, edits };
}

/**
 * Where a range of characters is after edits: what is replaced within it stays its own, what is replaced across one of its ends is cut off.
 * `cut`: something that can be seen was. Null where nothing is left.
 */
export function moved(
  { start, end }: Range,
  { before, edits }: Pick<Change, 'before' | 'edits'>,
): (Range & { cut: boolean }) | null {
  /** How far what stands before the edit looked at has gone. */
  let shift = 0;
  let from: number | null = null;
  let cut = false;
  for (const edit of edits) {
    const grown = edit.length - (edit.end - edit.start);
    if (edit.end > start) {
      if (edit.start >= end) break;
      if (edit.start < start) {
        if (edit.end >= end) return null;
        from = edit.start + shift + edit.length;
        cut = /\S/.test(before.slice(start, edit.end));
      } else from ??= start + shift;
      if (edit.end > end) {
        const to = edit.start + shift;
        cut ||= /\S/.test(before.slice(edit.start, end));
        return to > from ? { start: from, end: to, cut } : null;
      }
    }
    shift += grown;
  }
  from ??= start + shift;
  const to = end + shift;
  return to > from ? { start: from, end: to, cut } : null;
}
