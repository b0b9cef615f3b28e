import { Option, type Command } from 'commander';
import { splitNames, type SplitName } from '../shared/dataset.ts';
import type { Condition } from '../shared/filter.ts';

/** The options that say which samples are meant: of `data sample` and of `data export`. */
export interface FilterOptions {
  filter?: string;
  split?: SplitName;
  class?: string[];
}

export function withFilter(command: Command): Command {
  return command
    .option('--filter <expr>', 'an SQL condition over the columns by name (tables)')
    .addOption(new Option('--split <split>', 'only this split').choices([...splitNames]))
    .option('--class <name>', 'only this class; may be repeated', (name, all: string[] = []) => [...all, name]);
}

export function filterOf({ filter, split, class: classes }: FilterOptions): Condition[] {
  const conditions: Condition[] = [];
  if (filter !== undefined) conditions.push({ kind: 'sql', expression: filter });
  if (split) conditions.push({ kind: 'split', splits: [split] });
  if (classes) conditions.push({ kind: 'class', classes });
  return conditions;
}
