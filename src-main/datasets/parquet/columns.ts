import { DuckDBTypeId, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import { sqlText } from '../cells.ts';
import { rowsOf, sqlPath } from '../duck.ts';
import { uniqueNames } from '../tables/names.ts';
import { checkColumns } from '../tables/store.ts';

/** One column of a table of text made of a Parquet file's. */
export interface TextColumn {
  name: string;
  /** Of the file's columns p0, p1, …; VARCHAR. */
  sql: string;
  /** A list or a map, whose cells are JSON. */
  nested: boolean;
}

export interface ParquetColumns {
  columns: TextColumn[];
  /** Those that hold bytes that are no text. */
  binary: string[];
}

/** Rows of one Parquet file or of several of the same columns, called p0, p1, …. */
export const parquetRows = (paths: readonly string[], columns: number): string =>
  `read_parquet([${paths.map(sqlPath).join(', ')}]) AS given(${Array.from({ length: columns }, (_, i) => `p${i}`).join(', ')})`;

export interface Schema {
  names: string[];
  types: DuckDBType[];
}

export async function readSchema(connection: DuckDBConnection, path: string): Promise<Schema> {
  const result = await connection.run(`SELECT * FROM read_parquet([${sqlPath(path)}]) LIMIT 0`);
  return { names: result.columnNames(), types: result.columnTypes() };
}

/** Where two schemas differ first, in words; null where they do not. */
export function difference(a: Schema, b: Schema): string | null {
  for (let i = 0; i < Math.max(a.names.length, b.names.length); i++) {
    const [one, other] = [a, b].map(({ names, types }) =>
      i in names ? `"${names[i]}" (${String(types[i])})` : 'nothing',
    );
    if (one !== other) return `${one} here is ${other} there`;
  }
  return null;
}

/**
 * Every column as text. A struct has the same fields in every row, so its fields become columns, called "a.b"; lists and maps differ in
 * length from row to row and stay one column, as JSON. Bytes are kept where they are text, which some writers do not mark as such.
 * Throws `too_many_columns`.
 */
export async function textColumns(
  connection: DuckDBConnection,
  paths: readonly string[],
  schema: Schema,
  name: string,
): Promise<ParquetColumns> {
  const leaves = schema.types.flatMap((type, i) => leavesOf(type, [schema.names[i]], `p${i}`));
  checkColumns(leaves.length, name);
  const names = uniqueNames(leaves.map(({ path }) => path.join('.')));
  const text = await bytesThatAreText(connection, parquetRows(paths, schema.names.length), leaves);
  const columns: TextColumn[] = [];
  const binary: string[] = [];
  leaves.forEach((leaf, i) => {
    if (leaf.kind === 'binary' || (leaf.kind === 'bytes' && !text.has(leaf))) binary.push(names[i]);
    else columns.push({ name: names[i], sql: castSql(leaf), nested: leaf.kind === 'nested' });
  });
  return { columns, binary };
}

interface Leaf {
  path: string[];
  sql: string;
  /** `binary`: holds bytes somewhere inside, which JSON could only spell out. */
  kind: 'value' | 'nested' | 'bytes' | 'binary';
}

function leavesOf(type: DuckDBType, path: string[], sql: string): Leaf[] {
  if (type.typeId === DuckDBTypeId.STRUCT) {
    return type.entryTypes.flatMap((inner, i) => {
      const field = type.entryNames[i];
      return leavesOf(inner, [...path, field], `struct_extract(${sql}, ${sqlText(field)})`);
    });
  }
  if (type.typeId === DuckDBTypeId.BLOB) return [{ path, sql, kind: 'bytes' }];
  if (!isNested(type)) return [{ path, sql, kind: 'value' }];
  return [{ path, sql, kind: holdsBytes(type) ? 'binary' : 'nested' }];
}

const isNested = ({ typeId }: DuckDBType): boolean =>
  typeId === DuckDBTypeId.LIST ||
  typeId === DuckDBTypeId.ARRAY ||
  typeId === DuckDBTypeId.MAP ||
  typeId === DuckDBTypeId.UNION;

const holdsBytes = (type: DuckDBType): boolean => /\bBLOB\b/.test(String(type));

function castSql({ sql, kind }: Leaf): string {
  if (kind === 'nested') return `to_json(${sql})::VARCHAR`;
  return kind === 'bytes' ? `TRY(decode(${sql}))` : `${sql}::VARCHAR`;
}

async function bytesThatAreText(
  connection: DuckDBConnection,
  rows: string,
  leaves: readonly Leaf[],
): Promise<Set<Leaf>> {
  const bytes = leaves.filter(({ kind }) => kind === 'bytes');
  if (bytes.length === 0) return new Set();
  const bad = bytes.map(({ sql }, i) => {
    const text = `TRY(decode(${sql}))`;
    return `count_if(${sql} IS NOT NULL AND (${text} IS NULL OR contains(${text}, chr(0)))) AS bad${i}`;
  });
  const [counts] = await rowsOf(connection, `SELECT ${bad.join(', ')} FROM ${rows}`);
  return new Set(bytes.filter((_, i) => Number(counts[`bad${i}`]) === 0));
}
