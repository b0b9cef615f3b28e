import { byteCharacters, utf8 } from './byte-pair/bytes.ts';
import type { Part, TokenizerFile, Vocabulary } from './tokenizer-file.ts';

/**
 * Tokens that a text has at the least, told by what no token holds more of than so much: beginnings of words, letters, digits, signs, other
 * characters. A text of a megabyte takes milliseconds so, where making its tokens takes seconds. Never more than there are; 0 where the file
 * has a part that might take something of a text away.
 */
export function fewestTokens(file: TokenizerFile, text: string): number {
  let known = bounds.get(file);
  if (known === undefined) bounds.set(file, (known = boundOf(file)));
  if (known === null) return 0;
  const { most, counts, byteLevel, exact, composed } = known;
  const whole = exact && (!composed || text.normalize('NFC') === text);
  const seen = tally(byteLevel ? utf8(text) : unitsOf(text), counts, whole);
  const told = whole ? kinds.length : known.told;
  const tokens = seen.map((n, what) => (most[what] > 0 && what < told ? n / most[what] : 0));
  return Math.ceil(Math.max(...tokens));
}

/** What is counted, in this order. */
const kinds = ['start', 'letter', 'digit', 'sign', 'other'] as const;
/** Those before it count as well where marks and other characters do not come to their tokens as they are. */
const marks = kinds.indexOf('sign');

interface Bound {
  /** Of each kind, in any one token. */
  most: readonly number[];
  /** How many of the kinds can be told in any text. */
  told: number;
  /** By each unit whether it counts, if not all do: one that is unknown may go with its neighbours into one token, or into none. */
  counts: Uint8Array | null;
  /** Units are bytes of UTF-8, else those of UTF-16. */
  byteLevel: boolean;
  exact: boolean;
  /** What is composed of several characters becomes one first. */
  composed: boolean;
}

const bounds = new WeakMap<TokenizerFile, Bound | null>();

function boundOf(file: TokenizerFile): Bound | null {
  const { model } = file;
  const normal = normalizing(file.normalizer);
  const cut = cutting(file.pre_tokenizer);
  if (!normal || !cut) return null;
  const type = model.type ?? (Array.isArray(model.vocab) ? 'Unigram' : 'BPE');
  const added = file.added_tokens.map(({ content }) => content);
  if (type === 'WordPiece' || type === 'WordLevel') {
    // A word is one token at least, be it the unknown one; but only of a text that is cut at blanks.
    const { unk_token: unknown, vocab } = model;
    if (!cut.atBlanks || typeof unknown !== 'string' || !Object.hasOwn(vocab as Vocabulary, unknown)) return null;
    const [starts, , , , others] = mostIn(added, unitsOf);
    const most = [Math.max(1, starts), 0, 0, 0, Math.max(1, others)];
    // Where blanks are put around Chinese characters each is a word.
    const counts = unitsWhere((unit) => unit < 0x80 || (unit >= 0x4e00 && unit <= 0x9fff));
    const told = normal.partsChinese ? kinds.length : 1;
    return { most, told, counts, byteLevel: false, exact: false, composed: false };
  }
  if (type !== 'BPE' && type !== 'Unigram') return null;
  if (model.continuing_subword_prefix || model.end_of_word_suffix || model.dropout) return null;
  const pieces = new Set(
    Array.isArray(model.vocab)
      ? (model.vocab as [string][]).map(([piece]) => piece)
      : Object.keys(model.vocab as object),
  );
  for (const merge of (model.merges as (string | [string, string])[] | undefined) ?? []) {
    const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge;
    pieces.add(left + right);
  }
  const common = { told: marks, exact: normal.exact && cut.exact, composed: normal.composed };
  if (cut.byteLevel) {
    if (type !== 'BPE' || !byteCharacters.every((each) => pieces.has(each))) return null;
    const most = larger(mostIn(pieces, bytesOf), mostIn(added, utf8));
    return { ...common, most, counts: null, byteLevel: true };
  }
  // What is unknown becomes tokens of its bytes, where there are such, …
  const fallsBack = model.byte_fallback === true && byteNames.every((each) => pieces.has(each));
  const most = larger(mostIn(pieces, namedUnits), mostIn(added, unitsOf)).map((n) => (fallsBack ? Math.max(1, n) : n));
  // … else it may be nothing.
  const counts = unitsWhere((unit) => {
    const cased = normal.lowercase && unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
    return pieces.has(String.fromCharCode(cased));
  });
  return { ...common, most, counts: fallsBack ? null : counts, byteLevel: false };
}

const byteNames = Array.from({ length: 256 }, (_, n) => `<0x${n.toString(16).toUpperCase().padStart(2, '0')}>`);

const unitsWhere = (counts: (unit: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 0x10000 }, (_, unit) => (counts(unit) ? 1 : 0));

const larger = (a: readonly number[], b: readonly number[]): number[] => a.map((n, i) => Math.max(n, b[i]));

function mostIn(texts: Iterable<string>, units: (text: string) => ArrayLike<number>): number[] {
  let most = kinds.map(() => 0);
  for (const text of texts) most = larger(most, tally(units(text), null, true));
  return most;
}

function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < units.length; i++) units[i] = text.charCodeAt(i);
  return units;
}
/** "▁" stands for a blank in pieces. */
const namedUnits = (piece: string): Uint16Array => unitsOf(piece.replaceAll('▁', ' '));
const byteOf = new Map(byteCharacters.map((each, byte) => [each, byte]));
const bytesOf = (piece: string): Uint8Array => Uint8Array.from(piece, (each) => byteOf.get(each) ?? 0);

/**
 * Of each kind how much there is. A letter is at a start where nothing or a blank stands before it.
 * @param whole no mark that comes after a letter can have made another one of it
 */
function tally(units: ArrayLike<number>, counts: Uint8Array | null, whole: boolean): number[] {
  let [starts, letters, digits, signs, others] = [0, 0, 0, 0, 0];
  const { length } = units;
  for (let i = 0; i < length; i++) {
    const unit = units[i];
    if (isBlank(unit) || (counts && counts[unit] === 0)) continue;
    if (unit >= 0x80) others++;
    else {
      const small = unit | 0x20;
      const letter = small >= 0x61 && small <= 0x7a;
      const digit = unit >= 0x30 && unit <= 0x39;
      if (!letter && !digit) signs++;
      else if (whole || i + 1 === length || units[i + 1] < 0x80) {
        if (letter) letters++;
        else digits++;
        if (i === 0 || isBlank(units[i - 1])) starts++;
      }
    }
  }
  return [starts, letters, digits, signs, others];
}

const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x09 || unit === 0x0d;

const listed = (part: Part | null, within: string): readonly Part[] => {
  if (part === null) return [];
  const parts = part.type === 'Sequence' ? (part[within] as readonly Part[] | undefined) : [part];
  return (parts ?? []).flatMap((each) => (each.type === 'Sequence' ? listed(each, within) : [each]));
};

/** What becomes of letters and digits of ASCII, and of the blanks before them; null where something unknown may. */
function normalizing(
  part: Part | null,
): { exact: boolean; composed: boolean; lowercase: boolean; partsChinese: boolean } | null {
  const found = { exact: true, composed: false, lowercase: false, partsChinese: false };
  for (const each of listed(part, 'normalizers')) {
    switch (each.type) {
      case 'Prepend':
        break;
      case 'NFC':
        found.composed = true;
        break;
      case 'Replace': {
        const { String: text, Regex: pattern } = (each.pattern ?? {}) as { String?: unknown; Regex?: unknown };
        const blanks = typeof each.content === 'string' && /^[ ▁]+$/.test(each.content);
        if (text === ' ' && blanks) break;
        // Some blanks become one; letters beyond ASCII become others.
        const harmless = (pattern === ' {2,}' && blanks) || (typeof text === 'string' && /^[^\0-\x7f]+$/.test(text));
        if (!harmless) return null;
        found.exact = false;
        break;
      }
      case 'BertNormalizer':
        found.partsChinese ||= each.handle_chinese_chars === true;
        found.lowercase ||= each.lowercase === true;
        found.exact = false;
        break;
      case 'Lowercase':
        found.lowercase = true;
        found.exact = false;
        break;
      case 'NFD':
      case 'NFKC':
      case 'NFKD':
      case 'Nmt':
      case 'Precompiled':
      case 'Strip':
      case 'StripAccents':
        found.exact = false;
        break;
      default:
        return null;
    }
  }
  return found;
}

/** How a text is cut; null where letters might be left out. `exact`: nothing but blanks is. */
function cutting(part: Part | null): { atBlanks: boolean; byteLevel: boolean; exact: boolean } | null {
  const found = { atBlanks: false, byteLevel: false, exact: true };
  for (const each of listed(part, 'pretokenizers')) {
    switch (each.type) {
      case 'ByteLevel':
        found.byteLevel = true;
        break;
      case 'BertPreTokenizer':
      case 'Whitespace':
      case 'WhitespaceSplit':
        found.atBlanks = true;
        break;
      case 'Metaspace':
      case 'Digits':
        break;
      case 'Split':
      case 'Punctuation':
        if (each.behavior === 'Removed') {
          if (each.type === 'Split') return null;
          found.exact = false;
        }
        break;
      default:
        return null;
    }
  }
  return found;
}
