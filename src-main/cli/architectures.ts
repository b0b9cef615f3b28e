import type { Command } from 'commander';
import type { InputKind } from '../shared/input-kinds.ts';
import type { ArchitectureInfo, SettingField } from '../shared/run.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { fieldRange } from './fields.ts';
import { withCommon } from './options.ts';
import { architectureHelp, architectureName, settingHelp, settingName } from './words.ts';

export function addArchitectures(program: Command, context: CommandContext): void {
  withCommon(program.command('architectures'))
    .description('list the kinds of nets: the data each takes, and its settings')
    .addHelpText(
      'after',
      `
Data: image: images of one size; audio: sounds, as log-mel spectrograms; table: rows of numbers and categories; series: a table whose features are all numbers, read in
column order; pair: a table with two features, both categories, such as user and film; text: a table with a column of texts.

What a net learns: target: to tell the target column or the class; reconstruction: to give a sample back through a few numbers, so
that what it gives back badly is unlike the rest; generation: to make new samples; language: which words follow. Only the first
needs a target.

JSON: per architecture {"architecture","name","help","takes":[…],"learns","settings":[{"key","name","help","kind","default","min",
      "max","choices","max_length","only","advanced"}],"training":{"epochs","batch","optimizer","lr"}}; a setting has the keys of
      its kind; "only": the data that it is for, where that is not all

Examples:
  $ atelier architectures
  $ atelier architectures --json
  $ atelier train --data flowers --architecture resnet --set depth=14`,
    )
    .action((options: CommonOptions) => list(new Session(context, 'architectures', options)));
}

function list({ host, out }: Session): void {
  for (const architecture of host.architectures) {
    out.record(architectureJson(architecture));
    out.text(`${architectureText(architecture)}\n`);
  }
}

const takes: Record<InputKind, string> = {
  image: 'images',
  audio: 'sounds',
  table: 'tables',
  series: 'tables of numbers, as series',
  pair: 'tables of two categories',
  text: 'columns of text',
};

function architectureText({ id, inputs, learns, fields, training }: ArchitectureInfo): string {
  const { epochs, batchSize, optimizer, learningRate } = training;
  return [
    `${id}  ${architectureName(id)}: ${inputs.map((kind) => takes[kind]).join('; ')}${learns === 'target' ? '' : `; learns ${learns}, without a target`}`,
    `  ${architectureHelp(id)}`,
    `  Trained by default: ${epochs} epochs or more, batches of ${batchSize}, ${optimizer}, learning rate ${learningRate}`,
    ...fields.map(
      (field) => `    ${[`${field.key}: ${fieldRange(field)}`, settingHelp(field.key)].filter(Boolean).join('. ')}`,
    ),
  ].join('\n');
}

function architectureJson({ id, inputs, learns, fields, training }: ArchitectureInfo): Record<string, unknown> {
  return {
    architecture: id,
    name: architectureName(id),
    help: architectureHelp(id),
    takes: inputs,
    learns,
    settings: fields.map(fieldJson),
    training: {
      epochs: training.epochs,
      batch: training.batchSize,
      optimizer: training.optimizer,
      lr: training.learningRate,
    },
  };
}

function fieldJson(field: SettingField): Record<string, unknown> {
  const { key, kind, default: standard, advanced = false } = field;
  return {
    key,
    name: settingName(key),
    help: settingHelp(key),
    kind,
    default: standard,
    ...('min' in field ? { min: field.min, max: field.max } : {}),
    ...('choices' in field ? { choices: field.choices } : {}),
    ...('maxLength' in field ? { max_length: field.maxLength } : {}),
    ...(field.only ? { only: field.only } : {}),
    advanced,
  };
}
