import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import type {
  ColumnProfile,
  ColumnWarning,
  NumberProfile,
  Profile,
  StepsDone,
  TopValues,
} from '../../shared/profile.ts';
import { derived } from '../derived.ts';
import { parquetSql, rowsOf, withDuck } from '../duck.ts';
import { wordsSql } from '../filters/conditions.ts';
import { cellCountsSql, valuesIn } from '../tables/number-cells.ts';
import { ofColumns } from '../tables/stored-numbers.ts';
import { associate } from './associations.ts';
import { findLeaks } from './leaks.ts';
import { keepLooked, lookAt, type LookedColumn } from './look.ts';
import { profileNumbers, type ProfiledRows } from './numbers.ts';

const topCount = 50;
/** Columns of more values than this have their most frequent ones counted among some of the samples. */
const fewValues = 5000;
/** Characters of texts whose words are counted; fewer of those that nobody learns from. */
const readOf = { feature: 8e6, ignored: 1e6 };
/** As in `columns.ts`: more rows than this, and more values than are counted one by one. */
const estimated = { rows: 250_000, values: 20_000 };

export interface ProfileHooks {
  /** Aborted: the profile fails with its reason. */
  signal?: AbortSignal;
  /** How far it is; not called where the profile is remembered. */
  progress?(steps: StepsDone): void;
}

/** Works a table version's profile out, or remembers it: the same cells and the same schema have the same one. */
export async function profileVersion(blobs: string, manifest: Manifest, hooks: ProfileHooks = {}): Promise<Profile> {
  const { blobs: kept, columns, target, samples, kind } = manifest;
  const from = { what: 'profile', format: 2, table: kept.table ?? null, columns, target, samples };
  if (kind !== 'table') {
    return { samples, looked: samples, columns: [], associations: { columns: [], values: [] }, leaks: [] };
  }
  const made = await derived(blobs, from, ['profile'], async () => {
    const profile = await withDuck({ blobs, signal: hooks.signal }, (connection) =>
      profileTable(connection, blobs, manifest, hooks),
    );
    return { profile: new TextEncoder().encode(JSON.stringify(profile)) };
  });
  return JSON.parse(new TextDecoder().decode(made.profile)) as Profile;
}

async function profileTable(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  { signal, progress }: ProfileHooks,
): Promise<Profile> {
  const table = parquetSql(blobs, manifest.blobs.table!);
  // A turn for the samples, one for what hangs together, and two for each column: one among the samples, one among all.
  const steps: StepsDone = { done: 0, total: 2 + 2 * manifest.columns.length };
  const step = async (): Promise<void> => {
    progress?.({ ...steps });
    steps.done++;
    // What is not DuckDB's own work hears of a stop here.
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  };
  await step();
  const values = await valuesIn(connection, table);
  const stored = values.numbers;
  const rows = await keepLooked(connection, table, manifest, stored);
  const looked: LookedColumn[] = [];
  for (const [i, column] of manifest.columns.entries()) {
    await step();
    looked.push(await lookAt(connection, column, i, stored));
  }
  await connection.run('DROP TABLE looked');
  const columns: ColumnProfile[] = [];
  for (const [i, column] of manifest.columns.entries()) {
    await step();
    const alone = { table: ofColumns(table, [i]), values, samples: manifest.samples };
    columns.push(await profileColumn(connection, alone, i, column, looked[i]));
  }
  const features = looked.filter((_, i) => manifest.columns[i].role === 'feature');
  await step();
  const target = looked.find(({ name, type }) => name === manifest.target && type !== 'text');
  return {
    samples: manifest.samples,
    looked: rows,
    columns,
    associations: associate(looked.filter((_, i) => manifest.columns[i].role !== 'ignored')),
    leaks: target ? findLeaks(features, target) : [],
  };
}

async function profileColumn(
  connection: DuckDBConnection,
  rows: ProfiledRows,
  index: number,
  column: Column,
  looked: LookedColumn,
): Promise<ColumnProfile> {
  const { table, values, samples } = rows;
  const { name, type, missing, distinct } = column;
  const profile: ColumnProfile = {
    name,
    type,
    missing,
    distinct,
    distinctEstimated: samples > estimated.rows && distinct > estimated.values,
    warnings: warningsOf(column, samples, null),
  };
  if (type === 'text') return { ...profile, top: await topWords(connection, table, index, column, samples) };
  const cells = distinct <= fewValues ? await countCells(connection, cellCountsSql(values, index, table)) : null;
  const top = cells ? { values: cells.slice(0, topCount) } : topLooked(looked);
  const number = looked.numbers
    ? await profileNumbers(connection, rows, index, column, { looked: looked.numbers, cells })
    : null;
  const warnings = warningsOf(column, samples, number);
  return { ...profile, ...(number ? { number } : {}), ...(top ? { top } : {}), warnings };
}

function warningsOf(
  { type, missing, distinct, note }: Column,
  samples: number,
  number: NumberProfile | null,
): ColumnWarning[] {
  if (missing === samples) return ['all_missing'];
  const present = samples - missing;
  const numbering = number?.integers === true && number.max - number.min + 1 === present;
  // Of many rows the distinct ones are estimated: nearly all is all.
  const identifier = present >= 20 && distinct >= present * 0.95 && (type === 'category' || numbering);
  return [
    ...(missing > samples / 2 ? (['mostly_missing'] as const) : []),
    ...(distinct <= 1 ? (['constant'] as const) : []),
    ...(note === 'identifier' || identifier ? (['identifier'] as const) : []),
  ];
}

/** Most frequent first. Each value once, with how often it is there: next to free, since Parquet keeps such columns so. */
async function countCells(connection: DuckDBConnection, counts: string): Promise<TopValues['values']> {
  const found = await rowsOf(connection, `SELECT value, n FROM ${counts} ORDER BY n DESC, value`);
  return found.map(({ value, n }) => ({ value: String(value), count: Number(n) }));
}

/** Values that come more than once among those looked at. Numbers are not told by their letters there, and have none. */
function topLooked({ codes, values }: LookedColumn): TopValues | undefined {
  if (!codes) return undefined;
  const counts = new Float64Array(values.length);
  for (const code of codes) if (code >= 0) counts[code]++;
  const order = [...counts.keys()].filter((i) => counts[i] > 1).sort((a, b) => counts[b] - counts[a]);
  return {
    values: order.slice(0, topCount).map((i) => ({ value: values[i], count: counts[i] })),
    sampled: codes.length,
  };
}

/** The words that most texts have, each counted once a text. */
async function topWords(
  connection: DuckDBConnection,
  table: string,
  index: number,
  column: Column,
  samples: number,
): Promise<TopValues> {
  const characters = (samples - column.missing) * Math.max(1, column.text?.characters.mean ?? 40);
  const every = Math.max(1, Math.ceil(characters / readOf[column.role === 'ignored' ? 'ignored' : 'feature']));
  const some = every === 1 ? '' : `AND file_row_number % ${every} = 0`;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE word_lists AS
     SELECT list_distinct(${wordsSql(`c${index}`)}) AS words FROM ${table} WHERE c${index} IS NOT NULL ${some}`,
  );
  const [{ texts }] = await rowsOf(connection, 'SELECT count(*) AS texts FROM word_lists');
  const found = await rowsOf(
    connection,
    `SELECT word, count(*) AS n FROM (SELECT unnest(words) AS word FROM word_lists) GROUP BY word ORDER BY n DESC, word LIMIT ${topCount}`,
  );
  await connection.run('DROP TABLE word_lists');
  const values = found.map(({ word, n }) => ({ value: String(word), count: Number(n) }));
  return every === 1 ? { values } : { values, sampled: Number(texts) };
}
