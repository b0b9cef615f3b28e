import { missingWords } from '../cells.ts';
import type { Dialect } from './sniff.ts';

const words = missingWords.filter((word) => word !== '').map((word) => Buffer.from(word));
const longest = Math.max(...words.map(({ length }) => length));

/**
 * Looks for cells that are a word for "missing": a file that has none, as most of numbers, is read a tenth sooner by DuckDB when it need not
 * compare each cell with all of them. It errs on the safe side.
 */
export class MissingFinder {
  readonly #cuts = new Uint8Array(256);
  /** What is searched for, by the byte that it begins with: a sign alone (there are many in numbers and dates) with what cuts a cell behind it. */
  readonly #needles = new Map<number, Buffer[]>();
  #tail: Buffer = Buffer.from('\n');
  found = false;

  constructor({ delimiter, quote }: Dialect) {
    const cuts = Buffer.from(`${delimiter}${quote}\r\n`);
    for (const byte of cuts) this.#cuts[byte] = 1;
    for (const word of words) {
      const needles = word.length > 1 ? [word] : [...cuts].map((byte) => Buffer.from([word[0], byte]));
      this.#needles.set(word[0], [...(this.#needles.get(word[0]) ?? []), ...needles]);
    }
  }

  /** The file's bytes, in turn. */
  see(chunk: Uint8Array): void {
    if (this.found || chunk.length === 0) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const seam = Buffer.concat([this.#tail, bytes.subarray(0, longest + 1)]);
    this.found = this.#isIn(seam) || this.#isIn(bytes);
    this.#tail = Buffer.from(bytes.length > longest ? bytes.subarray(-longest - 1) : seam.subarray(-longest - 1));
  }

  /** A file may end in the middle of a row. */
  end(): void {
    this.found ||= this.#isIn(Buffer.concat([this.#tail, Buffer.from('\n')]));
  }

  #isIn(bytes: Buffer): boolean {
    const absent = new Map<number, boolean>();
    const isAbsent = (byte: number): boolean => {
      const known = absent.get(byte) ?? !bytes.includes(byte);
      absent.set(byte, known);
      return known;
    };
    for (const [first, needles] of this.#needles) {
      if (isAbsent(first)) continue;
      for (const needle of needles) {
        if (needle.some(isAbsent)) continue;
        for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
          // At an end of the bytes it is found, or not, in the seam.
          const end = at + needle.length;
          const cut = this.#cuts[bytes[end - 1]] === 1 || (end < bytes.length && this.#cuts[bytes[end]] === 1);
          if (at > 0 && cut && this.#cuts[bytes[at - 1]] === 1) return true;
        }
      }
    }
    return false;
  }
}
