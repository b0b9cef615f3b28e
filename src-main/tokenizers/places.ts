import { openTokenizer } from './open.ts';
import { specialTokensOf } from './special-of.ts';
import { tokenBytes } from './token-bytes.ts';
import type { TokenizerFile, Vocabulary } from './tokenizer-file.ts';

/** Where a token stands in its text: UTF-16 units, as JavaScript counts; blanks before it are none of it. */
export interface Place {
  start: number;
  end: number;
}

export interface PlacedTokens {
  tokens: Int32Array;
  places: Place[];
}

/**
 * The tokens of a text, and where each stands in it. Tokenizers that keep every byte are followed byte by byte. Of others (which lower cases, take
 * accents off, write spaces anew) each piece is looked for in the text, both without case, accents and blanks.
 */
export function placer(file: TokenizerFile): (text: string) => PlacedTokens {
  const tokenizer = openTokenizer(file);
  const bytes = tokenBytes(file)?.bytes ?? null;
  const unknown = specialTokensOf(file).special.unknown;
  const pieces = piecesOf(file);
  return (text) => {
    const tokens = tokenizer.encode(text);
    const own = bytes && Array.from(tokens, (token) => bytes[token] ?? null);
    const exact = own?.every((one) => one !== null) ? byBytes(text, own) : null;
    return { tokens, places: exact ?? byPieces(text, tokens, pieces, unknown) };
  };
}

const encoder = new TextEncoder();

/** Null where the tokens' bytes are not those of the text. */
function byBytes(text: string, tokens: readonly Uint8Array[]): Place[] | null {
  const letters: Place[] = [];
  const whole: number[] = [];
  let at = 0;
  for (const letter of text) {
    for (const byte of encoder.encode(letter)) {
      whole.push(byte);
      letters.push({ start: at, end: at + letter.length });
    }
    at += letter.length;
  }
  const total = tokens.reduce((sum, { length }) => sum + length, 0);
  // One that puts a space before every text.
  let from = total === whole.length + 1 && tokens[0]?.[0] === 0x20 ? -1 : 0;
  if (total + from !== whole.length) return null;
  const places: Place[] = [];
  for (const token of tokens) {
    if (token.some((byte, i) => from + i >= 0 && whole[from + i] !== byte)) return null;
    const [first, last] = [Math.max(0, from), from + token.length - 1];
    from += token.length;
    places.push(
      last < first ? { start: 0, end: 0 } : trimmed(text, { start: letters[first].start, end: letters[last].end }),
    );
  }
  return places;
}

/** Blanks alone stay what they are. */
function trimmed(text: string, { start, end }: Place): Place {
  const inside = text.slice(start, end);
  const without = inside.trimStart();
  return without === '' ? { start, end } : { start: end - without.length, end };
}

/** Of each number its piece as it is written in the vocabulary. */
function piecesOf(file: TokenizerFile): Map<number, string> {
  const { vocab } = file.model;
  const pieces = new Map<number, string>(
    Array.isArray(vocab)
      ? (vocab as [string, number][]).map(([piece], id) => [id, piece])
      : Object.entries(vocab as Vocabulary).map(([piece, id]) => [id, piece]),
  );
  for (const { id, content } of file.added_tokens) pieces.set(id, content);
  const prefix = file.model.continuing_subword_prefix;
  const goesOn = typeof prefix === 'string' ? prefix : file.model.type === 'WordPiece' ? '##' : '';
  const isOwn = new Set(file.added_tokens.map(({ id }) => id));
  for (const [id, piece] of pieces) {
    if (isOwn.has(id)) continue;
    const bare = goesOn !== '' && piece.startsWith(goesOn) ? piece.slice(goesOn.length) : piece;
    pieces.set(id, bare.replaceAll('▁', ' ').replace(/<\/w>$/, ''));
  }
  return pieces;
}

const folded = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\p{Cc}\s]/gu, '');

/** One letter of a text as it is compared; `plain` is empty of blanks, accents and what is not seen. */
interface Letter extends Place {
  plain: string;
}

const isWord = (letter: string): boolean => /[\p{L}\p{N}\p{M}_]/u.test(letter);
/** Written without spaces between words. */
const isAlone = (letter: string): boolean => /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(letter);

/** Whether what ends before and what begins there are of one word: they touch, and both sides are a word's. */
export function goesOn(text: string, before: Place, next: Place): boolean {
  if (next.start < before.end) return true;
  if (next.start > before.end) return false;
  const [last, first] = [String.fromCodePoint(codeBefore(text, before.end)), text.slice(next.start)];
  const letter = String.fromCodePoint(first.codePointAt(0) ?? 0);
  return isWord(last) && isWord(letter) && !isAlone(last) && !isAlone(letter);
}

function codeBefore(text: string, end: number): number {
  const low = text.charCodeAt(end - 1);
  return low >= 0xdc00 && low < 0xe000 && end > 1 ? text.codePointAt(end - 2)! : low || 0;
}

/** As far ahead a piece is looked for where the text has something else in its place. */
const farthest = 64;

function byPieces(
  text: string,
  tokens: ArrayLike<number>,
  pieces: ReadonlyMap<number, string>,
  unknown: number | null,
): Place[] {
  const letters: Letter[] = [];
  let at = 0;
  for (const letter of text) {
    letters.push({ start: at, end: at + letter.length, plain: folded(letter) });
    at += letter.length;
  }
  const plain = Array.from(tokens as ArrayLike<number> & Iterable<number>, (token) =>
    token === unknown ? null : folded(pieces.get(token) ?? ''),
  );
  const places: Place[] = [];
  /** The letter that comes next, and how much of it is taken already. */
  let [i, inside] = [0, 0];
  const skip = (): void => {
    while (i < letters.length && letters[i].plain === '') i++;
  };
  /** What is not seen belongs to the letter before it. */
  const withMarks = (end: number): number => {
    let to = i;
    while (
      to < letters.length &&
      letters[to].plain === '' &&
      text.slice(letters[to].start, letters[to].end).trim() !== ''
    )
      to++;
    return to > i ? letters[to - 1].end : end;
  };
  for (const [k, piece] of plain.entries()) {
    if (inside === 0) skip();
    const here = letters[i]?.start ?? text.length;
    if (piece === null) {
      const start = i;
      i = unknownEnd(text, letters, i, plain[k + 1] ?? null);
      inside = 0;
      places.push(i > start ? { start: here, end: letters[i - 1].end } : { start: here, end: here });
      continue;
    }
    if (piece === '') {
      places.push({ start: here, end: here });
      continue;
    }
    if (inside === 0) i = nextOf(letters, i, piece);
    const start = letters[i]?.start ?? text.length;
    let end = start;
    for (let left = piece; left !== '' && i < letters.length;) {
      const rest = letters[i].plain.slice(inside);
      const same = common(rest, left);
      if (same === 0 && rest !== '') break;
      if (rest !== '') end = letters[i].end;
      left = left.slice(same);
      inside += same;
      if (inside < letters[i].plain.length) break;
      i++;
      inside = 0;
    }
    places.push({ start, end: inside === 0 ? withMarks(end) : end });
  }
  return places;
}

function common(a: string, b: string): number {
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return same;
}

/** From where a piece could be read; where it is nowhere near, here. */
function nextOf(letters: readonly Letter[], from: number, piece: string): number {
  for (let at = from; at < Math.min(letters.length, from + farthest); at++) if (reads(letters, at, piece)) return at;
  return from;
}

function reads(letters: readonly Letter[], from: number, piece: string): boolean {
  let left = piece;
  for (let at = from; at < letters.length && left !== ''; at++) {
    const { plain } = letters[at];
    const same = common(plain, left);
    if (same < Math.min(plain.length, left.length) || (at === from && plain === '')) return false;
    left = left.slice(same);
  }
  return left === '';
}

/** Signs and signs of Han stand by themselves, blanks end a word (as BERT's words are told apart). */
const isApart = (letter: string): boolean =>
  isAlone(letter) || /[\p{P}$+<=>^`|~]/u.test(letter) || letter.trim() === '';

/** A piece that is not known is a word, or all until the next one that is known. */
function unknownEnd(text: string, letters: readonly Letter[], from: number, next: string | null): number {
  const letterAt = (at: number): string => text.slice(letters[at].start, letters[at].end);
  let to = from;
  while (to < letters.length) {
    to++;
    if (to === letters.length || isApart(letterAt(to - 1)) || isApart(letterAt(to))) break;
    if (next !== null && next !== '' && reads(letters, to, next)) break;
  }
  return to;
}
