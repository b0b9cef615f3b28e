import { access } from 'node:fs/promises';
import { DuckDBTypeId, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import type { SourceFile } from '../../shared/dataset.ts';
import type { AnnotatedText } from '../annotations/annotated-set.ts';
import { parsed } from '../annotations/json-records.ts';
import { whileThere } from '../annotations/reading.ts';
import { SchemeGuess, tagsOf, spansOf } from '../annotations/tags.ts';
import { storeAnnotatedTexts } from '../annotations/text-set.ts';
import { tokenLayout, tokenRow, type ListFacts, type TokenLayout } from '../annotations/token-rows.ts';
import { sqlText } from '../cells.ts';
import { rowsOf, sqlPath, withDuck } from '../duck.ts';
import { isObject } from '../json/members.ts';
import { parquetFiles, quoted } from '../parquet/embedded.ts';
import { classNamesOf } from '../parquet/features.ts';
import { readSchema, type Schema } from '../parquet/columns.ts';
import { storedAs, totalBytes, type FoundFile, type Source } from '../source.ts';
import { naming } from '../system-errors.ts';
import { memoryFor, toldApart } from '../tables/store.ts';
import type { DocumentColumn } from '../texts/document-table.ts';
import { splitInName } from './idx-pairs.ts';
import { Rejects, type Importer } from './importer.ts';

const rowsAtOnce = 2000;
/** Rows that tell the scheme, and which tags there are. */
const rowsLookedAt = 10_000;
const mostTags = 1000;
/** A column with no more different cells than these holds categories. */
const mostCategories = 50;

/** Texts cut into tokens with a tag for each, as Hugging Face's data sets for named entities have them in Parquet. */
export const huggingFaceTexts: Importer = {
  async offer(source) {
    const files = await parquetFiles(source);
    if (files.length === 0 || !(await glance(files[0], source))) return [];
    return [
      {
        ...{ kind: 'hugging-face-texts', suggestedName: source.suggestedName, files: files.length, folders: 0 },
        ...{ bytes: await totalBytes(files), columns: [], target: null },
      },
    ];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const files = await parquetFiles(source);
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const read: SourceFile[] = [];
      for (const file of files) read.push(await storedAs(file, context.signal));
      return toldApart(files, params, context, () =>
        withDuck({ blobs: params.blobs, signal: context.signal, memoryMB: memoryFor(0) }, async (connection) => {
          const guess = new SchemeGuess();
          const laid: { file: FoundFile; layout: TokenLayout }[] = [];
          for (const file of files) {
            const layout = await layoutOf(connection, file, source);
            if (layout) laid.push({ file, layout });
            else rejects.add(file.relative, 'no_tokens', `${file.relative} has no tokens with tags, and was left out.`);
          }
          for (const { file, layout } of laid) await guessFrom(connection, file, layout, guess);
          const columns = await documentColumns(connection, laid);
          const counts = { repaired: 0, unsaid: 0 };
          const texts = async function* (): AsyncGenerator<AnnotatedText> {
            for (const [n, { file, layout }] of laid.entries()) {
              context.progress({ stage: 'reading', unit: 'files', done: n, total: laid.length });
              const split = splitInName(file.relative.toLowerCase());
              for await (const { record, row } of recordsIn(connection, file, layout)) {
                const where = `${file.relative}: row ${row + 1}`;
                const made = tokenRow(record, layout);
                if (typeof made === 'string') {
                  rejects.add(where, 'bad_tokens', `${where} ${made}.`);
                  continue;
                }
                const { text, tags, sample, unsaid } = made;
                if (unsaid) counts.unsaid++;
                const spans = spansOf(tags);
                if (tagsOf(tags.length, spans, guess.scheme).tags.some((tag, i) => tag !== tags[i])) counts.repaired++;
                const cells = columns.map(({ name }) => cellOf(record[name]));
                yield { text, cells, split, sample };
              }
            }
          };
          const notes = () => tokenNotes(guess.scheme, laid[0].layout, counts);
          const header = () => ({ classes: [], scheme: guess.scheme });
          return storeAnnotatedTexts(
            source,
            { texts: texts(), columns, header, read, rejects, notes },
            params,
            context,
          );
        }),
      );
    }),
};

async function glance(file: FoundFile, source: Source): Promise<boolean> {
  try {
    return await withDuck({ memoryMB: memoryFor(0) }, async (duck) => (await layoutOf(duck, file, source)) !== null);
  } catch {
    // What is wrong with it is told by whoever reads it as a table.
    return false;
  }
}

async function layoutOf(connection: DuckDBConnection, file: FoundFile, source: Source): Promise<TokenLayout | null> {
  const schema = await readSchema(connection, file.path);
  const lists = listsIn(schema);
  if (lists.length < 2) return null;
  const names = await classNamesOf(connection, file.path, source.beside ?? source.files);
  const facts: ListFacts[] = [];
  for (const { name, texts } of lists) {
    const told = names.get(name) ?? null;
    const values = texts && !told ? await valuesIn(connection, file, name) : [];
    facts.push({ name, texts, names: told, values });
  }
  const scalars = schema.names.filter((_, i) => isScalar(schema.types[i]));
  return tokenLayout(facts, scalars);
}

const listsIn = ({ names, types }: Schema): { name: string; texts: boolean }[] =>
  types.flatMap((type, i) => {
    if (type.typeId !== DuckDBTypeId.LIST) return [];
    const inner = String(type.valueType);
    const texts = inner === 'VARCHAR';
    return texts || /^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(inner) ? [{ name: names[i], texts }] : [];
  });

const isScalar = (type: DuckDBType): boolean =>
  /^(VARCHAR|BOOLEAN|FLOAT|DOUBLE|U?(TINY|SMALL|BIG)?INT(EGER)?)$/.test(String(type));

/** The different values of a list of texts; of more than can be tags none. */
async function valuesIn(connection: DuckDBConnection, { path }: FoundFile, name: string): Promise<string[]> {
  const rows = await rowsOf(
    connection,
    `SELECT DISTINCT value FROM (SELECT unnest(${quoted(name)}) AS value FROM (SELECT ${quoted(name)} FROM read_parquet(${sqlPath(path)}) LIMIT ${rowsLookedAt}))
     WHERE value IS NOT NULL LIMIT ${mostTags + 1}`,
  );
  return rows.length > mostTags ? [] : rows.map(({ value }) => String(value)).sort();
}

interface TokenRecord {
  record: Record<string, unknown>;
  row: number;
}

async function* recordsIn(
  connection: DuckDBConnection,
  { path }: FoundFile,
  { tokens, tags, columns, text, others }: TokenLayout,
  most = Infinity,
): AsyncGenerator<TokenRecord> {
  const wanted = [tokens, tags, ...columns.map(({ name }) => name), ...(text === null ? [] : [text]), ...others];
  // As JSON: numbers of any width read as numbers.
  const members = wanted.map((name) => `${sqlText(name)}, ${quoted(name)}`).join(', ');
  for (let from = 0; from < most; from += rowsAtOnce) {
    const rows = await rowsThere(
      path,
      connection,
      `SELECT json_object(${members})::VARCHAR AS record FROM read_parquet(${sqlPath(path)}, file_row_number = true)
        WHERE file_row_number >= ${from} AND file_row_number < ${from + rowsAtOnce} ORDER BY file_row_number`,
    );
    for (const [i, { record }] of rows.entries()) {
      const read = parsed(String(record));
      yield { record: isObject(read) ? read : {}, row: from + i };
    }
    if (rows.length < rowsAtOnce) return;
  }
}

/** Rows of a file that may go away meanwhile. */
async function rowsThere(path: string, connection: DuckDBConnection, sql: string): ReturnType<typeof rowsOf> {
  try {
    return await rowsOf(connection, sql);
  } catch (error) {
    await naming({ reading: path }, () => access(path));
    throw error;
  }
}

async function guessFrom(
  connection: DuckDBConnection,
  file: FoundFile,
  layout: TokenLayout,
  guess: SchemeGuess,
): Promise<void> {
  for await (const { record } of recordsIn(connection, file, layout, rowsLookedAt)) {
    const made = tokenRow(record, layout);
    if (typeof made !== 'string') guess.add(made.tags);
  }
}

/** What is said of each text besides, of all files. */
async function documentColumns(
  connection: DuckDBConnection,
  laid: readonly { file: FoundFile; layout: TokenLayout }[],
): Promise<DocumentColumn[]> {
  const names = [...new Set(laid.flatMap(({ layout }) => layout.others))]
    .filter((name) => name !== 'text')
    .slice(0, 1000);
  const columns: DocumentColumn[] = [];
  for (const name of names) {
    const { file } = laid.find(({ layout }) => layout.others.includes(name))!;
    const [{ n }] = await rowsOf(
      connection,
      `SELECT approx_count_distinct(${quoted(name)}) AS n FROM read_parquet(${sqlPath(file.path)})`,
    );
    columns.push(columnOf(name, Number(n)));
  }
  return columns;
}

/** What is said of each text besides, of so many different values. */
export const columnOf = (name: string, distinct: number): DocumentColumn =>
  /^(.*_)?(id|guid|uid)$/i.test(name)
    ? { name, type: 'category', role: 'ignored', note: 'identifier' }
    : { name, type: distinct <= mostCategories ? 'category' : 'text', role: 'feature' };

export const cellOf = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : typeof value === 'string'
      ? value.replaceAll('\0', '')
      : JSON.stringify(value);

export function tokenNotes(
  scheme: string,
  { tokens, tags }: TokenLayout,
  { repaired, unsaid }: { repaired: number; unsaid: number },
): { code: string; message: string }[] {
  const called = scheme.toUpperCase();
  const notes = [
    {
      code: 'dialect',
      message: `Read as a Hugging Face data set's "${tokens}" with "${tags}", tags as ${called}. Blanks between tokens were put where they are usual; the tokens are kept.`,
    },
  ];
  if (unsaid > 0) {
    notes.push({
      code: 'tags_unsaid',
      message: `Texts whose tags are not said (-1): ${unsaid}. They are kept without spans.`,
    });
  }
  if (repaired > 0) {
    notes.push({
      code: 'tags_repaired',
      message: `Texts in which tags do not follow ${called}: ${repaired}. They were read as conlleval reads them: what does not go on a span begins one.`,
    });
  }
  return notes;
}
