import { splitNames, type Manifest, type SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readBlob } from '../blobs.ts';
import { finiteSql, numberSql, sqlText } from '../cells.ts';
import { columnSql, parquetSql, withDuck, type ColumnSql } from '../duck.ts';
import type { EncodedSplit } from '../training-data.ts';
import { featureCount, type TableEncoder, type TargetEncoder } from './encoder.ts';
import { encodeRow, newFeatures } from './row.ts';
import { checkColumns } from './rows.ts';

/** Streams the stored table through the encoder into its three splits, in one scan. DuckDB parses numbers and looks categories up. */
export async function loadTable(
  blobs: string,
  manifest: Manifest,
  encoder: TableEncoder,
): Promise<Record<SplitName, EncodedSplit>> {
  checkColumns(
    encoder,
    manifest.columns.map((column) => column.name),
  );
  if (!manifest.columns.some((column) => column.name === encoder.target.column)) {
    throw new AtelierError('missing_columns', `The data lacks the target column "${encoder.target.column}".`);
  }
  if (!manifest.blobs.table) throw new AtelierError('internal', 'A table version without a table.');
  const sql = columnSql(manifest);
  const table = parquetSql(blobs, manifest.blobs.table);
  const split = await readBlob(blobs, manifest.blobs.split);
  const builders = splitNames.map((name) => new SplitBuilder(encoder, manifest.splits[name]));
  const numberCount = encoder.numbers.length;
  const codeCount = encoder.categories.length;

  await withDuck({ spillFolder: blobs }, async (connection) => {
    for (const [i, { values }] of encoder.categories.entries()) await connection.run(enumSql(`category${i}`, values));
    if (encoder.target.task === 'classification') await connection.run(enumSql('target', encoder.target.classes));

    const inner = [
      ...encoder.numbers.map((each, i) => `${numberSql(sql(each.column), each.decimalComma)} AS n${i}`),
      ...encoder.categories.map((each, i) => `${codeSql(`coalesce(${sql(each.column)}, '')`, `category${i}`)} AS c${i}`),
      `${targetSql(encoder.target, sql)} AS y`,
      'file_row_number AS row',
    ];
    const regression = encoder.target.task === 'regression';
    const outer = [
      ...encoder.numbers.map((_, i) => `coalesce(${finiteSql(`n${i}`)}, 'nan'::DOUBLE)`),
      ...encoder.categories.map((_, i) => `c${i}`),
      regression ? `coalesce(${finiteSql('y')}, 'nan'::DOUBLE)` : 'y',
      'row::INTEGER',
    ];
    const result = await connection.stream(
      `SELECT ${outer.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${table})`,
    );
    const numbers = new Float64Array(numberCount);
    const codes = new Int32Array(codeCount);
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const columns = Array.from({ length: numberCount + codeCount + 2 }, (_, c) => chunk.getColumnVector(c));
      const targets = columns[numberCount + codeCount];
      const rows = columns[numberCount + codeCount + 1];
      for (let r = 0; r < chunk.rowCount; r++) {
        const y = targets.getItem(r) as number;
        if (regression ? Number.isNaN(y) : y < 0) continue;
        for (let i = 0; i < numberCount; i++) numbers[i] = Math.fround(columns[i].getItem(r) as number);
        for (let i = 0; i < codeCount; i++) codes[i] = columns[numberCount + i].getItem(r) as number;
        const sample = rows.getItem(r) as number;
        builders[split[sample]].add(numbers, codes, y, sample);
      }
    }
  });
  const [train, validation, test] = builders.map((builder) => builder.finish());
  return { train, validation, test };
}

/** DuckDB's ENUM is its string-to-code table: the quickest look-up it has. */
const enumSql = (name: string, values: string[]): string =>
  `CREATE TYPE ${name} AS ENUM (${(values.length > 0 ? values : ['']).map(sqlText).join(', ')})`;
const codeSql = (expression: string, type: string): string =>
  `coalesce(enum_code(TRY_CAST(${expression} AS ${type}))::INTEGER, -1)`;
const targetSql = (target: TargetEncoder, sql: ColumnSql): string =>
  target.task === 'classification'
    ? codeSql(sql(target.column), 'target')
    : numberSql(sql(target.column), target.decimalComma);

/** One split's arrays, as large as the split, cut to the samples that have a label. */
class SplitBuilder {
  readonly #encoder: TableEncoder;
  readonly #width: number;
  readonly #x: Float32Array;
  readonly #y: Int32Array | Float32Array;
  readonly #indices: Int32Array;
  #count = 0;

  constructor(encoder: TableEncoder, capacity: number) {
    this.#encoder = encoder;
    this.#width = featureCount(encoder);
    this.#x = newFeatures(encoder, capacity);
    this.#y = encoder.target.task === 'classification' ? new Int32Array(capacity) : new Float32Array(capacity);
    this.#indices = new Int32Array(capacity);
  }

  add(numbers: Float64Array, codes: Int32Array, y: number, sample: number): void {
    const { target } = this.#encoder;
    const at = this.#count++;
    encodeRow(this.#encoder, numbers, codes, this.#x, at * this.#width);
    this.#y[at] = target.task === 'classification' ? y : (Math.fround(y) - target.mean) / target.std;
    this.#indices[at] = sample;
  }

  finish(): EncodedSplit {
    const count = this.#count;
    // Copies are made only where some samples had no label.
    const whole = count === this.#indices.length;
    return {
      count,
      x: whole ? this.#x : this.#x.slice(0, count * this.#width),
      y: whole ? this.#y : this.#y.slice(0, count),
      indices: whole ? this.#indices : this.#indices.slice(0, count),
    };
  }
}
