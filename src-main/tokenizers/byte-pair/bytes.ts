// Byte-level pieces: a text is its UTF-8 bytes, and each byte is written as one visible character (Radford et al. 2019), so that a
// vocabulary of them can be kept as text.

import { specialNames } from '../special.ts';

const visible = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/** Each byte's character: itself where it can be seen, else the next from U+0100 on. */
export const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
})();

const bytesByCharacter: ReadonlyMap<string, number> = new Map(byteCharacters.map((each, byte) => [each, byte]));

/** The number of a byte's own token in a vocabulary made here. */
export const byteToken = (byte: number): number => specialNames.length + byte;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** The text whose bytes are written so; characters that stand for no byte are left out. */
export function textOf(written: string): string {
  const bytes = [...written].map((each) => bytesByCharacter.get(each)).filter((byte) => byte !== undefined);
  return decoder.decode(Uint8Array.from(bytes));
}

/**
 * GPT-2's cut: no merge goes over its edges. A word takes the space before it; letters, digits and signs stay apart. As in Hugging
 * Face's ByteLevel.
 */
const pieces = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
export const piecesOf = (text: string): readonly string[] => text.match(pieces) ?? [];
