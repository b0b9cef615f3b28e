import type { DatasetKind, Manifest, SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { framesOf, usualAudioOptions, type AudioOptions } from '../shared/audio.ts';
import { usualTextOptions, type TextOptions } from '../shared/text.ts';
import { openTokenizer } from '../tokenizers/open.ts';
import { fitAudioEncoder } from './encode/audio/fit.ts';
import { loadSounds } from './encode/audio/load.ts';
import { classesOf, featureCount, ofFiles, targetTaskOf, type Encoder } from './encode/encoder.ts';
import type { EncodedSplit } from './encode/encoded-split.ts';
import { fitTableEncoder, type FitOptions } from './encode/fit.ts';
import { loadImages } from './encode/images.ts';
import { loadTable } from './encode/table.ts';
import type { TextWork } from './encode/texts/context.ts';
import { fitTextEncoder } from './encode/texts/fit.ts';
import { loadBlocks } from './encode/texts/language.ts';
import { loadTexts } from './encode/texts/load.ts';
import type { FittedRecipe } from './recipes/plan.ts';
import { fittedRecipe } from './recipes/raw-table.ts';

/** A dataset version as a trainer wants it: in memory, encoded, divided. */
export interface TrainingData {
  kind: Encoder['kind'];
  /** What the target asks for; null where none is learnt. */
  task: Manifest['task'];
  /** Class names in label order; empty without. */
  classes: string[];
  input:
    | { kind: 'image'; height: number; width: number; channels: number }
    | { kind: 'audio'; frames: number; mels: number }
    | { kind: 'table'; features: number }
    | { kind: 'text'; length: number; vocabulary: number };
  /** To be kept with the run: predicting and exporting need it. */
  encoder: Encoder;
  splits: Record<SplitName, EncodedSplit>;
}

export interface LoadOptions extends FitOptions {
  /** A table's texts are to be read, and its other columns left out; where nothing is said, if it has no others. */
  text?: TextOptions | null;
  /** How sounds become spectrograms; as usual where nothing is said. */
  audio?: AudioOptions | null;
}

/**
 * Loads all three splits. Without an encoder one is fitted on the training split, by the options; with one (evaluating, resuming) it is applied as is,
 * also to another version or dataset that has the same columns or image size. Samples whose class the encoder does not know are left out.
 * Throws `no_target`, `single_class`, `no_features`, `no_samples`, `missing_columns`, `image_size_differs`, `no_texts`, `not_a_tokenizer`,
 * `recipe_differs`.
 */
export async function loadTrainingData(
  blobs: string,
  manifest: Manifest,
  encoder?: Encoder,
  options?: LoadOptions,
  work?: TextWork,
): Promise<TrainingData> {
  if (encoder && kindOf(encoder) !== manifest.kind) {
    throw new AtelierError(
      'dataset_kind_differs',
      `The model was trained on ${trainedOn[kindOf(encoder)]}, this dataset ${isOf[manifest.kind]}. Choose ${fitting[kindOf(encoder)]}.`,
    );
  }
  const recipe = manifest.kind === 'table' ? await fittedRecipe(blobs, manifest) : null;
  if (encoder) checkRecipe(encoder, recipe);
  const fitted = encoder ?? withRecipe(await fitEncoder(blobs, manifest, options, work), recipe);
  const splits = await loadSplits(blobs, manifest, fitted, work);
  if (!encoder && splits.train.count === 0) {
    throw new AtelierError(
      'no_samples',
      options?.text?.language
        ? 'The texts of the training split hold nothing to learn: a language needs two tokens at least. Change the split, or import more text.'
        : options?.target === false
          ? 'The training split holds no sample. Change the split.'
          : 'The training split holds no labelled sample. Change the split or the target.',
    );
  }
  return {
    kind: fitted.kind,
    task: targetTaskOf(fitted),
    classes: classesOf(fitted),
    input: inputOf(fitted),
    encoder: fitted,
    splits,
  };
}

/** What is said of data that are not of the kind that a model takes. */
const trainedOn: Record<DatasetKind, string> = { table: 'a table', images: 'images', audio: 'sounds' };
const isOf: Record<DatasetKind, string> = { table: 'is a table', images: 'holds images', audio: 'holds sounds' };
const fitting: Record<DatasetKind, string> = {
  table: 'a table with the same columns',
  images: 'a dataset of images',
  audio: 'a dataset of sounds',
};
const kindOf = (encoder: Encoder): DatasetKind => (ofFiles(encoder) ? encoder.kind : 'table');

const withRecipe = (encoder: Encoder, recipe: FittedRecipe | null): Encoder =>
  recipe && !ofFiles(encoder) ? { ...encoder, recipe } : encoder;

/** Numbers that another recipe has scaled, or learnt of other rows, would mean something else to the model. */
function checkRecipe(encoder: Encoder, recipe: FittedRecipe | null): void {
  const own = ofFiles(encoder) ? undefined : encoder.recipe;
  if (JSON.stringify(own ?? null) === JSON.stringify(recipe)) return;
  throw new AtelierError(
    'recipe_differs',
    'The model was trained on rows that another recipe has prepared, or the same one learnt on another split. Choose the dataset version that it was trained on, or predict from a file of raw rows.',
  );
}

function loadSplits(
  blobs: string,
  manifest: Manifest,
  encoder: Encoder,
  work?: TextWork,
): Promise<Record<SplitName, EncodedSplit>> {
  switch (encoder.kind) {
    case 'images':
      return loadImages(blobs, manifest, encoder);
    case 'audio':
      return loadSounds(blobs, manifest, encoder, work);
    case 'table':
      return loadTable(blobs, manifest, encoder);
    case 'text':
      return encoder.language ? loadBlocks(blobs, manifest, encoder, work) : loadTexts(blobs, manifest, encoder, work);
  }
}

function inputOf(encoder: Encoder): TrainingData['input'] {
  switch (encoder.kind) {
    case 'images':
      return { kind: 'image', ...encoder.image };
    case 'audio':
      return { kind: 'audio', frames: framesOf(encoder.spectrogram), mels: encoder.spectrogram.mels };
    case 'table':
      return { kind: 'table', features: featureCount(encoder) };
    case 'text': {
      const { length, tokenizer } = encoder;
      return { kind: 'text', length, vocabulary: tokenizer ? openTokenizer(tokenizer).vocabulary : 0 };
    }
  }
}

async function fitEncoder(
  blobs: string,
  manifest: Manifest,
  options: LoadOptions = {},
  work?: TextWork,
): Promise<Encoder> {
  const { target = true, text = onlyTexts(manifest) ? usualTextOptions : null } = options;
  checkTrainable(manifest, target);
  if (text) return fitTextEncoder(blobs, manifest, text, { target }, work);
  if (onlyTexts(manifest)) {
    throw new AtelierError(
      'no_features',
      'All columns that are used hold text, which this net does not read. Choose a net for texts.',
    );
  }
  if (manifest.kind === 'table') return fitTableEncoder(blobs, manifest, options);
  if (manifest.kind === 'audio') return fitAudioEncoder(blobs, manifest, options.audio ?? usualAudioOptions, work);
  if (!manifest.image) throw new AtelierError('internal', 'An image dataset without an image size.');
  const classes = target ? manifest.classes.map((each) => each.name) : [];
  const several = target && manifest.task === 'multi-label';
  return { kind: 'images', image: { ...manifest.image }, classes, ...(several && { several }) };
}

const onlyTexts = ({ columns }: Manifest): boolean => {
  const features = columns.filter(({ role }) => role === 'feature');
  return features.length > 0 && features.every(({ type }) => type === 'text');
};

/** Whether a model can be trained on it at all, said in words before any work begins. `target`: whether it is to tell one. */
export function checkTrainable(manifest: Manifest, target = true): void {
  if (target && manifest.kind === 'table' && manifest.target === null) {
    throw new AtelierError('no_target', 'No target column is chosen. Choose the column to predict.');
  }
  if (target && manifest.kind === 'audio' && manifest.classes.length === 0) {
    throw new AtelierError(
      'no_classes',
      'The sounds have no classes to be told apart. Import them again with those of each class in a folder named after it.',
    );
  }
  if (target && manifest.kind === 'images' && manifest.classes.length === 0) {
    throw new AtelierError(
      'no_classes',
      'The images have no classes to be told apart. Import them again with those of each class in a folder named after it, or choose a net that learns without.',
    );
  }
  if (target && manifest.task === 'classification' && manifest.classes.length < 2) {
    const only = manifest.classes[0]?.name;
    throw new AtelierError(
      'single_class',
      `Every labelled sample is of one class${only === undefined ? '' : ` ("${only}")`}. Training needs at least two: add samples of another class${manifest.kind === 'table' ? ' or choose another target' : ''}.`,
    );
  }
  if (manifest.kind === 'table' && !manifest.columns.some((column) => column.role === 'feature')) {
    throw new AtelierError(
      'no_features',
      'No column is left to learn from: the others are ignored or the target. Set one to be used.',
    );
  }
}

export { decodeAudioFor } from './audio/decode.ts';
export { encodeTableRows } from './encode/rows.ts';
export type { EncodedSplit } from './encode/encoded-split.ts';
export type { Encoder } from './encode/encoder.ts';
