import { availableParallelism } from 'node:os';
import { completeSettings as completeArchitectureSettings } from '../architectures/index.ts';
import { augmentedData, checkedAugmentation, mixes, mixKinds } from '../shared/augment/kinds.ts';
import type { TrainRequest } from '../shared/contract.ts';
import type { ColumnType, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { fieldsFor, type InputKind, takes } from '../shared/input-kinds.ts';
import { checkedLearning } from '../shared/learning.ts';
import type { ArchitectureInfo, DeviceChoice, DeviceName, TrainSettings } from '../shared/run.ts';
import { taskFacts, taskOf } from '../shared/task.ts';
import { defaultThreads } from '../shared/training-defaults.ts';

/** What `auto` and 0 threads stand for, for nets of this architecture. */
export type DeviceChooser = (architecture: string, asked: DeviceAsked) => { device: DeviceName; threads: number };
export interface DeviceAsked {
  device: DeviceChoice;
  /** 0: as is best. */
  threads: number;
}

/** Where nothing was measured. */
const unmeasured: DeviceChooser = (_, { device, threads }) => ({
  device: device === 'auto' ? 'cpu' : device,
  threads: threads || defaultThreads(availableParallelism()),
});

/** Checks a request against the architecture and the data, and fills in every default: what comes back decides the run. */
export function completeSettings(
  request: TrainRequest,
  architectures: readonly ArchitectureInfo[],
  manifest: Manifest,
  choose: DeviceChooser = unmeasured,
): TrainSettings {
  const architecture = findArchitecture(request.architecture, architectures);
  checkData(architecture, architectures, manifest);
  checkComparing(architecture, request);
  const { schedule = 'cosine' } = request;
  const { device, threads } = choose(architecture.id, { device: request.device, threads: request.threads ?? 0 });
  const learning = checkedLearning(request, {
    task: taskOf(architecture, manifest),
    schedule,
    classes: manifest.classes.map(({ name }) => name),
    onCard: device !== 'cpu',
  });
  const augmenting = augmentOf(request, architecture, manifest);
  if (learning.loss !== undefined && mixes(augmenting.augment)) {
    throw new AtelierError(
      'invalid_settings',
      `The augmentations ${mixKinds.join(' and ')} go with the loss cross-entropy, not with ${learning.loss}.`,
    );
  }
  return {
    architecture: architecture.id,
    architectureSettings: completeArchitectureSettings(
      { id: architecture.id, fields: fieldsFor(architecture.fields, manifest) },
      request.architectureSettings,
    ),
    epochs: request.epochs,
    batchSize: request.batchSize,
    optimizer: request.optimizer,
    learningRate: request.learningRate,
    schedule,
    weightDecay: request.weightDecay ?? 0,
    seed: request.seed,
    device,
    threads,
    patience: request.patience ?? 0,
    ...((request.keepBest ?? 1) > 1 ? { keepBest: request.keepBest } : {}),
    ...(request.keepEvery ? { keepEvery: request.keepEvery } : {}),
    ...(request.norms ? { norms: true } : {}),
    ...(request.measureExport ? { measureExport: true } : {}),
    ...augmenting,
    ...learning,
  };
}

/** Nothing is said of none, so that settings of runs with and without are told apart by what is in them. */
function augmentOf(
  { augment, synonyms }: TrainRequest,
  { inputs, learns }: ArchitectureInfo,
  manifest: Manifest,
): Pick<TrainSettings, 'augment' | 'synonyms'> {
  const data = augmentedData({ inputs, learns }, manifest);
  const checked = checkedAugmentation(augment ?? {}, data);
  if (Object.keys(checked).length === 0) return {};
  if (!checked['word-synonym']) return { augment: checked };
  if (synonyms) return { augment: checked, synonyms };
  throw new AtelierError(
    'invalid_settings',
    'The augmentation "word-synonym" needs a list of synonyms. Choose one (--synonyms FILE), or leave it out.',
  );
}

export function findArchitecture(id: string, architectures: readonly ArchitectureInfo[]): ArchitectureInfo {
  const found = architectures.find((architecture) => architecture.id === id);
  if (found) return found;
  throw new AtelierError(
    'unknown_architecture',
    `There is no architecture "${id}". Choose one of: ${architectures.map((architecture) => architecture.id).join(', ')}.`,
  );
}

/** What waits for a better validation result would wait forever where there is none. */
function checkComparing(architecture: ArchitectureInfo, { schedule, patience = 0 }: TrainRequest): void {
  if (architecture.learns === 'target' || taskFacts[architecture.learns].compares) return;
  const wrong = schedule === 'plateau' ? 'schedule=plateau' : patience > 0 ? `patience=${patience}` : null;
  if (wrong === null) return;
  throw new AtelierError(
    'invalid_settings',
    `${wrong}: "${architecture.id}" has no validation result that could get better. Choose another schedule, and patience 0.`,
  );
}

function checkData(architecture: ArchitectureInfo, all: readonly ArchitectureInfo[], manifest: Manifest): void {
  const task = taskOf(architecture, manifest);
  if (task === null || (architecture.learns === 'target' && manifest.kind === 'table' && manifest.target === null)) {
    throw new AtelierError(
      'no_target',
      `It is not said yet what to predict. Choose a target column (--target COLUMN): ${manifest.columns.map((column) => column.name).join(', ')}.${withoutTarget(all, manifest)}`,
    );
  }
  const classed = task === 'classification' || task === 'multi-label';
  if (classed && manifest.kind !== 'table' && manifest.classes.length === 0) {
    throw new AtelierError(
      'no_classes',
      `The ${dataWords(manifest)} have no classes to be told apart. Import them again with those of each class in a folder named after it.${withoutTarget(all, manifest)}`,
    );
  }
  if (task === 'classification' && manifest.classes.length < 2) {
    throw new AtelierError(
      'single_class',
      `All samples have the same class${manifest.classes[0] ? ` ("${manifest.classes[0].name}")` : ''}, so there is nothing to tell apart. Add samples of another class, or choose another target.${withoutTarget(all, manifest)}`,
    );
  }
  if (manifest.kind === 'table' && !manifest.columns.some((column) => column.role === 'feature')) {
    throw new AtelierError(
      'no_features',
      'Every column is left out, or is the target, so there is nothing to learn from. Give at least one column the role "feature".',
    );
  }
  if (manifest.splits.train === 0) {
    throw new AtelierError('no_samples', 'The training split is empty. Change the split, or import more samples.');
  }
  if (!takes(architecture, manifest)) {
    const fitting = all.filter((other) => takes(other, manifest)).map((other) => other.id);
    const wants = architecture.inputs.map((kind) => kindWords[kind]).join(' or ');
    throw new AtelierError(
      'unfit_architecture',
      `"${architecture.id}" takes ${wants}, and this dataset is ${dataWords(manifest)}. Choose: ${fitting.join(', ')}.`,
    );
  }
}

/** The way out for who has no target, where there is one. */
function withoutTarget(all: readonly ArchitectureInfo[], manifest: Manifest): string {
  const fitting = all.filter((other) => other.learns !== 'target' && takes(other, manifest));
  const ids = fitting.map((other) => other.id).join(', ');
  return ids === '' ? '' : ` Or choose an architecture that needs none: ${ids}.`;
}

function dataWords({ kind, columns }: Manifest): string {
  if (kind === 'images') return 'images';
  if (kind === 'audio') return 'sounds';
  const count = (type: ColumnType, one: string, many: string): string => {
    const found = columns.filter((column) => column.role === 'feature' && column.type === type).length;
    return `${found} ${found === 1 ? one : many}`;
  };
  return `a table whose features are ${count('number', 'number', 'numbers')}, ${count('category', 'category', 'categories')} and ${count('text', 'text', 'texts')}`;
}

const kindWords: Record<InputKind, string> = {
  image: 'images',
  audio: 'sounds',
  table: 'a table',
  series: 'a series (a table whose features are all numbers)',
  pair: 'a pair (a table with two features, both categories)',
  text: 'texts (a table with a column of text)',
};
