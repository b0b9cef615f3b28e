import type { Column } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { completeStep, infoOf, type Recipe, type StepSettings } from '../../shared/recipe.ts';
import { finiteSql, numberSql } from '../cells.ts';
import { stepKinds } from './index.ts';
import { isMade, type Made, type Outcome, type State, type StateColumn, type StepKind } from './step.ts';
import { readSql } from './values.ts';

/** A column as it is in the table that a recipe begins with. */
export type RawColumn = Pick<Column, 'name' | 'type' | 'role' | 'decimalComma'>;

/**
 * A recipe with what its steps have learnt, as a version and every run trained on it keep it: all that is needed to prepare new rows.
 * Steps that were off are not in it.
 */
export interface FittedRecipe {
  columns: RawColumn[];
  steps: { kind: string; settings: StepSettings; learned: unknown }[];
}

/** One step in its place. `at` counts from 1, as people do. */
export interface Placed {
  readonly at: number;
  readonly kind: StepKind;
  readonly settings: StepSettings;
}

/** The columns c0, c1, … of the table that a recipe begins with. */
export const rawState = (columns: readonly RawColumn[]): State =>
  columns.map(({ name, type, role }, i) => ({
    name,
    type,
    role,
    form: 'raw',
    text: `c${i}`,
    ...(type === 'number' ? { number: `n${i}` } : {}),
    prepared: false,
  }));

/** The table's relation with the numbers of its number columns beside their cells: n0, n1, …. `relation` has c0, c1, … as VARCHAR. */
export function rawRelation(relation: string, columns: readonly RawColumn[]): string {
  const numbers = columns.flatMap(({ type, decimalComma }, i) => (type === 'number' ? [{ i, decimalComma }] : []));
  if (numbers.length === 0) return relation;
  const parsed = numbers.map(({ i, decimalComma }) => `${numberSql(`c${i}`, decimalComma ?? false)} AS p${i}`);
  const finite = numbers.map(({ i }) => `${finiteSql(`p${i}`)} AS n${i}`);
  return `(SELECT *, ${finite.join(', ')} FROM (SELECT *, ${parsed.join(', ')} FROM ${relation}))`;
}

/** The steps that are on. Errors: unknown_step, invalid_settings. */
export const placedSteps = ({ steps }: Recipe): Placed[] =>
  steps.flatMap(({ kind, settings, enabled }, i) => {
    if (!enabled) return [];
    const found = infoOf(stepKinds, kind);
    return [{ at: i + 1, kind: found, settings: completeStep(found, settings, `step ${i + 1} (${kind})`) }];
  });

/** The table after a step: its state, and the relation that has places for what is new. */
export interface After {
  state: State;
  relation: string;
  /** What the step made, by its place in the relation. */
  made: ReadonlyMap<string, Made>;
}

/** Errors: those of the step, with its place before them; recipe_name, no_columns. */
export function afterStep(step: Placed, state: State, relation: string, learned: unknown): After {
  return told(step, () => {
    const outcome = step.kind.outcome?.(state, step.settings, learned) ?? state;
    const made = new Map<string, Made>();
    const next = outcome.map((column, i) => {
      if (!isMade(column)) return column;
      const place = `s${step.at}_${i}`;
      made.set(place, column);
      return stateOf(column, place);
    });
    checkOutcome(next);
    const expressions = [...made].map(([place, { reads, sql }]) => `${sql(reads.map(readSql))} AS ${place}`);
    if (expressions.length === 0) return { state: next, relation, made };
    return { state: next, relation: `(SELECT *, ${expressions.join(', ')} FROM ${relation})`, made };
  });
}

const stateOf = ({ name, type, role, form, prepared = false }: Made, place: string): StateColumn => ({
  name,
  type,
  role,
  form,
  prepared,
  ...(form === 'text' ? { text: place } : { number: place }),
});

/** The rows that the step keeps. Not for rows that are predicted. */
export function keptRows(step: Placed, state: State, relation: string, learned: unknown): string {
  const { kind, settings } = step;
  if (!kind.keep) return relation;
  const keep = told(step, () => kind.keep!(state, settings, learned));
  if (!keep) return relation;
  if ('copies' in keep) {
    const counted = `(SELECT *, ${keep.copies} AS copies FROM ${relation})`;
    return `(SELECT * EXCLUDE (copies, copy) FROM (SELECT *, unnest(range(copies)) AS copy FROM ${counted}))`;
  }
  return 'where' in keep
    ? `(SELECT * FROM ${relation} WHERE ${keep.where})`
    : `(SELECT * FROM ${relation} QUALIFY ${keep.qualify})`;
}

function checkOutcome(state: Outcome): void {
  const names = state.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new AtelierError(
      'recipe_name',
      `There would be two columns called "${twice}". Drop or leave out one of them.`,
    );
  }
  if (names.length === 0) throw new AtelierError('no_columns', 'No column would be left. Keep at least one.');
  if (names.length > 4096) {
    throw new AtelierError('too_many_columns', `There would be ${names.length} columns; at most 4096 are kept.`);
  }
}

/** An error of a step says which one it is. */
export function told<T>({ at, kind }: Pick<Placed, 'at' | 'kind'>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withStep(at, kind.kind, error);
  }
}

export const withStep = (at: number, kind: string, error: unknown): unknown =>
  error instanceof AtelierError && !error.message.startsWith('Step ')
    ? new AtelierError(error.code, `Step ${at} (${kind}): ${error.message}`, error.details)
    : error;

/** Everything a fitted recipe does to rows that are to be predicted, in order: none of them is left out. */
export function planOf(fitted: FittedRecipe): { state: State; relation: string; stages: After[] } {
  let state = rawState(fitted.columns);
  let relation = rawRelation('raw', fitted.columns);
  const stages = fitted.steps.map(({ kind, settings, learned }, i) => {
    const after = afterStep({ at: i + 1, kind: infoOf(stepKinds, kind), settings }, state, relation, learned);
    ({ state, relation } = after);
    return after;
  });
  return { state, relation, stages };
}
