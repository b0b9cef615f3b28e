import type { Manifest, SourceFile, SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { plural } from '../../shared/plural.ts';
import { baseOf, folderOf, ImageFiles, splitOfName, splitOfPath, stemOf } from '../annotations/image-files.ts';
import { splitOf, type Member } from '../class-folders.ts';
import { inOrder } from '../importers/split-files.ts';
import type { Rejects } from '../importers/rejects.ts';
import { storedAs, type FoundFile, type Source } from '../source.ts';
import { isForm } from '../unlabelled-parts.ts';
import { classColumns, headed, type ClassColumns } from './columns.ts';
import { mayBeTable, tableRows, type TableRows } from './rows.ts';

/** Pictures or sounds whose classes stand in a table beside them: which files these are, by their names. */
export interface Among {
  isNamed: (name: string) => boolean;
  /** "image", "images". */
  words: readonly [string, string];
}

/** The tables, all of the same columns, and what these say. */
export interface ClassTables {
  tables: readonly { file: FoundFile; split: SplitName | null }[];
  columns: readonly string[];
  says: ClassColumns;
  /** Different classes at the beginning of the tables. */
  classes: ReadonlySet<string>;
  /** How many rows that beginning has. */
  rows: number;
}

const maxAsked = 64;
/** A few texts may be tables; many are texts. */
const maxTexts = 8;

/** Null where no table says what the files are. `wanted`: the column that names their classes, where that is said. */
export async function findClassTables(
  source: Source,
  among: Among,
  wanted?: string | null,
): Promise<ClassTables | null> {
  const named = source.files.filter(
    (file) =>
      mayBeTable(file) && !among.isNamed(file.relative) && !isForm(file.relative) && !source.withoutData?.has(file),
  );
  const texts = named.filter(({ relative }) => /\.txt$/i.test(relative));
  const asked = named.filter((file) => texts.length <= maxTexts || !texts.includes(file)).slice(0, maxAsked);
  if (asked.length === 0) return null;
  const files = new Lookup(source.files, among);
  const found: { table: TableRows; says: ClassColumns }[] = [];
  for (const file of asked) {
    const table = await beginning(file);
    const says = table && classColumns(table, (cell, split) => files.find(cell, file, split), among.isNamed);
    if (table && says) found.push({ table, says: chosen(table, says, wanted) });
  }
  const first = found.find(({ says }) => says.sure) ?? found.at(0);
  if (!first) return null;
  const { columns } = first.table;
  const alike = found.filter(({ table }) => table.columns.join('\0') === columns.join('\0'));
  const ordered = inOrder(alike.map(({ table }) => table.file));
  const { says } = first;
  return {
    tables: ordered.map((file) => ({
      file,
      split: splitOfName(file.relative) ?? splitOfPath(folderOf(file.relative)),
    })),
    ...{ columns, says },
    rows: alike.reduce((sum, { table: { rows } }) => sum + rows.length, 0),
    classes: new Set(
      alike.flatMap(({ table }) => table.rows.flatMap(({ cells }) => classOf(cells, columns, says) ?? [])),
    ),
  };
}

/** What cannot be read is no table of classes; whoever else it belongs to tells what is wrong with it. */
async function beginning(file: FoundFile): Promise<TableRows | null> {
  try {
    const table = await tableRows(file, true);
    return table && headed(table);
  } catch (error) {
    if (error instanceof AtelierError && error.code !== 'source_vanished') return null;
    throw error;
  }
}

/** Throws `no_column`. */
function chosen({ file, columns }: TableRows, says: ClassColumns, wanted?: string | null): ClassColumns {
  if (!wanted) return says;
  const label = columns.indexOf(wanted);
  if (label >= 0 && label !== says.file) return { ...says, label: [label], sure: true };
  throw new AtelierError(
    'no_column',
    `${file.relative} has no column "${wanted}" that could name classes. It has: ${columns.join(', ')}.`,
  );
}

function classOf(
  cells: readonly (string | null)[],
  columns: readonly string[],
  { label }: ClassColumns,
): string | null {
  if (label.length === 1) return cells[label[0]] ?? null;
  const one = label.find((c) => Number(cells[c]) === 1);
  return one === undefined ? null : columns[one];
}

/** Finds files by what tables call them: a path, a name, with an extension or without, in any case. */
class Lookup {
  readonly #files: ImageFiles;
  readonly #byLower = new Map<string, FoundFile>();
  readonly #isNamed: Among['isNamed'];

  constructor(files: readonly FoundFile[], { isNamed }: Among) {
    this.#isNamed = isNamed;
    this.#files = new ImageFiles(files, isNamed);
    for (const file of this.#files.files) {
      this.#byLower.set(baseOf(file.relative).toLowerCase(), file);
      this.#byLower.set(stemOf(file.relative).toLowerCase(), file);
    }
  }

  find(cell: string, { relative }: FoundFile, split: SplitName | null): FoundFile | null {
    const base = baseOf(cell.replaceAll('\\', '/'));
    const stem = this.#isNamed(base) ? stemOf(base) : base;
    return (
      this.#files.find(cell, relative, split) ??
      this.#files.findStem(stem, relative, split) ??
      this.#byLower.get(base.toLowerCase()) ??
      this.#byLower.get(stem.toLowerCase()) ??
      null
    );
  }

  get all(): readonly FoundFile[] {
    return this.#files.files;
  }
}

/** The files with the classes that the tables give them. Rows without a file, and files without a row, are counted, listed and left out. */
export async function arrangeByTables(
  source: Source,
  { tables, columns, says }: ClassTables,
  among: Among,
  rejects: Rejects,
  signal: AbortSignal,
): Promise<{ members: Member[]; passedOver: number; notes: Manifest['notes']; read: SourceFile[] }> {
  const files = new Lookup(source.files, among);
  const members = new Map<FoundFile, Member>();
  const [one, several] = among.words;
  const counts = { rows: 0, gone: [] as string[], twice: 0 };
  const read: SourceFile[] = [];
  for (const { file: from, split: whole } of tables) {
    signal.throwIfAborted();
    const table = headed((await tableRows(from, false))!);
    read.push(await storedAs(from, signal));
    for (const { cells, where } of table.rows) {
      const cell = cells[says.file];
      if (cell === null || cell === undefined) continue;
      counts.rows++;
      const split = (says.split === null ? null : splitOf(cells[says.split] ?? '')) ?? whole;
      const file = files.find(cell, from, split);
      const className = classOf(cells, columns, says) ?? '';
      const known = file && members.get(file);
      if (!file) {
        counts.gone.push(cell);
        rejects.add(where, 'image_missing', `${where} is of ${cell}, which is not there.`);
      } else if (known) {
        counts.twice++;
        if (known.className === className) continue;
        const again = `${where} says another class of ${file.relative} ("${className}") than a row before it ("${known.className}"), which counts.`;
        rejects.add(where, 'duplicate_image', again);
      } else members.set(file, { file, className, split: split ?? splitOfPath(folderOf(file.relative)) });
    }
  }
  const rowless = files.all.filter((file) => !members.has(file));
  const told = tables.map(({ file }) => file.relative);
  for (const { relative } of rowless) rejects.add(relative, 'no_class', `${relative} stands in no row of ${told[0]}.`);
  const some = (names: readonly string[]): string => `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
  const label =
    says.label.length === 1
      ? `column "${columns[says.label[0]]}"`
      : `the columns "${some(says.label.map((c) => columns[c]))}"`;
  const words = [
    `Classes are those of ${some(told)}, ${label}, which names the ${several} in "${columns[says.file]}": ${plural(counts.rows, 'row', 'rows')}, ${plural(members.size, one, several)}.`,
  ];
  if (counts.gone.length > 0)
    words.push(
      `${plural(counts.gone.length, 'row is of a file', 'rows are of files')} not there: ${some(counts.gone)}.`,
    );
  if (counts.twice > 0) words.push(`${plural(counts.twice, 'row speaks', 'rows speak')} of ${several} of rows before.`);
  if (rowless.length > 0)
    words.push(
      `${plural(rowless.length, `${one} stands`, `${several} stand`)} in no row and ${rowless.length === 1 ? 'was' : 'were'} left out: ${some(rowless.map(({ relative }) => relative))}.`,
    );
  return {
    members: files.all.flatMap((file) => members.get(file) ?? []),
    passedOver: source.files.length - files.all.length - tables.length,
    notes: [{ code: 'class_table', message: words.join(' ') }],
    read,
  };
}
