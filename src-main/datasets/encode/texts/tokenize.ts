import { createHash } from 'node:crypto';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import type { TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';
import type { SpecialTokens } from '../../../tokenizers/tokenizer.ts';
import { derived } from '../../derived.ts';
import { columnSql, parquetSql, withDuck } from '../../duck.ts';
import { eachText } from './cells.ts';
import { inSilence, type TextWork } from './context.ts';

/** All texts of a dataset version as a tokenizer's numbers. */
export interface TokenizedTexts {
  /** One text's after another's, in the order of the samples; neither cut nor filled up. */
  ids: Int32Array;
  /** Sample i is ids[offsets[i]] up to ids[offsets[i + 1]]: one number more than there are samples. */
  offsets: Uint32Array;
  /** All ids are below it, and so is `special.pad`. */
  vocabulary: number;
  special: SpecialTokens;
}

export interface TokenizeOptions {
  /** Text columns; of several, a sample's texts are one, each from a new line on. */
  columns: readonly string[];
  tokenizer: TokenizerFile;
  /** With what the tokenizer puts around a text, [CLS] … [SEP]. */
  around: boolean;
}

/** Numbers the way of tokenizing: another one makes kept tokens void. */
const way = 1;

/** Tokenizes every text of a version, once: the tokens are kept as blobs for the next time. */
export async function tokenizeTexts(
  blobs: string,
  manifest: Manifest,
  { columns, tokenizer: file, around }: TokenizeOptions,
  work: TextWork = inSilence,
): Promise<TokenizedTexts> {
  const tokenizer = openTokenizer(file);
  const sql = columnSql(manifest);
  const from = {
    what: 'tokens',
    way,
    table: manifest.blobs.table,
    columns: columns.map(sql),
    tokenizer: createHash('sha256').update(JSON.stringify(file)).digest('hex'),
    around,
  };
  const { ids, offsets } = await derived(blobs, from, ['offsets', 'ids'], () =>
    withDuck({ blobs, signal: work.signal }, async (connection) => {
      const found = new Numbers();
      const ends = new Uint32Array(manifest.samples + 1);
      let next = 0;
      await eachText(connection, parquetSql(blobs, manifest.blobs.table!), sql, columns, (sample, text) => {
        if (sample !== next++) throw new AtelierError('internal', `Sample ${sample} came out of turn.`);
        found.add(tokenizer.encode(text, { special: around }));
        ends[sample + 1] = found.length;
        if (sample % 256 === 0) work.signal?.throwIfAborted();
        work.progress(sample + 1, manifest.samples);
      });
      return { offsets: bytesOf(ends), ids: bytesOf(found.all) };
    }),
  );
  return {
    ids: new Int32Array(ids.buffer, ids.byteOffset, ids.byteLength / 4),
    offsets: new Uint32Array(offsets.buffer, offsets.byteOffset, offsets.byteLength / 4),
    vocabulary: tokenizer.vocabulary,
    special: tokenizer.special,
  };
}

const bytesOf = (numbers: Int32Array | Uint32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** Numbers that are more and more. */
class Numbers {
  #room = new Int32Array(1 << 16);
  length = 0;

  add(numbers: Int32Array): void {
    if (this.length + numbers.length > this.#room.length) {
      const larger = new Int32Array(Math.max(2 * this.#room.length, this.length + numbers.length));
      larger.set(this.all);
      this.#room = larger;
    }
    this.#room.set(numbers, this.length);
    this.length += numbers.length;
  }

  get all(): Int32Array {
    return this.#room.subarray(0, this.length);
  }
}
