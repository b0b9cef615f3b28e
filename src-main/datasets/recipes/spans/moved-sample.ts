import type { Annotation, SampleAnnotations } from '../../../shared/annotation.ts';
import { moved, type Change, type Range } from './edits.ts';

export interface MovedSample {
  marks: SampleAnnotations;
  /** Spans whose text is gone: they are, too. */
  lost: number;
  /** Spans of which a part is gone; they keep the rest. */
  cut: number;
  /** Relations that joined one that is gone. */
  parted: number;
}

/** What is marked in a text, after changes of the text one after another. */
export function movedSample(sample: SampleAnnotations, changes: readonly Change[]): MovedSample {
  const real = changes.filter(({ edits }) => edits.length > 0);
  const told = { lost: 0, cut: 0, parted: 0 };
  if (real.length === 0) return { marks: sample, ...told };
  const gone = new Set<string | number>();
  const annotations: Annotation[] = [];
  for (const mark of sample.annotations) {
    if (mark.type !== 'span') {
      annotations.push(mark);
      continue;
    }
    const place = through(mark, real);
    if (place) {
      if (place.cut) told.cut++;
      annotations.push({ ...mark, start: place.start, end: place.end });
    } else {
      told.lost++;
      if (mark.id !== undefined) gone.add(mark.id);
    }
  }
  const joined = annotations.filter((mark) => mark.type !== 'relation' || !(gone.has(mark.from) || gone.has(mark.to)));
  told.parted = annotations.length - joined.length;
  return { marks: { ...sample, annotations: joined, ...movedTokens(sample, real) }, ...told };
}

function through(range: Range, changes: readonly Change[]): (Range & { cut: boolean }) | null {
  let at = { start: range.start, end: range.end, cut: false };
  for (const change of changes) {
    const next = moved(at, change);
    const whole = next && trimmed(at, next, change);
    if (!whole) return null;
    at = { ...whole, cut: at.cut || next.cut };
  }
  return at;
}

const blank = /\s/;

/** Blanks that came to its ends are none of a range that had none there; null where nothing else is left. */
function trimmed(was: Range, now: Range, { before, after }: Change): Range | null {
  let { start, end } = now;
  if (!blank.test(before[was.start])) while (start < end && blank.test(after[start])) start++;
  if (!blank.test(before[was.end - 1])) while (end > start && blank.test(after[end - 1])) end--;
  return end > start ? { start, end } : null;
}

interface Token extends Range {
  /** Which one it was; none for what a change has put there. */
  from?: number;
}

/** Tokens that blanks have come into are several; what stands where none was becomes one, in a text that was made of tokens throughout. */
function movedTokens(
  { tokens: offsets, tokenColumns }: SampleAnnotations,
  changes: readonly Change[],
): Pick<SampleAnnotations, 'tokens' | 'tokenColumns'> {
  if (!offsets) return {};
  const [{ before }] = changes;
  const { after } = changes.at(-1)!;
  const were = Array.from({ length: offsets.length / 2 }, (_, i) => ({
    start: offsets[2 * i],
    end: offsets[2 * i + 1],
  }));
  const tokens = were.flatMap((token, from): Token[] => {
    const place = through(token, changes);
    if (!place) return [];
    if (blank.test(before.slice(token.start, token.end))) return [{ ...place, from }];
    return wordsIn(after, place).map((word) => ({ ...word, from }));
  });
  const all = isCovered(before, were) ? withGaps(after, tokens) : tokens;
  const columns = tokenColumns?.map((column) => {
    const counted = column.every((cell, i) => cell === String(i + 1));
    return all.map(({ from }, i) => (counted ? String(i + 1) : from === undefined ? '_' : column[from]));
  });
  return { tokens: all.flatMap(({ start, end }) => [start, end]), ...(columns && { tokenColumns: columns }) };
}

const wordsIn = (text: string, { start, end }: Range): Range[] =>
  Array.from(text.slice(start, end).matchAll(/\S+/g), ({ 0: word, index }) => ({
    start: start + index,
    end: start + index + word.length,
  }));

/** Nothing but blanks is between the tokens. */
function isCovered(text: string, tokens: readonly Range[]): boolean {
  let at = 0;
  for (const { start, end } of tokens) {
    if (/\S/.test(text.slice(at, start))) return false;
    at = Math.max(at, end);
  }
  return !/\S/.test(text.slice(at));
}

function withGaps(text: string, tokens: readonly Token[]): Token[] {
  const all: Token[] = [];
  let at = 0;
  for (const token of tokens) {
    all.push(...wordsIn(text, { start: at, end: token.start }), token);
    at = token.end;
  }
  return [...all, ...wordsIn(text, { start: at, end: text.length })];
}
