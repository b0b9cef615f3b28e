import { missingWords } from '../cells.ts';
import { mostDecimalDigits, mostWholeDigits, type StoredCells } from '../tables/stored-numbers.ts';
import { dateLength, momentLength } from './moments.ts';
import type { Dialect } from './sniff.ts';

/** Ways in which a column's values are written, as bits. */
const noPoint = 1;
/** The last decimal is none of "0". */
const exact = 2;
/** "5.0". */
const oneZero = 4;
/** "5.10", "5.00". */
const endsInZero = 8;
const isDate = 16;
const isSecond = 32;

/** A row that is longer is left out of a table. */
const longestRow = 1 << 21;
const lineFeed = 10;
const carriageReturn = 13;
const minus = 45;
const point = 46;
const zero = 48;
const nine = 57;
const longestMissing = Math.max(...missingWords.map(({ length }) => length));

/**
 * Looks for columns of nothing but values whose text can be made again from them (`StoredCells`): numbers with no zeros before, no sign but
 * "-", no exponent; dates and times; none in quotes. It errs on the safe side, and where it cannot tell how cells are cut, no column is one.
 */
export class NumberColumns {
  readonly #columns: number;
  readonly #delimiter: number;
  readonly #quote: number;
  /** Bytes that end a cell, and the quote. */
  readonly #special = new Uint8Array(256);
  readonly #missing: ReadonlySet<string>;
  /** By column; the last one stands for all that there should not be. */
  readonly #isText: Uint8Array;
  readonly #ways: Uint8Array;
  readonly #whole: Uint8Array;
  readonly #least: Uint8Array;
  readonly #most: Uint8Array;
  #linesAbove: number;
  #column = 0;
  #inQuotes = false;
  #lost = false;
  /** The beginning of a row that the next chunk goes on with. */
  #begun: Buffer[] = [];
  #begunBytes = 0;

  /** `words`: those for missing values are read as such. */
  constructor({ delimiter, quote, columns, header, skipLines }: Dialect, words: boolean) {
    this.#columns = columns;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
    this.#lost = !/^[,;\t|]$/.test(delimiter);
    for (const byte of [this.#delimiter, this.#quote, lineFeed, carriageReturn]) {
      if (byte >= 0 && byte < 256) this.#special[byte] = 1;
    }
    this.#missing = new Set(words ? missingWords : []);
    this.#isText = new Uint8Array(columns + 1);
    this.#isText[columns] = 1;
    this.#ways = new Uint8Array(columns + 1);
    this.#whole = new Uint8Array(columns + 1);
    this.#least = new Uint8Array(columns + 1).fill(255);
    this.#most = new Uint8Array(columns + 1);
    this.#linesAbove = skipLines + (header ? 1 : 0);
  }

  /** The file's bytes, in turn. */
  see(chunk: Uint8Array): void {
    if (this.#lost || chunk.length === 0) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const first = bytes.indexOf(lineFeed) + 1;
    if (first > 0) {
      if (this.#begunBytes > 0) this.#lines(Buffer.concat([...this.#begun, bytes.subarray(0, first)]));
      const last = bytes.lastIndexOf(lineFeed) + 1;
      this.#lines(bytes.subarray(this.#begunBytes > 0 ? first : 0, last));
      // A copy: what it was cut from is large.
      this.#begun = [Buffer.from(bytes.subarray(last))];
      this.#begunBytes = bytes.length - last;
    } else {
      this.#begun.push(Buffer.from(bytes));
      this.#begunBytes += bytes.length;
    }
    this.#lost ||= this.#begunBytes > longestRow;
  }

  /** The last row may have no end. */
  end(): void {
    if (this.#begunBytes > 0) this.#lines(Buffer.concat([...this.#begun, Buffer.of(lineFeed)]));
    this.#begunBytes = 0;
    this.#lost ||= this.#inQuotes;
  }

  /** What can be kept of each column as a value, null where nothing. `room`: for more decimals, where rows are still to come. */
  found(room = 0): (StoredCells | null)[] {
    return Array.from({ length: this.#columns }, (_, i) => {
      const [ways, whole, least, most] = [this.#ways[i], this.#whole[i], this.#least[i], this.#most[i]];
      if (this.#lost || this.#isText[i] === 1 || ways === 0) return null;
      if (ways === isDate) return { way: 'date' };
      if (ways === isSecond) return { way: 'second' };
      if ((ways & (isDate | isSecond)) !== 0) return null;
      if (ways === noPoint) return whole <= mostWholeDigits ? { way: 'whole' } : null;
      if (whole + most > mostDecimalDigits) return null;
      if ((ways & noPoint) === 0 && least === most) return { way: 'fixed', decimals: most };
      const decimals = Math.max(most, Math.min(most + room, mostDecimalDigits - whole - room));
      if ((ways & (oneZero | endsInZero)) === 0) return { way: 'shortest', decimals };
      return (ways & (noPoint | endsInZero)) === 0 ? { way: 'pointed', decimals } : null;
    });
  }

  /** All cells seen so far can be kept so. */
  fit(columns: readonly (StoredCells | null)[]): boolean {
    return columns.every((stored, i) => {
      if (!stored) return true;
      const ways = this.#ways[i];
      if (this.#lost || this.#isText[i] === 1) return false;
      if (stored.way === 'date') return (ways & ~isDate) === 0;
      if (stored.way === 'second') return (ways & ~isSecond) === 0;
      if ((ways & (isDate | isSecond)) !== 0) return false;
      if (stored.way === 'whole') return (ways & ~noPoint) === 0 && this.#whole[i] <= mostWholeDigits;
      const { decimals } = stored;
      if (this.#whole[i] + decimals > mostDecimalDigits || this.#most[i] > decimals) return false;
      if (stored.way === 'fixed') return (ways & noPoint) === 0 && (ways === 0 || this.#least[i] === decimals);
      return (ways & (stored.way === 'shortest' ? oneZero | endsInZero : noPoint | endsInZero)) === 0;
    });
  }

  /** Whole lines. */
  #lines(bytes: Buffer): void {
    let at = 0;
    for (; this.#linesAbove > 0; this.#linesAbove--) {
      at = bytes.indexOf(lineFeed, at) + 1;
      if (at === 0) return;
    }
    this.#cells(bytes, at);
  }

  /** One loop, for it goes over every byte of a table. */
  #cells(bytes: Uint8Array, from: number): void {
    const [special, isText, ways, wholes] = [this.#special, this.#isText, this.#ways, this.#whole];
    const [columns, delimiter, quote, end] = [this.#columns, this.#delimiter, this.#quote, bytes.length];
    let column = this.#column;
    let at = from;
    while (at < end) {
      let byte = bytes[at];
      if (this.#inQuotes || byte === quote) {
        // A value in quotes would be written back without.
        isText[column] = 1;
        at = this.#closeQuotes(bytes, this.#inQuotes ? at : at + 1);
        if (this.#inQuotes) break;
        byte = bytes[at];
      } else if (isText[column] === 0 && special[byte] === 0) {
        const start = at;
        if (byte === minus) byte = bytes[++at];
        const first = at;
        // Of nothing but zeros it stays what "0" is.
        let digits = zero;
        while (byte >= zero && byte <= nine) {
          digits |= byte;
          byte = bytes[++at];
        }
        const whole = at - first;
        let decimals = -1;
        if (byte === point) {
          byte = bytes[++at];
          while (byte >= zero && byte <= nine) {
            digits |= byte;
            byte = bytes[++at];
          }
          decimals = at - first - whole - 1;
        }
        const plain =
          special[byte] === 1 &&
          (whole === 1 || (whole > 1 && bytes[first] !== zero)) &&
          decimals !== 0 &&
          // No zero is negative.
          (first === start || digits !== zero);
        if (!plain) {
          const length = momentLength(bytes, start);
          if (length > 0 && special[bytes[start + length]] === 1) {
            ways[column] |= length === dateLength ? isDate : isSecond;
            byte = bytes[(at = start + length)];
          } else if (!this.#isMissing(bytes, start)) isText[column] = 1;
        } else {
          if (whole > wholes[column]) wholes[column] = Math.min(whole, 255);
          if (decimals < 0) ways[column] |= noPoint;
          else {
            ways[column] |= bytes[at - 1] !== zero ? exact : decimals === 1 ? oneZero : endsInZero;
            if (decimals < this.#least[column]) this.#least[column] = decimals;
            if (decimals > this.#most[column]) this.#most[column] = Math.min(decimals, 255);
          }
        }
      }
      while (special[byte] === 0) byte = bytes[++at];
      at++;
      if (byte === delimiter) {
        if (column < columns) column++;
      } else if (byte === quote) {
        // Amid a cell: who reads it may take it for either.
        this.#lost = true;
        return;
      } else column = 0;
    }
    this.#column = column;
  }

  /** Where what is in quotes ends; the bytes' end where it goes on. */
  #closeQuotes(bytes: Uint8Array, from: number): number {
    for (let at = from; ; at += 2) {
      at = bytes.indexOf(this.#quote, at);
      this.#inQuotes = at < 0;
      if (at < 0) return bytes.length;
      if (bytes[at + 1] !== this.#quote) return at + 1;
    }
  }

  #isMissing(bytes: Uint8Array, from: number): boolean {
    let end = from;
    while (this.#special[bytes[end]] === 0 && end - from <= longestMissing) end++;
    return this.#missing.has(String.fromCharCode(...bytes.subarray(from, end)));
  }
}
