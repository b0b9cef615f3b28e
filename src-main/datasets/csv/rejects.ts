import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsOf } from '../duck.ts';
import type { Rejects } from '../importers/importer.ts';
import type { Dialect } from './sniff.ts';

/** Rows that did not fit, by line, in words. */
export async function listRejects(connection: DuckDBConnection, rejects: Rejects, dialect: Dialect): Promise<void> {
  const rows = await rowsOf(
    connection,
    `SELECT line::BIGINT AS line, first(error_type::VARCHAR) AS kind, first(error_message) AS message, first(csv_line[:80]) AS text
     FROM reject_errors GROUP BY line ORDER BY line LIMIT 1000`,
  );
  const [{ n }] = await rowsOf(connection, 'SELECT count(DISTINCT line) AS n FROM reject_errors');
  for (const row of rows) {
    const found = /Found: (\d+)/.exec(String(row.message))?.[1];
    const where = `line ${row.line}`;
    switch (row.kind) {
      case 'MISSING COLUMNS':
      case 'TOO MANY COLUMNS':
        rejects.add(where, 'ragged_row', `Line ${row.line} has ${found} cells, the others have ${dialect.columns}.`);
        break;
      case 'UNQUOTED VALUE':
        rejects.add(where, 'broken_quote', `Line ${row.line}: a quote is not closed, or text follows a closed one.`);
        break;
      case 'LINE SIZE OVER MAXIMUM':
        rejects.add(where, 'line_too_long', `Line ${row.line} is longer than 2 MB.`);
        break;
      case 'INVALID ENCODING':
        rejects.add(where, 'invalid_text', `Line ${row.line} holds bytes that are not text.`);
        break;
      default:
        rejects.add(where, 'bad_row', `Line ${row.line}: ${String(row.message).split('\n')[0]}`);
    }
  }
  rejects.count += Number(n) - rows.length;
}
