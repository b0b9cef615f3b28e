import { getDataset, getVersion } from '../db/datasets.ts';
import type { TrainRequest } from '../shared/contract.ts';
import type { DatasetVersion } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { foldRange, type SplitWish } from '../shared/split.ts';
import type { Context } from './context.ts';
import { versionWithFold, versionWithSplit } from './datasets.ts';
import { startRun, type StartedRun } from './runs.ts';
import { completeSettings } from './train-settings.ts';

export interface FoldsWish extends Pick<SplitWish, 'column' | 'pattern'> {
  /** How many; as the version is divided already, else the usual number. */
  folds?: number;
}

export interface CrossValidation {
  /** What the runs have in common: "iris · mlp". */
  name: string;
  /** One a fold, in order. */
  runs: StartedRun[];
}

/**
 * As many runs as folds, each tested on another one, validated on the next and trained on the rest; versions so divided are made where
 * there are none. What cannot be trained is refused before any is.
 */
export async function crossValidate(
  context: Context,
  request: TrainRequest,
  { folds, ...how }: FoldsWish,
): Promise<CrossValidation> {
  const { store } = context;
  const version = getVersion(store, request.version);
  const { architecture } = completeSettings(request, context.architectures, version.manifest, context.chooseDevice);
  const divided = await dividedVersion(context, version, { ...how, folds });
  const count = divided.manifest.split!.folds!;
  const versions: DatasetVersion[] = [];
  for (let fold = 0; fold < count; fold++) versions.push(await versionWithFold(context, divided.id, fold));
  const { name: dataset } = getDataset(store, version.dataset).summary;
  const name = request.name?.trim() || `${dataset} · ${architecture}`;
  // All of them can be trained, or none is.
  for (const { manifest } of versions) completeSettings(request, context.architectures, manifest, context.chooseDevice);
  const runs = versions.map(({ id }, fold) =>
    startRun(
      context,
      { ...request, version: id, name: `${name} · ${fold + 1}/${count}` },
      {},
      { part: { name, fold, folds: count } },
    ),
  );
  return { name, runs };
}

async function dividedVersion(context: Context, version: DatasetVersion, wish: FoldsWish): Promise<DatasetVersion> {
  const { split, splitSeed, samples } = version.manifest;
  const asItIs = wish.folds === undefined && wish.column === undefined && wish.pattern === undefined;
  if (asItIs && split?.how === 'folds') return version;
  const { folds = split?.folds ?? foldRange.usual, column, pattern } = wish;
  if (samples < folds) {
    throw new AtelierError('invalid_split', `${samples} samples make no ${folds} folds. Choose fewer.`);
  }
  const share = 1 / folds;
  const divided: SplitWish = {
    how: 'folds',
    seed: splitSeed,
    validation: share,
    test: share,
    column,
    pattern,
    folds,
    fold: 0,
  };
  return versionWithSplit(context, version.id, divided);
}
