import { Option, type Command } from 'commander';
import { resolveModel } from '../jobs/resolve.ts';
import { AtelierError } from '../shared/errors.ts';
import { count } from './format.ts';
import type { CommandContext } from './context.ts';
import { owning, tellOutcome, withLabelling, type LabelOptions } from './labelling.ts';
import { idsOf } from './labels-set.ts';
import { number } from './options.ts';

interface Options extends LabelOptions {
  run?: string;
  contains?: string;
  regex?: string;
  in?: string;
  class?: string;
  accept?: number;
}

export function addLabelsPrelabel(labels: Command, context: CommandContext): void {
  withLabelling(labels.command('prelabel'))
    .description('let a run, an exported model or a rule suggest labels for samples that nobody has looked at')
    .option('--run <run>', 'a classifier: a run, or an .onnx file')
    .addOption(
      new Option('--contains <text>', 'texts with this in them, whatever its case').conflicts(['regex', 'run']),
    )
    .addOption(new Option('--regex <pattern>', 'texts that fit this, in the syntax of RE2').conflicts('run'))
    .option('--in <column>', 'of a rule: the column that it looks in')
    .option('--class <name>', 'of a rule: what it suggests')
    .option('--accept <p>', 'suggestions at least so probable become labels', number(0, 1))
    .addHelpText(
      'after',
      `
Labels that people gave stay as they are. Suggestions go into no version until they are accepted.

JSON: {"changed","classes","canUndo","canRedo"}; with --accept a second line of what was accepted.

Examples:
  $ atelier labels prelabel photos --run "photos · cnn" --accept 0.95
  $ atelier labels prelabel sms --in text --regex 'win|prize' --class spam`,
    )
    .action((dataset: string, options: Options) => {
      const pattern = options.contains ?? options.regex;
      if (!options.run && (pattern === undefined || !options.in || !options.class) && options.accept === undefined)
        throw new AtelierError(
          'bad_arguments',
          'Say what suggests: --run, or --contains (or --regex) with --in and --class.',
        );
      return owning(context, 'prelabel', dataset, options, async ({ studio, session, version, state }) => {
        const { labelling } = state;
        if (options.run) {
          const model = resolveModel(studio.reading, options.run, session.host.cwd);
          const found = await (await studio.labels.suggest(labelling, version, model)).result;
          if (found.unknown.length > 0)
            session.out.note(`Note: classes that are not here were left out: ${found.unknown.join(', ')}`);
          tellOutcome(session, 'Suggested', found);
        } else if (pattern !== undefined) {
          const [id] = await idsOf(studio, state, [options.class!], false);
          const how = options.regex === undefined ? 'contains' : 'regex';
          tellOutcome(
            session,
            'Suggested',
            await studio.labels.rule(labelling, version, { class: id, column: options.in!, how, pattern }),
          );
        }
        if (options.accept !== undefined)
          tellOutcome(
            session,
            `Accepted from ${count(options.accept * 100)} % on`,
            await studio.labels.accept(labelling, options.accept),
          );
      });
    });
}
