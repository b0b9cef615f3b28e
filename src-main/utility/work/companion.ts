import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../../shared/errors.ts';
import { openWithLibrary } from '../../tokenizers/hugging-face.ts';
import { maxTokenizerBytes, parseTokenizerFile } from '../../tokenizers/tokenizer-file.ts';
import type { Tokenizer } from '../../tokenizers/tokenizer.ts';

/** The tokenizer.json beside an exported file, as the file names it. */
export interface Companion {
  file: string;
  sha256: string;
}

/**
 * Opens it, always through Hugging Face's library: so what is checked at an export is what others read out of the file.
 * Throws `tokenizer_missing`, `tokenizer_differs`.
 */
export function openCompanion(folder: string, { file, sha256 }: Companion): Tokenizer {
  const path = join(folder, file);
  let bytes: Uint8Array;
  try {
    if (statSync(path).size > maxTokenizerBytes) throw new Error('It is too large.');
    bytes = readFileSync(path);
  } catch (error) {
    throw new AtelierError(
      'tokenizer_missing',
      `The model takes tokens, and ${path}, which makes them of texts, cannot be read. Put the file there that was exported with the model.`,
      [String(error)],
    );
  }
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new AtelierError(
      'tokenizer_differs',
      `${path} is not the tokenizer that the model was exported with. Put the file there that was exported with the model.`,
    );
  }
  return openWithLibrary(parseTokenizerFile(new TextDecoder().decode(bytes), file));
}
