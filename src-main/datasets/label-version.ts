import { DuckDBDataChunk, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import { joinClasses, separatorFor } from '../shared/class-sets.ts';
import type { Column, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { SaidLabels, VersionLabels } from '../shared/said.ts';
import type { ReviseResult } from '../shared/work/revise.ts';
import { adopt, partialPath, writeBlob } from './blobs.ts';
import { describeColumn } from './columns.ts';
import { countColumns } from './count-columns.ts';
import { parquetFileSql, parquetSql, sqlPath, withDuck } from './duck.ts';
import { preparedByRecipe } from '../shared/labels.ts';
import { asRead, keepAsRead } from './grow/as-read.ts';
import { fileLabels } from './labels.ts';
import { quickly } from './tables/store.ts';
import { readTarget, targetNoteCodes, targetNotes } from './table-target.ts';

/** Which class, or which classes, each sample of a version is of. A table's column need not be there, or hold classes: then none is of any. */
export async function versionLabels(blobs: string, manifest: Manifest, target: string | null): Promise<VersionLabels> {
  const none = { classes: [], labels: new Int32Array(manifest.samples).fill(-1) };
  if (manifest.kind !== 'table') {
    const labels = await fileLabels(blobs, manifest);
    const sets = manifest.classSets && { sets: manifest.classSets };
    return labels ? { classes: manifest.classes.map(({ name }) => name), labels, ...sets } : none;
  }
  const column = manifest.columns.find(({ name }) => name === target);
  if (!column || column.type !== 'category') return none;
  return withDuck({ blobs }, async (connection) => {
    const found = await readTarget(connection, parquetSql(blobs, manifest.blobs.table!), manifest.columns, target);
    const sets = found.sets && { sets: found.sets };
    return found.labels ? { classes: found.classes.map(({ name }) => name), labels: found.labels, ...sets } : none;
  });
}

/**
 * The next version: the same samples in the same splits, each of the class (or classes) that labelling says, or without a label. Nothing stored is touched.
 * Throws `nothing_labelled`, `no_change`, `prepared_by_recipe`.
 */
export async function labelVersion(
  blobs: string,
  manifest: Manifest,
  said: SaidLabels,
  signal?: AbortSignal,
): Promise<ReviseResult> {
  if (said.labels.length !== manifest.samples) {
    throw new AtelierError('internal', `There are ${said.labels.length} labels for ${manifest.samples} samples.`);
  }
  const counts = said.classes.map(() => 0);
  const sets = said.sets ?? said.classes.map((_, i) => [i]);
  let labelled = 0;
  for (const label of said.labels) {
    if (label < 0) continue;
    labelled++;
    for (const c of sets[label]) counts[c]++;
  }
  if (counts.every((count) => count === 0)) {
    throw new AtelierError(
      'nothing_labelled',
      'No sample is labelled with a class yet. Label some, then make a version of them.',
    );
  }
  const used = counts.filter((count) => count > 0).length;
  const change = `labels: ${labelled} of ${manifest.samples} samples, ${used} ${used === 1 ? 'class' : 'classes'}`;
  const next =
    manifest.kind === 'table'
      ? await withDuck({ blobs, signal }, (connection) => labelTable(connection, blobs, manifest, said))
      : await labelFiles(blobs, manifest, said, counts);
  return { manifest: next, change };
}

async function labelFiles(blobs: string, manifest: Manifest, said: SaidLabels, counts: number[]): Promise<Manifest> {
  const used = said.classes.flatMap((_, i) => (counts[i] > 0 ? [i] : []));
  const place = Int32Array.from(said.classes, (_, i) => used.indexOf(i));
  const { labels, classSets } = said.sets
    ? numbered(said.labels, said.sets, place)
    : { labels: said.labels.map((label) => (label < 0 ? -1 : place[label])), classSets: undefined };
  const classes = used.map((i) => ({ name: said.classes[i], count: counts[i] }));
  const blob = await writeBlob(blobs, new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  const told = (one: Pick<Manifest, 'classes' | 'classSets'>): string => JSON.stringify([one.classes, one.classSets]);
  if (blob === manifest.blobs.labels && told({ classes, classSets }) === told(manifest)) throw unchanged();
  const notes = manifest.notes.filter(({ code }) => code !== 'no_classes' && code !== 'single_class');
  if (classes.length === 1 && !classSets) {
    notes.push({
      code: 'single_class',
      message: `All labelled samples are of one class ("${classes[0].name}"). Training needs at least two: label samples of another.`,
    });
  }
  const { asRead: _, classSets: __, ...rest } = manifest;
  const next: Manifest = {
    ...rest,
    classes,
    ...(classSets && { classSets }),
    task: classSets ? 'multi-label' : 'classification',
    notes,
    blobs: { ...manifest.blobs, labels: blob },
  };
  return { ...next, ...keepAsRead(next, asRead(manifest)) };
}

/** The sets that occur, in the order of the samples, and which each sample has; by the places of classes. */
function numbered(
  labels: Int32Array,
  sets: readonly (readonly number[])[],
  place: Int32Array,
): { labels: Int32Array; classSets: number[][] } {
  const classSets: number[][] = [];
  const known = new Map<number, number>();
  const numbers = labels.map((label) => {
    if (label < 0) return -1;
    const at = known.get(label) ?? classSets.push(sets[label].map((c) => place[c]).sort((a, b) => a - b)) - 1;
    known.set(label, at);
    return at;
  });
  return { labels: numbers, classSets };
}

async function labelTable(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  said: SaidLabels,
): Promise<Manifest> {
  if (manifest.recipe) throw preparedByRecipe();
  const target = said.target!;
  const found = manifest.columns.findIndex(({ name }) => name === target);
  const at = found < 0 ? manifest.columns.length : found;
  const separator = said.sets && separatorFor(said.classes);
  const cells = said.sets
    ? said.sets.map((set) =>
        joinClasses(
          set.map((c) => said.classes[c]),
          separator!,
        ),
      )
    : said.classes;
  const before = manifest.columns[at];
  await takeLabels(connection, cells, said.labels);
  const sameColumn = before?.role === 'target' && before.type === 'category' && before.separator === separator;
  if (sameColumn && !(await differ(connection, blobs, manifest, at))) throw unchanged();
  const parquet = await partialPath(blobs);
  await writeLabelled(connection, blobs, manifest, at, parquet);
  const table = parquetFileSql(parquet);
  const [facts] = await countColumns(connection, table, [at]);
  const described = await describeColumn(connection, table, at, facts, {
    name: target,
    type: 'category',
    role: 'target',
    separator,
  });
  const columns: Column[] = manifest.columns
    .map((column): Column => (column.role === 'target' ? { ...column, role: 'feature' } : column))
    .toSpliced(at, 1, described);
  const { task, classes } = await readTarget(connection, table, columns, target);
  const blob = await adopt(blobs, parquet);
  if (blob === manifest.blobs.table && target === manifest.target && separator === before?.separator) throw unchanged();
  const notes = manifest.notes.filter(({ code }) => !targetNoteCodes.has(code));
  return {
    ...manifest,
    columns,
    target,
    task,
    classes,
    blobs: { ...manifest.blobs, table: blob },
    notes: [...notes, ...targetNotes(columns, target, { task, classes, labels: null })],
  };
}

const chunkRows = 2048;

/** The labels' cells as the table `said`, in the order of the rows. */
async function takeLabels(connection: DuckDBConnection, cells: readonly string[], labels: Int32Array): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP TABLE said (label VARCHAR)');
  const appender = await connection.createAppender('said');
  for (let first = 0; first < labels.length; first += chunkRows) {
    const some = Array.from(labels.subarray(first, first + chunkRows), (label) => (label < 0 ? null : cells[label]));
    const chunk = DuckDBDataChunk.create([VARCHAR], some.length);
    chunk.setColumnValues(0, some);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Whether any label is another one than the table has in its column number `at`. */
async function differ(connection: DuckDBConnection, blobs: string, manifest: Manifest, at: number): Promise<boolean> {
  const reader = await connection.runAndReadAll(
    `SELECT 1 FROM ${parquetSql(blobs, manifest.blobs.table!)} POSITIONAL JOIN said
      WHERE CAST(c${at} AS VARCHAR) IS DISTINCT FROM said.label LIMIT 1`,
  );
  return reader.currentRowCount > 0;
}

/** The table with `said` as its column number `at`, in the order of its rows. */
async function writeLabelled(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  at: number,
  to: string,
): Promise<void> {
  const cells = manifest.columns.map((_, i) => (i === at ? `said.label AS c${i}` : `c${i}`));
  if (at === manifest.columns.length) cells.push(`said.label AS c${at}`);
  await connection.run(
    `COPY (SELECT ${cells.join(', ')} FROM ${parquetSql(blobs, manifest.blobs.table!)} POSITIONAL JOIN said)
       TO ${sqlPath(to)} (FORMAT parquet, ${quickly})`,
  );
}

const unchanged = (): AtelierError =>
  new AtelierError('no_change', 'The version has these labels already. Label something first.');
