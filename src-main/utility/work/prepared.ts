import { encodedColumns, ofFiles, type Encoder } from '../../datasets/encode/encoder.ts';
import { preparedRows } from '../../datasets/recipes/rows.ts';
import type { RawSamples } from './raw-samples.ts';

/** Raw samples as the encoder takes them: rows through its recipe, where it has one. Throws `missing_columns`. */
export async function prepared(encoder: Encoder, raw: RawSamples): Promise<RawSamples> {
  if (raw.kind !== 'table' || ofFiles(encoder) || !encoder.recipe) return raw;
  const columns = encodedColumns(encoder);
  return { kind: 'table', columns, rows: await preparedRows(encoder.recipe, raw.rows, raw.columns, columns) };
}
