import type { DuckDBVector } from '@duckdb/node-api';
import type { ColumnRole, ColumnType } from '../../shared/dataset.ts';
import type { StepInfo, StepSettings } from '../../shared/recipe.ts';
import type { TextFunctions } from '../text-functions.ts';
import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { Groups } from '../divide/groups.ts';
import type { Pass } from './spans/passes.ts';

/** What reads a column: its cells, or its numbers. */
export type As = 'text' | 'number';

/**
 * A column at some place in a recipe. Every column that ever was has a place of its own in the relation, so that a step adds places and
 * takes none away; the state says which of them are the table at that point.
 */
export interface StateColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** `raw`: as imported, cells and (where its type is number) their numbers; else made by a step. */
  readonly form: 'raw' | As;
  /** Its name in the relation: VARCHAR cells (NULL missing), or a DOUBLE (NULL missing). A raw column of numbers has both. */
  readonly text?: string;
  readonly number?: string;
  /** A step has brought its numbers into the form that a net takes: they are not scaled again. */
  readonly prepared: boolean;
}

export type State = readonly StateColumn[];

/** A column that a step makes. */
export interface Made {
  readonly name: string;
  readonly type: ColumnType;
  /** That of the column it stands for, or `feature`. */
  readonly role: ColumnRole;
  readonly form: As;
  readonly prepared?: boolean;
  /** What it is made from. */
  readonly reads: readonly Read[];
  /** From the expressions that hold `reads`, VARCHAR or DOUBLE with NULL for missing. Evaluated for each row on its own. */
  readonly sql: (reads: readonly string[]) => string;
  /** The same as ONNX: string [batch, 1] with '' for missing, or double [batch, 1] with NaN. Null: what no operator does. */
  readonly onnx: ((g: GraphBuilder, reads: readonly Value[]) => Value) | null;
  /** Of a text made from one: what is done to it, one after another, so that spans in it keep their places. Absent: they would have none. */
  readonly passes?: readonly Pass[];
}

export interface Read {
  readonly column: StateColumn;
  readonly as: As;
}

/** What stands after a step: columns that stay, and new ones, in order. */
export type Outcome = readonly (StateColumn | Made)[];

export const isMade = (column: StateColumn | Made): column is Made => 'reads' in column;

export interface FitContext {
  /** All rows of a statement. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Streams a statement whose first column is an INTEGER without missing values. */
  each(sql: string, visit: (first: number, columns: DuckDBVector[], row: number) => void): Promise<void>;
  /** The training split's rows at this point, as a relation. */
  readonly train: string;
  /** All rows at this point, for steps that compare rows with each other; with `rid` and `split`. */
  readonly all: string;
  /** What is to be predicted, at this point; null where nothing is. */
  readonly target: StateColumn | null;
  /** Of images and sounds: which are copies of one another, by `rid`. */
  readonly copies?: (near: boolean) => Promise<Groups>;
}

export interface StepKind<Learned = unknown> extends Omit<StepInfo, 'dropsRows' | 'learns' | 'of'> {
  /** Tables alone where left out. */
  readonly of?: StepInfo['of'];
  /** It may be applied to the target, if that is named. */
  readonly onTarget?: boolean;
  /** What its SQL calls, by names of its own (see `text-functions.ts`). */
  readonly functions?: TextFunctions;
  /** Brings into this process what `functions` need with such settings; before their first call. */
  load?(settings: StepSettings): Promise<void>;
  /** False: `fit` looks at no row. */
  readonly looksAtRows?: false;
  /** False: what `fit` finds is about these rows, and nothing to be used on others. */
  readonly learns?: false;
  /** What it learns from the training split: plain JSON, kept with the version and with every run. */
  fit?(state: State, settings: StepSettings, context: FitContext): Promise<Learned>;
  /** The table after it. Pure: called again for every prediction and export. Absent: the columns stay as they are. */
  outcome?(state: State, settings: StepSettings, learned: Learned): Outcome;
  /**
   * Rows that stay: a condition, what follows QUALIFY, or how often each stands there afterwards (copies are one row in all that is said of
   * them: they keep its number and its split); null for all. Never applied to what is predicted.
   */
  keep?(
    state: State,
    settings: StepSettings,
    learned: Learned,
  ): { where: string } | { qualify: string } | { copies: string } | null;
}
