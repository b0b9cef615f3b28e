import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { describeColumn, judgeColumn, withShortTexts } from '../columns.ts';
import { countColumns } from '../count-columns.ts';
import { carvedValidation, completeGiven, countSplits, defaultFractions, divide } from '../splits.ts';
import { readTarget, targetNotes } from '../table-target.ts';
import { guessTarget, targetType } from '../target.ts';

/**
 * Types, target, classes and split of the table now in Parquet. `file` is for messages; `given`: the split byte per row where the source is divided
 * already; `plainNumbers`: see `countColumns`.
 */
export async function describeTable(
  connection: DuckDBConnection,
  relation: string,
  names: readonly string[],
  params: { target?: string | null; splitSeed: number },
  file: string,
  given: Uint8Array | null = null,
  plainNumbers = false,
): Promise<Omit<Manifest, 'blobs' | 'sources' | 'rejected' | 'rejectedCount' | 'split'> & { split: Uint8Array }> {
  const facts = await countColumns(
    connection,
    relation,
    names.map((_, i) => i),
    plainNumbers,
  );
  const rows = facts[0].rows;
  if (rows === 0) {
    throw new AtelierError('no_rows', `${file} has a header but no rows that could be read. Nothing was imported.`);
  }
  const judged = facts.map((each, i) => ({ name: names[i], ...judgeColumn(names[i], each) }));
  const target = params.target === undefined ? guessTarget(judged, facts) : params.target;
  const columns: Column[] = [];
  for (const [i, column] of withShortTexts(judged, target).entries()) {
    const chosen =
      column.name === target
        ? { ...column, role: 'target' as const, type: targetType(column, facts[i]), note: undefined }
        : column;
    columns.push(await describeColumn(connection, relation, i, facts[i], chosen));
  }
  const found = await readTarget(connection, relation, columns, target);
  const { splitSeed } = params;
  const split = given
    ? completeGiven(given, found.labels, carvedValidation, splitSeed)
    : divide(rows, found.labels, defaultFractions, splitSeed);
  return {
    kind: 'table',
    samples: rows,
    columns,
    target,
    task: found.task,
    classes: found.classes,
    image: null,
    splits: countSplits(split),
    splitSource: given ? 'given' : found.labels ? 'stratified' : 'random',
    splitSeed,
    split,
    notes: targetNotes(columns, target, found),
  };
}
