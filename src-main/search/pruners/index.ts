import { type Chosen, parseChosen } from '../options.ts';
import type { Direction } from '../trial.ts';
import { goOn, type Pruner } from './pruner.ts';

export const prunerTable = { none: {} } as const;

export type PrunerOptions = Chosen<typeof prunerTable>;

export function parsePruner(written: unknown, _task: { readonly directions: readonly Direction[] }): PrunerOptions {
  return parseChosen(prunerTable, written, 'pruner');
}

export function makePruner(_options: PrunerOptions, _task: { readonly directions: readonly Direction[] }): Pruner {
  return { judge: () => goOn('no_pruner') };
}
