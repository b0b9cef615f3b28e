import type { DuckDBConnection } from '@duckdb/node-api';
import { AtelierError } from '../../shared/errors.ts';
import { sqlText } from '../cells.ts';
import { rowsOf, sqlPath } from '../duck.ts';
import type { Rejects } from '../importers/importer.ts';
import { maxRecordBytes } from './scanner.ts';
import { Structure, type JsonColumn } from './structure.ts';

/** Lines of a file, whatever is in them; an empty one is NULL. */
const linesSql = (path: string): string =>
  `read_csv(${sqlPath(path)}, auto_detect = false, compression = 'none', delim = '', quote = '', escape = '', header = false,
    columns = {j: 'VARCHAR'}, new_line = '\\n', max_line_size = ${maxRecordBytes + 1024}, buffer_size = 8388608)`;

export interface JsonRows {
  columns: JsonColumn[];
  /** Columns c0, c1, …; VARCHAR. */
  relation: string;
}

/**
 * The rows of a file with one JSON value a line. What is no object is left out and listed; `where` tells its place by the line's number, from 1.
 * Throws `no_rows`, `too_many_columns`, `not_a_table`.
 */
export async function jsonRows(
  connection: DuckDBConnection,
  path: string,
  name: string,
  rejects: Rejects,
  where: (line: number) => string,
): Promise<JsonRows> {
  const lines = linesSql(path);
  const structure = new Structure();
  let bad = false;
  let rows = 0;
  const found = await connection.stream(
    `SELECT s, count(*)::DOUBLE AS n FROM (
       SELECT row_number() OVER () AS line, CASE WHEN json_valid(j) THEN json_structure(j)::VARCHAR END AS s FROM ${lines} WHERE j IS NOT NULL
     ) GROUP BY s ORDER BY min(line)`,
  );
  for (let chunk = await found.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await found.fetchChunk()) {
    for (const [text, count] of chunk.getRows()) {
      const parsed: unknown = typeof text === 'string' ? JSON.parse(text) : null;
      // An empty object is told as if it were anything; a list, a text or a number is what it is.
      if (parsed === 'JSON') bad = true;
      else if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
        bad = true;
        continue;
      } else structure.add(parsed as Record<string, unknown>);
      rows += Number(count);
    }
  }
  if (bad) await listBad(connection, lines, rejects, where);
  if (rows === 0) {
    throw new AtelierError(
      'no_rows',
      `${name} holds no rows that could be read: each must be an object, such as {"a": 1}. Nothing was imported.`,
      rejects.list.slice(0, 10).map(({ message }) => message),
    );
  }
  const columns = structure.columns(name);
  const cells = columns.map((_, i) => `v[${i + 1}] AS c${i}`).join(', ');
  const pointers = columns.map(({ pointer }) => sqlText(pointer)).join(', ');
  const good = bad ? "json_valid(j) AND json_type(j) = 'OBJECT'" : 'j IS NOT NULL';
  return {
    columns,
    relation: `(SELECT ${cells} FROM (SELECT json_extract_string(j, [${pointers}]) AS v FROM ${lines} WHERE ${good}))`,
  };
}

async function listBad(
  connection: DuckDBConnection,
  lines: string,
  rejects: Rejects,
  where: (line: number) => string,
): Promise<void> {
  const bad = `(SELECT line, CASE WHEN json_valid(j) THEN json_type(j) END AS type FROM (SELECT row_number() OVER () AS line, j FROM ${lines}) WHERE j IS NOT NULL)
    WHERE type IS NULL OR type <> 'OBJECT'`;
  const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${bad}`);
  const listed = await rowsOf(connection, `SELECT line, type FROM ${bad} ORDER BY line LIMIT 1000`);
  for (const { line, type } of listed) {
    const place = where(Number(line));
    const label = place[0].toUpperCase() + place.slice(1);
    if (type === null) rejects.add(place, 'bad_json', `${label} is no whole JSON value.`);
    else rejects.add(place, 'not_an_object', `${label} is no object, such as {"a": 1}.`);
  }
  rejects.count += Number(n) - listed.length;
}
