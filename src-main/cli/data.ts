import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addDataLeaks } from './data-leaks.ts';
import { addDataQuality } from './data-quality.ts';
import { addDataSplit } from './data-split.ts';

/** What can be done with datasets, one file each. */
const subcommands: readonly ((data: Command, context: CommandContext) => void)[] = [
  addDataSplit,
  addDataLeaks,
  addDataQuality,
];

export function addData(program: Command, context: CommandContext): void {
  const data = program
    .command('data')
    .description('divide datasets and judge their quality')
    .helpCommand('help [command]', 'print help for a command');
  for (const add of subcommands) add(data, context);
}
