/** One line of a text, or a piece of a long one: what is drawn as a block of its own, and wrapped by the page. */
export interface TextLine {
  /** In UTF-16 code units; `end` is before the line break. */
  start: number;
  end: number;
  /** Where the next one begins: after the break, or at `end` where a long line goes on. */
  next: number;
  /** How wide it is, about, in halves of an em: what its height is guessed by until it is drawn. */
  halves: number;
}

/** A longer line is cut, so that no block takes long to lay out. */
const longest = 2000;
/** So far back of that a space is looked for. */
const near = 200;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** From Hangul on, and the planes of emoji and rarer ideographs, signs are as wide as they are high. */
const isWide = (code: number): boolean => code >= 0x1100 && !(code >= 0x1e00 && code <= 0x2e7f);
const carriageReturn = 13;
const lineFeed = 10;

/** Cuts a text at its line breaks (LF, CR, CR LF) and within long lines: at spaces, and never inside what is read as one sign. */
export function linesOf(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  let halves = 0;
  let at = 0;
  const end = (to: number, next: number) => {
    lines.push({ start, end: to, next, halves });
    start = at = next;
    halves = 0;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === lineFeed) end(at, at + 1);
    else if (code === carriageReturn) end(at, text.charCodeAt(at + 1) === lineFeed ? at + 2 : at + 1);
    else if (at - start >= longest) {
      const cut = cutIn(text, start, at);
      end(cut, cut);
    } else {
      halves += isWide(code) ? 2 : 1;
      at++;
    }
  }
  lines.push({ start, end: text.length, next: text.length, halves });
  return lines;
}

/** Where a line that reaches from `start` beyond `to` is cut: after a space, else between two signs. */
function cutIn(text: string, start: number, to: number): number {
  for (let at = to; at > to - near; at--) if (/\s/.test(text[at - 1]) && !isMark(text, at)) return at;
  const { index } = graphemes.segment(text.slice(start, to + near)).containing(to - start)!;
  // A sign of no end, as a letter under thousands of accents: cut between two code units that are no pair.
  return index > 0 ? start + index : isLow(text, to) ? to - 1 : to;
}

const isLow = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
/** Whether what is there belongs to the sign before it. */
const isMark = (text: string, at: number): boolean => /^[\p{M}\u200d]/u.test(text.slice(at, at + 2));

/** The last line that begins at or before this place. */
export function lineAt(lines: readonly TextLine[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle].start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
