import type { DuckDBConnection } from '@duckdb/node-api';
import type { Recipe } from '../../shared/recipe.ts';
import { eachRow, rowsOf } from '../duck.ts';
import { train } from '../splits.ts';
import { addTextFunctions } from '../text-functions.ts';
import { stepFunctions } from './index.ts';
import {
  afterStep,
  keptRows,
  placedSteps,
  rawRelation,
  rawState,
  withStep,
  type FittedRecipe,
  type RawColumn,
} from './plan.ts';
import type { Stage } from './spans/trail.ts';
import type { FitContext, State } from './step.ts';

export interface Fitted {
  recipe: FittedRecipe;
  /** The table after the last step; columns of the relation besides its own: `rid`, `split`. */
  state: State;
  relation: string;
  /** What each step made of the columns. */
  stages: readonly Stage[];
  /** Rows were left out, and those that stay may be in another order. */
  drops: boolean;
}

/**
 * Goes through a recipe's steps, each one learning from the training split's rows as the steps before have left them. `relation`: c0, c1, …
 * (VARCHAR), `rid` and `split`. Run it on one thread: sums must come out the same every time. `until`: only the steps up to this place. `copies`: of files.
 */
export async function fitRecipe(
  connection: DuckDBConnection,
  relation: string,
  columns: readonly RawColumn[],
  recipe: Recipe,
  signal?: AbortSignal,
  until = Infinity,
  copies?: FitContext['copies'],
): Promise<Fitted> {
  addTextFunctions(connection, stepFunctions);
  const steps = placedSteps(recipe).filter(({ at }) => at <= until);
  const query = (sql: string): Promise<Record<string, unknown>[]> => rowsOf(connection, sql);
  let state = rawState(columns);
  let at = rawRelation(relation, columns);
  const learned: FittedRecipe['steps'] = [];
  const stages: Stage[] = [];
  let drops = false;
  for (const step of steps) {
    signal?.throwIfAborted();
    const { kind, settings } = step;
    let facts: unknown;
    try {
      await kind.load?.(settings);
      facts =
        (await kind.fit?.(state, settings, {
          query,
          each: (sql, visit) => eachRow(connection, sql, visit),
          all: at,
          train: `(SELECT * FROM ${at} WHERE split = ${train})`,
          copies,
          target: state.find(({ role }) => role === 'target') ?? null,
        })) ?? null;
    } catch (error) {
      throw withStep(step.at, kind.kind, error);
    }
    const before = state;
    const kept = keptRows(step, before, at, facts);
    drops ||= kept !== at;
    const after = afterStep(step, before, kept, facts);
    ({ state, relation: at } = after);
    stages.push({ at: step.at, kind: kind.kind, before, after: state, made: after.made, learned: facts, relation: at });
    if (kind.outcome) learned.push({ kind: kind.kind, settings, learned: facts });
  }
  return {
    recipe: {
      columns: columns.map(({ name, type, role, decimalComma }) => ({
        name,
        type,
        role,
        ...(decimalComma ? { decimalComma } : {}),
      })),
      steps: learned,
    },
    state,
    relation: at,
    stages,
    drops,
  };
}
