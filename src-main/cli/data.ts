import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addDataExport } from './data-export.ts';
import { addDataLeaks } from './data-leaks.ts';
import { addDataList } from './data-list.ts';
import { addDataPrivacy } from './data-privacy.ts';
import { addDataProfile } from './data-profile.ts';
import { addDataQuality } from './data-quality.ts';
import { addDataRecipe } from './data-recipe.ts';
import { addDataRelink } from './data-relink.ts';
import { addDataSample } from './data-sample.ts';
import { addDataShow } from './data-show.ts';
import { addDataSplit } from './data-split.ts';

/** What `atelier data …` can do: one file each, in the order that help shows. */
const subcommands: readonly ((data: Command, context: CommandContext) => void)[] = [
  addDataList,
  addDataShow,
  addDataProfile,
  addDataPrivacy,
  addDataSample,
  addDataRecipe,
  addDataSplit,
  addDataLeaks,
  addDataQuality,
  addDataExport,
  addDataRelink,
];

export function addData(program: Command, context: CommandContext): void {
  const data = program
    .command('data')
    .description('look at, prepare, divide, judge and export datasets')
    .helpCommand('help [command]', 'print help for a command');
  for (const add of subcommands) add(data, context);
}
