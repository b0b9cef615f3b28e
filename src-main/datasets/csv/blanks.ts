import { isAscii } from 'node:buffer';
import type { Dialect } from './sniff.ts';

/** What `trim` takes away besides the blanks of ASCII, in UTF-8 (see `cells.ts`), as far as it takes to tell it. */
const others = ['\u00a0', '\u1680', '\u2000', '\u205f', '\u3000', '\ufeff'].map((character) =>
  Buffer.from(character).subarray(0, character === '\u2000' ? 2 : 3),
);

/** Of ASCII, besides line ends. */
export const asciiBlanks = [0x20, 0x09, 0x0b, 0x0c];

const ordinary = 0;
const border = 1;
const blank = 2;
const quotation = 3;
const newline = 4;

/**
 * Looks for blanks at an end of a cell, which trimming would take away: where a file has none, its cells need not be looked at one by one. It
 * errs on the safe side.
 */
export class BlankFinder {
  readonly #kinds = new Uint8Array(256);
  /** The bytes of what stands between cells. */
  readonly #cuts: readonly number[];
  readonly #quote: number;
  #before = newline;
  #inQuotes = false;
  #tail: Buffer = Buffer.alloc(0);
  found = false;

  constructor({ delimiter, quote }: Dialect) {
    for (const byte of asciiBlanks) this.#kinds[byte] = blank;
    for (const byte of Buffer.from(delimiter)) this.#kinds[byte] = border;
    for (const byte of Buffer.from('\r\n')) this.#kinds[byte] = newline;
    this.#cuts = [...Buffer.from(`${delimiter}\r\n`)];
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
    if (this.#quote >= 0) this.#kinds[this.#quote] = quotation;
    // Between blanks, blanks cannot be told from what cuts.
    if (delimiter.trim() === '' && delimiter !== '\t') this.found = true;
  }

  /** The file's bytes, in turn. */
  see(chunk: Uint8Array): void {
    if (this.found || chunk.length === 0) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const seam = Buffer.concat([this.#tail, bytes.subarray(0, 2)]);
    this.#tail = Buffer.from(bytes.subarray(-2));
    const quoted = this.#inQuotes || (this.#quote >= 0 && bytes.includes(this.#quote));
    this.found =
      ((!isAscii(bytes) || !isAscii(seam)) && others.some((other) => bytes.includes(other) || seam.includes(other))) ||
      (quoted ? this.#walk(bytes) : this.#lookAround(bytes));
  }

  /** A file may end in the middle of a row. */
  end(): void {
    if (this.#before === blank) this.found = true;
  }

  /** Without quotes only what stands beside a blank matters. */
  #lookAround(bytes: Buffer): boolean {
    const kinds = this.#kinds;
    const cuts = (kind: number): boolean => kind === border || kind === newline;
    const before = this.#before;
    this.#before = kinds[bytes[bytes.length - 1]];
    if (before === blank && cuts(kinds[bytes[0]])) return true;
    if (cuts(before) && kinds[bytes[0]] === blank) return true;
    for (const each of asciiBlanks) {
      if (kinds[each] !== blank || !bytes.includes(each)) continue;
      for (const cut of this.#cuts) {
        if (!bytes.includes(cut)) continue;
        // Backwards a search begins with the last byte, and there are fewer blanks than what cuts.
        if (bytes.includes(Buffer.of(each, cut)) || bytes.lastIndexOf(Buffer.of(cut, each)) >= 0) return true;
      }
    }
    return false;
  }

  #walk(bytes: Buffer): boolean {
    const kinds = this.#kinds;
    let before = this.#before;
    let inQuotes = this.#inQuotes;
    for (let i = 0; i < bytes.length; i++) {
      const kind = kinds[bytes[i]];
      // What cuts cells is a character like others inside of quotes.
      if (kind === ordinary || (kind === border && inQuotes)) {
        before = ordinary;
        continue;
      }
      if (kind === blank ? before !== ordinary && before !== blank : before === blank) return true;
      if (kind === quotation) inQuotes = !inQuotes;
      // A line that ends inside of quotes may be the end, or the beginning, of what is in them.
      else if (kind === newline && inQuotes) return true;
      before = kind;
    }
    this.#before = before;
    this.#inQuotes = inQuotes;
    return false;
  }
}
