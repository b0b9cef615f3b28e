import { framesOf, type SpectrogramSettings } from '../../shared/audio.ts';
import type { ImageShape } from '../../shared/dataset.ts';
import type { LanguageTarget } from '../../shared/text.ts';
import type { TokenizerFile } from '../../tokenizers/tokenizer-file.ts';
import { lineageOf, rawNames } from '../recipes/lineage.ts';
import { recipeInputs } from '../recipes/onnx/model.ts';
import type { FittedRecipe } from '../recipes/plan.ts';
import type { As } from '../recipes/step.ts';

/**
 * What turns raw samples into a model's input, fitted on the training split and kept with the run (`encoder.json`).
 * Plain JSON: the same object drives training, `predict` and the preprocessing inside an exported ONNX file.
 */
export type Encoder = TableEncoder | ImageEncoder | AudioEncoder | TextInputEncoder;

export interface ImageEncoder {
  kind: 'images';
  image: ImageShape;
  /** None where no target is learnt: then images without a label count too. */
  classes: string[];
  /** A sample may be of any number of classes. */
  several?: true;
}

/** Sounds become log-mel spectrograms, each band standardised: frames × mels numbers. */
export interface AudioEncoder {
  kind: 'audio';
  spectrogram: SpectrogramSettings;
  /** Of each band, over the training split. `std` is 1 for a band that nothing is in. */
  mean: number[];
  std: number[];
  classes: string[];
  several?: true;
}

/**
 * The encoded row is: every number column standardised, in column order; then one 0/1 "is missing" column for each number
 * that had gaps; then each category's one-hot block, or its value's number.
 */
export interface TableEncoder {
  kind: 'table';
  numbers: NumberEncoder[];
  categories: CategoryEncoder[];
  /** Null where no target is learnt: then rows without one count too. */
  target: TargetEncoder | null;
  /** What was done to the rows before: to new ones it is done too. */
  recipe?: FittedRecipe;
}

/** Texts become tokens, so many for each: longer texts are cut, shorter ones filled up with the tokenizer's own number for that. */
export interface TextInputEncoder {
  kind: 'text';
  /** Of several columns a sample's texts are one, each from a new line on. */
  columns: string[];
  length: number;
  /** Null where none is at hand: an exported file reads its texts by itself. */
  tokenizer: TokenizerFile | null;
  /** Null where no target is learnt: then rows without one count too. */
  target: TargetEncoder | null;
  /** What was done to the rows before: to new ones it is done too. */
  recipe?: FittedRecipe;
  /**
   * Their language is learnt: the texts, one after another, are cut into blocks of that length, and each place has a target: the `next`
   * token, or the one that is `masked` there. Left out: each text is a sample.
   */
  language?: LanguageTarget;
}

export interface NumberEncoder {
  column: string;
  decimalComma: boolean;
  /** Stands in for a missing value; a 32-bit float, like every raw number. */
  median: number;
  /** Of the training split, gaps filled. `std` is 1 for a column that is constant there. */
  mean: number;
  std: number;
  /** Gaps occurred in training, so "was missing" is a column of its own. */
  indicator: boolean;
}

export interface CategoryEncoder {
  column: string;
  /** The category is one number instead of a place for each value: 1 for the first value, and so on, 0 for everything else. */
  indexed?: boolean;
  /** One output each. '' is "missing" and is there only if missing occurred in training. */
  values: string[];
  /** A last output for everything outside `values`; without it an unseen value is all zeros. */
  other: boolean;
}

export type TargetEncoder =
  | { task: 'classification'; column: string; classes: string[] }
  | { task: 'multi-label'; column: string; separator: string; classes: string[] }
  | { task: 'regression'; column: string; decimalComma: boolean; mean: number; std: number };

/** A category column keeps this many values of its own; the rest share "other". */
export const maxCategories = 64;
/** The same where a value is a number; the rest share 0. */
export const maxIndexed = 100_000;

export const categoryWidth = (category: CategoryEncoder): number =>
  category.indexed ? 1 : category.values.length + (category.other ? 1 : 0);

/** How many numbers a row becomes. */
export function featureCount(encoder: TableEncoder): number {
  const indicators = encoder.numbers.filter((number) => number.indicator).length;
  return encoder.numbers.length + indicators + encoder.categories.reduce((sum, each) => sum + categoryWidth(each), 0);
}

/** Elements of an encoded sample. */
export function sampleSizeOf(encoder: Encoder): number {
  switch (encoder.kind) {
    case 'table':
      return featureCount(encoder);
    case 'text':
      return encoder.length;
    case 'images':
      return encoder.image.height * encoder.image.width * encoder.image.channels;
    case 'audio':
      return framesOf(encoder.spectrogram) * encoder.spectrogram.mels;
  }
}

/** Encoders of what people have in files of its own, not in rows: what has no columns, and no recipe. */
export const ofFiles = (encoder: Encoder): encoder is ImageEncoder | AudioEncoder =>
  encoder.kind === 'images' || encoder.kind === 'audio';

/** The columns of a raw row that a sample is read from: before its recipe, where it has one; none of images and sounds. */
export function inputColumns(encoder: Encoder): string[] {
  if (ofFiles(encoder) || !encoder.recipe) return encodedColumns(encoder);
  const lineage = lineageOf(encoder.recipe);
  const used = new Set(encodedColumns(encoder));
  return [
    ...rawNames(
      lineage,
      lineage.state.filter(({ name }) => used.has(name)),
    ),
  ];
}

/** What an encoder reads of the columns that its recipe makes. */
export function recipeReads(encoder: TableEncoder | TextInputEncoder): { column: string; as: As }[] {
  const as = (kind: As) => (column: string) => ({ column, as: kind });
  if (encoder.kind === 'text') return encoder.columns.map(as('text'));
  return [
    ...encoder.numbers.map(({ column }) => column).map(as('number')),
    ...encoder.categories.map(({ column }) => column).map(as('text')),
  ];
}

/** How many inputs an exported file has. */
export const inputCount = (encoder: Encoder): number =>
  ofFiles(encoder) || !encoder.recipe
    ? Math.max(1, encodedColumns(encoder).length)
    : recipeInputs(encoder.recipe, recipeReads(encoder)).length;

/** The columns that are encoded, in the order of an exported file's inputs where there is no recipe; none of images and sounds. */
export function encodedColumns(encoder: Encoder): string[] {
  switch (encoder.kind) {
    case 'table':
      return [...encoder.numbers, ...encoder.categories].map(({ column }) => column);
    case 'text':
      return encoder.columns;
    case 'images':
    case 'audio':
      return [];
  }
}

/** What a column is to be told of, null where none is. */
export const targetOf = (encoder: Encoder): TargetEncoder | null => (ofFiles(encoder) ? null : encoder.target);

export const classesOf = (encoder: Encoder): string[] => {
  if (ofFiles(encoder)) return encoder.classes;
  return encoder.target && encoder.target.task !== 'regression' ? encoder.target.classes : [];
};

/** What the target asks for; null where none is learnt. */
export function targetTaskOf(encoder: Encoder): TargetEncoder['task'] | null {
  if (ofFiles(encoder)) return encoder.several ? 'multi-label' : encoder.classes.length > 0 ? 'classification' : null;
  return encoder.target?.task ?? null;
}
