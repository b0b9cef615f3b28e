import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addDataExport } from './data-export.ts';

/** What is done with datasets that are there: one file for each. */
export function addData(program: Command, context: CommandContext): void {
  const data = program
    .command('data')
    .description('work with datasets')
    .helpCommand('help [command]', 'print help for a command');
  addDataExport(data, context);
}
