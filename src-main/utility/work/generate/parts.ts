import type { ModelRules } from '../../../generation/rules.ts';
import type { ChatTemplate } from '../../../generation/chat-template.ts';
import type { ModelKind } from '../../../shared/prompt/model-kind.ts';
import type { GenerateParams } from '../../../shared/work/generate.ts';
import type { CacheSizes } from '../../../runtime/next-token.ts';
import type { TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';
import type { ClassifierHead } from '../encoders/head.ts';
import type { EmbeddingRecipe } from '../encoders/pooling.ts';
import type { OwnSettings } from '../../../shared/prompt/own-settings.ts';
import type { ReadModel } from './folder-files.ts';
import type { Weights } from './onnx-weights.ts';

export type RunOfTexts = Extract<GenerateParams['model'], { runFolder: string }>;

/** What writes, before it is read. */
export interface Decoders {
  /** Of the one that begins; all of the model's files are counted. */
  weights: Weights;
  /** The one that goes on, where it is a file of its own. */
  withPast: (() => ReadModel) | null;
}

/** What a model of two nets takes beside its decoder. Errors of reading: those of `Parts.model`. */
export interface Rewriting {
  encoder(): ReadModel;
  /** What its decoder is fed first. */
  start: readonly number[];
}

/** What is known of a model before its weights are read. */
export interface Parts {
  /** Reads it. Errors: not_enough_memory, and those of each kind. */
  model(): ReadModel;
  /** The decoder that goes on, where it is a file of its own. */
  withPast?: (() => ReadModel) | null;
  /** Of its weights. */
  bytes: number;
  file: TokenizerFile;
  sizes?: CacheSizes | null;
  begin?: number | null;
  ends: readonly number[];
  context: number;
  template: ChatTemplate | null;
  kind: ModelKind;
  /** The token that it fills in wherever it stands; null of those of other kinds. */
  mask: number | null;
  /** Of one that classifies, or makes vectors, how. */
  head?: ClassifierHead | EmbeddingRecipe | null;
  /** What fills up a text beside a longer one; null: what the tokenizer says. */
  pad?: number | null;
  /** What it forbids and demands of whatever it writes. */
  rules?: ModelRules;
  /** How it is to be asked, by its own description; null where that says nothing. */
  own?: OwnSettings | null;
  /** Of one that writes another text; `model` is its decoder. */
  rewriting?: Rewriting | null;
  /** A run that classifies, in the place of a folder. */
  run?: RunOfTexts;
}

/** All that a model computes with, one file after another. */
export function* weightsOf({ model, withPast, rewriting }: Parts): Generator<ReadModel> {
  yield model();
  if (rewriting) yield rewriting.encoder();
  if (withPast) yield withPast();
}

/** Whether it writes texts, be it after one or of one. */
export const isWriter = ({ kind }: Parts): boolean => kind === 'writes' || kind === 'rewrites';
