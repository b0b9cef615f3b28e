import { planOf, type FittedRecipe } from './plan.ts';
import type { Made, Read, State, StateColumn } from './step.ts';

/** A fitted recipe as a graph of columns: what is made of what. */
export interface Lineage {
  readonly state: State;
  /** The relation with every column's place, over one called `raw`. */
  readonly relation: string;
  /** How the column at a place was made, and by which step (from 1); none for raw ones. */
  made(column: StateColumn): { how: Made; step: number } | null;
}

export function lineageOf(fitted: FittedRecipe): Lineage {
  const { state, relation, stages } = planOf(fitted);
  const makers = new Map(
    stages.flatMap(({ made }, i) => [...made].map(([place, how]) => [place, { how, step: i + 1 }])),
  );
  return { state, relation, made: (column) => makers.get(placeOf(column)) ?? null };
}

export const placeOf = (column: StateColumn): string => (column.form === 'number' ? column.number! : column.text!);

/** The names of the raw columns that these come from. */
export function rawNames({ made }: Lineage, columns: readonly StateColumn[]): Set<string> {
  const names = new Set<string>();
  const seen = new Set<string>();
  const visit = (column: StateColumn): void => {
    if (seen.has(placeOf(column))) return;
    seen.add(placeOf(column));
    const maker = made(column);
    if (!maker) names.add(column.name);
    else for (const read of maker.how.reads) visit(read.column);
  };
  columns.forEach(visit);
  return names;
}

export const columnsOf = (reads: readonly Read[]): StateColumn[] => reads.map(({ column }) => column);
