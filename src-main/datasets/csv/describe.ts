import type { DuckDBConnection } from '@duckdb/node-api';
import { likelySeparator } from '../../shared/class-sets.ts';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { columnOf, describeColumn, judgeColumn, withShortTexts } from '../columns.ts';
import { countColumns } from '../count-columns.ts';
import {
  carvedValidation,
  completeGiven,
  countSplits,
  defaultFractions,
  divide,
  divideBy,
  drawAhead,
} from '../splits.ts';
import { readTarget, targetNotes, type TableTarget } from '../table-target.ts';
import { guessTarget, targetType } from '../target.ts';

/**
 * Types, target, classes and split of the table now in Parquet. `file` is for messages; `given`: the split byte per row where the source is divided
 * already; `plainNumbers`: see `countColumns`. Throws `no_rows`, `too_many_classes`, and where a separator is given `no_target`, `separator_unused`.
 */
export async function describeTable(
  connection: DuckDBConnection,
  relation: string,
  names: readonly string[],
  params: { target?: string | null; separator?: string; splitSeed: number; into?: unknown },
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
  const { separator } = params;
  if (separator !== undefined && !params.target) throw separatorAlone();
  const target = params.target === undefined ? guessTarget(judged, facts) : params.target;
  const chosen = withShortTexts(judged, target).map((column, i) =>
    column.name === target
      ? {
          ...column,
          role: 'target' as const,
          type: separator === undefined ? targetType(column, facts[i]) : ('category' as const),
          separator,
          note: undefined,
        }
      : column,
  );
  const { splitSeed } = params;
  // The split is drawn while DuckDB reads on: of many rows that takes as long.
  let lots: ReturnType<typeof drawAhead> | null = null;
  const draw = (sizes: number[]): void => {
    if (!given) lots = drawAhead(sizes, defaultFractions, splitSeed);
  };
  const known = chosen.map((column, i) => columnOf(facts[i], column));
  const found = await readTarget(connection, relation, known, target, draw);
  if (!found.labels) draw([rows]);
  const columns: Column[] = [];
  for (const [i, column] of chosen.entries())
    columns.push(await describeColumn(connection, relation, i, facts[i], column));
  // What has grown may have lost them.
  if (separator !== undefined && !params.into && found.sets!.every(({ length }) => length < 2))
    throw separatorUnused(target!, separator);
  const split = given
    ? completeGiven(given, found.labels, carvedValidation, splitSeed)
    : lots
      ? divideBy(rows, found.labels, await lots)
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
    notes: [...targetNotes(columns, target, found), ...severalNotes(target, found)],
  };
}

/** Each cell was taken for one class, and looks like several. */
function severalNotes(target: string | null, { task, classes }: TableTarget): { code: string; message: string }[] {
  const names = task === 'classification' ? classes.map(({ name }) => name) : [];
  const separator = likelySeparator(names);
  if (separator === null) return [];
  const example = names.find((name) => name.includes(separator))!;
  return [
    {
      code: 'several_classes',
      message: `The cells of "${target}" look like several classes each, with "${separator}" between them ("${example}"), and were taken for one each. If they are several, import it again and say so (--several "${separator}").`,
    },
  ];
}

const separatorAlone = (): AtelierError =>
  new AtelierError('no_target', 'Several classes a cell are those of a target column: say which column it is.');

const separatorUnused = (target: string, separator: string): AtelierError =>
  new AtelierError(
    'separator_unused',
    `No cell of "${target}" names several classes with "${separator}" between them. Nothing was imported: name another separator, or none.`,
  );
