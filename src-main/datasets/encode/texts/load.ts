import type { Manifest, SplitName } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { readBlob } from '../../blobs.ts';
import { columnSql, parquetSql, withDuck } from '../../duck.ts';
import type { EncodedSplit } from '../encoded-split.ts';
import type { TextInputEncoder } from '../encoder.ts';
import { checkTarget, divide, readTargets } from '../targets.ts';
import { joinTexts } from './cells.ts';
import { inSilence, type TextWork } from './context.ts';
import { tokenizeTexts } from './tokenize.ts';

/** Every split's texts as tokens, cut or filled up to the encoder's length; without a tokenizer (see `TextInputEncoder`) no tokens at all. */
export async function loadTexts(
  blobs: string,
  manifest: Manifest,
  encoder: TextInputEncoder,
  work: TextWork = inSilence,
): Promise<Record<SplitName, EncodedSplit>> {
  const { columns, length, tokenizer, target } = encoder;
  const names = manifest.columns.map(({ name }) => name);
  checkTextColumns(encoder, names);
  checkTarget(target, names);
  if (!manifest.blobs.table) throw new AtelierError('internal', 'A table version without a table.');
  const split = await readBlob(blobs, manifest.blobs.split);
  const table = parquetSql(blobs, manifest.blobs.table);
  const targets = await withDuck({ blobs }, (connection) =>
    readTargets(connection, table, columnSql(manifest), target, manifest.samples),
  );
  const { splits, place } = divide(targets, split, target, (count) => new Int32Array(tokenizer ? count * length : 0));
  if (tokenizer) {
    const { ids, offsets, special } = await tokenizeTexts(blobs, manifest, { columns, tokenizer, around: true }, work);
    place.forEach((at, sample) => {
      if (at < 0) return;
      const row = splits[split[sample]].x.subarray(at * length, (at + 1) * length);
      fit(ids.subarray(offsets[sample], offsets[sample + 1]), row, special.pad);
    });
  }
  const [train, validation, test] = splits;
  return { train, validation, test };
}

/** Raw rows' texts as `loadTexts` gives them: count × length. Throws `missing_columns`. */
export function encodeTextRows(
  encoder: TextInputEncoder,
  rows: readonly (readonly (string | null)[])[],
  columnNames: readonly string[],
): Int32Array {
  const { length, tokenizer: file } = encoder;
  if (!file) throw new AtelierError('internal', 'Texts without a tokenizer.');
  const tokenizer = openTokenizer(file);
  const x = new Int32Array(rows.length * length);
  rawTexts(encoder, rows, columnNames).forEach((text, i) => {
    fit(tokenizer.encode(text, { special: true }), x.subarray(i * length, (i + 1) * length), tokenizer.special.pad);
  });
  return x;
}

/** Each row's text, before any tokenizer. */
export function rawTexts(
  encoder: TextInputEncoder,
  rows: readonly (readonly (string | null)[])[],
  columnNames: readonly string[],
): string[] {
  checkTextColumns(encoder, columnNames);
  const at = encoder.columns.map((name) => columnNames.indexOf(name));
  return rows.map((row) => joinTexts(at.map((i) => row[i])));
}

/** Cut to the row, or filled up to it. */
export function fit(tokens: Int32Array, row: Int32Array, pad: number): void {
  row.set(tokens.subarray(0, row.length));
  if (tokens.length < row.length) row.fill(pad, tokens.length);
}

/** Throws `missing_columns`. */
export function checkTextColumns({ columns }: TextInputEncoder, names: readonly string[]): void {
  const missing = columns.filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  throw new AtelierError(
    'missing_columns',
    `The data lacks ${missing.length === 1 ? 'a column' : `${missing.length} columns`} that the model was trained on: ${missing.join(', ')}. Use data with the same column names.`,
    [`columns found: ${names.join(', ')}`],
  );
}
