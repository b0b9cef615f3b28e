import type { DuckDBConnection } from '@duckdb/node-api';
import type { Lengths, TextFacts } from '../shared/dataset.ts';
import { wordPattern } from '../shared/words.ts';
import { sqlText } from './cells.ts';
import { rowsOf } from './duck.ts';
import { cellSql, valuesIn } from './tables/number-cells.ts';

/** Characters that are looked at: a second's work; of texts that nobody learns from, a glance. */
const lookedAt = { feature: 16e6, ignored: 1e6 };
const bars = 16;

/** What there is to say of a column of texts. `table` has `file_row_number`; `meanLength`: of its cells, in characters. */
export async function countText(
  connection: DuckDBConnection,
  table: string,
  index: number,
  { present, meanLength }: { present: number; meanLength: number },
  use: 'feature' | 'ignored' = 'feature',
): Promise<TextFacts> {
  const every = Math.max(1, Math.ceil((present * Math.max(1, meanLength)) / lookedAt[use]));
  const rows = every === 1 ? table : `(FROM ${table} WHERE file_row_number % ${every} = 0)`;
  // Where a cell is kept as a value, text is made of those alone that are looked at: so none is asked of its text whether it is there.
  const { cell, written } = cellSql(await valuesIn(connection, table), index);
  const cells = `(SELECT ${cell} AS cell FROM ${rows} WHERE ${cell} IS NOT NULL)`;
  // DuckDB's regular expressions are RE2's, by which the pattern says the same as in JavaScript.
  const words = `regexp_extract_all(lower(text), ${sqlText(wordPattern)})`;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE looked_at AS
     SELECT length(text) AS characters, len(words) AS words, words AS list
     FROM (SELECT text, ${words} AS words FROM (SELECT ${written} AS text FROM ${cells}))`,
  );
  const lengths = (name: string) =>
    `avg(${name}) AS ${name}_mean, median(${name}) AS ${name}_median, quantile_disc(${name}, 0.95) AS ${name}_p95, max(${name}) AS ${name}_max`;
  const [facts] = await rowsOf(
    connection,
    `SELECT count(*) AS sampled, min(words) AS words_min, ${lengths('characters')}, ${lengths('words')} FROM looked_at`,
  );
  const [{ vocabulary, repeated }] = await rowsOf(
    connection,
    `SELECT count(*) AS vocabulary, count_if(n > 1) AS repeated
     FROM (SELECT count(*) AS n FROM (SELECT unnest(list) AS word FROM looked_at) GROUP BY word)`,
  );
  const of = (name: string): Lengths => ({
    mean: Number(facts[`${name}_mean`] ?? 0),
    median: Number(facts[`${name}_median`] ?? 0),
    p95: Number(facts[`${name}_p95`] ?? 0),
    max: Number(facts[`${name}_max`] ?? 0),
  });
  const inWords = of('words');
  // From the shortest on, in steps that bring 95 of 100 into all bars but the last, which has the rest.
  const first = Number(facts.words_min ?? 0);
  const width = Math.max(1, Math.ceil((inWords.p95 - first + 1) / (bars - 1)));
  const counted = await rowsOf(
    connection,
    `SELECT least((words - ${first}) // ${width}, ${bars - 1})::INTEGER AS bar, count(*) AS n FROM looked_at GROUP BY 1`,
  );
  await connection.run('DROP TABLE looked_at');
  const byBar = new Map(counted.map(({ bar, n }) => [Number(bar), Number(n)]));
  const last = Math.max(0, ...byBar.keys());
  return {
    sampled: Number(facts.sampled),
    characters: of('characters'),
    words: inWords,
    histogram: { from: first, width, counts: Array.from({ length: last + 1 }, (_, bar) => byBar.get(bar) ?? 0) },
    vocabulary: Number(vocabulary),
    repeated: Number(repeated),
  };
}
