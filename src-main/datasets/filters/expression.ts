import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { blobPath } from '../blobs.ts';
import { finiteSql, numberSql, sqlText } from '../cells.ts';
import { eachRow, heeding, parquetSql, rowsOf } from '../duck.ts';

/**
 * Boolean expressions that people write, over one table called `data`. They run in a DuckDB of their own that may open the table's file
 * and nothing else, with bounded memory and time; before that the parsed expression is looked at, and what is more than one is refused.
 */

const memoryMB = 512;
const answerWithinMs = 30_000;

export interface Expressions {
  /** The numbers of the samples for which the expression is true. Throws `filter_sql` and `filter_sql_slow`. */
  select(expression: string, signal: AbortSignal): Promise<Int32Array>;
  close(): void;
}

export async function openExpressions(blobs: string, manifest: Manifest, threads: number): Promise<Expressions> {
  const table = manifest.blobs.table!;
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryMB}MB`,
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const setup = await instance.connect();
  await setup.run(`CREATE VIEW main.data AS ${viewSql(blobs, manifest)}`);
  await setup.run(`SET allowed_paths = [${sqlText(blobPath(blobs, table))}]`);
  await setup.run('SET enable_external_access = false');
  await setup.run('SET lock_configuration = true');
  setup.closeSync();
  return {
    async select(expression, signal) {
      const connection = await instance.connect();
      try {
        await checkExpression(connection, expression);
        return await withinTime(connection, signal, () => samplesWhere(connection, expression));
      } catch (error) {
        signal.throwIfAborted();
        throw asRefusal(error, expression);
      } finally {
        connection.closeSync();
      }
    },
    close: () => instance.closeSync(),
  };
}

/**
 * Columns by the names people see, numbers as numbers. SQL's names know no case: of two that differ in case alone the later one is
 * called `name_2`. `sample` is the sample's number, unless a column is called so.
 */
export function viewNames(manifest: { columns: readonly { name: string }[] }): string[] {
  const taken = new Set<string>();
  return manifest.columns.map(({ name }) => {
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}_${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function viewSql(blobs: string, manifest: Manifest): string {
  const names = viewNames(manifest);
  const cells = manifest.columns.map(({ type, decimalComma }, i) =>
    type === 'number' ? `${numberSql(`c${i}`, decimalComma ?? false)} AS c${i}` : `c${i}`,
  );
  const columns = manifest.columns.map(({ type }, i) => {
    return `${type === 'number' ? finiteSql(`c${i}`) : `c${i}`} AS ${quoted(names[i])}`;
  });
  const numbered = names.some((name) => name.toLowerCase() === 'sample') ? [] : ['sample_number AS sample'];
  return `SELECT ${[...columns, ...numbered, `sample_number AS ${quoted(numberName)}`].join(', ')}
    FROM (SELECT ${cells.join(', ')}, file_row_number::INTEGER AS sample_number FROM ${parquetSql(blobs, manifest.blobs.table!)})`;
}

/** No column of a file is called so: importers trim names. */
const numberName = ' sample number';

async function samplesWhere(connection: DuckDBConnection, expression: string): Promise<Int32Array> {
  const described = await connection.runAndReadAll(`SELECT (\n${expression}\n) AS v FROM data LIMIT 0`);
  const type = String(described.columnType(0));
  if (type !== 'BOOLEAN') {
    throw new AtelierError(
      'filter_sql',
      `The expression gives ${type}, not true or false: a filter is a condition such as "age" > 30 AND "city" = 'Oslo'.`,
    );
  }
  const found: number[] = [];
  await eachRow(connection, `SELECT ${quoted(numberName)} FROM data WHERE (\n${expression}\n)`, (sample) =>
    found.push(sample),
  );
  return Int32Array.from(found).sort();
}

async function withinTime<T>(connection: DuckDBConnection, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(answerWithinMs);
  try {
    return await heeding(connection, AbortSignal.any([signal, late]), work);
  } catch (error) {
    if (signal.aborted || !late.aborted) throw error;
    throw new AtelierError(
      'filter_sql_slow',
      `The expression took over ${answerWithinMs / 1000} seconds and was stopped. Make it simpler, or filter by a column first.`,
    );
  }
}

function asRefusal(error: unknown, expression: string): Error {
  if (error instanceof AtelierError) return error;
  const said = (error instanceof Error ? error.message : String(error)).replace(/^\w+ Error: /, '');
  // DuckDB points into the statement, of which people wrote one part: the lines would be counted wrongly.
  const [first, ...more] = said.split('\n').filter((line) => line.trim() !== '' && !/^(?:LINE \d+:|\s*\^)/.test(line));
  return new AtelierError('filter_sql', `This is no condition on the table: ${first ?? expression}`, more.slice(0, 6));
}

type Node = Record<string, unknown>;

/** Throws `filter_sql` for what is not one expression, or looks beyond the table. */
async function checkExpression(connection: DuckDBConnection, expression: string): Promise<void> {
  const [row] = await rowsOf(
    connection,
    `SELECT json_serialize_sql(${sqlText(`SELECT (\n${expression}\n) AS v`)}) AS tree`,
  );
  const tree = JSON.parse(String(row.tree)) as Node;
  if (tree.error === true) {
    throw new AtelierError('filter_sql', `This is no SQL expression: ${String(tree.error_message)}.`);
  }
  const statements = tree.statements as { node: Node }[];
  const node = statements[0].node;
  const alone =
    statements.length === 1 &&
    node.type === 'SELECT_NODE' &&
    (node.select_list as Node[]).length === 1 &&
    (node.from_table as Node).type === 'EMPTY' &&
    (node.modifiers as Node[]).length === 0 &&
    ['where_clause', 'having', 'qualify', 'sample'].every((key) => node[key] === null) &&
    (node.group_expressions as Node[]).length === 0;
  if (!alone) throw new AtelierError('filter_sql', 'A filter is one condition; this is more than one.');
  look(tree, expression);
}

const tables = new Set(['EMPTY', 'BASE_TABLE', 'SUBQUERY', 'JOIN']);

function look(value: unknown, expression: string): void {
  if (Array.isArray(value)) for (const item of value) look(item, expression);
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  const from = node.from_table as Node | undefined;
  const strange = node.type === 'TABLE_FUNCTION' || (from && !tables.has(String(from.type)));
  const foreign =
    node.type === 'BASE_TABLE' &&
    (String(node.table_name).toLowerCase() !== 'data' || node.schema_name !== '' || node.catalog_name !== '');
  if (strange || foreign) {
    throw new AtelierError(
      'filter_sql',
      'A filter reads this table alone, which is called data: no other table, file or function of tables.',
    );
  }
  for (const item of Object.values(node)) look(item, expression);
}
