import type { BlobHash } from '../dataset.ts';
import { Random, streams } from '../random.ts';
import { wordPattern } from '../words.ts';

// Words of training texts in exchange for others of a list (Wei & Zou 2019, "EDA"). It is done to the text before any tokenizer sees it: so a
// synonym may be of several words or of none that the text had, and byte pairs and characters are cut as they would be of such a text.

/** Each entry: what stands in a text, of one word or several, in any case; then what may stand there instead, as it is written. */
export type SynonymList = readonly (readonly [entry: string, ...synonyms: string[]])[];

/** A list that is kept, as a setting says it: its file's name, how many entries it has, and the blob it is in, `name:entries#SHA-256`. */
export type SynonymsRef = `${string}:${number}#${BlobHash}`;
export interface KeptSynonyms {
  name: string;
  entries: number;
  blob: BlobHash;
}

export const synonymsRef = ({ name, entries, blob }: KeptSynonyms): SynonymsRef =>
  `${name.replace(/[:#]/g, '_').slice(0, 100)}:${entries}#${blob}`;

/** What a reference says; null for anything else. */
export function readSynonymsRef(text: string): KeptSynonyms | null {
  const parts = /^([^:#]{1,100}):(\d{1,7})#([0-9a-f]{64})$/.exec(text);
  return parts && { name: parts[1], entries: Number(parts[2]), blob: parts[3] };
}

/** A place of a text where an entry of the list stands, and what may stand there instead; never empty. */
export interface SynonymPlace {
  readonly start: number;
  readonly end: number;
  readonly synonyms: readonly string[];
}

const words = new RegExp(wordPattern, 'gu');

/** An entry as it is looked up: the same for all ways of writing it that mean the same place. '' where it has no word. */
export const entryKey = (entry: string): string =>
  Array.from(entry.matchAll(words), ([word]) => word.toLowerCase()).join(' ');

export class SynonymFinder {
  readonly #entries = new Map<string, readonly string[]>();
  /** By first word: the words of the longest entry that begins so. */
  readonly #longest = new Map<string, number>();
  readonly #usable: (synonym: string) => boolean;

  /** `usable`: others are left out, as those that a tokenizer does not know. */
  constructor(list: SynonymList, usable: (synonym: string) => boolean = () => true) {
    this.#usable = usable;
    for (const [entry, ...synonyms] of list) {
      const key = entryKey(entry);
      const parts = key.split(' ');
      this.#entries.set(key, synonyms);
      this.#longest.set(parts[0], Math.max(parts.length, this.#longest.get(parts[0]) ?? 0));
    }
  }

  /** From left to right, none over another: of entries that begin at the same word, the longest. */
  find(text: string): SynonymPlace[] {
    const found: SynonymPlace[] = [];
    const all = Array.from(text.matchAll(words), ({ 0: word, index }) => ({
      word: word.toLowerCase(),
      start: index,
      end: index + word.length,
    }));
    for (let i = 0; i < all.length; i++) {
      let length = Math.min(this.#longest.get(all[i].word) ?? 0, all.length - i);
      for (; length > 0; length--) {
        const parts = all.slice(i, i + length);
        const synonyms = this.#entries.get(parts.map(({ word }) => word).join(' '));
        if (!synonyms) continue;
        const [start, end] = [parts[0].start, parts[length - 1].end];
        const able = casedAs(text.slice(start, end), synonyms).filter(this.#usable);
        if (able.length > 0) found.push({ start, end, synonyms: able });
        i += length - 1;
        break;
      }
    }
    return found;
  }
}

/** Where a text has a capital first, so have they; otherwise they stay as the list has them. */
function casedAs(original: string, synonyms: readonly string[]): readonly string[] {
  const [first] = original;
  if (first === first.toLowerCase()) return synonyms;
  return synonyms.map((synonym) => {
    const [letter] = synonym;
    return letter.toUpperCase() + synonym.slice(letter.length);
  });
}

export interface SynonymDraw {
  /** Probability of each place. */
  readonly share: number;
  readonly seed: number;
  readonly epoch: number;
  readonly sample: number;
}

/** A part of a text; `new`: it was put in. */
export interface TextPiece {
  readonly text: string;
  readonly new: boolean;
}

/** The text in pieces, some places exchanged as (seed, epoch, sample) say and nothing else. */
export function synonymPieces(
  text: string,
  places: readonly SynonymPlace[],
  { share, seed, epoch, sample }: SynonymDraw,
): TextPiece[] {
  const random = new Random(seed, streams.synonym + 256 * epoch, sample);
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const { start, end, synonyms } of places) {
    if (random.uniform() >= share) continue;
    pieces.push(
      { text: text.slice(from, start), new: false },
      { text: synonyms[random.below(synonyms.length)], new: true },
    );
    from = end;
  }
  return [...pieces, { text: text.slice(from), new: false }];
}
