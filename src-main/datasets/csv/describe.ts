import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { countColumns, describeColumn, judgeColumn } from '../columns.ts';
import type { ImportContext } from '../importers/importer.ts';
import { countSplits, defaultFractions, divide } from '../splits.ts';
import { readTarget, targetNotes } from '../table-target.ts';
import { guessTarget, targetType } from '../target.ts';
import type { Dialect } from './sniff.ts';

/** Types, target, classes and split of the table now in Parquet. */
export async function describeTable(
  connection: DuckDBConnection,
  relation: string,
  dialect: Dialect,
  params: { target?: string | null; splitSeed: number },
  context: ImportContext,
  name: string,
): Promise<Omit<Manifest, 'blobs' | 'sources' | 'rejected' | 'rejectedCount'> & { split: Uint8Array }> {
  context.progress({ stage: 'profiling', unit: 'steps', done: 0, total: 0 });
  const facts = await countColumns(
    connection,
    relation,
    dialect.names.map((_, i) => i),
  );
  const rows = facts[0].rows;
  if (rows === 0) {
    throw new AtelierError('no_rows', `${name} has a header but no rows that could be read. Nothing was imported.`);
  }
  const judged = facts.map((each, i) => ({ name: dialect.names[i], ...judgeColumn(dialect.names[i], each) }));
  if (params.target && !dialect.names.includes(params.target)) {
    throw new AtelierError(
      'unknown_column',
      `There is no column "${params.target}" to be the target. The columns are: ${dialect.names.join(', ')}.`,
    );
  }
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
