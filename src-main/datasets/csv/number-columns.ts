import { isAscii } from 'node:buffer';
import { missingWords } from '../cells.ts';
import { mostDecimalDigits, mostShortDigits, mostWholeDigits, type StoredCells } from '../tables/stored-numbers.ts';
import { column as fact, endsInZero, exact, isDate, isSecond, noPoint, oneZero } from './cell-facts.ts';
import { CellWalk } from './cell-walk.ts';
import { dateLength, momentLength } from './moments.ts';
import type { Dialect } from './sniff.ts';

/** A row that is longer is left out of a table. */
const longestRow = 1 << 21;
const lineFeed = 10;
const carriageReturn = 13;
const minus = 45;
const point = 46;
const zero = 48;
const nine = 57;
const longestMissing = Math.max(...missingWords.map(({ length }) => length));

/** How many digits more the numbers behind may have, before the point and behind it. */
export interface Room {
  digits: number;
  decimals: number;
}

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
  readonly #besides: (bytes: Uint8Array) => void;
  readonly #walk: CellWalk;
  #linesAbove: number;
  #column = 0;
  #inQuotes = false;
  #lost = false;
  /** The beginning of a row that the next chunk goes on with. */
  #begun: Buffer[] = [];
  #begunBytes = 0;

  /**
   * `words`: those for missing values are read as such. `besides` is given, in turn, what was not looked through for blanks and missing words
   * (see `blanks`, `missing`); after what was it goes on at the beginning of a row.
   */
  constructor(
    { delimiter, quote, columns, header, skipLines }: Dialect,
    words: boolean,
    besides: (bytes: Uint8Array) => void = () => undefined,
  ) {
    this.#columns = columns;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote === '' ? -1 : quote.charCodeAt(0);
    this.#lost = !/^[,;\t|]$/.test(delimiter);
    for (const byte of [this.#delimiter, this.#quote, lineFeed, carriageReturn]) {
      if (byte >= 0 && byte < 256) this.#special[byte] = 1;
    }
    this.#missing = new Set(words ? missingWords : []);
    this.#besides = besides;
    this.#walk = new CellWalk(columns, this.#delimiter, words);
    this.#linesAbove = skipLines + (header ? 1 : 0);
  }

  /** Blanks stand at an end of some cells. */
  get blanks(): boolean {
    return this.#walk.blanks;
  }

  /** Some cells are words for missing values. */
  get missing(): boolean {
    return this.#walk.missing;
  }

  /** The file's bytes, in turn. */
  see(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#lost) {
      this.#giveUp();
      this.#besides(chunk);
      return;
    }
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
    if (this.#begunBytes > longestRow) this.#giveUp();
  }

  /** The last row may have no end. */
  end(): void {
    if (this.#begunBytes > 0) this.#lines(Buffer.concat([...this.#begun, Buffer.of(lineFeed)]));
    this.#begunBytes = 0;
    this.#lost ||= this.#inQuotes;
  }

  /** What can be kept of each column as a value, null where nothing. `room`: for longer numbers, where rows are still to come. */
  found(room: Room = { digits: 0, decimals: 0 }): (StoredCells | null)[] {
    return Array.from({ length: this.#columns }, (_, i) => {
      const { isText, ways, whole, least, most } = this.#known(i);
      if (this.#lost || isText || ways === 0) return null;
      if (ways === isDate) return { way: 'date' };
      if (ways === isSecond) return { way: 'second' };
      if ((ways & (isDate | isSecond)) !== 0) return null;
      if (ways === noPoint) {
        if (whole + room.digits <= mostShortDigits) return { way: 'short' };
        return whole <= mostWholeDigits ? { way: 'whole' } : null;
      }
      if (whole + most > mostDecimalDigits) return null;
      if ((ways & noPoint) === 0 && least === most) return { way: 'fixed', decimals: most };
      const decimals = Math.max(most, Math.min(most + room.decimals, mostDecimalDigits - whole - room.decimals));
      if ((ways & (oneZero | endsInZero)) === 0) return { way: 'shortest', decimals };
      return (ways & (noPoint | endsInZero)) === 0 ? { way: 'pointed', decimals } : null;
    });
  }

  /** All cells seen so far can be kept so. */
  fit(columns: readonly (StoredCells | null)[]): boolean {
    return columns.every((stored, i) => {
      if (!stored) return true;
      const { isText, ways, whole, least, most } = this.#known(i);
      if (this.#lost || isText) return false;
      if (stored.way === 'date') return (ways & ~isDate) === 0;
      if (stored.way === 'second') return (ways & ~isSecond) === 0;
      if ((ways & (isDate | isSecond)) !== 0) return false;
      if (!('decimals' in stored)) {
        return (ways & ~noPoint) === 0 && whole <= (stored.way === 'short' ? mostShortDigits : mostWholeDigits);
      }
      const { decimals } = stored;
      if (whole + decimals > mostDecimalDigits || most > decimals) return false;
      if (stored.way === 'fixed') return (ways & noPoint) === 0 && (ways === 0 || least === decimals);
      return (ways & (stored.way === 'shortest' ? oneZero | endsInZero : noPoint | endsInZero)) === 0;
    });
  }

  #known(i: number): { isText: boolean; ways: number; whole: number; least: number; most: number } {
    const [isText, ways, whole, least, most] = this.#walk.facts.subarray(i * fact.bytes);
    return { isText: isText === 1, ways, whole, least, most };
  }

  #giveUp(): void {
    this.#lost = true;
    for (const bytes of this.#begun) this.#besides(bytes);
    this.#begun = [];
    this.#begunBytes = 0;
  }

  /** Whole lines. */
  #lines(bytes: Buffer): void {
    let at = 0;
    for (; this.#linesAbove > 0 && at < bytes.length; this.#linesAbove--) at = bytes.indexOf(lineFeed, at) + 1;
    this.#besides(bytes.subarray(0, at));
    while (at < bytes.length) {
      const last = bytes.lastIndexOf(lineFeed, at + CellWalk.room - 1) + 1;
      const end = last > at ? last : bytes.indexOf(lineFeed, at) + 1;
      this.#rows(bytes.subarray(at, end));
      at = end;
    }
  }

  #rows(bytes: Buffer): void {
    const walked = !this.#lost && !this.#inQuotes && bytes.length <= CellWalk.room && !this.#hasQuotes(bytes);
    if (walked) this.#walk.see(bytes);
    else if (!this.#lost) this.#cells(bytes);
    // Blanks that are not of ASCII are not known there.
    if (!walked || !isAscii(bytes)) this.#besides(bytes);
  }

  #hasQuotes(bytes: Buffer): boolean {
    return this.#quote >= 0 && bytes.includes(this.#quote);
  }

  /** One loop, for it goes over every byte of a table with quotes. */
  #cells(bytes: Uint8Array): void {
    const [special, facts] = [this.#special, this.#walk.facts];
    const [columns, delimiter, quote, end] = [this.#columns, this.#delimiter, this.#quote, bytes.length];
    let column = this.#column;
    let at = 0;
    while (at < end) {
      const known = column * fact.bytes;
      let byte = bytes[at];
      if (this.#inQuotes || byte === quote) {
        // A value in quotes would be written back without.
        facts[known + fact.isText] = 1;
        at = this.#closeQuotes(bytes, this.#inQuotes ? at : at + 1);
        if (this.#inQuotes) break;
        byte = bytes[at];
      } else if (facts[known + fact.isText] === 0 && special[byte] === 0) {
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
            facts[known + fact.ways] |= length === dateLength ? isDate : isSecond;
            byte = bytes[(at = start + length)];
          } else if (!this.#isMissing(bytes, start)) facts[known + fact.isText] = 1;
        } else {
          if (whole > facts[known + fact.whole]) facts[known + fact.whole] = Math.min(whole, 255);
          if (decimals < 0) facts[known + fact.ways] |= noPoint;
          else {
            facts[known + fact.ways] |= bytes[at - 1] !== zero ? exact : decimals === 1 ? oneZero : endsInZero;
            if (decimals < facts[known + fact.least]) facts[known + fact.least] = decimals;
            if (decimals > facts[known + fact.most]) facts[known + fact.most] = Math.min(decimals, 255);
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
