import { availableParallelism } from 'node:os';
import type { TrainRequest } from '../shared/contract.ts';
import type { Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ArchitectureInfo, SettingField, SettingValue, TrainSettings } from '../shared/run.ts';

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
    weightDecay: request.weightDecay ?? 0,
    seed: request.seed,
    device: request.device,
    threads: request.threads || defaultThreads(),
    patience: request.patience ?? 0,
  };
}

/** Every core of a small machine; half of a larger one, whose other half is mostly the same cores counted twice. */
export function defaultThreads(cores: number = availableParallelism()): number {
  return cores <= 4 ? Math.max(1, cores) : Math.ceil(cores / 2);
}

export function findArchitecture(id: string, architectures: readonly ArchitectureInfo[]): ArchitectureInfo {
  const found = architectures.find((architecture) => architecture.id === id);
  if (found) return found;
  throw new AtelierError(
    'unknown_architecture',
    `There is no architecture "${id}". Choose one of: ${architectures.map((architecture) => architecture.id).join(', ')}.`,
  );
}

/** The architecture's settings, complete: defaults, then what is given, each checked against its range. */
export function completeArchitectureSettings(
  architecture: ArchitectureInfo,
  given: Readonly<Record<string, SettingValue>>,
): Record<string, SettingValue> {
  const known = new Set(architecture.fields.map((field) => field.key));
  for (const key of Object.keys(given)) {
    if (known.has(key)) continue;
    throw new AtelierError(
      'unknown_setting',
      `The architecture "${architecture.id}" has no setting "${key}". It has: ${[...known].join(', ')}.`,
    );
  }
  return Object.fromEntries(
    architecture.fields.map((field) => [
      field.key,
      field.key in given ? checkedValue(field, given[field.key]) : field.default,
    ]),
  );
}

/** The value in the field's own type; text is read, so that the command line and forms share this. */
export function checkedValue(field: SettingField, value: SettingValue): SettingValue {
  const refuse = () =>
    new AtelierError('bad_setting', `"${field.key}" cannot be "${String(value)}": it is ${describeField(field)}.`);
  switch (field.kind) {
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) throw refuse();
      if (field.kind === 'integer' && !Number.isInteger(number)) throw refuse();
      if (number < field.min || number > field.max) throw refuse();
      return number;
    }
    case 'choice':
      if (!field.choices.includes(String(value))) throw refuse();
      return String(value);
    case 'boolean':
      if (value === true || value === 'true' || value === 'yes' || value === 'on' || value === '1') return true;
      if (value === false || value === 'false' || value === 'no' || value === 'off' || value === '0') return false;
      throw refuse();
    case 'integers': {
      const items =
        String(value).trim() === ''
          ? []
          : String(value)
              .split(',')
              .map((item) => item.trim());
      const fits = (item: string) => /^\d+$/.test(item) && Number(item) >= field.min && Number(item) <= field.max;
      if (items.length > field.maxLength || !items.every(fits)) throw refuse();
      return items.map(Number).join(',');
    }
  }
}

/** The range in words: "a whole number from 1 to 512". */
export function describeField(field: SettingField): string {
  switch (field.kind) {
    case 'integer':
      return `a whole number from ${field.min} to ${field.max}`;
    case 'number':
      return `a number from ${field.min} to ${field.max}`;
    case 'choice':
      return `one of ${field.choices.join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'integers':
      return `at most ${field.maxLength} whole numbers from ${field.min} to ${field.max}, separated by commas`;
  }
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
