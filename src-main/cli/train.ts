import type { Command } from 'commander';
import { resolveRun } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { augmentFields, augmentKinds } from '../shared/augment/kinds.ts';
import type { VersionId } from '../shared/ids.ts';
import type { SettingField, TrainedRun } from '../shared/run.ts';
import { foldRange } from '../shared/split.ts';
import { augmentHelp } from './augment.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { fieldRange } from './fields.ts';
import { followRun } from './follow-run.ts';
import { integer, withCommon } from './options.ts';
import { lostWords } from './originals-text.ts';
import { tellForecast } from './train-forecast.ts';
import { requestLike } from './train-like.ts';
import { findData, trainRequest, withTraining, type TrainingOptions } from './train-request.ts';

interface Options extends CommonOptions, TrainingOptions {
  data?: string;
  like?: string;
  target?: string;
  fold?: number;
  dryRun?: boolean;
  queue?: boolean;
}

export function addTrain(program: Command, context: CommandContext): void {
  const { architectures } = context.host;
  const command = withCommon(program.command('train'))
    .description('train a model on a dataset')
    .option(
      '--data <dataset>',
      "dataset: its name, its id or the beginning of it, or a path to import (--like: the run's)",
    )
    .option(
      '--like <run>',
      'train again as this run was, but for the options that you give: a name, an id or its beginning',
    )
    .option('--target <column>', "the column to predict (default: the dataset's)")
    .option(
      '--fold <n>',
      'of a dataset divided into folds the one to test on, from 1; the next one validates',
      integer(1, foldRange.max),
    );
  withTraining(command, context)
    .option('--name <name>', "the run's name (default: dataset and architecture)")
    .option('--queue', 'only queue it, behind all that wait: the window trains it, or "atelier runs queue --work"')
    .option('--dry-run', 'tell how long it would take and how much memory, measured with a few steps, and make no run')
    .addHelpText(
      'after',
      `
Settings for --set:
${architectures.map((each) => `  ${each.id} (${each.inputs.join(', ')}${each.learns === 'target' ? '' : `; ${each.learns}`})\n${each.fields.map((field) => `    ${fieldHelp(field)}`).join('\n')}`).join('\n')}

Texts are cut into tokens by a tokenizer made of the training split, or by one that you bring (tokenizer=PATH of a
tokenizer.json, as Hugging Face writes it). length=0 is as long as 95 of 100 texts, up to 512 tokens.

gpt learns which token comes next, bert which one is hidden: of any texts, without a target. These are cut into blocks of
"context" tokens. Texts keep their split; a long file that was imported in parts is divided by position: its beginning is trained
on, its end tests. Each epoch leaves a text in the run's folder, under "texts".

--augment changes the samples of the training split, and of no other, each epoch in another way that follows from the seed. Without an
amount it is the usual one:
${augmentKinds.map((kind) => `  ${kind}=${augmentFields[kind].usual} (0 to ${augmentFields[kind].max}): ${augmentHelp[kind]}`).join('\n')}

--synonyms names a list in UTF-8: a line "word: synonym, synonym" for each word, or cells with tabs or commas between them, the word first,
or JSON {"word": ["synonym"]}; "#" begins a remark. Words are found in any case and in the text itself, whatever the tokenizer; a word may be
several, of which the longest is taken. A capital stays one. It works one way: who wants it both ways writes both lines. Synonyms that
the tokenizer does not know (those of no training text, where it was made of words) are not put in. The run keeps the list.

--class-weights balanced counts each class as if all had as many samples in the training split: samples / (classes · those of the
class), as scikit-learn does. The validation loss counts them so too, and tells which epoch was the best. --average, --accumulate
and --warmup change what a step does, not how many there are: --batch 32 --accumulate 4 updates as a batch of 128 would.

With the same data, settings, seed and threads a CPU run repeats bit for bit. Ctrl-C cancels; the best checkpoint is kept.

JSON: {"event":"started","run",…,"settings"}, then {"event":"metric","key","step","epoch","value","time"} per point
      ({"event":"device_failed","run","device","reason"}: the run goes on on the CPU), then
      {"event":"finished","run",…,"metrics","samples_per_second","best_epoch"}, or {"event":"failed"|"cancelled","run",…};
      with --queue {"event":"queued","run","name","job"}

--dry-run reads the data, trains and validates for some seconds on the device, and throws it away. Numbers have a range, in which they
most likely lie; memory is that of the run's process at its peak. What might not fit into memory is not tried, only reckoned.
JSON: {"event":"forecast","device","threads","parameters","epochs","steps_per_epoch","seconds_per_epoch":{"expected","low","high"}|null,
       "seconds_to_begin","seconds":{…}|null,"peak_memory_bytes":{…},"own_memory_bytes","free_memory_bytes","measured"}

Examples:
  $ atelier train --data iris --epochs 50
  $ atelier train --data iris.csv --target species --architecture mlp --set hidden=64,32 --lr 0.01
  $ atelier train --data flowers --architecture cnn --set channels=16,32 --patience 3 --json
  $ atelier train --data reviews --architecture text-gru --set tokenizer=byte-pair --set vocabulary=4000
  $ atelier train --data shakespeare.txt --architecture gpt --set tokenizer=character --set context=64
  $ atelier train --data flowers --architecture cnn --augment flip --augment rotate=15 --augment random=0.3
  $ atelier train --data churn.csv --target left --class-weights balanced --label-smoothing 0.1
  $ atelier train --data houses.csv --target price --loss huber --clip-norm 1 --average 0.999 --warmup 0.05
  $ atelier train --data flowers --architecture resnet --batch 128 --dry-run
  $ atelier train --data iris --fold 2
  $ atelier train --like "iris · mlp" --lr 0.001`,
    )
    .action((options: Options, self: Command) => {
      if (options.data === undefined && options.like === undefined) {
        self.error("error: required option '--data <dataset>' not specified; or give --like <run>");
      }
      const given = (option: string) => self.getOptionValueSource(option) === 'cli';
      return trainRun(new Session(context, 'train', options), options, given);
    });
}

async function trainRun(session: Session, options: Options, given: (option: string) => boolean): Promise<void> {
  const { out } = session;
  await session.own(async (studio) => {
    const like = options.like === undefined ? null : studio.runs.getTrained(resolveRun(studio.reading, options.like));
    const found = await versionOf(session, studio, options, like);
    const version = options.fold === undefined ? found : (await studio.datasets.withFold(found, options.fold - 1)).id;
    const lost = await studio.datasets.originals(version).then((report) => report && lostWords(report));
    if (lost) out.note(lost);
    const architecture = options.architecture ?? like?.settings.architecture;
    const said = await trainRequest(session, studio, version, { ...options, architecture });
    const request = like ? requestLike(like, said, given) : said;
    if (options.dryRun) return tellForecast(session, studio, request);
    const started = studio.runs.start(request, { later: options.queue });
    if (!options.queue) return followRun(session, studio, started);
    const { id, name, job } = studio.runs.get(started.run);
    out.record({ event: 'queued', run: id, name, job });
    out.text(`Queued ${name} (${id}). The window trains it, or: atelier runs queue --work`);
  });
}

async function versionOf(
  session: Session,
  studio: Studio,
  { data, target }: Options,
  like: TrainedRun | null,
): Promise<VersionId> {
  if (data !== undefined) return findData(session, studio, data, target);
  const { version } = like!;
  return target === undefined ? version : (await studio.datasets.withTarget(version, target)).id;
}

const fieldHelp = (field: SettingField): string => `${field.key}: ${fieldRange(field)}`;
