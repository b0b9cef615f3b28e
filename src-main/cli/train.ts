import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { findDataset, resolveDataset } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { augmentFields, augmentKinds, type Augmentation } from '../shared/augment/kinds.ts';
import type { TrainRequest } from '../shared/contract.ts';
import type { VersionId } from '../shared/ids.ts';
import { usualArchitecture } from '../shared/input-kinds.ts';
import { deviceNames } from '../shared/device.ts';
import { trainingDefaults } from '../shared/training-defaults.ts';
import { optimizerNames, scheduleNames } from '../shared/run.ts';
import { foldRange } from '../shared/split.ts';
import type { ArchitectureInfo, DeviceChoice, OptimizerName, ScheduleName, SettingField } from '../shared/run.ts';
import { augmentation, augmentHelp } from './augment.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { fieldRange } from './fields.ts';
import { followRun } from './follow-run.ts';
import { addLearning, learningOf, type LearningOptions } from './learning-options.ts';
import { integer, number, setting, withCommon } from './options.ts';
import { lostWords } from './originals-text.ts';
import { tellForecast } from './train-forecast.ts';

interface Options extends CommonOptions, LearningOptions {
  data: string;
  target?: string;
  fold?: number;
  architecture?: string;
  set?: Record<string, string>;
  epochs?: number;
  batch?: number;
  optimizer?: OptimizerName;
  lr?: number;
  schedule: ScheduleName;
  weightDecay: number;
  patience: number;
  augment?: Augmentation;
  seed: number;
  device: DeviceChoice;
  threads: number;
  name?: string;
  dryRun?: boolean;
  queue?: boolean;
  keepBest: number;
  keepEvery: number;
}

export function addTrain(program: Command, context: CommandContext): void {
  const { architectures } = context.host;
  const command = withCommon(program.command('train'))
    .description('train a model on a dataset')
    .requiredOption('--data <dataset>', 'dataset: its name, its id or the beginning of it, or a path to import')
    .option('--target <column>', "the column to predict (default: the dataset's)")
    .option(
      '--fold <n>',
      'of a dataset divided into folds the one to test on, from 1; the next one validates',
      integer(1, foldRange.max),
    )
    .addOption(
      new Option(
        '--architecture <name>',
        'the kind of net, see "atelier architectures" (default: cnn for images and sounds, mlp for tables, textcnn for texts, gpt for a corpus)',
      ).choices(architectures.map((architecture) => architecture.id)),
    )
    .option('--set <key=value>', "one of the architecture's own settings; may be repeated", setting)
    .option(
      '--epochs <n>',
      'passes over the training split (default: the architecture’s, more for small data)',
      integer(1, 10_000),
    )
    .option('--batch <n>', 'samples per step (default: the architecture’s)', integer(1, 65_536))
    .addOption(new Option('--optimizer <name>', 'default: the architecture’s').choices(optimizerNames))
    .option('--lr <rate>', 'learning rate (default: the architecture’s)', number(0, 100, true))
    .addOption(
      new Option('--schedule <name>', 'how the learning rate goes over the run; plateau: by the validation loss')
        .choices(scheduleNames)
        .default('cosine'),
    )
    .option('--weight-decay <rate>', 'decoupled for adamw and lion, else L2', number(0, 10), 0)
    .option(
      '--patience <n>',
      'stop after so many epochs without a better validation result; 0: never',
      integer(0, 10_000),
      0,
    )
    .option(
      '--augment <kind[=amount]>',
      'changes the training samples anew each epoch, see below; may be repeated',
      augmentation,
    );
  addLearning(command)
    .option('--seed <n>', 'decides initial weights and order of samples', integer(0, 2 ** 32 - 1), 1)
    .addOption(
      new Option('--device <name>', 'where to compute; auto: where "doctor --benchmark" found it fastest, else the CPU')
        .choices(['auto', ...deviceNames])
        .default('auto'),
    )
    .option('--threads <n>', 'CPU threads; 0: as measured fastest, else as fits the machine', integer(0, 256), 0)
    .option('--name <name>', "the run's name (default: dataset and architecture)")
    .option('--keep-best <n>', 'keep the checkpoints of so many of the best epochs', integer(1, 100), 1)
    .option('--keep-every <n>', "keep every nth epoch's checkpoint; 0: none of these", integer(0, 10_000), 0)
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
  $ atelier train --data iris --fold 2`,
    )
    .action((options: Options) => trainRun(new Session(context, 'train', options), options));
}

async function trainRun(session: Session, options: Options): Promise<void> {
  const { out } = session;
  await session.own(async (studio) => {
    const found = await findData(session, studio, options.data, options.target);
    const version = options.fold === undefined ? found : (await studio.versionWithFold(found, options.fold - 1)).id;
    const { manifest } = studio.getVersion(version);
    const lost = await studio.originals(version).then((report) => report && lostWords(report));
    if (lost) out.note(lost);
    const architecture = options.architecture ?? usualArchitecture(manifest);
    const template = session.host.architectures.find((each) => each.id === architecture)!;
    const defaults = trainingDefaults(template, manifest.splits.train);

    const epochs = options.epochs ?? defaults.epochs;

    if (options.device === 'auto') await studio.knowDevices();
    const request: TrainRequest = {
      version,
      name: options.name,
      architecture,
      architectureSettings: await ownSettings(session, studio, template, options.set ?? {}),
      epochs,
      batchSize: options.batch ?? defaults.batchSize,
      optimizer: options.optimizer ?? defaults.optimizer,
      learningRate: options.lr ?? defaults.learningRate,
      schedule: options.schedule,
      weightDecay: options.weightDecay,
      patience: options.patience,
      augment: options.augment,
      ...learningOf(options),
      keepBest: options.keepBest,
      keepEvery: options.keepEvery,
      seed: options.seed,
      device: options.device,
      threads: options.threads,
    };
    if (options.dryRun) return tellForecast(session, studio, request);
    const started = studio.startRun(request, { later: options.queue });
    if (!options.queue) return followRun(session, studio, started);
    const { id, name, job } = studio.getRun(started.run);
    out.record({ event: 'queued', run: id, name, job });
    out.text(`Queued ${name} (${id}). The window trains it, or: atelier runs queue --work`);
  });
}

/** The path of a tokenizer.json is exchanged for what a setting says of it once it is kept. */
async function ownSettings(
  session: Session,
  studio: Studio,
  { fields }: ArchitectureInfo,
  given: Record<string, string>,
): Promise<Record<string, string>> {
  const field = fields.find(({ kind }) => kind === 'tokenizer');
  const value = field && given[field.key];
  if (!field || value === undefined || ('choices' in field && field.choices.includes(value))) return given;
  const path = session.path(value);
  return existsSync(path) ? { ...given, [field.key]: await studio.addTokenizer(path) } : given;
}

/** A dataset in the workspace, or a path that is imported first; with the target asked for. */
export async function findData(session: Session, studio: Studio, text: string, target?: string): Promise<VersionId> {
  const found = findDataset(studio.reading, text);
  if (!found && existsSync(session.path(text))) {
    const imported = await studio.importData({ paths: [session.path(text)], target }).result;
    const { summary } = studio.getDataset(imported.dataset);
    session.out.note(`${imported.reused ? 'Already imported' : 'Imported'} as ${summary.name} (${summary.id})`);
    return imported.version;
  }
  const { version } = found ?? resolveDataset(studio.reading, text);
  return target === undefined ? version : (await studio.versionWithTarget(version, target)).id;
}

const fieldHelp = (field: SettingField): string => `${field.key}: ${fieldRange(field)}`;
