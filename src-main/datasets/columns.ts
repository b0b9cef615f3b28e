import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, ColumnType } from '../shared/dataset.ts';
import { finiteSql, numberSql } from './cells.ts';
import { rowsOf } from './duck.ts';
import { countText } from './text-facts.ts';

/** What is counted of a column before its type is decided. */
export interface ColumnFacts {
  rows: number;
  present: number;
  distinct: number;
  /** Cells that are numbers, written with a decimal point and with a decimal comma. */
  numbers: number;
  commaNumbers: number;
  integers: boolean;
  min: number | null;
  max: number | null;
  mean: number | null;
  meanLength: number;
  /** 1 where all are numbers. */
  meanWords: number;
}

/** Exact counting of distinct values holds them all in memory; past this many rows an estimate (±2 %) does for a column … */
const exactDistinctRows = 250_000;
/** … with more of them than this among its first rows. */
const fewValues = 20_000;
const firstRows = 100_000;

/** Counts columns of a table; `c${i}` are theirs. */
export async function countColumns(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
): Promise<ColumnFacts[]> {
  const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${table}`);
  const rows = Number(n);
  const facts = new Map<number, ColumnFacts>();
  const repeating = rows > exactDistinctRows ? await repeatingColumns(connection, table, indexes) : new Set<number>();
  for (const i of repeating) {
    // Each value once, with how often it is there: next to free, since Parquet and DuckDB keep such columns so.
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE counted_values AS SELECT c${i}, count(*) AS n FROM ${table} WHERE c${i} IS NOT NULL GROUP BY 1`,
    );
    await count(connection, 'counted_values', [i], rows, byValue, facts);
    await connection.run('DROP TABLE counted_values');
  }
  const by = rows > exactDistinctRows ? roughly : exactly;
  for (const some of inTurn(indexes.filter((i) => !repeating.has(i)))) {
    await count(connection, table, some, rows, by, facts);
  }
  return indexes.map((i) => facts.get(i)!);
}

/** Every distinct count holds a hash table per thread: wide tables are counted a few columns at a time. */
const columnsAtOnce = 16;
const inTurn = (indexes: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(indexes.length / columnsAtOnce) }, (_, k) =>
    indexes.slice(k * columnsAtOnce, (k + 1) * columnsAtOnce),
  );

/** Columns whose first rows say that values come again and again. */
async function repeatingColumns(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
): Promise<Set<number>> {
  const found = new Set<number>();
  for (const some of inTurn(indexes)) {
    const first = `(SELECT ${some.map((i) => `c${i}`).join(', ')} FROM ${table} LIMIT ${firstRows})`;
    const counts = some.map((i) => `count(DISTINCT c${i}) AS distinct${i}`).join(', ');
    const [row] = await rowsOf(connection, `SELECT ${counts} FROM ${first}`);
    for (const i of some) if (Number(row[`distinct${i}`]) < fewValues) found.add(i);
  }
  return found;
}

/** How a column's cells are counted: one by one, or by value, `n` being how often each is there. */
interface Way {
  columns: string;
  count(condition: string): string;
  distinct(column: string): string;
  mean(value: string): string;
}
const oneByOne = { columns: '', count: (c: string) => `count_if(${c})`, mean: (v: string) => `avg(${v})` };
const exactly: Way = { ...oneByOne, distinct: (column) => `count(DISTINCT ${column})` };
const roughly: Way = { ...oneByOne, distinct: (column) => `approx_count_distinct(${column})` };
const byValue: Way = {
  columns: 'n, ',
  count: (condition) => `coalesce(sum(n) FILTER (${condition}), 0)`,
  distinct: (column) => `count(${column})`,
  mean: (value) => `sum((${value}) * n) / sum(n) FILTER ((${value}) IS NOT NULL)`,
};

/** What is needed of every column in one scan; what tells texts apart, and decimal commas, in others of those that are not plainly numbers. */
async function count(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
  rows: number,
  way: Way,
  facts: Map<number, ColumnFacts>,
): Promise<void> {
  const first = await scan(connection, table, indexes, way, false, (i) => [
    `${way.count(`c${i} IS NOT NULL`)} AS present${i}`,
    `${way.distinct(`c${i}`)} AS distinct${i}`,
    `coalesce(${way.mean(`length(c${i})`)}, 0) AS length${i}`,
  ]);
  const words = indexes.filter((i) => Number(first[`numbers${i}`]) < Number(first[`present${i}`]));
  const texts =
    words.length === 0
      ? {}
      : await select(connection, table, words, (i) => [
          `coalesce(${way.mean(`length(c${i}) - length(translate(c${i}, ' ', ''))`)}, 0) AS blanks${i}`,
          `${way.count(`contains(c${i}, ',')`)} AS commas${i}`,
        ]);
  const commas = words.filter((i) => Number(texts[`commas${i}`]) > 0);
  const second = commas.length === 0 ? {} : await scan(connection, table, commas, way, true, () => []);
  for (const i of indexes) {
    const commaNumbers = Number(second[`numbers${i}`] ?? 0);
    const numbers = Number(first[`numbers${i}`]);
    const from = commaNumbers > numbers ? second : first;
    const value = (key: string): number | null => (from[key] === null ? null : Number(from[key]));
    const present = Number(first[`present${i}`]);
    facts.set(i, {
      rows,
      present,
      distinct: Math.min(Number(first[`distinct${i}`]), present),
      numbers,
      commaNumbers,
      integers: from[`integers${i}`] === true,
      min: value(`min${i}`),
      max: value(`max${i}`),
      mean: value(`mean${i}`),
      meanLength: Number(first[`length${i}`]),
      meanWords: Number(texts[`blanks${i}`] ?? 0) + 1,
    });
  }
}

type Counted = Record<string, unknown>;

/** Counts the numbers in some columns, and `more` beside. */
function scan(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
  way: Way,
  decimalComma: boolean,
  more: (i: number) => string[],
): Promise<Counted> {
  const parsed = indexes.map((i) => `c${i}, ${numberSql(`c${i}`, decimalComma)} AS p${i}`);
  const finite = indexes.map((i) => `c${i}, ${finiteSql(`p${i}`)} AS n${i}`);
  const cells = `(SELECT ${way.columns}${finite.join(', ')} FROM (SELECT ${way.columns}${parsed.join(', ')} FROM ${table}))`;
  return select(connection, cells, indexes, (i) => [
    `${way.count(`n${i} IS NOT NULL`)} AS numbers${i}`,
    `bool_and(n${i} = floor(n${i})) AS integers${i}`,
    `min(n${i}) AS min${i}`,
    `max(n${i}) AS max${i}`,
    `${way.mean(`n${i}`)} AS mean${i}`,
    ...more(i),
  ]);
}

async function select(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
  facts: (i: number) => string[],
): Promise<Counted> {
  const [row] = await rowsOf(connection, `SELECT ${indexes.flatMap(facts).join(', ')} FROM ${table}`);
  return row;
}

/**
 * The type and role that a column's content speaks for. Free text is a feature; names and other short texts, nearly all of them
 * different, are not, unless there is nothing else to learn from (see `withShortTexts`).
 */
export function judgeColumn(name: string, facts: ColumnFacts): Pick<Column, 'type' | 'role' | 'note' | 'decimalComma'> {
  const { rows, present, distinct } = facts;
  const best = Math.max(facts.numbers, facts.commaNumbers);
  // A few words among many numbers ("unknown") are gaps; in a short table each counts.
  const isNumber = present > 0 && (best === present || (present >= 50 && best >= present * 0.98));
  const decimalComma = isNumber && facts.commaNumbers > facts.numbers ? { decimalComma: true } : {};
  const type: ColumnType = isNumber ? 'number' : 'category';
  const ignored = (as: ColumnType, note: string) => ({ type: as, role: 'ignored' as const, note, ...decimalComma });
  if (present === 0) return ignored('category', 'all_missing');
  // "The same, or nothing" still says something.
  if (distinct === 1 && present === rows) return ignored(type, 'constant');
  const manyDistinct = present >= 20 && distinct >= present * 0.95;
  if (isNumber) {
    if (manyDistinct && facts.integers && distinct === present && isNumbering(name, facts))
      return ignored('number', 'identifier');
    return { type, role: 'feature', ...decimalComma };
  }
  if (distinct > 20 && (facts.meanLength > 50 || facts.meanWords > 4)) return { type: 'text', role: 'feature' };
  if (manyDistinct) return facts.meanWords < 2 ? ignored('category', 'identifier') : ignored('text', 'text');
  if (distinct > 50 && distinct > present * 0.5) return ignored('text', 'text');
  return { type, role: 'feature' };
}

type Judged = Pick<Column, 'name' | 'type' | 'role' | 'note' | 'decimalComma'>;

/** Where no column but the target is a feature, short texts are. */
export function withShortTexts(columns: readonly Judged[], target: string | null): Judged[] {
  const others = columns.some(({ name, role }) => role === 'feature' && name !== target);
  return columns.map((column) => {
    const { name, type, decimalComma } = column;
    return others || column.note !== 'text' || name === target ? column : { name, type, role: 'feature', decimalComma };
  });
}

/** Distinct whole numbers that count rows, or are called so. */
function isNumbering(name: string, { min, max, present }: ColumnFacts): boolean {
  if (max !== null && min !== null && max - min + 1 === present) return true;
  return (
    /^(id|.*[_ -]id|.*Id|ids?|index|row|row[_ ]?(id|names?|nr|num(ber)?)|unnamed.*|no|nr|#)$/.test(name) ||
    /^(id|passengerid|uuid|guid)$/i.test(name)
  );
}

/** The stored form of a column: counts, and a number's range or a category's most frequent values. */
export async function describeColumn(
  connection: DuckDBConnection,
  table: string,
  index: number,
  facts: ColumnFacts,
  column: Pick<Column, 'name' | 'type' | 'role' | 'note' | 'decimalComma'>,
): Promise<Column> {
  const { type } = column;
  const numbers = column.decimalComma ? facts.commaNumbers : facts.numbers;
  const described: Column = {
    name: column.name,
    type,
    role: column.role,
    // What is no number in a number column is missing to every model.
    missing: facts.rows - (type === 'number' ? numbers : facts.present),
    distinct: facts.distinct,
  };
  if (type === 'number' && facts.min !== null && facts.max !== null && facts.mean !== null) {
    Object.assign(described, { min: facts.min, max: facts.max, mean: facts.mean });
  }
  if (type === 'category') {
    const top = await rowsOf(
      connection,
      `SELECT c${index} AS value, count(*) AS n FROM ${table} WHERE c${index} IS NOT NULL GROUP BY 1 ORDER BY n DESC, value LIMIT 20`,
    );
    described.top = top.map((row) => ({ value: String(row.value), count: Number(row.n) }));
  }
  if (type === 'text') described.text = await countText(connection, table, index, facts);
  if (column.note) described.note = column.note;
  if (column.decimalComma) described.decimalComma = true;
  return described;
}
