import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addDataProfile } from './data-profile.ts';
import { addDataSample } from './data-sample.ts';

const subcommands = [addDataProfile, addDataSample];

export function addData(program: Command, context: CommandContext): void {
  const data = program
    .command('data')
    .description('look at datasets')
    .helpCommand('help [command]', 'print help for a command');
  for (const add of subcommands) add(data, context);
}
