// Letters without their case, the same here, in Hugging Face's tokenizers and in an exported file: letter by letter.

import type { Part } from './tokenizer-file.ts';

/**
 * Two letters need care. "İ" becomes two characters, so it is an "i" first. "Σ" becomes "ς" at the end of a word in JavaScript and "σ"
 * in Rust, so it is always a "σ".
 */
export const lowercase = (text: string): string => text.replaceAll('İ', 'i').toLowerCase().replaceAll('ς', 'σ');

/** The same in a tokenizer.json. */
export const lowercasing: Part = {
  type: 'Sequence',
  normalizers: [
    { type: 'Replace', pattern: { String: 'İ' }, content: 'i' },
    { type: 'Lowercase' },
    { type: 'Replace', pattern: { String: 'ς' }, content: 'σ' },
  ],
};

/** No script beyond has letters of two cases. */
export const lastWithCase = 0x1ffff;

/** Every character that `lowercase` changes into one of `letters`, with that one. */
export function foldsInto(letters: ReadonlySet<string>): [from: string, to: string][] {
  const folds: [string, string][] = [];
  for (let code = 0; code <= lastWithCase; code++) {
    if (code === 0xd800) code = 0xe000;
    const from = String.fromCodePoint(code);
    const to = lowercase(from);
    if (to !== from && letters.has(to)) folds.push([from, to]);
  }
  return folds;
}

/** What no UTF-8 holds, half a pair of surrogates, becomes "�", as it does on its way into ONNX Runtime. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');
