import { availableParallelism } from 'node:os';
import { completeSettings as completeArchitectureSettings } from '../architectures/index.ts';
import type { TrainRequest } from '../shared/contract.ts';
import type { Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ArchitectureInfo, TrainSettings } from '../shared/run.ts';
import { defaultThreads } from '../shared/training-defaults.ts';

/** Checks a request against the architecture and the data, and fills in every default: what comes back decides the run. */
export function completeSettings(
  request: TrainRequest,
  architectures: readonly ArchitectureInfo[],
  manifest: Manifest,
): TrainSettings {
  const architecture = findArchitecture(request.architecture, architectures);
  checkData(architecture, architectures, manifest);
  return {
    architecture: architecture.id,
    architectureSettings: completeArchitectureSettings(architecture, request.architectureSettings),
    epochs: request.epochs,
    batchSize: request.batchSize,
    optimizer: request.optimizer,
    learningRate: request.learningRate,
    schedule: request.schedule ?? 'cosine',
    weightDecay: request.weightDecay ?? 0,
    seed: request.seed,
    device: request.device,
    threads: request.threads || defaultThreads(availableParallelism()),
    patience: request.patience ?? 0,
  };
}

export function findArchitecture(id: string, architectures: readonly ArchitectureInfo[]): ArchitectureInfo {
  const found = architectures.find((architecture) => architecture.id === id);
  if (found) return found;
  throw new AtelierError(
    'unknown_architecture',
    `There is no architecture "${id}". Choose one of: ${architectures.map((architecture) => architecture.id).join(', ')}.`,
  );
}

function checkData(architecture: ArchitectureInfo, all: readonly ArchitectureInfo[], manifest: Manifest): void {
  const input = manifest.kind === 'images' ? 'image' : 'table';
  if (!architecture.inputs.includes(input)) {
    const fitting = all.filter((other) => other.inputs.includes(input)).map((other) => other.id);
    throw new AtelierError(
      'unfit_architecture',
      `"${architecture.id}" takes ${architecture.inputs.join(' or ')} data, and this dataset is ${input === 'image' ? 'images' : 'a table'}. Choose: ${fitting.join(', ')}.`,
    );
  }
  if (manifest.task === null || (manifest.kind === 'table' && manifest.target === null)) {
    throw new AtelierError(
      'no_target',
      `It is not said yet what to predict. Choose a target column (--target COLUMN): ${manifest.columns.map((column) => column.name).join(', ')}.`,
    );
  }
  if (manifest.task === 'classification' && manifest.classes.length < 2) {
    throw new AtelierError(
      'single_class',
      `All samples have the same class${manifest.classes[0] ? ` ("${manifest.classes[0].name}")` : ''}, so there is nothing to learn. Add samples of another class, or choose another target.`,
    );
  }
  if (manifest.kind === 'table' && !manifest.columns.some((column) => column.role === 'feature')) {
    throw new AtelierError(
      'no_features',
      'Every column but the target is left out, so there is nothing to learn from. Give at least one column the role "feature".',
    );
  }
  if (manifest.splits.train === 0) {
    throw new AtelierError('no_samples', 'The training split is empty. Change the split, or import more samples.');
  }
}
