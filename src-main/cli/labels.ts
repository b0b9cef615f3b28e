import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addLabelsAgreement } from './labels-agreement.ts';
import { addLabelsClick } from './labels-click.ts';
import { addLabelsFiles } from './labels-files.ts';
import { addLabelsList } from './labels-list.ts';
import { addLabelsMarks } from './labels-marks.ts';
import { addLabelsPrelabel } from './labels-prelabel.ts';
import { addLabelsSet } from './labels-set.ts';

/** `atelier labels …`, in the order that help shows. */
export function addLabels(program: Command, context: CommandContext): void {
  const labels = program
    .command('labels')
    .description('say which class samples are of or what is marked in them, with suggestions, undo and history')
    .helpCommand('help [command]', 'print help for a command');
  for (const add of [
    addLabelsList,
    addLabelsMarks,
    addLabelsSet,
    addLabelsPrelabel,
    addLabelsClick,
    addLabelsAgreement,
    addLabelsFiles,
  ])
    add(labels, context);
}
