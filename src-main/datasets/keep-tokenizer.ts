import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { BroughtTokenizer } from '../shared/text.ts';
import { openTokenizer } from '../tokenizers/open.ts';
import { maxTokenizerBytes, parseTokenizerFile } from '../tokenizers/tokenizer-file.ts';
import { writeBlob } from './blobs.ts';
import { naming } from './system-errors.ts';

/** Checks a tokenizer.json that people brought and keeps it. Throws `not_a_tokenizer`, `file_too_large`. */
export async function keepTokenizer(blobs: string, path: string): Promise<BroughtTokenizer> {
  const file = basename(path);
  // They are all called that: what tells them apart is the folder.
  const name = file.toLowerCase() === 'tokenizer.json' ? basename(dirname(path)) || file : file;
  const { size } = await naming({ reading: path }, () => stat(path));
  if (size > maxTokenizerBytes) {
    throw new AtelierError(
      'file_too_large',
      `${file} has ${Math.ceil(size / 2 ** 20)} MB; a tokenizer.json of up to ${maxTokenizerBytes >> 20} MB can be read.`,
    );
  }
  const bytes = await naming({ reading: path }, () => readFile(path));
  const { vocabulary } = openTokenizer(parseTokenizerFile(new TextDecoder().decode(bytes), file));
  return { name, vocabulary, blob: await writeBlob(blobs, bytes) };
}
