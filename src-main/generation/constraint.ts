import { AtelierError } from '../shared/errors.ts';
import type { Grammar, Language } from './grammar/grammar.ts';
import type { TokenTrie } from './token-trie.ts';

/** Tokens that may come, and how many bytes at least must follow each of them. */
interface Followers {
  tokens: Int32Array;
  owed: Float64Array;
}

/** States whose followers are kept: within a string of JSON it is the same one again and again. */
const kept = 32;

/** Holds output to a language: what was written so far, and which tokens may come next. */
export class Constraint {
  readonly #grammar: Grammar;
  readonly #trie: TokenTrie;
  readonly #bytes: readonly (Uint8Array | null)[];
  readonly #followers = new Map<number, Followers>();
  #now: Language;

  constructor(
    { grammar, language }: { grammar: Grammar; language: Language },
    trie: TokenTrie,
    bytes: readonly (Uint8Array | null)[],
  ) {
    this.#grammar = grammar;
    this.#now = language;
    this.#trie = trie;
    this.#bytes = bytes;
  }

  /** Whether what was written is whole. */
  get mayEnd(): boolean {
    return this.#grammar.mayEnd(this.#now);
  }
  /** Whether nothing can follow. */
  get mustEnd(): boolean {
    return this.mayEnd && this.#followersOf().tokens.length === 0;
  }

  /**
   * The tokens that may come where `left` tokens, this one among them, are all there may be: only those after which the shortest way to an end
   * still fits, a byte a token. Where none does, as where there were too few from the start, those with the shortest way. Throws
   * `output_cannot_go_on` where the vocabulary has nothing that fits.
   */
  next(left: number): Set<number> {
    const { tokens, owed } = this.#followersOf();
    if (tokens.length === 0 && !this.mayEnd) {
      throw new AtelierError(
        'output_cannot_go_on',
        'The model has no token that the asked for form could go on with. Ask for a form of letters that its vocabulary has.',
      );
    }
    const fits = new Set<number>();
    tokens.forEach((token, i) => owed[i] <= left - 1 && fits.add(token));
    if (fits.size > 0 || this.mayEnd) return fits;
    const least = owed.reduce((a, b) => Math.min(a, b), Infinity);
    tokens.forEach((token, i) => owed[i] === least && fits.add(token));
    return fits;
  }

  /** What was written now. Throws RangeError for a token that may not come. */
  take(token: number): void {
    const bytes = this.#bytes[token] ?? [];
    for (const byte of bytes) this.#now = this.#grammar.after(this.#now, byte);
    if (bytes.length === 0 || this.#now === this.#grammar.nothing)
      throw new RangeError(`Token ${token} may not come here.`);
  }

  #followersOf(): Followers {
    const { id } = this.#now;
    const known = this.#followers.get(id);
    if (known) return known;
    const found = this.#walk();
    this.#followers.set(id, found);
    for (const oldest of this.#followers.keys()) if (this.#followers.size > kept) this.#followers.delete(oldest);
    return found;
  }

  #walk(): Followers {
    const grammar = this.#grammar;
    const { byte, child, sibling, token, alike } = this.#trie;
    const tokens: number[] = [];
    const owed: number[] = [];
    // Depth first; tokens are short.
    const visit = (node: number, language: Language): void => {
      for (let at = child[node]; at >= 0; at = sibling[at]) {
        const next = grammar.after(language, byte[at]);
        if (next === grammar.nothing) continue;
        if (token[at] >= 0) {
          const rest = grammar.shortest(next);
          for (let one = token[at]; rest < Infinity && one >= 0; one = alike[one]) {
            tokens.push(one);
            owed.push(rest);
          }
        }
        visit(at, next);
      }
    };
    visit(0, this.#now);
    return { tokens: Int32Array.from(tokens), owed: Float64Array.from(owed) };
  }
}
