import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../shared/dataset.ts';
import type { StepSettings } from '../../shared/recipe.ts';
import { sqlText } from '../cells.ts';
import { rowsOf } from '../duck.ts';
import { datePattern, orders } from '../recipes/dates.ts';
import { rawRelation } from '../recipes/plan.ts';

export interface Step {
  kind: string;
  settings: StepSettings;
}

/** A column is dates, or codes of one length, where nearly all of its values are. */
const nearlyAll = 0.95;
/** Bands of a range: some, and few. */
const bandCounts = [20, 10, 5, 2];
/** Values are rare that so large a share of the rows does not have. */
const rareShares = [0.01, 0.05, 0.2];

/** Steps that make a column's values coarser, the mildest first: by what it holds. `relation`: c0, c1, …. */
export async function levelsOf(
  connection: DuckDBConnection,
  relation: string,
  at: number,
  column: Column,
  wanted: number,
): Promise<Step[]> {
  const columns = [column.name];
  if (column.type === 'number') {
    const one = { ...column, type: 'number' as const };
    const [{ low, high }] = await rowsOf(
      connection,
      `SELECT min(n0) AS low, max(n0) AS high FROM ${rawRelation(`(SELECT c${at} AS c0 FROM ${relation})`, [one])}`,
    );
    if (low === null || high === null) return [];
    const range = Number(high) - Number(low);
    const widths = new Set(bandCounts.map((count) => roundWidth(range / count)));
    return [...widths].map((width) => ({ kind: 'bands', settings: { columns, width } }));
  }
  const written = await dateOrder(connection, relation, at);
  if (written) {
    return ['month', 'year'].map((unit) => ({ kind: 'coarse-dates', settings: { columns, written, unit } }));
  }
  const length = await codeLength(connection, relation, at);
  const prefixes = [length - 1, length - 2, Math.ceil(length / 2), 2, 1].filter((each) => each > 0 && each < length);
  const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${relation}`);
  const leasts = new Set(
    [wanted, ...rareShares.map((share) => Math.ceil(share * Number(n)))].filter((each) => each > 1),
  );
  return [
    ...[...new Set(prefixes)].map((each) => ({ kind: 'prefix', settings: { columns, length: each } })),
    ...[...leasts].sort((a, b) => a - b).map((least) => ({ kind: 'rare', settings: { columns, least } })),
  ];
}

/** The next of 1, 2, 5, 10, 20 … from here. */
function roundWidth(width: number): number {
  if (!(width > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(width));
  const step = [1, 2, 5, 10].find((each) => each * power >= width)!;
  return Math.min(1_000_000_000, step * power);
}

async function dateOrder(connection: DuckDBConnection, relation: string, at: number): Promise<string | null> {
  for (const written of Object.keys(orders)) {
    const [{ share }] = await rowsOf(
      connection,
      `SELECT avg(regexp_full_match(c${at}, ${sqlText(datePattern(written))})::INTEGER) AS share FROM ${relation}`,
    );
    if (Number(share ?? 0) >= nearlyAll) return written;
  }
  return null;
}

/** How long codes of letters and digits are, with a digit in most; 0 where the column holds none. */
async function codeLength(connection: DuckDBConnection, relation: string, at: number): Promise<number> {
  const [{ length, share }] = await rowsOf(
    connection,
    `SELECT length(c${at}) AS length, count(*) / sum(count(*)) OVER () AS share FROM ${relation}
     WHERE regexp_full_match(c${at}, '[A-Za-z0-9-]{3,20}') AND regexp_matches(c${at}, '[0-9]') GROUP BY 1
     UNION ALL SELECT 0, 0 ORDER BY share DESC LIMIT 1`,
  );
  const [{ codes }] = await rowsOf(
    connection,
    `SELECT coalesce(avg((regexp_full_match(c${at}, '[A-Za-z0-9-]{3,20}') AND regexp_matches(c${at}, '[0-9]'))::INTEGER), 0) AS codes FROM ${relation} WHERE c${at} IS NOT NULL`,
  );
  return Number(share) >= nearlyAll && Number(codes) >= nearlyAll ? Number(length) : 0;
}
