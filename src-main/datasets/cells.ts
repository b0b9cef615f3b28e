/**
 * How one cell of a table is read. Every rule stands here twice, once for JavaScript (predicting on raw rows) and once as SQL
 * (importing and training through DuckDB); a test holds the two equal on hostile strings.
 */

/** Unicode's spaces and the byte-order mark: what `String.trim` strips. Listed, because SQL must strip the same. */
export const spaces =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/** Words that mean "no value": those of R, pandas, SQL, Excel and the UCI sets, as written there (so a country "na" or a colour "none" stays). */
export const missingWords: readonly string[] = [
  '',
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  '<NA>',
  'NaN',
  'nan',
  'NAN',
  '-nan',
  'null',
  'NULL',
  'Null',
  'None',
  '?',
  '-',
];
const missing = new Set(missingWords);

/** The cell's text, or null where it is missing. */
export function readCell(raw: string): string | null {
  const text = raw.trim();
  return missing.has(text) ? null : text;
}

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * `readCell` as SQL over a column of VARCHAR, in two steps: first the trimmed text, … Trimming by a list is slow (2 µs a cell),
 * and is done only where an end of the text is no letter, digit or sign of ASCII. (Comparisons would test that a little faster,
 * but DuckDB plans them in time that grows with the square of a wide table's columns.)
 */
export const trimSql = (name: string): string =>
  `CASE WHEN regexp_matches(${name}, '^[^!-~]|[^!-~]$') THEN trim(${name}, ${sqlText(spaces)}) ELSE ${name} END`;
/** … then, over a column of trimmed text, NULL where it is missing. (Not IN: DuckDB makes that a join, which for a wide table needs gigabytes.) */
export const presentSql = (name: string): string =>
  `if(list_contains([${missingWords.map(sqlText).join(', ')}], ${name}), NULL, ${name})`;

const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** "1,234,567.8": commas only between groups of three. */
const groupedByComma = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;
/** "1.234.567,8" or "1 234 567,8". */
const groupedByPoint = /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/;
const groupedBySpace = /^[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d*)?$/;
const commaNumber = /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/;

/**
 * A trimmed cell as a number; null if it is none, or is too large for a 32-bit float.
 * With `decimalComma` "1.234,5" is 1234.5 and "1,5" is 1.5; without, "1,234.5" is 1234.5 and "1,5" is no number.
 */
export function parseNumber(text: string, decimalComma: boolean): number | null {
  let plain: string | null = null;
  if (groupedBySpace.test(text)) {
    const joined = text.replace(/[ \u00a0\u202f]/g, '');
    plain = decimalComma ? joined.replace(',', '.') : joined;
  } else if (decimalComma) {
    if (groupedByPoint.test(text)) plain = text.replaceAll('.', '').replace(',', '.');
    else if (commaNumber.test(text)) plain = text.replace(',', '.');
  } else if (plainNumber.test(text)) plain = text;
  else if (groupedByComma.test(text)) plain = text.replaceAll(',', '');
  if (plain === null || !plainNumber.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(Math.fround(value)) ? value : null;
}

/**
 * `parseNumber` as SQL over a trimmed VARCHAR expression, giving a DOUBLE or NULL, to be followed by `finiteSql`.
 * DuckDB's own cast is the quick way for plain numbers; what it takes beyond our grammar ("1_000", "+-5", "inf") is barred.
 */
export function numberSql(expression: string, decimalComma: boolean): string {
  const full = (pattern: RegExp): string =>
    `regexp_full_match(${expression}, ${sqlText(pattern.source.slice(1, -1).replaceAll('\\u00a0', '\u00a0').replaceAll('\\u202f', '\u202f'))})`;
  const plain = `CASE WHEN contains(${expression}, '_') OR starts_with(${expression}, '+-') THEN NULL ELSE TRY_CAST(${expression} AS DOUBLE) END`;
  const without = (from: string, characters: string): string => `translate(${from}, ${sqlText(characters)}, '')`;
  const cast = (from: string): string => `TRY_CAST(${from} AS DOUBLE)`;
  const spaceless = without(expression, ' \u00a0\u202f');
  return decimalComma
    ? `CASE WHEN ${full(groupedBySpace)} THEN ${cast(`replace(${spaceless}, ',', '.')`)}
       WHEN ${full(groupedByPoint)} THEN ${cast(`replace(${without(expression, '.')}, ',', '.')`)}
       WHEN ${full(commaNumber)} THEN ${cast(`replace(${expression}, ',', '.')`)} END`
    : `coalesce(${plain}, CASE WHEN ${full(groupedByComma)} THEN ${cast(without(expression, ','))}
         WHEN ${full(groupedBySpace)} AND NOT contains(${expression}, ',') THEN ${cast(spaceless)} END)`;
}

/** Numbers from here on are none that a 32-bit float holds. */
export const largestNumber = 3.4028235677973366e38;
/** Bars what a 32-bit float cannot hold, and the "inf" that DuckDB's cast lets through. `name` must be a column: it stands here twice. */
export const finiteSql = (name: string): string => `CASE WHEN abs(${name}) < ${largestNumber} THEN ${name} END`;

/** A plain number as DuckDB casts it: `numberSql` for columns of many numbers, right for those of which no cell is as `quickNumberFailsSql` says, none NULL and all below `largestNumber`. */
export const quickNumberSql = (name: string): string => `TRY_CAST(${name} AS DOUBLE)`;
/** Casting takes what is no number here: "1_000", "+-5". (The comparisons are "begins with +-", at a quarter of its time.) */
export const quickNumberFailsSql = (name: string): string =>
  `contains(${name}, '_') OR (${name} >= '+-' AND ${name} < '+.')`;

/**
 * As `numberSql` with a decimal point, for columns of few numbers: a cast that fails takes ten times as long as to be told beforehand that it
 * will. Numbers begin with a digit, a sign, a point or a comma, all of which are below ":", and have no ":" (as times have).
 */
export const guardedNumberSql = (name: string): string =>
  `CASE WHEN ${name} >= ':' OR contains(${name}, ':') OR NOT regexp_full_match(${name}, '[-+.,0-9eE \u00a0\u202f]*')
    THEN NULL ELSE ${numberSql(name, false)} END`;
