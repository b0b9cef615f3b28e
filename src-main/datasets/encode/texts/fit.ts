import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { readTokenizerRef, type TextOptions, type TrainedTokenizer } from '../../../shared/text.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { parseTokenizerFile, type TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';
import { TokenizerTrainer } from '../../../tokenizers/train.ts';
import { readBlob } from '../../blobs.ts';
import { derived } from '../../derived.ts';
import { columnSql, sampleRelation, withDuck } from '../../duck.ts';
import { train } from '../../splits.ts';
import type { TextInputEncoder } from '../encoder.ts';
import { fitTarget } from '../fit.ts';
import { eachText } from './cells.ts';
import { inSilence, type TextWork } from './context.ts';
import { dividedByDocuments } from './documents.ts';
import { tokenizeTexts } from './tokenize.ts';

/** A text's tokens where nobody chose: as many as most of the training split's have, within these. */
const shortest = 8;
const longest = 512;
const most = 0.95;

/** The columns that are read as text. */
export const textColumns = ({ columns }: Pick<Manifest, 'columns'>): string[] =>
  columns.filter(({ role, type }) => role === 'feature' && type === 'text').map(({ name }) => name);

/**
 * Makes or reads the tokenizer and settles the length, from the training split alone. `target: false`: none is learnt.
 * Throws `no_texts`, `no_target`, `not_a_tokenizer`.
 */
export async function fitTextEncoder(
  blobs: string,
  manifest: Manifest,
  options: TextOptions,
  { target: wanted = true }: { target?: boolean } = {},
  work: TextWork = inSilence,
): Promise<TextInputEncoder> {
  const columns = textColumns(manifest);
  if (columns.length === 0) {
    throw new AtelierError('no_texts', 'No column of text is used. Set one to type "text" and role "feature" first.');
  }
  const column = wanted ? manifest.columns.find(({ name }) => name === manifest.target) : undefined;
  if (wanted && !column)
    throw new AtelierError('no_target', 'No target column is chosen. Choose the column to predict.');
  const target = column
    ? await withDuck({ blobs, threads: 1 }, async (connection) => {
        const sql = columnSql(manifest);
        const samples = await sampleRelation(connection, blobs, manifest);
        const rows = `(SELECT * FROM ${samples} WHERE split = ${train} AND ${sql(column.name)} IS NOT NULL)`;
        return fitTarget(connection, rows, sql, manifest, column);
      })
    : null;
  if (options.language) {
    const { language, length } = options;
    const tokenizer = await tokenizerOf(blobs, await dividedByDocuments(blobs, manifest), columns, options, work);
    return { kind: 'text', columns, length, tokenizer, target, language };
  }
  const tokenizer = await tokenizerOf(blobs, manifest, columns, options, work);
  const length = options.length || (await usualLength(blobs, manifest, columns, tokenizer, work));
  return { kind: 'text', columns, length, tokenizer, target };
}

/** The tokenizer that the options name: read, or made of the training split's texts, once for the same ones. */
export async function tokenizerOf(
  blobs: string,
  manifest: Manifest,
  columns: readonly string[],
  { tokenizer, vocabulary, lowercase }: TextOptions,
  work: TextWork = inSilence,
): Promise<TokenizerFile> {
  const brought = readTokenizerRef(tokenizer);
  if (brought) {
    const file = parseTokenizerFile(decode(await readBlob(blobs, brought.blob)), brought.name);
    openTokenizer(file);
    return file;
  }
  const kind = tokenizer as TrainedTokenizer;
  const { table, split } = manifest.blobs;
  const sql = columnSql(manifest);
  const from = { what: 'tokenizer', way: 1, table, split, columns: columns.map(sql), kind, vocabulary, lowercase };
  const { json } = await derived(blobs, from, ['json'], () =>
    withDuck({ blobs, signal: work.signal }, async (connection) => {
      const trainer = new TokenizerTrainer({ kind, vocabulary, lowercase });
      const samples = await sampleRelation(connection, blobs, manifest);
      await eachText(connection, `(SELECT * FROM ${samples} WHERE split = ${train})`, sql, columns, (sample, text) => {
        trainer.add(text);
        if (sample % 256 === 0) work.signal?.throwIfAborted();
        work.progress(sample + 1, manifest.samples);
      });
      return { json: Buffer.from(JSON.stringify(trainer.finish())) };
    }),
  );
  return parseTokenizerFile(decode(json), 'tokenizer.json');
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function usualLength(
  blobs: string,
  manifest: Manifest,
  columns: readonly string[],
  tokenizer: TokenizerFile,
  work: TextWork,
): Promise<number> {
  const { offsets } = await tokenizeTexts(blobs, manifest, { columns, tokenizer, around: true }, work);
  const split = await readBlob(blobs, manifest.blobs.split);
  const lengths: number[] = [];
  split.forEach((each, i) => {
    if (each === train) lengths.push(offsets[i + 1] - offsets[i]);
  });
  lengths.sort((a, b) => a - b);
  const found = lengths[Math.ceil(lengths.length * most) - 1] ?? 0;
  return Math.min(longest, Math.max(shortest, Math.ceil(found / 8) * 8));
}
