import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readBlob } from '../../src-main/datasets/blobs.ts';
import { keepTokenizer } from '../../src-main/datasets/keep-tokenizer.ts';
import { readTokenizerRef, tokenizerRef } from '../../src-main/shared/text.ts';
import { dataFolder, failure, filesIn, writeFiles } from '../support/data-import.ts';
import { wordPieceFile } from '../support/tokenizer-files.ts';

it('a tokenizer.json is kept as it is, and named after its folder', async () => {
  const folder = await dataFolder();
  const json = JSON.stringify(wordPieceFile(['a', 'b']));
  await writeFiles(folder.path, { 'tiny: a@b/tokenizer.json': json, 'tiny/mine.json': json });
  const kept = await keepTokenizer(folder.blobs, join(folder.path, 'tiny: a@b/tokenizer.json'));
  expect(kept).toMatchObject({ name: 'tiny: a@b', vocabulary: 7 });
  expect(Buffer.from(await readBlob(folder.blobs, kept.blob)).toString()).toBe(json);
  expect(await keepTokenizer(folder.blobs, join(folder.path, 'tiny/mine.json'))).toEqual({
    ...kept,
    name: 'mine.json',
  });
  expect(readTokenizerRef(tokenizerRef(kept))).toEqual({ ...kept, name: 'tiny_ a_b' });
});

it.each([
  ['something else', '{"model_type":"bert"}', 'not_a_tokenizer'],
  [
    'a part that nobody knows',
    JSON.stringify({ ...wordPieceFile(['a']), normalizer: { type: 'Odd' } }),
    'not_a_tokenizer',
  ],
  ['nothing', null, 'source_vanished'],
])('%s is refused, and not kept', async (_, json, code) => {
  const folder = await dataFolder();
  if (json !== null) await writeFiles(folder.path, { 'tokenizer.json': json });
  expect(await failure(keepTokenizer(folder.blobs, join(folder.path, 'tokenizer.json')))).toMatchObject({ code });
  expect(await filesIn(folder.blobs)).toEqual([]);
});
