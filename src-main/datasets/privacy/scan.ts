import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { formKinds, type PersonalColumn, type PersonalKind, type PrivacyReport } from '../../shared/privacy.ts';
import { sqlText } from '../cells.ts';
import { parquetSql, rowsOf, withDuck } from '../duck.ts';
import { rawTable } from '../recipes/raw-table.ts';
import { ofColumns } from '../tables/stored-numbers.ts';
import { addTextFunctions, type TextFunctions } from '../text-functions.ts';
import { hinted } from './conceal.ts';
import { findPersonal, suspicious } from './detect.ts';
import { loadNames } from './kinds/name.ts';

const mostRows = 200_000;
const mostExamples = 3;
/** A number that looks like a phone or a card is often just a number: a column of them counts where this share of its cells does. */
const shareOfNumbers = 0.5;
/** What follows in a cell that is longer is not looked at. */
const mostCharacters = 100_000;
/** Names take a thousand times as long as all else: so they are looked for in fewer cells. */
const mostNamed = 2000;
/** A single one that was found is as likely a month, a flower or a street. */
const shareOfNames = 0.02;
const all: ReadonlySet<PersonalKind> = new Set(formKinds);
const names: ReadonlySet<PersonalKind> = new Set(['name']);

const functions: TextFunctions = {
  personal_kinds: {
    text: () => (text) => [...new Set(findPersonal(text, all).map(({ kind }) => kind))].sort().join(','),
  },
  personal_named: { text: () => (text) => (findPersonal(text, names).length > 0 ? text : null) },
};

/** Looks through a version's cells for personal data; of many rows at some, spread evenly. Errors: not_a_table. */
export async function scanPrivacy(blobs: string, manifest: Manifest): Promise<PrivacyReport> {
  rawTable(manifest);
  const { samples, columns } = manifest;
  const every = Math.max(1, Math.ceil(samples / mostRows));
  const table = `(SELECT *, file_row_number AS rid FROM ${parquetSql(blobs, manifest.blobs.table!)} WHERE file_row_number % ${every} = 0)`;
  await loadNames();
  return withDuck({ blobs }, async (connection) => {
    addTextFunctions(connection, functions);
    const found: PersonalColumn[] = [];
    for (const [i, column] of columns.entries()) {
      const one = await scanColumn(connection, ofColumns(table, [i]), `left(c${i}, ${mostCharacters})`, column);
      if (one.found.length > 0) found.push(one);
    }
    return { samples, looked: Math.ceil(samples / every), columns: found };
  });
}

async function scanColumn(
  connection: DuckDBConnection,
  table: string,
  cell: string,
  { name, type, role }: Column,
): Promise<PersonalColumn> {
  const [{ present }] = await rowsOf(connection, `SELECT count(${cell}) AS present FROM ${table}`);
  const sets = await rowsOf(
    connection,
    `SELECT kinds, count(*) AS n, min_by(cell, rid, ${mostExamples}) AS cells
     FROM (SELECT ${cell} AS cell, rid, personal_kinds(${cell}, '') AS kinds FROM ${table} WHERE regexp_matches(${cell}, ${sqlText(suspicious(formKinds))}))
     WHERE kinds <> '' GROUP BY kinds ORDER BY n DESC, kinds`,
  );
  const least = type === 'number' ? shareOfNumbers * Number(present) : 1;
  const found: PersonalColumn['found'] = formKinds.flatMap((kind) => {
    const holding = sets.filter(({ kinds }) => String(kinds).split(',').includes(kind));
    const rows = holding.reduce((sum, { n }) => sum + Number(n), 0);
    if (rows < least || rows === 0) return [];
    const cells = holding.flatMap((each) => each.cells as string[]);
    return [{ kind, rows, examples: examplesOf(cells, kind, all) }];
  });
  if (type !== 'number') found.push(...(await scanNames(connection, table, cell, Number(present))));
  return { column: name, type, role, present: Number(present), found };
}

/** Cells with a name in them, of some that are spread over those that are there. */
async function scanNames(
  connection: DuckDBConnection,
  table: string,
  cell: string,
  present: number,
): Promise<PersonalColumn['found']> {
  const every = Math.max(1, Math.ceil(present / mostNamed));
  const some = `(SELECT ${cell} AS cell, row_number() OVER (ORDER BY rid) AS place FROM ${table} WHERE ${cell} IS NOT NULL)`;
  const found = await rowsOf(
    connection,
    `SELECT personal_named(cell, '') AS named FROM ${some}
     WHERE place % ${every} = 0 AND regexp_matches(cell, ${sqlText(suspicious(['name']))})`,
  );
  const cells = found.flatMap(({ named }) => (named === null ? [] : [String(named)]));
  const looked = Math.floor(present / every);
  if (cells.length === 0 || cells.length < shareOfNames * looked) return [];
  return [{ kind: 'name', rows: cells.length, looked, examples: examplesOf(cells.slice(0, 50), 'name', names) }];
}

function examplesOf(cells: readonly string[], wanted: PersonalKind, kinds: ReadonlySet<PersonalKind>): string[] {
  const found = cells.flatMap((cell) =>
    findPersonal(cell, kinds)
      .filter(({ kind }) => kind === wanted)
      .slice(0, 1)
      .map(({ start, end }) => hinted(cell.slice(start, end))),
  );
  return [...new Set(found)].slice(0, mostExamples);
}
