import { Option, type Command } from 'commander';
import { AtelierError } from '../shared/errors.ts';
import { unpackSamples } from '../shared/filter.ts';
import {
  isJudgedKind,
  labelStates,
  longestNote,
  type LabellingState,
  type LabelPatch,
  type LabelState,
} from '../shared/labels.ts';
import { usedClasses } from '../jobs/labels/said.ts';
import type { Studio } from '../jobs/studio.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';
import { owning, tellOutcome, withLabelling, type LabelOptions } from './labelling.ts';
import { integer } from './options.ts';

interface SetOptions extends LabelOptions {
  samples: string;
  class?: string[];
  make?: boolean;
  state?: LabelState;
  note?: string;
}

interface StepOptions extends LabelOptions {
  sample?: number;
}

export function addLabelsSet(labels: Command, context: CommandContext): void {
  withLabelling(labels.command('set'))
    .description('say of samples which class they are of, or their state, or a note')
    .requiredOption('--samples <numbers>', 'from 0: 3,7,10-19')
    .option('--class <name...>', 'their class')
    .option('--make', 'make the class where there is none of that name')
    .addOption(
      new Option('--state <state>', 'labelled where left out').choices(
        labelStates.filter((state) => state !== 'suggested'),
      ),
    )
    .option('--note <text>', 'what is worth knowing of them; an empty one takes it away')
    .addHelpText(
      'after',
      `
All of it is one edit: "atelier labels undo" takes it back as a whole.

JSON: {"changed","classes","canUndo","canRedo"}: how many samples and classes were changed.

Examples:
  $ atelier labels set photos --samples 0-9 --class cat --make
  $ atelier labels set photos --samples 4 --state unsure --note "two animals"
  $ atelier labels set chats --kind pair --prompt question --answers ours theirs --samples 0-4 --class A
  $ atelier labels set chats --kind rating --samples 7 --class 4`,
    )
    .action((dataset: string, options: SetOptions) =>
      owning(context, 'set', dataset, options, async ({ studio, session, state }) => {
        const samples = numbersOf(options.samples, state.states.length);
        const classes = options.class && (await idsOf(studio, state, options.class, options.make ?? false));
        const { note } = options;
        if (note !== undefined && note.length > longestNote)
          throw new AtelierError('bad_arguments', `A note has at most ${longestNote} characters.`);
        const patch: LabelPatch = { classes, state: options.state, note };
        if (!classes && !options.state && note === undefined)
          throw new AtelierError('bad_arguments', 'Say something of the samples: --class, --state or --note.');
        tellOutcome(session, 'Labelled', await studio.labels.set(state.labelling, samples, patch));
      }),
    );
  for (const act of ['undo', 'redo'] as const) {
    withLabelling(labels.command(act))
      .description(
        act === 'undo' ? 'take the last edit back; as often as there are edits' : 'do again what was undone last',
      )
      .option('--sample <n>', 'of this sample alone', integer(0, 2 ** 31 - 1))
      .addHelpText(
        'after',
        `
${
  act === 'undo'
    ? 'What was said of many samples at once is taken back as one; of one sample with --sample.'
    : 'Any edit ends what can be redone across samples; of one sample (--sample) only one of its own does.'
}

JSON: {"changed","classes","canUndo","canRedo"}

Examples:
  $ atelier labels ${act} photos
  $ atelier labels ${act} photos --sample 4`,
      )
      .action((dataset: string, options: StepOptions) =>
        owning(context, act, dataset, options, async ({ studio, session, state }) => {
          const outcome = await studio.labels[act](state.labelling, options.sample);
          const nothing = outcome.samples.length + outcome.classes.length === 0;
          tellOutcome(session, act === 'undo' ? 'Undone' : 'Redone', outcome);
          if (nothing) session.out.note(`There is nothing to ${act}${options.sample === undefined ? '' : ' of it'}.`);
        }),
      );
  }
  withLabelling(labels.command('freeze'))
    .description('make a version of the dataset with the labels as they stand, to train on')
    .addHelpText(
      'after',
      `
Only labelled and reviewed samples have a class in it; each stays in the split that it was in.

JSON: {"dataset","version","number","change"}

Examples:
  $ atelier labels freeze photos && atelier train --data photos --architecture cnn`,
    )
    .action((dataset: string, options: LabelOptions) =>
      owning(context, 'freeze', dataset, options, async ({ studio, session, version, state }) => {
        const made = await (await studio.labels.freeze(state.labelling, version)).result;
        session.out.record({ dataset: made.dataset, version: made.id, number: made.number, change: made.change });
        session.out.text(`Version ${made.number} (${made.id}): ${made.change}`);
      }),
    );
}

/** Samples by number: "3,7,10-19". Throws `bad_arguments`, `no_sample`. */
export function numbersOf(text: string, samples: number): number[] {
  const packed = text.replaceAll(' ', '');
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(packed))
    throw new AtelierError('bad_arguments', `"${text}" names no samples. Write numbers and ranges: 3,7,10-19.`);
  const beyond = packed
    .split(/[,-]/)
    .map(Number)
    .find((sample) => sample >= samples);
  if (beyond !== undefined)
    throw new AtelierError('no_sample', `There is no sample ${beyond}: there are ${count(samples)}, from 0.`);
  const marks = unpackSamples(packed, samples);
  return [...marks.keys()].filter((sample) => marks[sample] === 1);
}

/** The ids of classes by their names. Throws `no_such_class`. */
export async function idsOf(
  studio: Studio,
  { labelling, kind, classes }: LabellingState,
  names: readonly string[],
  make: boolean,
): Promise<number[]> {
  if (make) {
    const ids = await studio.labels.classesNamed(labelling, names);
    return names.map((name) => ids.get(name)!);
  }
  const usable = usedClasses(classes);
  return names.map((name) => {
    const found = usable.find((one) => one.name === name);
    if (found) return found.id;
    const there = usable.slice(0, 10).map((one) => one.name);
    throw new AtelierError(
      'no_such_class',
      `There is no class "${name}". ${there.length > 0 ? `There is: ${there.join(', ')}. ` : ''}${isJudgedKind(kind) ? 'Name one of these.' : 'Make it with --make.'}`,
    );
  });
}
