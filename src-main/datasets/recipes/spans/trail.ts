import { AtelierError } from '../../../shared/errors.ts';
import { spanColumn } from '../../../shared/dataset.ts';
import { placeOf } from '../lineage.ts';
import { withStep } from '../plan.ts';
import type { Made, State, StateColumn } from '../step.ts';
import { textSql } from '../values.ts';
import { coarseChange, type Change } from './edits.ts';
import type { Pass } from './passes.ts';

/** What one step of a recipe made of the columns. */
export interface Stage {
  /** From 1, as people count. */
  at: number;
  kind: string;
  before: State;
  after: State;
  made: ReadonlyMap<string, Made>;
  /** What it has learnt. */
  learned: unknown;
  /** The rows after it. */
  relation: string;
}

/** The way that the texts in which spans are marked go through a recipe: their column before it, and after each step that changes them. */
export interface Trail {
  columns: readonly StateColumn[];
  steps: readonly (readonly Pass[])[];
}

/** Null where the table has no texts to mark spans in. Throws `annotated` where a step leaves the spans no place. */
export function trailOf(state: State, stages: readonly Stage[]): Trail | null {
  const first = spanColumn(state);
  if (!first) return null;
  const columns = [first];
  const steps: (readonly Pass[])[] = [];
  for (const { at, kind, after, made } of stages) {
    const column = columns.at(-1)!;
    const now = spanColumn(after);
    if (now && placeOf(now) === placeOf(column)) continue;
    const maker = now && made.get(placeOf(now));
    const own = maker?.reads.length === 1 && placeOf(maker.reads[0].column) === placeOf(column);
    if (!now || !maker?.passes || !own) throw withStep(at, kind, refused(column, now));
    columns.push(now);
    steps.push(maker.passes);
  }
  return { columns, steps };
}

function refused({ name }: StateColumn, now: StateColumn | undefined): AtelierError {
  const why =
    now && now.name !== name
      ? `Texts of "${now.name}" would come before those of "${name}", in which spans are marked`
      : `It leaves nothing of the texts of "${name}" that the spans marked in them could stand in`;
  return new AtelierError('annotated', `${why}. Choose other columns for this step, or take it out of the recipe.`);
}

/** What has to be asked of each row, to tell the changes of its text. */
export function trailSql({ columns, steps }: Trail): string[] {
  return steps.flatMap((passes, i) => {
    let text = textSql(columns[i]);
    const found = passes.map((pass) => {
      const told = (pass.marked ?? pass.sql)(text);
      text = pass.sql(text);
      return told;
    });
    return [textSql(columns[i]), ...found, textSql(columns[i + 1])];
  });
}

/** The changes of one row's text, by the answers to `trailSql`. A text that is missing is empty. */
export function changesOf({ steps }: Trail, answers: readonly (string | null)[]): Change[] {
  let at = 0;
  return steps.flatMap((passes) => {
    const [before, ...found] = answers.slice(at, (at += passes.length + 2));
    const after = found.pop() ?? null;
    return (
      (before !== null && after !== null ? passed(passes, before, after, found) : null) ?? [
        // Whatever else became of it: what it has in common with what it was.
        coarseChange(before ?? '', after ?? ''),
      ]
    );
  });
}

function passed(passes: readonly Pass[], before: string, after: string, found: readonly (string | null)[]) {
  let text = before;
  const changes: Change[] = [];
  for (const [i, pass] of passes.entries()) {
    for (const change of pass.changes(text, found[i] ?? '') ?? []) {
      if (change.before !== text) return null;
      changes.push(change);
      text = change.after;
    }
  }
  return text === after ? changes : null;
}
