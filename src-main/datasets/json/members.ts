import { maxRecordBytes } from './scanner.ts';

export interface MembersListener {
  /** An element of a member that is an array: its bytes, good until the next call. */
  element(key: string, bytes: Uint8Array): void;
  /** The value of any other member. */
  value(key: string, bytes: Uint8Array): void;
  /** One longer than 2 MB was left out. */
  tooLong(key: string): void;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const opens = (byte: number): boolean => byte === 0x7b || byte === 0x5b;
const closes = (byte: number): boolean => byte === 0x7d || byte === 0x5d;
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 9 && byte <= 13);

/**
 * Cuts a file that is one JSON object into its members, and those that are arrays into their elements, in one pass and little memory. It looks
 * at brackets and strings only: whether a piece is JSON is for its reader to say.
 */
export class MemberCutter {
  readonly #listener: MembersListener;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #key = '';
  #inKey: number[] | null = null;
  /** Depth around the pieces: 1 between values, 2 inside an array member. */
  #piecesAt = 1;
  /** After the colon, until the value's end. */
  #valued = false;
  #within = false;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(listener: MembersListener) {
    this.#listener = listener;
  }

  /** The file ended in the middle of something. */
  get unfinished(): boolean {
    return this.#depth > 0 || this.#inString;
  }

  write(chunk: Uint8Array): void {
    let start = this.#within ? 0 : -1;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
        if (this.#inKey && this.#inKey.length < 1000) this.#inKey.push(byte);
        continue;
      }
      if (isSpace(byte)) continue;
      const ends = this.#within && this.#depth === this.#piecesAt && (byte === comma || closes(byte));
      if (ends) {
        this.#part(chunk.subarray(start, i));
        this.#emit();
        start = -1;
        if (this.#piecesAt === 1) this.#valued = false;
      }
      const ready = this.#valued && this.#depth === this.#piecesAt && !this.#within;
      if (ready && this.#piecesAt === 1 && byte === 0x5b) {
        this.#piecesAt = 2;
        this.#depth++;
        continue;
      }
      if (ready && byte !== comma && !closes(byte)) {
        this.#within = true;
        start = i;
      }
      if (byte === quote) {
        this.#inString = true;
        this.#inKey = this.#depth === 1 && !this.#valued ? [] : null;
      } else if (opens(byte)) this.#depth++;
      else if (closes(byte)) this.#close();
      else if (byte === colon && this.#depth === 1 && !this.#valued) this.#named();
    }
    if (this.#within && start >= 0) this.#part(chunk.subarray(start));
  }

  #close(): void {
    if (this.#depth > 0) this.#depth--;
    if (this.#piecesAt === 2 && this.#depth === 1) {
      this.#piecesAt = 1;
      this.#valued = false;
    }
  }

  #named(): void {
    this.#key = Buffer.from(this.#inKey ?? [])
      .toString()
      .slice(0, -1);
    this.#inKey = null;
    this.#valued = true;
  }

  #part(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes <= maxRecordBytes) this.#parts.push(bytes);
    else this.#parts = [];
  }

  #emit(): void {
    const bytes = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    if (this.#bytes > maxRecordBytes) this.#listener.tooLong(this.#key);
    else if (this.#piecesAt === 2) this.#listener.element(this.#key, bytes);
    else this.#listener.value(this.#key, bytes);
    this.#parts = [];
    this.#bytes = 0;
    this.#within = false;
  }
}

/** JSON as Python writes it too, whose numbers may be NaN or Infinity: they read as null. Undefined: it is none, or nested too deep. */
export function looseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  try {
    const plain = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (word) =>
      word[0] === '"' ? word : 'null',
    );
    return JSON.parse(plain) as unknown;
  } catch {
    return undefined;
  }
}

export type JsonObject = Record<string, unknown>;
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
