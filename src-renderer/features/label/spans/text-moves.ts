import { lineAt, type TextLine } from './text-lines.ts';

/** Where a caret goes by signs as people read them and by words, and what of a choice is whole words. In UTF-16 code units. */

const segmenters = {
  sign: new Intl.Segmenter(undefined, { granularity: 'grapheme' }),
  word: new Intl.Segmenter(undefined, { granularity: 'word' }),
};

export interface Stretch {
  start: number;
  end: number;
}

/** A source's own tokens: start and end of each, one after another. */
export type Tokens = readonly number[];

export class TextMoves {
  readonly text: string;
  readonly lines: readonly TextLine[];
  readonly #tokens: Tokens | null;
  #segmented: { line: number; sign: Intl.Segments; word: Intl.Segments } | null = null;

  constructor(text: string, lines: readonly TextLine[], tokens: Tokens | null = null) {
    this.text = text;
    this.lines = lines;
    this.#tokens = tokens && tokens.length > 0 ? tokens : null;
  }

  sign(at: number, by: 1 | -1): number {
    const line = lineAt(this.lines, at);
    const { start, end, next } = this.lines[line];
    if (by === 1) {
      if (at >= end) return next > at ? next : Math.min(this.text.length, at);
      return this.#piece(line, 'sign', at).end;
    }
    if (at === start) return line === 0 ? 0 : this.#stepBack(line);
    return this.#piece(line, 'sign', Math.min(at, end) - 1).start;
  }

  /** To the end of the next word, or the beginning of the one before. */
  word(at: number, by: 1 | -1): number {
    let place = at;
    for (;;) {
      const next = by === 1 ? this.#wordAfter(place) : this.#wordBefore(place);
      if (next) return by === 1 ? next.end : next.start;
      const line = lineAt(this.lines, place);
      const other = line + by;
      if (other < 0) return 0;
      if (other >= this.lines.length) return this.text.length;
      place = by === 1 ? this.lines[other].start : this.lines[other].end;
      // The end of a long line's piece is the beginning of the next: one step more.
      if (by === -1 && lineAt(this.lines, place) !== other) place--;
    }
  }

  /** The word or token at a place, or the one that ends there; null between them. */
  at(place: number): Stretch | null {
    if (this.#tokens) return this.#token(place);
    const line = lineAt(this.lines, place);
    const { start, end } = this.lines[line];
    for (const at of [place, place - 1]) {
      if (at < start || at >= end) continue;
      const { wordLike, ...found } = this.#piece(line, 'word', at);
      if (wordLike) return found;
    }
    return null;
  }

  /** Widened to whole words, and without the spaces about them; of a choice without any word only that. */
  snapped({ start, end }: Stretch): Stretch {
    const inner = this.trimmed({ start, end });
    if (inner.start >= inner.end) return this.at(start) ?? inner;
    return { start: this.#around(inner.start).start, end: this.#around(inner.end - 1).end };
  }

  /** Without the spaces at its ends. */
  trimmed({ start, end }: Stretch): Stretch {
    let [from, to] = [start, end];
    while (from < to && /\s/.test(this.text[from])) from++;
    while (to > from && /\s/.test(this.text[to - 1])) to--;
    return { start: from, end: to };
  }

  /** What of a text counts as one: the token or word with this character, else its sign. */
  #around(at: number): Stretch {
    const line = lineAt(this.lines, at);
    if (this.#tokens) return this.#token(at, false) ?? this.#piece(line, 'sign', at);
    const word = this.#piece(line, 'word', at);
    return word.wordLike ? word : this.#piece(line, 'sign', at);
  }

  #token(place: number, ending = true): Stretch | null {
    const tokens = this.#tokens!;
    let low = 0;
    let high = tokens.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tokens[2 * middle + 1] <= place) low = middle + 1;
      else high = middle;
    }
    if (2 * low < tokens.length && tokens[2 * low] <= place)
      return { start: tokens[2 * low], end: tokens[2 * low + 1] };
    const before = low - 1;
    if (!ending || before < 0 || tokens[2 * before + 1] !== place) return null;
    return { start: tokens[2 * before], end: tokens[2 * before + 1] };
  }

  #wordAfter(at: number): Stretch | null {
    if (this.#tokens) return this.#tokenFrom(at);
    const line = lineAt(this.lines, at);
    let place = at;
    while (place < this.lines[line].end) {
      const piece = this.#piece(line, 'word', place);
      if (piece.wordLike) return piece;
      place = piece.end;
    }
    return null;
  }

  #wordBefore(at: number): Stretch | null {
    const line = lineAt(this.lines, at);
    if (this.#tokens) return this.#tokenUpTo(at);
    let place = Math.min(at, this.lines[line].end);
    while (place > this.lines[line].start) {
      const piece = this.#piece(line, 'word', place - 1);
      if (piece.wordLike) return piece;
      place = piece.start;
    }
    return null;
  }

  #tokenFrom(at: number): Stretch | null {
    const tokens = this.#tokens!;
    for (let i = lowest(tokens, at); i < tokens.length; i += 2) return { start: tokens[i], end: tokens[i + 1] };
    return { start: this.text.length, end: this.text.length };
  }

  #tokenUpTo(at: number): Stretch | null {
    const tokens = this.#tokens!;
    let i = lowest(tokens, at);
    if (i < tokens.length && tokens[i] < at) return { start: tokens[i], end: tokens[i + 1] };
    i -= 2;
    return i < 0 ? { start: 0, end: 0 } : { start: tokens[i], end: tokens[i + 1] };
  }

  #stepBack(line: number): number {
    const { start, end, next } = this.lines[line - 1];
    return next > end || start === end ? end : this.#piece(line - 1, 'sign', end - 1).start;
  }

  #piece(line: number, by: 'sign' | 'word', at: number): Stretch & { wordLike: boolean } {
    const { start, end } = this.lines[line];
    if (this.#segmented?.line !== line) {
      const text = this.text.slice(start, end);
      this.#segmented = { line, sign: segmenters.sign.segment(text), word: segmenters.word.segment(text) };
    }
    const found = this.#segmented[by].containing(at - start);
    if (!found) return { start: at, end: at, wordLike: false };
    const from = start + found.index;
    return { start: from, end: from + found.segment.length, wordLike: found.isWordLike ?? false };
  }
}

/** The place in `tokens` of the first that ends after this. */
function lowest(tokens: Tokens, at: number): number {
  let low = 0;
  let high = tokens.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[2 * middle + 1] <= at) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}
