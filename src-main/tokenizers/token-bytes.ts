import { byteCharacters, utf8 } from './byte-pair/bytes.ts';
import type { Part, TokenizerFile, Vocabulary } from './tokenizer-file.ts';

/**
 * What each token adds to a text, in UTF-8: bytes, since a token may be half of a character. Null for special tokens, which add nothing that
 * is read, and for numbers that are none's.
 */
export interface TokenBytes {
  readonly bytes: readonly (Uint8Array | null)[];
  /** How a text begins is not how it goes on: a space that its first token brings is not there. */
  readonly dropsFirstSpace: boolean;
}

/** Null where a tokenizer's decoder puts tokens together in a way in which none of them stands for bytes of its own. */
export function tokenBytes(file: TokenizerFile): TokenBytes | null {
  const reading = readingOf(file.decoder);
  const { vocab } = file.model;
  if (!reading) return null;
  const pieces: readonly (readonly [string, number])[] = Array.isArray(vocab)
    ? (vocab as [string, number][]).map(([piece], id) => [piece, id])
    : Object.entries(vocab as Vocabulary);
  const bytes: (Uint8Array | null)[] = [];
  const put = (id: number, value: Uint8Array | null): void => {
    while (bytes.length <= id) bytes.push(null);
    bytes[id] = value;
  };
  for (const [piece, id] of pieces) put(id, reading.read(piece));
  for (const { id, content, special } of file.added_tokens) put(id, special ? null : utf8(content));
  const unknown = file.model.unk_token;
  const unknownId = pieces.find(([piece]) => piece === unknown)?.[1] ?? file.model.unk_id;
  if (typeof unknownId === 'number') put(unknownId, null);
  return { bytes, dropsFirstSpace: reading.dropsFirstSpace };
}

interface Reading {
  read: (piece: string) => Uint8Array | null;
  dropsFirstSpace: boolean;
}

function readingOf(decoder: Part | null): Reading | null {
  // Pieces are words, and stand with a space between them.
  if (!decoder) return { read: (piece) => utf8(` ${piece}`), dropsFirstSpace: true };
  const parts = decoder.type === 'Sequence' ? (decoder.decoders as readonly Part[] | undefined) : [decoder];
  if (!Array.isArray(parts)) return null;
  const steps: ((piece: string) => string)[] = [];
  let fallback = false;
  let dropsFirstSpace = false;
  for (const part of parts as readonly Part[]) {
    switch (part.type) {
      case 'ByteLevel':
        return parts.length === 1 ? { read: byteLevel, dropsFirstSpace: false } : null;
      case 'Replace': {
        const from = (part.pattern as { String?: unknown } | undefined)?.String;
        const to = part.content;
        if (typeof from !== 'string' || typeof to !== 'string') return null;
        steps.push((piece) => piece.replaceAll(from, to));
        break;
      }
      case 'Metaspace': {
        const sign = typeof part.replacement === 'string' ? part.replacement : '▁';
        steps.push((piece) => piece.replaceAll(sign, ' '));
        dropsFirstSpace = part.prepend_scheme !== 'never' && part.add_prefix_space !== false;
        break;
      }
      case 'ByteFallback':
        fallback = true;
        break;
      case 'Fuse':
        break;
      case 'Strip':
        if (part.content !== ' ' || part.stop !== 0) return null;
        dropsFirstSpace = part.start === 1;
        break;
      default:
        return null;
    }
  }
  const read = (piece: string): Uint8Array => {
    const byte = fallback ? /^<0x([0-9A-F]{2})>$/.exec(piece) : null;
    return byte ? Uint8Array.of(parseInt(byte[1], 16)) : utf8(steps.reduce((text, step) => step(text), piece));
  };
  return { read, dropsFirstSpace };
}

const byteOfLetter = new Map(byteCharacters.map((letter, byte) => [letter, byte]));

/** Null for a piece that no bytes are written as. */
function byteLevel(piece: string): Uint8Array | null {
  const bytes = Array.from(piece, (letter) => byteOfLetter.get(letter) ?? -1);
  return bytes.includes(-1) ? null : Uint8Array.from(bytes);
}
