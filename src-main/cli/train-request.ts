import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { findDataset, resolveDataset } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { augmentFields, type Augmentation } from '../shared/augment/kinds.ts';
import type { TrainRequest } from '../shared/contract.ts';
import { deviceNames } from '../shared/device.ts';
import type { VersionId } from '../shared/ids.ts';
import { usualArchitecture } from '../shared/input-kinds.ts';
import { optimizerNames, scheduleNames } from '../shared/run.ts';
import type { ArchitectureInfo, DeviceChoice, OptimizerName, ScheduleName } from '../shared/run.ts';
import { trainingDefaults } from '../shared/training-defaults.ts';
import { augmentation } from './augment.ts';
import type { CommandContext, Session } from './context.ts';
import { addLearning, learningOf, type LearningOptions } from './learning-options.ts';
import { integer, number, setting } from './options.ts';

/** What `train` and `cross-validate` are told of the net and of how it learns. */
export interface TrainingOptions extends LearningOptions {
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
  synonyms?: string;
  keepBest: number;
  keepEvery: number;
  norms?: boolean;
  seed: number;
  device: DeviceChoice;
  threads: number;
  name?: string;
}

export function withTraining(command: Command, { host }: CommandContext): Command {
  const { architectures } = host;
  command
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
    )
    .option('--synonyms <file>', 'the list for word-synonym, see below; it is kept with the run');
  return addLearning(command)
    .option('--keep-best <n>', 'keep the checkpoints of so many of the best epochs', integer(1, 100), 1)
    .option('--keep-every <n>', "keep every nth epoch's checkpoint; 0: none of these", integer(0, 10_000), 0)
    .option('--norms', 'measure at each step how large the gradient is and how far the update moves')
    .option('--seed <n>', 'decides initial weights and order of samples', integer(0, 2 ** 32 - 1), 1)
    .addOption(
      new Option('--device <name>', 'where to compute; auto: where "doctor --benchmark" found it fastest, else the CPU')
        .choices(['auto', ...deviceNames])
        .default('auto'),
    )
    .option('--threads <n>', 'CPU threads; 0: as measured fastest, else as fits the machine', integer(0, 256), 0);
}

/** The request that options make, with defaults that suit the net and the data. */
export async function trainRequest(
  session: Session,
  studio: Studio,
  version: VersionId,
  options: TrainingOptions,
): Promise<TrainRequest> {
  const { manifest } = studio.datasets.version(version);
  const architecture = options.architecture ?? usualArchitecture(manifest);
  const template = session.host.architectures.find((each) => each.id === architecture)!;
  const defaults = trainingDefaults(template, manifest.splits.train);

  if (options.device === 'auto') await studio.devices.know();
  return {
    version,
    name: options.name,
    architecture,
    architectureSettings: await ownSettings(session, studio, template, options.set ?? {}),
    epochs: options.epochs ?? defaults.epochs,
    batchSize: options.batch ?? defaults.batchSize,
    optimizer: options.optimizer ?? defaults.optimizer,
    learningRate: options.lr ?? defaults.learningRate,
    schedule: options.schedule,
    weightDecay: options.weightDecay,
    patience: options.patience,
    ...(await augmenting(session, studio, options)),
    ...learningOf(options),
    keepBest: options.keepBest,
    keepEvery: options.keepEvery,
    norms: options.norms,
    seed: options.seed,
    device: options.device,
    threads: options.threads,
  };
}

/** A list alone means that it is used. */
async function augmenting(
  session: Session,
  studio: Studio,
  { augment, synonyms }: TrainingOptions,
): Promise<Pick<TrainRequest, 'augment' | 'synonyms'>> {
  if (synonyms === undefined) return { augment };
  const ref = await studio.training.addSynonyms(session.path(synonyms));
  return { augment: { 'word-synonym': augmentFields['word-synonym'].usual, ...augment }, synonyms: ref };
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
  return existsSync(path) ? { ...given, [field.key]: await studio.training.addTokenizer(path) } : given;
}

/** A dataset in the workspace, or a path that is imported first; with the target asked for. */
export async function findData(session: Session, studio: Studio, text: string, target?: string): Promise<VersionId> {
  const found = findDataset(studio.reading, text);
  if (!found && existsSync(session.path(text))) {
    const imported = await studio.datasets.import({ paths: [session.path(text)], target }).result;
    const { summary } = studio.datasets.get(imported.dataset);
    session.out.note(`${imported.reused ? 'Already imported' : 'Imported'} as ${summary.name} (${summary.id})`);
    return imported.version;
  }
  const { version } = found ?? resolveDataset(studio.reading, text);
  return target === undefined ? version : (await studio.datasets.withTarget(version, target)).id;
}
