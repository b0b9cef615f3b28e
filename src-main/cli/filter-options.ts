import { InvalidArgumentError, Option, type Command } from 'commander';
import { splitNames, type SplitName } from '../shared/dataset.ts';
import type { Condition } from '../shared/filter.ts';

/** The options that say which samples are meant: of `data sample` and of `data export`. */
export interface FilterOptions {
  filter?: string;
  split?: SplitName;
  class?: string[];
  seconds?: Ends;
  loudness?: Ends;
}

/** Of a range; either may be open. */
interface Ends {
  from?: number;
  to?: number;
}

export function withFilter(command: Command): Command {
  return command
    .option('--filter <expr>', 'an SQL condition over the columns by name (tables)')
    .addOption(new Option('--split <split>', 'only this split').choices([...splitNames]))
    .option('--class <name>', 'only this class; may be repeated', (name, all: string[] = []) => [...all, name])
    .option('--seconds <from..to>', 'sounds so long; either end may be left out', ends)
    .option('--loudness <from..to>', 'sounds so loud, in dB below full scale: -30..-12', ends);
}

function ends(text: string): Ends {
  const found = /^(-?\d+(?:\.\d+)?)?\.\.(-?\d+(?:\.\d+)?)?$/.exec(text);
  const [from, to] = [found?.[1], found?.[2]].map((end) => (end === undefined ? undefined : Number(end)));
  if (!found || (from === undefined && to === undefined) || (from !== undefined && to !== undefined && from > to)) {
    throw new InvalidArgumentError('Say from..to, like 0.5..2, 0.5.. or ..2.');
  }
  return { from, to };
}

export function filterOf({ filter, split, class: classes, seconds, loudness }: FilterOptions): Condition[] {
  const conditions: Condition[] = [];
  if (filter !== undefined) conditions.push({ kind: 'sql', expression: filter });
  if (split) conditions.push({ kind: 'split', splits: [split] });
  if (classes) conditions.push({ kind: 'class', classes });
  if (seconds) conditions.push({ kind: 'sound', what: 'seconds', ...seconds, closed: true });
  if (loudness) conditions.push({ kind: 'sound', what: 'loudness', ...loudness, closed: true });
  return conditions;
}
