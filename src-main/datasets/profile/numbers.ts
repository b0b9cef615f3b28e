import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../shared/dataset.ts';
import type { NumberProfile } from '../../shared/profile.ts';
import { finiteSql, numberSql, parseNumber } from '../cells.ts';
import { rowsOf } from '../duck.ts';
import { cellNumberSql, type KeptValues } from '../tables/number-cells.ts';
import { chooseBins, partsOf, quantilesOf, type Bins } from './bins.ts';

const shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/** In parts: makes up for 4.35 × 100 being a little less than 435. */
const justBelow = 1e-6;

type Counted = ReadonlyMap<number, number>;

/** How often each cell is there; null: not counted, since there are too many different ones. */
export type CellCounts = readonly { value: string; count: number }[] | null;

/** Where all of a column's cells are. */
export interface ProfiledRows {
  table: string;
  values: KeptValues;
  samples: number;
}

/** `looked`: some of its numbers, NaN where missing. Returns null where there is no number. */
export async function profileNumbers(
  connection: DuckDBConnection,
  rows: ProfiledRows,
  index: number,
  column: Column,
  { looked, cells }: { looked: Float64Array; cells: CellCounts },
): Promise<NumberProfile | null> {
  const { min, max, mean } = column;
  if (min === undefined || max === undefined || mean === undefined) return null;
  const sorted = looked.filter((value) => !Number.isNaN(value)).sort();
  const integers = Number.isInteger(min) && Number.isInteger(max) && sorted.every((value) => Number.isInteger(value));
  const bins = chooseBins(sorted, min, max, integers);
  const parts = partsOf(bins);
  const counted = cells
    ? countCells(cells, column.decimalComma ?? false, bins, parts)
    : await countParts(connection, rows, index, column, bins, parts);
  const bars = bins.edges.length - 1;
  const counts = Float64Array.from({ length: bars * parts }, (_, i) => counted.get(i) ?? 0);
  const [below, above] = [counted.get(-1) ?? 0, counted.get(bars * parts) ?? 0];
  const total = counts.reduce((sum, n) => sum + n, below + above);
  return {
    min,
    max,
    mean,
    deviation: deviationOf(sorted),
    integers,
    quantiles:
      sorted.length === rows.samples - column.missing
        ? exactQuantiles(sorted)
        : quantilesOf(shares, counts, bins, { below, min, max, total }),
    histogram: {
      edges: bins.edges,
      counts: Array.from({ length: bars }, (_, bar) =>
        counts.subarray(bar * parts, (bar + 1) * parts).reduce((sum, n) => sum + n, 0),
      ),
      below,
      above,
    },
  };
}

/** Where all numbers were looked at: between two of them linearly, as NumPy and R (type 7) do. */
const exactQuantiles = (sorted: Float64Array): NumberProfile['quantiles'] =>
  shares.map((share) => {
    const rank = share * (sorted.length - 1);
    const at = Math.floor(rank);
    const [low, high] = [sorted[at], sorted[Math.min(at + 1, sorted.length - 1)]];
    return { share, value: low + (high - low) * (rank - at) };
  });

function deviationOf(values: Float64Array): number {
  let [n, mean, squares] = [0, 0, 0];
  for (const value of values) {
    n++;
    const by = value - mean;
    mean += by / n;
    squares += by * (value - mean);
  }
  return n > 0 ? Math.sqrt(squares / n) : 0;
}

function countCells(cells: NonNullable<CellCounts>, decimalComma: boolean, { edges }: Bins, parts: number): Counted {
  const bars = edges.length - 1;
  const [low, high] = [edges[0], edges[bars]];
  const counted = new Map<number, number>();
  for (const { value, count } of cells) {
    const number = parseNumber(value, decimalComma);
    if (number === null) continue;
    const at = Math.floor((number - low) * ((bars * parts) / (high - low)) + justBelow);
    const part = number === high ? bars * parts - 1 : Math.min(bars * parts, Math.max(-1, at));
    counted.set(part, (counted.get(part) ?? 0) + count);
  }
  return counted;
}

/**
 * How many numbers lie in each part of each bar; -1: below all, bars × parts: above all. DuckDB's own cast is tried first, which reads
 * plain numbers in half of the time: it is right if it finds as many numbers as there are known to be.
 */
async function countParts(
  connection: DuckDBConnection,
  { table, values, samples }: ProfiledRows,
  index: number,
  column: Column,
  bins: Bins,
  parts: number,
): Promise<Counted> {
  const present = samples - column.missing;
  if (!column.decimalComma) {
    const plain = values.numbers.has(index)
      ? cellNumberSql(values.numbers, `c${index}`, false)
      : `TRY_CAST(c${index} AS DOUBLE)`;
    const [low, high] = [bins.edges[0], bins.edges[bins.edges.length - 1]];
    const within = column.min! >= low && column.max! <= high;
    const quick = within
      ? await countWithin(connection, table, plain, bins, parts)
      : await countBy(connection, table, plain, bins, parts);
    if ([...quick.values()].reduce((sum, n) => sum + n, 0) === present) return quick;
  }
  const value = numberSql(`c${index}`, column.decimalComma ?? false);
  return countBy(connection, `(SELECT ${value} AS v FROM ${table})`, finiteSql('v'), bins, parts);
}

/** The bar's part, counted from 0, as a number to be rounded down. */
const placeSql = (value: string, { edges }: Bins, parts: number): string => {
  const bars = edges.length - 1;
  const perPart = (bars * parts) / (edges[bars] - edges[0]);
  return `(${value} - (${edges[0]}::DOUBLE)) * ${perPart}::DOUBLE + ${justBelow}`;
};

async function countBy(
  connection: DuckDBConnection,
  table: string,
  value: string,
  bins: Bins,
  parts: number,
): Promise<Counted> {
  const end = (bins.edges.length - 1) * parts;
  const high = bins.edges[bins.edges.length - 1];
  const part = `least(greatest(floor(${placeSql('v', bins, parts)}), -1), ${end})`;
  const rows = await rowsOf(
    connection,
    `SELECT CASE WHEN v = ${high}::DOUBLE THEN ${end - 1} ELSE ${part} END::INTEGER AS part, count(*) AS n
     FROM (SELECT ${value} AS v FROM ${table}) WHERE v IS NOT NULL GROUP BY 1`,
  );
  return new Map(rows.map((row) => [Number(row.part), Number(row.n)]));
}

/** As `countBy` where no number lies outside of the bars: in half of the time, since rounding
 * alone tells the part (the next one, for no cast takes what is a little below 0). */
async function countWithin(
  connection: DuckDBConnection,
  table: string,
  value: string,
  bins: Bins,
  parts: number,
): Promise<Counted> {
  const last = (bins.edges.length - 1) * parts - 1;
  // Of 65,536 values at most, DuckDB counts in an array.
  await connection.run('SET perfect_ht_threshold = 17');
  const rows = await rowsOf(
    connection,
    `SELECT TRY_CAST(${placeSql(value, bins, parts)} + 0.5 AS USMALLINT) AS next, count(*) AS n FROM ${table} GROUP BY 1`,
  );
  const counted = new Map<number, number>();
  for (const { next, n } of rows) {
    if (next === null) continue;
    // The last bar's upper edge is in it.
    const within = Math.min(Number(next) - 1, last);
    counted.set(within, (counted.get(within) ?? 0) + Number(n));
  }
  return counted;
}
