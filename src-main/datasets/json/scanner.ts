/** A record nested deeper is refused: what reads it next works by recursion. */
export const maxDepth = 100;
/** A record that is longer is none. */
export const maxRecordBytes = 2 << 20;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const opens = (byte: number): boolean => byte === 0x7b || byte === 0x5b;
const closes = (byte: number): boolean => byte === 0x7d || byte === 0x5d;
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 9 && byte <= 13);

/** A member of the file's object. */
export interface Member {
  /** Its place among the members, from 0. */
  index: number;
  key: string;
  /** An array with objects in it. */
  rows: boolean;
}

export type Problem = 'too_deep' | 'too_long';

export interface Listener {
  /** A record's bytes, to be used at once: they are a part of what was written, or else a copy. */
  record?(bytes: Uint8Array): void;
  /** One that is left out, in its place. */
  problem?(problem: Problem): void;
  /** One that is an array or an object, when it ends. */
  member?(member: Member): void;
}

/**
 * Cuts JSON into the records of one array, byte by byte and in little memory, whatever the size of the file: the array that the file is, or the
 * `wanted`th member of the object that the file is (counted from 0; -1 for none, to hear of the members alone). It looks at brackets and strings
 * only: whether a record is JSON is not for it to say.
 */
export class JsonScanner {
  readonly #wanted: number | null;
  readonly #listener: Listener;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Depth inside the array of records; 0 while outside it. */
  #rowsAt = 0;
  #done = false;
  #member = -1;
  #key: number[] | null = null;
  #lastKey = '';
  #memberAt = 0;
  #memberRows = false;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #deepest = 0;
  #within = false;

  /** `wanted`: null where the file is an array itself. */
  constructor(wanted: number | null, listener: Listener) {
    this.#wanted = wanted;
    this.#listener = listener;
  }

  /** The file ended in the middle of something. */
  get unfinished(): boolean {
    return this.#depth > 0 || this.#inString;
  }

  write(chunk: Uint8Array): void {
    let start = this.#within ? 0 : -1;
    for (let i = 0; i < chunk.length && !this.#done; i++) {
      const byte = chunk[i];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
        if (this.#key && this.#key.length < 1000) this.#key.push(byte);
        continue;
      }
      if (isSpace(byte)) continue;
      const inRows = this.#rowsAt > 0 && this.#depth >= this.#rowsAt;
      if (inRows && !this.#within && byte !== comma && !closes(byte)) {
        this.#within = true;
        start = i;
        this.#deepest = this.#depth;
      }
      if (byte === quote) {
        this.#inString = true;
        if (this.#wanted !== null && this.#depth === 1) this.#key = [byte];
      } else if (opens(byte)) this.#open(byte);
      else if (closes(byte) || byte === comma) {
        const ends = this.#within && this.#depth === this.#rowsAt;
        if (ends) {
          this.#part(chunk.subarray(start, i));
          this.#emit();
          start = -1;
        }
        if (closes(byte)) this.#close();
      } else if (byte === 0x3a && this.#wanted !== null && this.#depth === 1) this.#named();
    }
    if (this.#within && start >= 0) this.#part(chunk.subarray(start));
  }

  /** Gives what was begun and not ended, for whoever reads it to judge. */
  end(): void {
    if (this.#within) this.#emit();
    if (this.#memberAt !== 0) this.#endMember();
  }

  #open(byte: number): void {
    this.#depth++;
    if (this.#within) {
      if (this.#depth > this.#deepest) this.#deepest = this.#depth;
      return;
    }
    if (this.#wanted === null) {
      if (this.#depth === 1 && byte === 0x5b) this.#rowsAt = 1;
      return;
    }
    if (this.#depth === 2) {
      this.#memberAt = byte;
      if (byte === 0x5b && this.#member === this.#wanted) this.#rowsAt = 2;
    } else if (this.#depth === 3 && byte === 0x7b && this.#memberAt === 0x5b) this.#memberRows = true;
  }

  #close(): void {
    if (this.#depth > 0) this.#depth--;
    if (this.#rowsAt > 0 && this.#depth < this.#rowsAt) {
      this.#done = true;
      this.#depth = 0;
    } else if (this.#wanted !== null && this.#depth === 1 && this.#memberAt !== 0) {
      this.#endMember();
    }
  }

  #endMember(): void {
    this.#listener.member?.({ index: this.#member, key: this.#lastKey, rows: this.#memberRows });
    this.#memberAt = 0;
    this.#memberRows = false;
  }

  #named(): void {
    this.#member++;
    this.#lastKey = Buffer.from(this.#key ?? [])
      .toString()
      .slice(1, -1);
    this.#key = null;
  }

  #part(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes <= maxRecordBytes) this.#parts.push(bytes);
    else this.#parts = [];
  }

  #emit(): void {
    const { record, problem } = this.#listener;
    if (this.#bytes > maxRecordBytes) problem?.('too_long');
    else if (this.#deepest - this.#rowsAt > maxDepth) problem?.('too_deep');
    else record?.(this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts));
    this.#parts = [];
    this.#bytes = 0;
    this.#within = false;
  }
}

/** How deep a value's brackets go. */
export function depthOf(bytes: Uint8Array): number {
  // Each bracket takes a byte, and its partner another.
  if (bytes.length < 2 * maxDepth) return 0;
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (opens(byte)) deepest = Math.max(deepest, ++depth);
    else if (closes(byte)) depth--;
  }
  return deepest;
}
