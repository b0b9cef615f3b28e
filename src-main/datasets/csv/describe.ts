import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { countColumns, describeColumn, judgeColumn } from '../columns.ts';
import { countSplits, defaultFractions, divide } from '../splits.ts';
import { readTarget, targetNotes } from '../table-target.ts';
import { guessTarget, targetType } from '../target.ts';

/** Types, target, classes and split of the table now in Parquet. `file` is for messages. */
export async function describeTable(
  connection: DuckDBConnection,
  relation: string,
  names: readonly string[],
  params: { target?: string | null; splitSeed: number },
  file: string,
): Promise<Omit<Manifest, 'blobs' | 'sources' | 'rejected' | 'rejectedCount'> & { split: Uint8Array }> {
  const facts = await countColumns(
    connection,
    relation,
    names.map((_, i) => i),
  );
  const rows = facts[0].rows;
  if (rows === 0) {
    throw new AtelierError('no_rows', `${file} has a header but no rows that could be read. Nothing was imported.`);
  }
  const judged = facts.map((each, i) => ({ name: names[i], ...judgeColumn(names[i], each) }));
  const target = params.target === undefined ? guessTarget(judged, facts) : params.target;
  const columns: Column[] = [];
  for (const [i, column] of judged.entries()) {
    const chosen =
      column.name === target
        ? { ...column, role: 'target' as const, type: targetType(column, facts[i]), note: undefined }
        : column;
    columns.push(await describeColumn(connection, relation, i, facts[i], chosen));
  }
  const found = await readTarget(connection, relation, columns, target);
  const split = divide(rows, found.labels, defaultFractions, params.splitSeed);
  return {
    kind: 'table',
    samples: rows,
    columns,
    target,
    task: found.task,
    classes: found.classes,
    image: null,
    splits: countSplits(split),
    splitSource: found.labels ? 'stratified' : 'random',
    splitSeed: params.splitSeed,
    split,
    notes: targetNotes(columns, target, found),
  };
}
