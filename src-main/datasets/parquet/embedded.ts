import { DuckDBTypeId, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import type { SplitName } from '../../shared/dataset.ts';
import { audioHeadBytes, audioType } from '../audio/file-type.ts';
import { rowsOf, sqlPath } from '../duck.ts';
import { splitInName } from '../importers/idx-pairs.ts';
import { readHead, type FoundFile, type Source } from '../source.ts';
import type { Schema } from './columns.ts';
import { RowBytes } from './row-bytes.ts';

/** Files inside Parquet, as Hugging Face's data sets have images and sounds: a column of {bytes, path}. */
export interface EmbeddedFiles {
  column: string;
  /** The column's struct has the file's name too. */
  hasPath: boolean;
}

/** The source's Parquet files that can be read by their paths, training files first. */
export async function parquetFiles(source: Source): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const file of source.files.filter(({ relative }) => /\.(parquet|parq|pq)$/i.test(relative))) {
    if (file.packed) continue;
    if (Buffer.from(await readHead(file, 4)).toString('latin1') === 'PAR1') found.push(file);
  }
  const rank = ({ relative }: FoundFile): number =>
    ['train', 'validation', 'test'].indexOf(splitInName(relative.toLowerCase()) ?? 'train');
  return found.sort((a, b) => rank(a) - rank(b) || (a.relative < b.relative ? -1 : 1));
}

/** The first column of files; null where there is none. */
export function filesIn({ names, types }: Schema): EmbeddedFiles | null {
  const at = types.findIndex(isFiles);
  if (at < 0) return null;
  const type = types[at];
  return { column: names[at], hasPath: type.typeId === DuckDBTypeId.STRUCT && type.entryNames.includes('path') };
}

const isFiles = (type: DuckDBType): boolean =>
  type.typeId === DuckDBTypeId.STRUCT &&
  type.entryNames.includes('bytes') &&
  type.entryTypes[type.entryNames.indexOf('bytes')].typeId === DuckDBTypeId.BLOB;

const labelNames = ['label', 'labels', 'fine_label', 'class', 'target', 'category'];

/** The column that tells the class of each row's file. */
export function labelIn({ names, types }: Schema): string | null {
  const isLabel = (i: number): boolean => /^(VARCHAR|U?(TINY|SMALL|BIG)?INT(EGER)?)$/.test(String(types[i]));
  const label = labelNames.map((name) => names.indexOf(name)).find((i) => i >= 0 && isLabel(i));
  return label === undefined ? null : names[label];
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const bytesSql = ({ column }: EmbeddedFiles): string => `struct_extract(${quoted(column)}, 'bytes')`;

/** Whether the first file there is holds sound. */
export async function holdsSounds(connection: DuckDBConnection, path: string, files: EmbeddedFiles): Promise<boolean> {
  const bytes = bytesSql(files);
  const [row] = await rowsOf(
    connection,
    `SELECT hex(${bytes}[1:${audioHeadBytes}]) AS head FROM read_parquet(${sqlPath(path)}) WHERE ${bytes} IS NOT NULL LIMIT 1`,
  );
  return typeof row?.head === 'string' && audioType(Buffer.from(row.head, 'hex')) !== null;
}

export interface EmbeddedRow {
  /** Its bytes are fetched as they are needed. */
  file: FoundFile;
  split: SplitName | null;
  /** What was asked for beside, as text. */
  more: Record<string, string | null>;
}

/** The files of all rows; `more`: further columns as SQL, by name. */
export async function embeddedRows(
  connection: DuckDBConnection,
  file: FoundFile,
  files: EmbeddedFiles,
  more: Record<string, string>,
): Promise<EmbeddedRow[]> {
  const others = Object.entries(more).map(([name, sql]) => `(${sql})::VARCHAR AS ${name}`);
  const rows = await rowsOf(
    connection,
    `SELECT octet_length(${bytesSql(files)})::DOUBLE AS size,
       ${files.hasPath ? `struct_extract(${quoted(files.column)}, 'path')::VARCHAR` : 'NULL'} AS path, ${others.join(', ')}
     FROM read_parquet(${sqlPath(file.path)})`,
  );
  const bytes = new RowBytes(connection, file.path, bytesSql(files));
  const split = splitInName(file.relative.toLowerCase());
  return rows.map((row, i) => {
    const size = typeof row.size === 'number' ? row.size : 0;
    const name = typeof row.path === 'string' && row.path !== '' ? row.path : `${i}`;
    const relative = `${split ?? 'data'}/${name.replaceAll('\\', '/').split('/').at(-1)!}`;
    const packed = {
      stored: size,
      claimed: size,
      open: async function* () {
        yield await bytes.at(i, relative);
      },
      head: async (length: number) => (await bytes.at(i, relative)).subarray(0, length),
    };
    const told = Object.keys(more).map((key) => [key, typeof row[key] === 'string' ? row[key] : null]);
    return {
      file: { path: file.path, relative, packed },
      split,
      more: Object.fromEntries(told) as EmbeddedRow['more'],
    };
  });
}

/** A class by its number, where its name is known; null for -1, which is Hugging Face's word for "no label". */
export function classOf(value: string | null, names: readonly string[] | null): string | null {
  if (value === null || value === '-1') return null;
  return names && /^\d+$/.test(value) ? (names[Number(value)] ?? value) : value;
}
