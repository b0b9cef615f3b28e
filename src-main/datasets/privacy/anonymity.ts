import type { DuckDBConnection } from '@duckdb/node-api';
import { AtelierError } from '../../shared/errors.ts';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { mostQuasiIdentifiers, type AnonymityReport, type Remedy } from '../../shared/privacy.ts';
import { completeStep, infoOf, type Recipe } from '../../shared/recipe.ts';
import { rowsOf, sampleRelation, withDuck } from '../duck.ts';
import { fitRecipe, type Fitted } from '../recipes/fit.ts';
import { stepInfos } from '../recipes/index.ts';
import { rawTable } from '../recipes/raw-table.ts';
import { numberSqlOf, textSql } from '../recipes/values.ts';
import type { State } from '../recipes/step.ts';
import { levelsOf, type Step } from './levels.ts';

const shownGroups = 20;

interface Counted {
  k: number;
  groups: number;
  exposed: number;
}

/**
 * How many rows share their values in these columns (k-anonymity), which share them with fewer than `wanted`, and what coarser values
 * would do about it. Errors: not_a_table, unknown_column, bad_arguments.
 */
export async function measureAnonymity(
  blobs: string,
  manifest: Manifest,
  names: readonly string[],
  wanted: number,
): Promise<AnonymityReport> {
  rawTable(manifest);
  const chosen = chosenColumns(manifest, names);
  const columns = chosen.map((column): Column => ({ ...column, role: 'feature' }));
  const targets = new Set(chosen.flatMap(({ name, role }) => (role === 'target' ? [name] : [])));
  return withDuck({ blobs, threads: 1 }, async (connection) => {
    const samples = await sampleRelation(connection, blobs, manifest);
    // A table of its own: it is grouped many times over.
    const places = chosen.map((column, i) => `c${manifest.columns.indexOf(column)} AS c${i}`).join(', ');
    await connection.run(
      `CREATE TEMP TABLE looked AS SELECT ${places}, split, file_row_number::INTEGER AS rid FROM ${samples}`,
    );
    const fitted = (steps: readonly Step[]): Promise<Fitted> =>
      fitRecipe(connection, 'looked', columns, recipeOf(steps));
    const after = async (steps: readonly Step[]): Promise<Counted> => {
      const { state, relation } = await fitted(steps);
      return count(connection, relation, keysOf(state), wanted);
    };
    const now = await after([]);
    const levels = new Map<string, Step[]>();
    for (const [i, column] of columns.entries()) {
      // No step changes what is to be predicted so.
      if (now.exposed === 0 || targets.has(column.name)) continue;
      levels.set(column.name, await levelsOf(connection, 'looked', i, column, wanted));
    }
    const { steps, reached } = await generalise(levels, {
      exposed: now.exposed,
      after,
      distinct: async (taken) => {
        const { state, relation } = await fitted(taken);
        return distinctValues(connection, relation, state);
      },
    });
    const remedies: Remedy[] = [];
    for (const [column, step] of steps) {
      const { k, exposed } = await after([step]);
      remedies.push({ column, ...step, k, exposed });
    }
    const { state, relation } = await fitted([]);
    return {
      columns: columns.map(({ name }) => name),
      wanted,
      samples: manifest.samples,
      ...now,
      worst: now.exposed > 0 ? await smallest(connection, relation, state, wanted) : [],
      remedies,
      together: reached && { k: reached.k, exposed: reached.exposed },
    };
  });
}

/**
 * Makes values coarser until no row is exposed or nothing can be coarser: each time those of the column that has most of them (Datafly;
 * Sweeney, "Guaranteeing anonymity when sharing medical data", 1997). `levels`: of each column, the mildest first.
 */
async function generalise(
  levels: ReadonlyMap<string, readonly Step[]>,
  table: {
    exposed: number;
    after(steps: readonly Step[]): Promise<Counted>;
    distinct(steps: readonly Step[]): Promise<Map<string, number>>;
  },
): Promise<{ steps: Map<string, Step>; reached: Counted | null }> {
  const steps = new Map<string, Step>();
  const taken = new Map([...levels.keys()].map((column) => [column, 0]));
  let reached: Counted | null = null;
  while ((reached?.exposed ?? table.exposed) > 0) {
    const open = [...levels].filter(([column, each]) => taken.get(column)! < each.length).map(([column]) => column);
    if (open.length === 0) break;
    const distinct = await table.distinct([...steps.values()]);
    const [column] = open.sort((a, b) => distinct.get(b)! - distinct.get(a)!);
    const level = taken.get(column)!;
    taken.set(column, level + 1);
    const next = new Map(steps).set(column, levels.get(column)![level]);
    const left = await table.distinct([...next.values()]);
    if (left.get(column)! >= distinct.get(column)!) continue;
    steps.set(column, levels.get(column)![level]);
    reached = await table.after([...steps.values()]);
  }
  // What was made coarser early may not be needed for the end.
  for (const column of [...steps.keys()]) {
    const others = [...steps].flatMap(([each, step]) => (each === column ? [] : [step]));
    const without = await table.after(others);
    if (without.exposed > reached!.exposed) continue;
    steps.delete(column);
    reached = without;
  }
  if (steps.size === 0) reached = null;
  return { steps, reached };
}

const recipeOf = (steps: readonly Step[]): Recipe => ({
  version: 1,
  steps: steps.map(({ kind, settings }, i) => ({
    id: String(i),
    kind,
    settings: completeStep(infoOf(stepInfos, kind), settings),
    enabled: true,
  })),
});

function chosenColumns(manifest: Manifest, names: readonly string[]): Column[] {
  const some = [...new Set(names)];
  if (some.length === 0 || some.length > mostQuasiIdentifiers) {
    throw new AtelierError(
      'bad_arguments',
      `Name 1 to ${mostQuasiIdentifiers} columns that someone may know of a person, such as age, sex and postcode.`,
    );
  }
  return some.map((name) => {
    const found = manifest.columns.find((column) => column.name === name);
    if (found) return found;
    throw new AtelierError(
      'unknown_column',
      `There is no column "${name}". The columns are: ${manifest.columns.map((column) => column.name).join(', ')}.`,
    );
  });
}

/** Numbers by their value, so that 1 and 1.0 are one. */
const keysOf = (state: State): string[] =>
  state.map((column) => (column.type === 'number' ? numberSqlOf(column) : textSql(column)));

async function distinctValues(
  connection: DuckDBConnection,
  relation: string,
  state: State,
): Promise<Map<string, number>> {
  const counts = keysOf(state).map((key, i) => `count(DISTINCT ${key}) AS n${i}`);
  const [row] = await rowsOf(connection, `SELECT ${counts.join(', ')} FROM ${relation}`);
  return new Map(state.map(({ name }, i) => [name, Number(row[`n${i}`])]));
}

async function count(
  connection: DuckDBConnection,
  relation: string,
  keys: readonly string[],
  wanted: number,
): Promise<Counted> {
  const [row] = await rowsOf(
    connection,
    `SELECT coalesce(min(n), 0) AS k, count(*) AS groups, coalesce(sum(n) FILTER (n < ${wanted}), 0) AS exposed
     FROM (SELECT count(*) AS n FROM ${relation} GROUP BY ${keys.join(', ')})`,
  );
  return { k: Number(row.k), groups: Number(row.groups), exposed: Number(row.exposed) };
}

async function smallest(
  connection: DuckDBConnection,
  relation: string,
  state: State,
  wanted: number,
): Promise<AnonymityReport['worst']> {
  const shown = state.map((column) => `left(any_value(${textSql(column)}), 200)`).join(', ');
  const rows = await rowsOf(
    connection,
    `SELECT [${shown}] AS cells, count(*) AS n FROM ${relation} GROUP BY ${keysOf(state).join(', ')} HAVING n < ${wanted} ORDER BY n, min(rid) LIMIT ${shownGroups}`,
  );
  return rows.map(({ cells, n }) => ({ values: cells as (string | null)[], rows: Number(n) }));
}
