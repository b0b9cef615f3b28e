import type { Manifest, SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { classesOf, featureCount, type Encoder } from './encode/encoder.ts';
import type { EncodedSplit } from './encode/encoded-split.ts';
import { fitTableEncoder, type FitOptions } from './encode/fit.ts';
import { loadImages } from './encode/images.ts';
import { loadTable } from './encode/table.ts';

/** A dataset version as a trainer wants it: in memory, encoded, divided. */
export interface TrainingData {
  kind: 'table' | 'images';
  task: 'classification' | 'regression';
  /** Class names in label order; empty for regression. */
  classes: string[];
  input: { kind: 'image'; height: number; width: number; channels: number } | { kind: 'table'; features: number };
  /** To be kept with the run: predicting and exporting need it. */
  encoder: Encoder;
  splits: Record<SplitName, EncodedSplit>;
}

/**
 * Loads all three splits. Without an encoder one is fitted on the training split, by the options; with one (evaluating, resuming) it is applied as is,
 * also to another version or dataset that has the same columns or image size. Samples whose class the encoder does not know are left out.
 * Throws `no_target`, `single_class`, `no_features`, `no_samples`, `missing_columns`, `image_size_differs`.
 */
export async function loadTrainingData(
  blobs: string,
  manifest: Manifest,
  encoder?: Encoder,
  options?: FitOptions,
): Promise<TrainingData> {
  if (encoder && encoder.kind !== manifest.kind) {
    throw new AtelierError(
      'dataset_kind_differs',
      encoder.kind === 'images'
        ? 'The model was trained on images, this dataset is a table. Choose a dataset of images.'
        : 'The model was trained on a table, this dataset holds images. Choose a table with the same columns.',
    );
  }
  const fitted = encoder ?? (await fitEncoder(blobs, manifest, options));
  const splits =
    fitted.kind === 'images' ? await loadImages(blobs, manifest, fitted) : await loadTable(blobs, manifest, fitted);
  if (!encoder && splits.train.count === 0) {
    throw new AtelierError(
      'no_samples',
      'The training split holds no labelled sample. Change the split or the target.',
    );
  }
  return {
    kind: fitted.kind,
    task: fitted.kind === 'images' ? 'classification' : fitted.target.task,
    classes: classesOf(fitted),
    input:
      fitted.kind === 'images' ? { kind: 'image', ...fitted.image } : { kind: 'table', features: featureCount(fitted) },
    encoder: fitted,
    splits,
  };
}

async function fitEncoder(blobs: string, manifest: Manifest, options?: FitOptions): Promise<Encoder> {
  checkTrainable(manifest);
  if (manifest.kind === 'table') return fitTableEncoder(blobs, manifest, options);
  if (!manifest.image) throw new AtelierError('internal', 'An image dataset without an image size.');
  return { kind: 'images', image: { ...manifest.image }, classes: manifest.classes.map((each) => each.name) };
}

/** Whether a model can be trained on it at all, said in words before any work begins. */
export function checkTrainable(manifest: Manifest): void {
  if (manifest.kind === 'table' && manifest.target === null) {
    throw new AtelierError('no_target', 'No target column is chosen. Choose the column to predict.');
  }
  if (manifest.task === 'classification' && manifest.classes.length < 2) {
    const only = manifest.classes[0]?.name;
    throw new AtelierError(
      'single_class',
      `Every labelled sample is of one class${only === undefined ? '' : ` ("${only}")`}. Training needs at least two: add samples of another class${manifest.kind === 'table' ? ' or choose another target' : ''}.`,
    );
  }
  if (manifest.kind === 'table' && !manifest.columns.some((column) => column.role === 'feature')) {
    throw new AtelierError(
      'no_features',
      'No column is left to predict from: the others are ignored or hold free text, which is not trained on yet. Set a number or category column to be used.',
    );
  }
}

export { decodeImageFor } from './images/decode.ts';
export { encodeTableRows } from './encode/rows.ts';
export type { EncodedSplit } from './encode/encoded-split.ts';
export type { Encoder } from './encode/encoder.ts';
