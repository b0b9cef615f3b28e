import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { personalKinds, type PersonalColumn, type PersonalKind, type PrivacyReport } from '../../shared/privacy.ts';
import { sqlText } from '../cells.ts';
import { parquetSql, rowsOf, withDuck } from '../duck.ts';
import { rawTable } from '../recipes/raw-table.ts';
import { addTextFunctions, type TextFunctions } from '../text-functions.ts';
import { hinted } from './conceal.ts';
import { findPersonal, suspicious } from './detect.ts';

const mostRows = 200_000;
const mostExamples = 3;
/** A number that looks like a phone or a card is often just a number: a column of them counts where this share of its cells does. */
const shareOfNumbers = 0.5;
/** What follows in a cell that is longer is not looked at. */
const mostCharacters = 100_000;
const all: ReadonlySet<PersonalKind> = new Set(personalKinds);

const functions: TextFunctions = {
  personal_kinds: {
    text: () => (text) => [...new Set(findPersonal(text, all).map(({ kind }) => kind))].sort().join(','),
  },
};

/** Looks through a version's cells for personal data; of many rows at some, spread evenly. Errors: not_a_table. */
export async function scanPrivacy(blobs: string, manifest: Manifest): Promise<PrivacyReport> {
  rawTable(manifest);
  const { samples, columns } = manifest;
  const every = Math.max(1, Math.ceil(samples / mostRows));
  const table = `(SELECT *, file_row_number AS rid FROM ${parquetSql(blobs, manifest.blobs.table!)} WHERE file_row_number % ${every} = 0)`;
  return withDuck({ blobs }, async (connection) => {
    addTextFunctions(connection, functions);
    const found: PersonalColumn[] = [];
    for (const [i, column] of columns.entries()) {
      const one = await scanColumn(connection, table, `left(c${i}, ${mostCharacters})`, column);
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
     FROM (SELECT ${cell} AS cell, rid, personal_kinds(${cell}, '') AS kinds FROM ${table} WHERE regexp_matches(${cell}, ${sqlText(suspicious)}))
     WHERE kinds <> '' GROUP BY kinds ORDER BY n DESC, kinds`,
  );
  const least = type === 'number' ? shareOfNumbers * Number(present) : 1;
  const found = personalKinds.flatMap((kind) => {
    const holding = sets.filter(({ kinds }) => String(kinds).split(',').includes(kind));
    const rows = holding.reduce((sum, { n }) => sum + Number(n), 0);
    if (rows < least || rows === 0) return [];
    const cells = holding.flatMap((each) => each.cells as string[]);
    return [{ kind, rows, examples: examplesOf(cells, kind) }];
  });
  return { column: name, type, role, present: Number(present), found };
}

function examplesOf(cells: readonly string[], wanted: PersonalKind): string[] {
  const found = cells.flatMap((cell) =>
    findPersonal(cell, all)
      .filter(({ kind }) => kind === wanted)
      .slice(0, 1)
      .map(({ start, end }) => hinted(cell.slice(start, end))),
  );
  return [...new Set(found)].slice(0, mostExamples);
}
