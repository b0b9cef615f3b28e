import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { resolveModel } from '../jobs/resolve.ts';
import { AtelierError } from '../shared/errors.ts';
import { tellingWays, type Learnt, type TellingWay } from '../shared/few-shot.ts';
import { blank, type SampleLabel } from '../shared/labels.ts';
import { count } from './format.ts';
import type { CommandContext, Session } from './context.ts';
import { owning, tellOutcome, withLabelling, type LabelOptions } from './labelling.ts';
import { prelabelByModel, withModel, type ModelOptions } from './labels-model.ts';
import { idsOf } from './labels-set.ts';
import { integer, number } from './options.ts';

interface NextOptions extends LabelOptions {
  count: number;
  way: TellingWay;
  encoder?: string;
}

interface Options extends ModelOptions {
  run?: string;
  learn?: boolean;
  encoder?: string;
  contains?: string;
  regex?: string;
  in?: string;
  class?: string;
  accept?: number;
}

export function addLabelsPrelabel(labels: Command, context: CommandContext): void {
  const command = withLabelling(labels.command('prelabel'))
    .description('let a run, a model or a rule suggest labels for samples that nobody has looked at')
    .option('--run <run>', 'a classifier: a run, or an .onnx file')
    .addOption(
      new Option('--learn', 'pictures: what the labels there are say of the others, without a run').conflicts('run'),
    )
    .option('--encoder <file>', 'with --learn: an ONNX model that tells what pictures are like what')
    .addOption(
      new Option('--contains <text>', 'texts with this in them, whatever its case').conflicts([
        'regex',
        'run',
        'learn',
      ]),
    )
    .addOption(new Option('--regex <pattern>', 'texts that fit this, in the syntax of RE2').conflicts(['run', 'learn']))
    .option('--in <column>', 'of a rule: the column that it looks in')
    .option('--class <name>', 'of a rule: what it suggests')
    .option('--accept <p>', 'suggestions at least so probable become labels', number(0, 1));
  withModel(command)
    .addHelpText(
      'after',
      `
Labels that people gave stay as they are. Suggestions go into no version until they are accepted.

With --learn some labels of each class are enough: ten say something, a hundred much. Label first what "atelier labels next" names.

With --model objects are marked (--kind objects goes without saying). What the file is, is told by what comes out of it, and names of classes stand in
many files; --dry-run tells both, and how pictures are given to it. What cannot be told is as usual for such models and can be said otherwise.

JSON: {"changed","classes","canUndo","canRedo"}; with --model also {"suggestions","pictures","unknown":[{"name","count"}],"unread"}, with --dry-run
{"name","input","outputs","count","classes","settings","sources","shapes"}; with --accept a second line of what was accepted; with --learn a line before:
{"labels","foretold":{"of","right"}}, how many of the labels the others foretell.

Examples:
  $ atelier labels prelabel photos --run "photos · cnn" --accept 0.95
  $ atelier labels prelabel photos --learn --accept 0.9
  $ atelier labels prelabel cells --model yolo11n.onnx --score 0.4 --accept 0.9
  $ atelier labels prelabel street --model yolox_nano.onnx --classes coco.txt --make
  $ atelier labels prelabel sms --in text --regex 'win|prize' --class spam`,
    )
    .action((dataset: string, options: Options) => {
      const pattern = options.contains ?? options.regex;
      if (options.encoder && !options.learn)
        throw new AtelierError('bad_arguments', '--encoder goes with --learn. Say both, or leave it out.');
      if (options.model && (options.run || options.learn || pattern !== undefined))
        throw new AtelierError('bad_arguments', 'Name one thing that suggests: --model, --run, --learn or a rule.');
      if (options.model) options.kind ??= 'objects';
      if (
        !options.run &&
        !options.model &&
        !options.learn &&
        (pattern === undefined || !options.in || !options.class) &&
        options.accept === undefined
      )
        throw new AtelierError(
          'bad_arguments',
          'Say what suggests: --run, --model, --learn, or --contains (or --regex) with --in and --class.',
        );
      return owning(context, 'prelabel', dataset, options, async ({ studio, session, version, state }) => {
        const { labelling } = state;
        if (options.model) {
          await prelabelByModel({ studio, session, version, state }, options);
          if (options.dryRun) return;
        } else if (options.run) {
          const model = resolveModel(studio.reading, options.run, session.host.cwd);
          const found = await (await studio.labels.suggesting.byModel(labelling, version, model)).result;
          if (found.unknown.length > 0)
            session.out.note(`Note: classes that are not here were left out: ${found.unknown.join(', ')}`);
          tellOutcome(session, 'Suggested', found);
        } else if (options.learn) {
          const encoder = options.encoder ? resolve(session.host.cwd, options.encoder) : null;
          const learnt = await studio.fewShot.learn(labelling, version, { encoder });
          tellLearnt(session, learnt);
          tellOutcome(session, 'Suggested', await studio.labels.give(labelling, 'few-shot', suggestionsOf(learnt)));
        } else if (pattern !== undefined) {
          const [id] = await idsOf(studio, state, [options.class!], false);
          const how = options.regex === undefined ? 'contains' : 'regex';
          tellOutcome(
            session,
            'Suggested',
            await studio.labels.suggesting.byRule(labelling, version, { class: id, column: options.in!, how, pattern }),
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
  withLabelling(labels.command('next'))
    .description('tell which samples are best labelled next: those whose labels would say most of the others')
    .option('--count <n>', 'so many', integer(1, 48), 10)
    .addOption(
      new Option('--way <way>', 'telling: what would change most; diverse: what is least like the labelled')
        .choices(tellingWays)
        .default('telling'),
    )
    .option('--encoder <file>', 'an ONNX model that tells what pictures are like what')
    .addHelpText(
      'after',
      `
Pictures alone. Also tells which labels are least like what the others say: they may be wrong.

JSON: {"next":[sample,…],"suspicious":[sample,…]}

Examples:
  $ atelier labels next photos --count 20
  $ atelier labels next photos --way diverse`,
    )
    .action((dataset: string, { count: wanted, way, encoder, ...options }: NextOptions) =>
      owning(context, 'next', dataset, options, async ({ studio, session, version, state }) => {
        const file = encoder ? resolve(session.host.cwd, encoder) : null;
        const learnt = await studio.fewShot.learn(state.labelling, version, { way, encoder: file });
        const [next, suspicious] = [learnt.next.subarray(0, wanted), learnt.suspicious].map((some) => [...some]);
        session.out.record({ next, suspicious });
        session.out.text(`Label next: ${next.join(', ')}`);
        if (suspicious.length > 0) session.out.text(`May be wrong: ${suspicious.join(', ')}`);
      }),
    );
}

function tellLearnt({ out }: Session, { labels, right }: Learnt): void {
  out.record({ labels, foretold: right });
  if (right.of > 0) out.text(`Learnt from ${count(labels)} labels; the others foretell ${right.right} of ${right.of}`);
}

const suggestionsOf = ({ samples, classes, confidence }: Learnt): Map<number, SampleLabel> =>
  new Map(
    Array.from(samples, (sample, i) => {
      const sure = Math.round(confidence[i] * 1e4) / 1e4;
      return [sample, { ...blank, state: 'suggested', classes: [classes[i]], confidence: sure }];
    }),
  );
